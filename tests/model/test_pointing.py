"""Which subjects a change points at, and when it points at none."""

import copy
from typing import Any

import botocore.session
import pytest

from rolecall.model.changes import Change, Rejected
from rolecall.model.facets import Facet
from rolecall.model.pointing import is_name, subjects
from rolecall.model.recorded import recorded
from rolecall.model.records import parse
from rolecall.model.subjects import SubjectRef
from tests.samples import sample
from tests.states import ACCOUNT, ref

BY_A_USER = sample("no-long-term-access-keys/drift-create-own-access-key").event["detail"]
ATTACH = sample("user-permissions-via-groups/drift-attach-user-policy").event["detail"]
LAUNCH = sample("ec2-launched-with-profile/drift-run-instances").event["detail"]
OMITTED = {"omitted": True, "reason": "requestParameters too large", "originalSize": 131086}
ALICE = {"type": "IAMUser", "userName": "alice"}
ROOT = {"type": "Root", "accountId": ACCOUNT}


def _iam_writes() -> dict[str, bool]:
    """Each IAM call that changes a user, with whether its UserName may be left out."""
    model = botocore.session.get_session().get_service_model("iam")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return {
        name: "UserName" not in shape.required_members
        for name, shape in shapes.items()
        if shape and "UserName" in shape.members and not name.startswith(("Get", "List"))
    }


def _change(record: dict[str, Any], **changed: Any) -> Change:
    found = parse(copy.deepcopy(record) | changed)
    assert isinstance(found, Change)
    return found


def _names(change: Change, kind: str) -> tuple[str, ...] | None:
    found = subjects(change, kind)
    return None if isinstance(found, Rejected) else tuple(one.name for one in found)


@pytest.mark.peer(
    3,
    "Cloud Custodian: the record of a key that a user makes for itself names no user, and is missed",
)
@pytest.mark.parametrize(
    ("request_", "response", "identity", "name"),
    [
        ({"userName": "bob"}, None, ALICE, "bob"),
        ({"userName": "bob"}, {"accessKey": {"userName": "carol"}}, ALICE, "bob"),
        (None, {"accessKey": {"userName": "carol"}}, ALICE, "carol"),
        (None, None, ALICE, "alice"),
        ({}, {}, ALICE, "alice"),
    ],
)
def test_a_user_is_named_by_the_request_else_by_the_answer_else_by_the_actor(
    request_: Any, response: Any, identity: Any, name: str
) -> None:
    change = _change(
        BY_A_USER, requestParameters=request_, responseElements=response, userIdentity=identity
    )
    assert _names(change, "user") == (name,)


@pytest.mark.parametrize("flag", [True, "true", "True"])
@pytest.mark.parametrize("part", ["requestParameters", "responseElements"])
def test_a_name_that_cloudtrail_left_out_is_not_taken_for_the_actors_own(
    flag: Any, part: str
) -> None:
    parts = {"requestParameters": None, "responseElements": None, part: OMITTED | {"omitted": flag}}
    found = subjects(_change(BY_A_USER, userIdentity=ALICE, **parts), "user")
    assert isinstance(found, Rejected)
    assert "left out fields that were too large" in found.reason
    assert found.event_id == BY_A_USER["eventID"]


@pytest.mark.parametrize(("name", "oneself"), _iam_writes().items(), ids=str)
def test_only_a_call_that_may_leave_its_user_out_is_taken_for_one_on_oneself(
    name: str, *, oneself: bool
) -> None:
    change = _change(
        BY_A_USER,
        eventName=name,
        requestParameters=None,
        responseElements=None,
        userIdentity=ALICE,
    )
    assert _names(change, "user") == (("alice",) if oneself else None)


@pytest.mark.parametrize("kind", ["AssumedRole", "SAMLUser", "WebIdentityUser", None])
def test_an_actor_who_is_no_user_is_not_the_subject(kind: str | None) -> None:
    identity = {"type": kind, "userName": "alice"}
    change = _change(
        BY_A_USER, requestParameters=None, responseElements=None, userIdentity=identity
    )
    assert isinstance(subjects(change, "user"), Rejected)


