"""Roles, their policies and whose accounts are the organization's, as AWS tells them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.errors import RetryError, ThrottledError, UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from tests.aws.account import APP, BOB, ODD, read, stubbed
from tests.states import ACCOUNT

MADE = datetime(2026, 11, 2, 10, tzinfo=UTC)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ROLE = {
    "RoleName": "app",
    "RoleId": "AROAEXAMPLE0000000001",
    "Arn": f"arn:aws:iam::{ACCOUNT}:role/app",
    "Path": "/",
    "CreateDate": MADE,
    "AssumeRolePolicyDocument": "{}",
    "MaxSessionDuration": 3600,
}
BOUNDED = ROLE | {"PermissionsBoundary": {"PermissionsBoundaryArn": READ_ONLY}}
PLAIN = ODD.replace("\r", "")  # moto loses it where it does not encode a text
LIST = PLAIN.replace("s3:*", "s3:List*")
NONE = {"PolicyNames": [], "IsTruncated": False}
OF_ROLE = (
    Facet.ROLE_TRUST,
    Facet.ROLE_IDENTITY,
    Facet.ROLE_SESSION_LIMIT,
    Facet.ROLE_LAST_USE,
)


def attached(*arns: str) -> dict[str, Any]:
    """An answer with these policies."""
    found = [{"PolicyArn": arn, "PolicyName": arn.rpartition("/")[2]} for arn in arns]
    return {"AttachedPolicies": found, "IsTruncated": False}


def policy(arn: str, text: str = "{}") -> tuple[tuple[str, Any], ...]:
    """The two answers with a policy's document."""
    of = {"Arn": arn, "Path": "/", "DefaultVersionId": "v7"}
    version = {"VersionId": "v7", "Document": text, "IsDefaultVersion": True}
    return ("get_policy", {"Policy": of}), ("get_policy_version", {"PolicyVersion": version})


def test_one_call_tells_a_roles_trust_limit_boundary_and_last_use(aws: Aws) -> None:
    told = BOUNDED | {
        "Description": "runs the app",
        "MaxSessionDuration": 7200,
        "RoleLastUsed": {"LastUsedDate": MADE, "Region": "eu-north-1"},
    }
    with stubbed(aws, "iam", ("get_role", {"Role": told})):
        found = read(aws, APP, *OF_ROLE)
    made = "2026-11-02T10:00:00Z"
    assert found.state == {
        Facet.ROLE_TRUST: "{}",
        Facet.ROLE_IDENTITY: {"created": made, "boundary": READ_ONLY},
        Facet.ROLE_SESSION_LIMIT: {"seconds": 7200, "description": "runs the app"},
        Facet.ROLE_LAST_USE: made,
    }


@pytest.mark.parametrize("used", [{}, {"RoleLastUsed": {}}])
def test_a_role_may_lack_a_boundary_a_description_and_a_last_use(aws: Aws, used: Any) -> None:
    with stubbed(aws, "iam", ("get_role", {"Role": ROLE | used})):
        found = read(aws, APP, *OF_ROLE[1:])
    assert found.state == {
        Facet.ROLE_IDENTITY: {"created": "2026-11-02T10:00:00Z", "boundary": None},
        Facet.ROLE_SESSION_LIMIT: {"seconds": 3600, "description": ""},
        Facet.ROLE_LAST_USE: None,
    }


def test_a_role_is_read_with_its_tags_and_instance_profiles(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_role(
        RoleName="app", AssumeRolePolicyDocument="{}", Tags=[{"Key": "team", "Value": "data"}]
    )
    for name in ("web", "batch"):
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="app")
    found = read(aws, APP, Facet.ROLE_TAGS, Facet.ROLE_INSTANCE_PROFILES)
    assert found.state[Facet.ROLE_TAGS] == {"team": "data"}
    assert set(found.state[Facet.ROLE_INSTANCE_PROFILES]) == {"web", "batch"}


def test_all_that_gives_a_role_permissions_is_read_with_what_bounds_it(aws: Aws) -> None:
    iam = aws.client("iam")
    own, bounds = (
        iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
        for name, text in (("own", ODD), ("bounds", LIST))
    )
    iam.create_role(RoleName="app", AssumeRolePolicyDocument="{}", PermissionsBoundary=bounds)
    iam.attach_role_policy(RoleName="app", PolicyArn=own)
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=ODD)
    found = read(aws, APP, Facet.ROLE_EFFECTIVE_POLICIES).state[Facet.ROLE_EFFECTIVE_POLICIES]
    assert found == {"texts": {"inline p": ODD, own: PLAIN}, "boundary": LIST}


