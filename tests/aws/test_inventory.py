"""What the lists say of the account is what reading each subject says, for a few calls."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ParamValidationError
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse

from rolecall.aws.inventory import AwsInventory, calls_listing
from rolecall.aws.reader import AwsReader
from rolecall.errors import ThrottledError, UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject
from rolecall.ports import Listed
from tests.aws.account import ODD, READ, READ_KINDS, launch
from tests.aws.test_credential_report import NOTHING, report
from tests.cli.doctor.account import ACCOUNT, AnsweringAws
from tests.states import saml_metadata

MADE = datetime(2026, 11, 2, 10, tzinfo=UTC)
PLAIN = ODD.replace("\r", "")  # moto loses it where it does not encode a text
NEVER_LISTED = {Facet.USER_SSH_KEYS, Facet.ACCOUNT_OUTBOUND_FEDERATION}
# Of these there are few, and each one is read.
FEW = ("oidc-provider", "saml-provider", "trust-anchor")
# A list only names the identity pools (test_identity_pools), and nothing lists delegation requests.
LISTED_KINDS = tuple(k for k in READ_KINDS if k not in ("identity-pool", "delegation-request"))
ANCHOR = {
    "trustAnchorId": "a0a0a0a0-1111-4222-8333-444455556666",
    "name": "build",
    "enabled": True,
    "source": {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": "arn:aws:acm-pca"}},
}
ODD_TRUST = (
    '{ "Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":["PROVIDER"]},'
    '"Action":"sts:AssumeRoleWithWebIdentity"} }'
)
METADATA = saml_metadata("first") + " " * 1000
CREDENTIALS = [
    {
        "UserName": name,
        "ServiceSpecificCredentialId": f"ACCA{name}",
        "ServiceName": "codecommit.amazonaws.com",
        "Status": status,
        "CreateDate": MADE,
    }
    for name, status in (("ann", "Active"), ("bob", "Inactive"), ("bob2", "Active"))
]
DETAILS = "iam:GetAccountAuthorizationDetails"
ACCOUNTS = "organizations:ListAccounts"
ROLES = "iam:ListRoles"
ALL_CREDENTIALS = "iam:ListServiceSpecificCredentials"


# What moto does not know.
def _answers() -> dict[str, Any]:
    return {
        ALL_CREDENTIALS: credentials,
        "iam:GetOutboundWebIdentityFederationInfo": "FeatureDisabled",
        "rolesanywhere:ListTrustAnchors": {"trustAnchors": []},
        "rolesanywhere:GetTrustAnchor": {"trustAnchor": ANCHOR},
    }


def credentials(given: dict[str, Any]) -> dict[str, Any]:
    """The service-specific credentials of one user; of all of them in pages of two."""
    if "UserName" in given:
        mine = [one for one in CREDENTIALS if one["UserName"] == given["UserName"]]
        return {"ServiceSpecificCredentials": mine}
    assert given["AllUsers"]
    start = int(given.get("Marker", 0))
    found = {"ServiceSpecificCredentials": CREDENTIALS[start : start + 2], "IsTruncated": start < 1}
    return found | ({"Marker": "2"} if start < 1 else {})


@pytest.fixture(scope="module")
def answering() -> AnsweringAws:
    """The clients, which take longer to make than all else here."""
    return AnsweringAws()


@pytest.fixture
def aws(answering: AnsweringAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringAws]:
    """An empty account, but for some service-specific credentials."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    answering.answers = _answers()
    with mock_aws():
        answering.kept.forget()
        answering.calls.clear()
        yield answering


def inventory(aws: AnsweringAws) -> AwsInventory:
    """The inventory, in which nobody really waits."""
    return AwsInventory(aws, ACCOUNT, sleep=lambda _: None)


def facets_of(*kinds: str) -> list[Facet]:
    """Every facet of these kinds that is read."""
    return [facet for facet in READ if facet.kind in kinds]


def listed(aws: AnsweringAws, *kinds: str) -> dict[str, Listed]:
    """What is listed, by the subject's name."""
    return {one.subject.ref.name: one for one in inventory(aws).listed(facets_of(*kinds))}