@pytest.mark.parametrize("name", [name for name, oneself in _iam_writes().items() if oneself])
@pytest.mark.parametrize("request_", [None, {}, {"accessKeyId": "AKIAEXAMPLE000000001"}])
@pytest.mark.parametrize("response", [None, {"accessKey": {}}, {"accessKey": {"userName": "bob"}}])
def test_what_root_does_to_itself_points_at_no_user(
    name: str, request_: Any, response: Any
) -> None:
    change = _change(
        BY_A_USER,
        eventName=name,
        requestParameters=request_,
        responseElements=response,
        userIdentity=ROOT,
    )
    assert subjects(change, "user") == ()


def test_what_root_does_to_a_user_points_at_that_user() -> None:
    change = _change(BY_A_USER, requestParameters={"userName": "bob"}, userIdentity=ROOT)
    assert _names(change, "user") == ("bob",)


@pytest.mark.parametrize(
    "changed",
    [
        {"requestParameters": OMITTED, "responseElements": None},
        {"requestParameters": {"userName": "a/b"}},
        {"eventName": "AttachUserPolicy", "requestParameters": None, "responseElements": None},
    ],
)
def test_a_user_whom_root_did_something_to_and_whose_record_does_not_say_whom_is_rejected(
    changed: dict[str, Any],
) -> None:
    assert isinstance(subjects(_change(BY_A_USER, userIdentity=ROOT, **changed), "user"), Rejected)


@pytest.mark.peer(
    7, "Cloud Custodian #2321: a wrong path to the ids in an event does nothing, silently"
)
def test_a_launch_points_at_each_of_its_instances_in_its_region() -> None:
    assert subjects(_change(LAUNCH), "instance") == tuple(
        SubjectRef("instance", f"i-0123456789abcdef{n}", ACCOUNT, "us-east-1") for n in (0, 1)
    )


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("AssociateIamInstanceProfile", "AssociateIamInstanceProfileRequest"),
        ("ReplaceRoute", "ReplaceRouteRequest"),
    ],
)
def test_a_later_call_of_ec2_names_its_instance_in_a_wrapper(name: str, request_: str) -> None:
    change = _change(
        LAUNCH,
        eventName=name,
        requestParameters={request_: {"InstanceId": "i-0123456789abcdef0"}},
        responseElements={},
    )
    assert _names(change, "instance") == ("i-0123456789abcdef0",)


def test_a_termination_names_its_instances_in_a_set() -> None:
    items = {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}
    change = _change(LAUNCH, eventName="TerminateInstances", responseElements=items)
    assert _names(change, "instance") == ("i-0123456789abcdef0",)


@pytest.mark.parametrize(
    "region", [None, "", "us-east-1.example.com/#", "us east 1", "US-EAST-1", "\ud800"]
)
def test_an_instance_without_a_region_is_no_instance(region: Any) -> None:
    assert isinstance(subjects(_change(LAUNCH, awsRegion=region), "instance"), Rejected)


@pytest.mark.parametrize(
    "items",
    [
        [{"instanceId": "i-0123456789abcdef0"}, {}],
        [{"instanceId": "i-0123456789abcdef0"}, "text"],
        {"instanceId": "i-0123456789abcdef0"},
        [],
        None,
    ],
)
def test_a_launch_that_does_not_name_all_its_instances_is_rejected(items: Any) -> None:
    change = _change(LAUNCH, responseElements={"instancesSet": {"items": items}})
    assert isinstance(subjects(change, "instance"), Rejected)


def test_an_account_is_named_by_every_change() -> None:
    change = _change(ATTACH, requestParameters=None)
    assert subjects(change, "account") == (SubjectRef("account", ACCOUNT, ACCOUNT),)


