"""What a record says of roles and policies: all that is certain, and no more."""

from typing import Any

import pytest

from rolecall.model.facets import Facet
from rolecall.model.recorded import recorded
from rolecall.model.subjects import SubjectRef
from tests.detection.staged import change
from tests.samples import sample
from tests.states import ACCOUNT, ref

_RECORD = sample("role-no-wildcard-trust/drift-create-role-open-to-all").event["detail"]
AT = _RECORD["eventTime"]
ARN = f"arn:aws:iam::{ACCOUNT}:policy/own"
POLICY = SubjectRef("policy", ARN, ACCOUNT)
NOBODY = {"attached": 0, "boundaries": 0}


def told(
    name: str, request: dict[str, Any], of: SubjectRef, response: dict[str, Any] | None = None
) -> Any:
    """What a record of this call says of a subject."""
    record = change(_RECORD, eventName=name, requestParameters=request, responseElements=response)
    return recorded(record, of)


def test_a_role_that_was_just_made_is_known_whole() -> None:
    assert told(
        "CreateRole", {"roleName": "bob", "assumeRolePolicyDocument": "{}"}, ref("role")
    ) == {
        Facet.ROLE_TRUST: "{}",
        Facet.ROLE_IDENTITY: {"created": AT, "boundary": None},
        Facet.ROLE_SESSION_LIMIT: {"seconds": 3600, "description": ""},
        Facet.ROLE_LAST_USE: None,
        Facet.ROLE_TAGS: {},
        Facet.ROLE_INLINE_POLICIES: {},
        Facet.ROLE_ATTACHED_POLICIES: {},
        Facet.ROLE_INSTANCE_PROFILES: [],
        Facet.ROLE_EFFECTIVE_POLICIES: {"texts": {}, "boundary": None},
    }


def test_a_new_role_has_the_tags_the_limit_and_the_boundary_it_was_made_with() -> None:
    request = {
        "roleName": "bob",
        "assumeRolePolicyDocument": "{}",
        "description": "runs the app",
        "maxSessionDuration": 7200,
        "permissionsBoundary": ARN,
        "tags": [{"key": "team", "value": "data"}],
    }
    found = told("CreateRole", request, ref("role"))
    assert found[Facet.ROLE_TAGS] == {"team": "data"}
    assert found[Facet.ROLE_SESSION_LIMIT] == {"seconds": 7200, "description": "runs the app"}
    assert found[Facet.ROLE_IDENTITY] == {"created": AT, "boundary": ARN}
    # Its text is not in the record.
    assert Facet.ROLE_EFFECTIVE_POLICIES not in found


@pytest.mark.parametrize("odd", ["7200", True, [], 1.5])
def test_a_limit_that_is_no_number_is_not_known(odd: Any) -> None:
    request = {"roleName": "bob", "maxSessionDuration": odd}
    for name in ("CreateRole", "UpdateRole"):
        assert Facet.ROLE_SESSION_LIMIT not in told(name, request, ref("role"))


def test_an_update_tells_a_roles_limit_where_it_sets_one() -> None:
    assert told("UpdateRole", {"roleName": "bob", "description": "x"}, ref("role")) == {}
    request = {"roleName": "bob", "description": "x", "maxSessionDuration": 43200}
    assert told("UpdateRole", request, ref("role")) == {
        Facet.ROLE_SESSION_LIMIT: {"seconds": 43200, "description": "x"}
    }


def test_a_policy_that_is_attached_to_a_role_is_told_and_a_tag_is_not() -> None:
    request = {"roleName": "bob", "policyArn": ARN, "tags": [{"key": "team", "value": "data"}]}
    attached = {Facet.ROLE_ATTACHED_POLICIES: {ARN: "own"}, Facet.ROLE_INLINE_POLICIES: {}}
    assert told("AttachRolePolicy", request, ref("role")) == attached
    assert told("TagRole", request, ref("role")) == {}


def test_a_new_policy_has_one_version_and_nobody_has_it() -> None:
    request = {"policyName": "own", "policyDocument": "{}"}
    assert told("CreatePolicy", request, POLICY) == {
        Facet.POLICY_DOCUMENT: "{}",
        Facet.POLICY_VERSIONS: {"v1": {"text": "{}", "created": AT, "default": True}},
        Facet.POLICY_ATTACHMENTS: NOBODY,
    }
    assert told("CreatePolicy", {"policyName": "own"}, POLICY) == {Facet.POLICY_ATTACHMENTS: NOBODY}


def test_a_new_version_is_told_where_it_is_the_default_one() -> None:
    request = {"policyArn": ARN, "policyDocument": "{}", "setAsDefault": True}
    response = {"policyVersion": {"versionId": "v3"}}
    assert told("CreatePolicyVersion", request, POLICY, response) == {
        Facet.POLICY_DOCUMENT: "{}",
        Facet.POLICY_VERSIONS: {"v3": {"text": "{}", "created": AT, "default": True}},
    }
    assert told("CreatePolicyVersion", request, POLICY) == {Facet.POLICY_DOCUMENT: "{}"}
    idle = request | {"setAsDefault": False}
    assert told("CreatePolicyVersion", idle, POLICY, response) == {}


def test_a_new_user_has_the_tags_it_was_made_with() -> None:
    request = {"userName": "bob", "tags": [{"key": "team", "value": "data"}, {"key": "x"}]}
    assert told("CreateUser", request, ref("user"))[Facet.USER_TAGS] == {"team": "data", "x": ""}