def fill(aws: AnsweringAws) -> None:
    """Put some of everything into the account."""
    iam = aws.client("iam")
    own = iam.create_policy(PolicyName="own", Path="/p/", PolicyDocument=PLAIN + "\n")["Policy"][
        "Arn"
    ]
    iam.create_policy_version(PolicyArn=own, PolicyDocument=PLAIN, SetAsDefault=True)
    iam.create_policy(PolicyName="idle", PolicyDocument=PLAIN)
    bounds = iam.create_policy(PolicyName="bounds", PolicyDocument=PLAIN)["Policy"]["Arn"]
    iam.create_role(
        RoleName="app",
        Path="/team/",
        AssumeRolePolicyDocument=PLAIN,
        Description="runs the app",
        MaxSessionDuration=7200,
        PermissionsBoundary=bounds,
        Tags=[{"Key": "team", "Value": "app"}],
    )
    iam.create_open_id_connect_provider(
        Url="https://login.example.com/pool",
        ClientIDList=["build"],
        ThumbprintList=["0a" * 20],
        Tags=[{"Key": "team", "Value": "build"}],
    )
    federated = f"arn:aws:iam::{ACCOUNT}:oidc-provider/login.example.com/pool"
    iam.create_role(
        RoleName="outer",
        AssumeRolePolicyDocument=ODD_TRUST.replace("PROVIDER", federated),
    )
    iam.create_saml_provider(Name="idp", SAMLMetadataDocument=METADATA)
    aws.answers["rolesanywhere:ListTrustAnchors"] = {"trustAnchors": [ANCHOR]}
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="app")
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=ODD)
    iam.attach_role_policy(RoleName="app", PolicyArn=own)
    iam.create_role(RoleName="able", AssumeRolePolicyDocument="{}")
    for group in ("ops", "dev"):
        iam.create_group(GroupName=group, Path="/g/")
        iam.attach_group_policy(GroupName=group, PolicyArn=own)
    iam.put_group_policy(GroupName="ops", PolicyName="p", PolicyDocument=ODD)
    for user in ("bob", "ann", "zoe"):
        iam.create_user(UserName=user, Path="/u/", Tags=[{"Key": "team", "Value": user}])
    iam.attach_user_policy(UserName="bob", PolicyArn=own)
    iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=ODD)
    iam.add_user_to_group(GroupName="ops", UserName="ann")
    iam.add_user_to_group(GroupName="ops", UserName="bob")
    iam.create_login_profile(UserName="bob", Password="Correct-horse-1")
    iam.create_access_key(UserName="bob")
    second = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="bob", AccessKeyId=second, Status="Inactive")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    iam.enable_mfa_device(
        UserName="bob",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1="123456",
        AuthenticationCode2="234567",
    )


def blurred(facet: Facet, value: Any) -> Any:
    """As much of a facet as a sketch of it tells: no ids, and not when a password was made."""
    match facet:
        case Facet.USER_LOGIN_PROFILE:
            return value is not None
        case Facet.USER_MFA_DEVICES:
            return bool(value)
        case Facet.USER_PASSWORD_USE:
            return value
        case _:
            return list(value.values())


def ordered(facet: Facet, value: Any) -> Any:
    """A facet without the order of names, for which AWS has no rule."""
    if isinstance(value, list):
        return sorted(value)
    if facet is Facet.USER_POLICY_GROUPS:
        return {arn: sorted(groups) for arn, groups in value.items()}
    return value


def read(aws: AnsweringAws, of: Subject) -> Subject:
    """The same subject with all its facets, read live."""
    found = AwsReader(aws).read(of.ref, facets_of(of.ref.kind))
    assert found
    return found


def test_what_is_listed_of_a_subject_is_what_is_read_of_it(aws: AnsweringAws) -> None:
    fill(aws)
    of = launch(aws, "us-east-1")
    found = list(inventory(aws).listed(READ))
    names: dict[str, list[str]] = {kind: [] for kind in LISTED_KINDS}
    for one in found:
        subject, live = one.subject, read(aws, one.subject)
        names[subject.ref.kind].append(subject.ref.name)
        assert type(subject) is type(live)
        assert set(subject.state) == set(live.state) - NEVER_LISTED
        assert (subject.path, subject.unique_id) == (live.path, live.unique_id)
        assert subject.at
        for facet, value in subject.state.items():
            if facet in one.sketched:
                assert blurred(facet, value) == blurred(facet, live.state[facet]), facet
            else:
                assert ordered(facet, value) == ordered(facet, live.state[facet]), facet
    assert names == {
        "user": ["ann", "bob", "zoe"],
        "group": ["dev", "ops"],
        "role": ["able", "app", "outer"],
        "instance": [of.name],
        "policy": [f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("bounds", "idle", "p/own")],
        "account": [ACCOUNT],
        "oidc-provider": ["login.example.com/pool"],
        "saml-provider": ["idp"],
        "trust-anchor": [ANCHOR["trustAnchorId"]],
    }
    (provider,) = (one.subject for one in found if one.subject.ref.kind == "oidc-provider")
    assert provider.state[Facet.OIDC_PROVIDER_ROLES] == ["outer"]
    (bob,) = (one for one in found if one.subject.ref.name == "bob")
    assert bob.sketched == {
        Facet.USER_PASSWORD_USE,
        Facet.USER_LOGIN_PROFILE,
        Facet.USER_MFA_DEVICES,
        Facet.USER_ACCESS_KEYS,
        Facet.USER_ACCESS_KEY_DATES,
        Facet.USER_ACCESS_KEY_USE,
        Facet.USER_SIGNING_CERTIFICATES,
    }
    assert all(not one.sketched for one in found if one.subject.ref.kind != "user")