@pytest.mark.peer(5, "AWS ASR #55: user names with @ failed")
@pytest.mark.parametrize(
    ("kind", "name", "possible"),
    [
        ("user", "bob", True),
        ("user", "a+=,.@_-Z9", True),
        ("user", "x" * 128, True),
        ("user", "x" * 129, False),
        ("user", "", False),
        ("user", "a b", False),
        ("user", "a/b", False),
        ("user", "a#b", False),
        ("user", "böb", False),
        ("user", "<!channel>", False),
        ("user", None, False),
        ("user", OMITTED, False),
        ("role", "*", False),
        ("instance", "i-0123456789abcdef0", True),
        ("instance", "i-01234567", True),
        ("instance", "i-0123456", False),
        ("instance", "i-0123456789abcdef01", False),
        ("instance", "i-0123456789ABCDEF0", False),
        ("instance", "bob", False),
    ],
)
def test_only_a_name_that_aws_could_give_names_a_subject(
    kind: str, name: Any, *, possible: bool
) -> None:
    assert is_name(kind, name) is possible


@pytest.mark.parametrize(
    ("kind", "parameter"), [("user", "userName"), ("group", "groupName"), ("role", "roleName")]
)
def test_an_impossible_name_is_rejected_for_every_kind(kind: str, parameter: str) -> None:
    change = _change(ATTACH, requestParameters={parameter: "../other"})
    found = subjects(change, kind)
    assert isinstance(found, Rejected)
    assert "iam:AttachUserPolicy" in found.reason


def test_a_record_tells_no_more_than_stands_in_it() -> None:
    change = _change(ATTACH)
    assert recorded(change, ref("user")) == {
        Facet.USER_INLINE_POLICIES: {},
        Facet.USER_ATTACHED_POLICIES: {
            "arn:aws:iam::aws:policy/PowerUserAccess": "PowerUserAccess"
        },
    }
    assert recorded(_change(ATTACH, requestParameters={}), ref("user")) == {}
    assert recorded(_change(ATTACH, errorCode="AccessDenied"), ref("user")) == {}
    assert recorded(_change(ATTACH, eventName="TagUser"), ref("user")) == {}


def test_a_policy_text_that_was_left_out_is_told_as_unknown_and_not_as_none() -> None:
    padded = sample("user-permissions-via-groups/drift-put-user-policy-padded").change
    assert recorded(padded, ref("user"))[Facet.USER_INLINE_POLICIES] == {"padded": ""}


POOL = "eu-west-1:1cf667a2-49a6-454b-9e45-23199eeeeeee"
MAKE_POOL = sample("cognito-unauth-role-minimal/drift-create-identity-pool").event["detail"]


@pytest.mark.parametrize(
    ("request_", "response", "name"),
    [
        ({"identityPoolId": POOL}, None, POOL),
        ({"identityPoolName": "photos"}, {"identityPoolId": POOL}, POOL),
        ({"identityPoolId": POOL}, {"identityPoolId": "us-east-1:0"}, POOL),
        (None, None, None),
        ({"identityPoolId": "photos"}, None, None),
        ({"identityPoolId": "evil.example.com/:0"}, None, None),
        ({"identityPoolId": f"{POOL}#"}, None, None),
        ({"identityPoolId": {"a": POOL}}, None, None),
    ],
)
def test_an_identity_pool_is_found_where_its_id_says_it_is(
    request_: Any, response: Any, name: str | None
) -> None:
    change = _change(
        MAKE_POOL, requestParameters=request_, responseElements=response, awsRegion="us-east-1"
    )
    found = subjects(change, "identity-pool")
    if name is None:
        assert isinstance(found, Rejected)
    else:
        assert found == (SubjectRef("identity-pool", name, ACCOUNT, "eu-west-1"),)


def test_a_new_pool_is_recorded_by_the_names_of_the_api_and_without_a_role_for_guests() -> None:
    pool = SubjectRef("identity-pool", POOL, ACCOUNT, "eu-west-1")
    assert recorded(_change(MAKE_POOL), pool) == {
        Facet.IDENTITY_POOL_SETTINGS: {
            "IdentityPoolName": "photos",
            "AllowUnauthenticatedIdentities": True,
            "SupportedLoginProviders": {"graph.facebook.com": "000000000000000"},
            "CognitoIdentityProviders": [
                {
                    "ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE01",
                    "ClientId": "example1clientid",
                    "ServerSideTokenCheck": True,
                }
            ],
        },
        Facet.IDENTITY_POOL_GUEST_ROLE: None,
    }
    assert recorded(_change(MAKE_POOL, responseElements=None), pool) == {}