def test_all_that_gives_a_user_permissions_is_read_each_policy_once(aws: Aws) -> None:
    iam = aws.client("iam")
    own, lent = (
        iam.create_policy(PolicyName=name, PolicyDocument=ODD)["Policy"]["Arn"]
        for name in ("own", "lent")
    )
    iam.create_user(UserName="bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=own)
    iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=ODD)
    for group in ("ops", "dev"):
        iam.create_group(GroupName=group)
        iam.add_user_to_group(GroupName=group, UserName="bob")
        iam.attach_group_policy(GroupName=group, PolicyArn=own)
    iam.attach_group_policy(GroupName="ops", PolicyArn=lent)
    iam.put_group_policy(GroupName="dev", PolicyName="p", PolicyDocument=LIST)
    found = read(aws, BOB, Facet.USER_EFFECTIVE_POLICIES).state[Facet.USER_EFFECTIVE_POLICIES]
    assert found == {
        "texts": {"inline p": ODD, "group dev inline p": LIST, own: PLAIN, lent: PLAIN},
        "boundary": None,
    }


def test_a_users_group_that_goes_away_meanwhile_gives_it_nothing(aws: Aws) -> None:
    user = {"UserName": "bob", "UserId": "AIDAEXAMPLE0000000001", "Path": "/", "CreateDate": MADE}
    ops = {"GroupName": "ops", "GroupId": "AGPAEXAMPLE0000000001", "Path": "/", "CreateDate": MADE}
    with stubbed(
        aws,
        "iam",
        ("get_user", {"User": user | {"Arn": f"arn:aws:iam::{ACCOUNT}:user/bob"}}),
        (
            "list_groups_for_user",
            {"Groups": [ops | {"Arn": f"arn:aws:iam::{ACCOUNT}:group/ops"}], "IsTruncated": False},
        ),
        ("list_group_policies", "NoSuchEntity"),
        ("list_attached_user_policies", attached()),
        ("list_user_policies", NONE),
    ):
        found = read(aws, BOB, Facet.USER_EFFECTIVE_POLICIES)
    assert found.state[Facet.USER_EFFECTIVE_POLICIES] == {"texts": {}, "boundary": None}


def test_a_boundary_that_goes_away_meanwhile_is_neither_none_nor_the_end_of_its_role(
    aws: Aws,
) -> None:
    with (
        stubbed(
            aws,
            "iam",
            ("get_role", {"Role": BOUNDED}),
            ("list_role_policies", NONE),
            ("list_attached_role_policies", attached()),
            ("get_policy", "NoSuchEntity"),
        ),
        pytest.raises(UnsettledError, match="boundary"),
    ):
        AwsReader(aws).read(APP, [Facet.ROLE_EFFECTIVE_POLICIES])


def test_a_policy_of_aws_is_read_once_for_all_who_have_it_and_one_of_the_account_each_time(
    aws: Aws,
) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/own"
    once = (
        ("get_role", {"Role": ROLE}),
        ("list_role_policies", NONE),
        ("list_attached_role_policies", attached(READ_ONLY, own)),
    )
    with stubbed(aws, "iam", *once, *policy(READ_ONLY), *policy(own), *once, *policy(own, "[]")):
        first, second = (
            read(aws, APP, Facet.ROLE_EFFECTIVE_POLICIES).state[Facet.ROLE_EFFECTIVE_POLICIES]
            for _ in range(2)
        )
    assert first["texts"] == {READ_ONLY: "{}", own: "{}"}
    assert second["texts"] == {READ_ONLY: "{}", own: "[]"}


def accounts(aws: Aws) -> Any:
    """The organization's accounts, as a reading of a role tells them."""
    return read(aws, APP, Facet.ROLE_ORGANIZATION_ACCOUNTS).state[Facet.ROLE_ORGANIZATION_ACCOUNTS]