@pytest.mark.parametrize("kind", LISTED_KINDS)
def test_a_kind_is_listed_by_the_calls_that_it_names(aws: AnsweringAws, kind: str) -> None:
    fill(aws)
    aws.calls.clear()
    assert listed(aws, kind) or kind == "instance"
    assert set(aws.calls) == calls_listing(facets_of(kind))


def test_nothing_is_asked_where_nothing_is_wanted(aws: AnsweringAws) -> None:
    assert listed(aws) == {}
    assert aws.calls == []


def test_calls_grow_with_pages_and_not_with_subjects(aws: AnsweringAws) -> None:
    iam = aws.client("iam")

    def calls(users: Iterable[int]) -> int:
        for number in users:
            iam.create_user(UserName=f"user-{number}")
            iam.create_access_key(UserName=f"user-{number}")
        aws.calls.clear()
        aws.kept.forget()
        found = listed(aws, *READ_KINDS)
        made = len(aws.calls)
        assert len(found) == 1 + len(iam.list_users()["Users"])
        return made

    assert calls(range(5)) == calls(range(5, 40))


def test_what_was_listed_is_not_asked_for_again(aws: AnsweringAws) -> None:
    fill(aws)
    lists = inventory(aws)
    first = list(lists.listed(facets_of("user", "group")))
    aws.calls.clear()
    assert list(lists.listed(facets_of("user", "group"))) == first
    assert aws.calls == []
    again = list(lists.listed(facets_of("user", "role")))
    assert aws.calls == [DETAILS, ROLES, ACCOUNTS]
    assert list(lists.listed(facets_of("user", "role"))) == again
    assert aws.calls == [DETAILS, ROLES, ACCOUNTS]


def user(name: str, **more: Any) -> dict[str, Any]:
    """A user as the details show it."""
    return {"UserName": name, "UserId": f"AIDA{name}", "Path": "/", "CreateDate": MADE} | more


def group(name: str, *policies: str) -> dict[str, Any]:
    """A group with policies as the details show it."""
    attached = [{"PolicyArn": arn, "PolicyName": arn.rpartition("/")[2]} for arn in policies]
    return {
        "GroupName": name,
        "GroupId": f"AGPA{name}",
        "Path": "/",
        "CreateDate": MADE,
        "AttachedManagedPolicies": attached,
    }


def policy(arn: str, attached: int) -> dict[str, Any]:
    """A policy with two versions as the details show it."""
    versions = [
        {"VersionId": "v2", "IsDefaultVersion": False, "Document": "%7B%22new%22%3A%201%7D"},
        {"VersionId": "v1", "IsDefaultVersion": True, "Document": "%7B%22old%22%3A%20%2B1%7D"},
    ]
    versions = [one | {"CreateDate": MADE} for one in versions]
    return {
        "Arn": arn,
        "Path": "/",
        "AttachmentCount": attached,
        "PolicyVersionList": versions,
    }