def test_the_active_accounts_of_the_organization_are_read_to_the_last_page_and_once(
    aws: Aws,
) -> None:
    told: list[dict[str, Any]] = [
        {"Id": "111122223333", "State": "ACTIVE", "Status": "ACTIVE"},
        {"Id": "222233334444", "State": "SUSPENDED"},
        {"Id": "333344445555", "State": "PENDING_CLOSURE", "Status": "ACTIVE"},
    ]
    older = [{"Id": "444455556666", "Status": "ACTIVE"}]
    with stubbed(
        aws,
        "organizations",
        ("list_accounts", {"Accounts": told, "NextToken": "more"}),
        ("list_accounts", {"Accounts": older}),
    ):
        assert accounts(aws) == ["111122223333", "444455556666"]
        assert accounts(aws) == ["111122223333", "444455556666"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "AWSOrganizationsNotInUseException"])
def test_the_accounts_of_an_organization_that_aws_does_not_tell_are_not_known(
    aws: Aws, code: str
) -> None:
    with stubbed(aws, "organizations", ("list_accounts", code)):
        assert accounts(aws) is None
        assert accounts(aws) is None


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ServiceException"])
def test_accounts_that_aws_does_not_tell_now_are_asked_for_again(aws: Aws, code: str) -> None:
    answer = {"Accounts": [{"Id": "111122223333", "State": "ACTIVE"}]}
    with stubbed(aws, "organizations", ("list_accounts", code), ("list_accounts", answer)):
        with pytest.raises(RetryError):
            accounts(aws)
        assert accounts(aws) == ["111122223333"]


def test_what_people_accepted_is_not_asked_of_aws(aws: Aws) -> None:
    aws.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument="{}")
    wanted = [Facet.ROLE_TRUST, Facet.ROLE_TRUST_REVIEWED]
    found = AwsReader(aws).read(APP, wanted)
    assert found
    assert found.state == {Facet.ROLE_TRUST: "{}", Facet.ROLE_TRUST_REVIEWED: None}


def test_a_policy_is_read_with_its_versions_and_how_many_carry_it(aws: Aws) -> None:
    iam = aws.client("iam")
    arn = iam.create_policy(PolicyName="own", Path="/p/", PolicyDocument=LIST)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=ODD, SetAsDefault=True)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument="{}", PermissionsBoundary=arn)
    iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    wanted = (Facet.POLICY_DOCUMENT, Facet.POLICY_VERSIONS, Facet.POLICY_ATTACHMENTS)
    found = read(aws, SubjectRef("policy", arn, ACCOUNT), *wanted)
    assert found.path == "/p/"
    versions = found.state[Facet.POLICY_VERSIONS]
    assert {id_: (one["text"], one["default"]) for id_, one in versions.items()} == {
        "v1": (LIST, False),
        "v2": (PLAIN, True),
    }
    assert found.state[Facet.POLICY_DOCUMENT] == PLAIN
    assert found.state[Facet.POLICY_ATTACHMENTS]["attached"] == 1


def test_a_version_that_goes_away_meanwhile_is_not_there(aws: Aws) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/own"
    versions = [
        {"VersionId": id_, "IsDefaultVersion": id_ == "v2", "CreateDate": MADE}
        for id_ in ("v2", "v1")
    ]
    with stubbed(
        aws,
        "iam",
        ("list_policy_versions", {"Versions": versions, "IsTruncated": False}),
        policy(own)[1],
        ("get_policy_version", "NoSuchEntity"),
    ):
        found = read(aws, SubjectRef("policy", own, ACCOUNT), Facet.POLICY_VERSIONS)
    assert list(found.state[Facet.POLICY_VERSIONS]) == ["v2"]


def test_a_policy_that_went_away_is_gone(aws: Aws) -> None:
    of = SubjectRef("policy", f"arn:aws:iam::{ACCOUNT}:policy/own", ACCOUNT)
    assert AwsReader(aws).read(of, [Facet.POLICY_VERSIONS]) is None


def test_a_policy_text_that_aws_throttles_is_asked_for_again(aws: Aws) -> None:
    with (
        stubbed(
            aws,
            "iam",
            ("get_role", {"Role": ROLE}),
            ("list_role_policies", NONE),
            ("list_attached_role_policies", attached(READ_ONLY)),
            ("get_policy", "Throttling"),
        ),
        pytest.raises(ThrottledError),
    ):
        AwsReader(aws).read(APP, [Facet.ROLE_EFFECTIVE_POLICIES])