def paged(*pages: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """An answer in these pages, by Marker."""

    def answer(given: dict[str, Any]) -> dict[str, Any]:
        assert given["MaxItems"] == 1000
        at = int(given.get("Marker", 0))
        more = at + 1 < len(pages)
        return pages[at] | {"IsTruncated": more} | ({"Marker": str(at + 1)} if more else {})

    return answer


AWS_ONE, AWS_IDLE = "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/Idle"


def test_who_belongs_together_may_stand_on_any_page(aws: AnsweringAws) -> None:
    aws.answers[DETAILS] = paged(
        {"UserDetailList": [user("zoe", GroupList=["ops"])], "GroupDetailList": []},
        {"GroupDetailList": [group("ops", AWS_ONE)], "Policies": [policy(AWS_IDLE, 0)]},
        {"UserDetailList": [user("ann", GroupList=["ops"])], "Policies": [policy(AWS_ONE, 1)]},
    )
    found = listed(aws, "group", "policy")
    assert list(found) == ["ops", AWS_ONE]
    state = found["ops"].subject.state
    assert state[Facet.GROUP_MEMBERS] == ["ann", "zoe"]
    assert state[Facet.GROUP_ATTACHED_DOCUMENTS] == {AWS_ONE: '{"old": +1}'}
    made = "2026-11-02T10:00:00Z"
    assert found[AWS_ONE].subject.state == {
        Facet.POLICY_DOCUMENT: '{"old": +1}',
        Facet.POLICY_VERSIONS: {
            "v2": {"text": '{"new": 1}', "created": made, "default": False},
            "v1": {"text": '{"old": +1}', "created": made, "default": True},
        },
        Facet.POLICY_ATTACHMENTS: {"attached": 1, "boundaries": 0},
        Facet.POLICY_GROUPS: ["ops"],
    }


def test_documents_of_a_group_are_not_known_where_one_of_them_is_not_listed(
    aws: AnsweringAws,
) -> None:
    aws.answers[DETAILS] = paged({"GroupDetailList": [group("ops", AWS_ONE)]})
    assert not listed(aws, "group")["ops"].subject.knows([Facet.GROUP_ATTACHED_DOCUMENTS])


def test_a_boundary_is_listed(aws: AnsweringAws) -> None:
    boundary = {"PermissionsBoundaryArn": AWS_ONE, "PermissionsBoundaryType": "Policy"}
    aws.answers[DETAILS] = paged({"UserDetailList": [user("bob", PermissionsBoundary=boundary)]})
    identity = listed(aws, "user")["bob"].subject.state[Facet.USER_IDENTITY]
    assert identity == {
        "created": "2026-11-02T10:00:00Z",
        "boundary": AWS_ONE,
    }


def test_when_a_password_was_used_is_what_the_report_says(aws: AnsweringAws) -> None:
    row = NOTHING | {
        "user_creation_time": MADE.isoformat(),
        "password_last_used": "2026-11-20T00:00:00+00:00",
    }
    aws.answers |= {
        DETAILS: paged({"UserDetailList": [user("bob")]}),
        "iam:GetCredentialReport": {"Content": report(row)},
    }
    state = listed(aws, "user")["bob"].subject.state
    assert state[Facet.USER_PASSWORD_USE] == "2026-11-20T00:00:00Z"


@pytest.mark.parametrize("then", [[], ["bob"]], ids=["nobody", "somebody else"])
def test_the_report_says_nothing_of_a_user_who_was_made_after_it(
    aws: AnsweringAws, then: list[str]
) -> None:
    for name in then:
        aws.client("iam").create_user(UserName=name)
    aws.answers[DETAILS] = paged({"UserDetailList": [user("bob")]})
    found = listed(aws, "user")["bob"]
    assert found.sketched == frozenset()
    assert not found.subject.knows([Facet.USER_MFA_DEVICES])
    assert not found.subject.knows([Facet.USER_ACCESS_KEYS])


def test_service_credentials_are_listed_to_the_last_page(aws: AnsweringAws) -> None:
    fill(aws)
    aws.client("iam").create_user(UserName="bob2")
    found = listed(aws, "user")
    assert list(found["bob2"].subject.state[Facet.USER_SERVICE_CREDENTIALS]) == ["ACCAbob2"]
    assert found["zoe"].subject.state[Facet.USER_SERVICE_CREDENTIALS] == {}


def invalid(_: dict[str, Any]) -> Any:
    """What botocore does with a parameter that it does not know yet."""
    raise ParamValidationError(report="Unknown parameter in input: AllUsers")


@pytest.mark.parametrize("unknown", ["InvalidAction", invalid])
def test_service_credentials_are_not_known_where_they_cannot_be_listed(
    aws: AnsweringAws, unknown: Any
) -> None:
    aws.client("iam").create_user(UserName="bob")
    aws.answers[ALL_CREDENTIALS] = unknown
    found = listed(aws, "user")["bob"].subject
    assert set(found.state) == set(facets_of("user")) - NEVER_LISTED - {
        Facet.USER_SERVICE_CREDENTIALS
    }


def test_an_instance_is_listed_with_a_profile_on_its_way(aws: AnsweringAws) -> None:
    bare = launch(aws, "us-east-1").name
    profiled = launch(aws, "us-east-1")
    elsewhere = launch(aws, "eu-north-1").name
    made = aws.client("iam").create_instance_profile(InstanceProfileName="base")
    aws.client("ec2").associate_iam_instance_profile(
        InstanceId=profiled.name, IamInstanceProfile={"Name": "base"}
    )
    coming = {"InstanceId": bare, "IamInstanceProfile": {"Arn": "arn:aws:iam::1:x/coming"}}

    def associations(given: dict[str, Any]) -> dict[str, Any]:
        (states,) = given["Filters"]
        assert states == {"Name": "state", "Values": ["associating", "associated"]}
        return {"IamInstanceProfileAssociations": [coming]}

    aws.answers["ec2:DescribeIamInstanceProfileAssociations"] = associations
    found = listed(aws, "instance")
    assert elsewhere not in found
    assert found[profiled.name].subject.ref.region == "us-east-1"
    assert (
        found[profiled.name].subject.state[Facet.INSTANCE_PROFILE]
        == (made["InstanceProfile"]["Arn"])
    )
    assert found[bare].subject.state == {
        Facet.INSTANCE_STATE: "running",
        Facet.INSTANCE_PROFILE: "arn:aws:iam::1:x/coming",
        Facet.INSTANCE_TAGS: {"Name": "web"},
    }


@pytest.mark.parametrize("kind", [kind for kind in LISTED_KINDS if kind not in FEW])
def test_a_list_that_aws_denies_names_the_call_and_what_to_do(aws: AnsweringAws, kind: str) -> None:
    for call in calls_listing(facets_of(kind)) - {ALL_CREDENTIALS, ACCOUNTS}:
        aws.answers = _answers() | {call: "AccessDenied"}
        with pytest.raises(UnsettledError, match="make deploy"):
            listed(aws, kind)


@pytest.mark.parametrize("kind", FEW)
def test_a_kind_of_which_there_are_few_hides_no_other_where_aws_denies_it(
    aws: AnsweringAws, kind: str
) -> None:
    fill(aws)
    known = aws.answers
    for call in calls_listing(facets_of(kind)) - {DETAILS}:
        aws.answers = known | {call: "AccessDenied"}
        lists = inventory(aws)
        found = list(lists.listed(facets_of(kind, "user")))
        assert {one.subject.ref.kind for one in found} == {"user"}
        (error,) = lists.errors
        assert "make deploy" in str(error)


@pytest.mark.parametrize("kind", FEW)
def test_a_kind_of_which_there_are_few_is_asked_for_later_where_aws_throttles(
    aws: AnsweringAws, kind: str
) -> None:
    (naming,) = (call for call in calls_listing(facets_of(kind)) if ":List" in call)
    aws.answers[naming] = "Throttling"
    with pytest.raises(ThrottledError):
        listed(aws, kind)


def test_credentials_that_aws_does_not_list_are_left_to_a_look_at_each_user(
    aws: AnsweringAws,
) -> None:
    fill(aws)
    aws.answers[ALL_CREDENTIALS] = "AccessDenied"
    found = [one.subject for one in listed(aws, "user").values()]
    assert found
    assert not any(one.knows([Facet.USER_SERVICE_CREDENTIALS]) for one in found)


def test_the_report_and_the_credentials_are_asked_for_only_where_they_are_wanted(
    aws: AnsweringAws,
) -> None:
    fill(aws)
    aws.calls.clear()
    assert list(inventory(aws).listed([Facet.USER_GROUPS, Facet.USER_TAGS]))
    assert aws.calls == [DETAILS]


def test_a_list_that_aws_throttles_is_asked_for_later(aws: AnsweringAws) -> None:
    aws.answers[DETAILS] = "Throttling"
    with pytest.raises(ThrottledError):
        listed(aws, "role")


def test_what_is_spent_are_the_calls_of_all_who_share_the_clients(aws: AnsweringAws) -> None:
    fill(aws)
    lists = inventory(aws)
    assert lists.spent == 0
    able, *_ = lists.listed([Facet.ROLE_TRUST])
    assert lists.spent == 1
    policies = (Facet.ROLE_INLINE_POLICIES, Facet.ROLE_ATTACHED_POLICIES)
    assert AwsReader(aws).read(able.subject.ref, (Facet.ROLE_TRUST, *policies))
    assert lists.spent == 1 + 3  # the role itself, and its two lists of policies


def test_a_request_that_is_repeated_counts_again(
    aws: AnsweringAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waits.append)

    def busy(**_: Any) -> AWSResponse | None:
        return None if waits else AWSResponse("", 503, HTTPHeaders(), MockRawResponse(b""))

    events = aws.client("iam").meta.events
    events.register_first("before-send.iam.GetAccountSummary", busy)
    lists = inventory(aws)
    try:
        assert [one.subject.ref.name for one in lists.listed(facets_of("account"))] == [ACCOUNT]
    finally:
        events.unregister("before-send.iam.GetAccountSummary", busy)
    assert len(waits) == 1
    assert lists.spent == 1 + len(calls_listing(facets_of("account")))
