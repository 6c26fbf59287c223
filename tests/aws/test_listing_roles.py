"""All that roles and users may do, put together from the lists."""

from typing import Any

import pytest

from rolecall.errors import ThrottledError
from rolecall.model.facets import Facet
from tests.aws.test_inventory import (
    ACCOUNTS,
    AWS_IDLE,
    AWS_ONE,
    DETAILS,
    MADE,
    ROLES,
    answering,
    aws,
    group,
    inventory,
    listed,
    paged,
    policy,
    user,
)
from tests.cli.doctor.account import ACCOUNT, AnsweringAws

__all__ = ["answering", "aws"]  # the account, here too

OLD = '{"old": +1}'
BOUNDARY = {"PermissionsBoundaryArn": AWS_ONE, "PermissionsBoundaryType": "Policy"}
INLINE = [{"PolicyName": "p", "PolicyDocument": "{}"}]
ATTACHED = [{"PolicyArn": AWS_ONE, "PolicyName": "ReadOnlyAccess"}]


def role(**more: Any) -> dict[str, Any]:
    """A role as the details show it, with an inline and an attached policy."""
    return {
        "RoleName": "app",
        "RoleId": "AROAapp",
        "Path": "/",
        "CreateDate": MADE,
        "AssumeRolePolicyDocument": "{}",
        "RolePolicyList": INLINE,
        "AttachedManagedPolicies": ATTACHED,
        "InstanceProfileList": [{"InstanceProfileName": "web"}],
    } | more


def state(aws: AnsweringAws, kind: str, name: str) -> Any:
    """What is listed of a subject."""
    return listed(aws, kind)[name].subject.state


def test_a_role_is_listed_with_its_last_use_and_what_bounds_it(aws: AnsweringAws) -> None:
    shown = role(PermissionsBoundary=BOUNDARY, RoleLastUsed={"LastUsedDate": MADE})
    aws.answers[DETAILS] = paged(
        {"RoleDetailList": [shown]},
        {"Policies": [policy(AWS_ONE, 1)]},
    )
    found = state(aws, "role", "app")
    assert found[Facet.ROLE_LAST_USE] == "2026-11-02T10:00:00Z"
    assert found[Facet.ROLE_IDENTITY]["boundary"] == AWS_ONE
    assert found[Facet.ROLE_INSTANCE_PROFILES] == ["web"]
    assert found[Facet.ROLE_EFFECTIVE_POLICIES] == {
        "texts": {"inline p": "{}", AWS_ONE: OLD},
        "boundary": OLD,
    }


def test_a_user_is_listed_with_what_its_groups_give_it(aws: AnsweringAws) -> None:
    bob = user("bob", GroupList=["ops"], UserPolicyList=INLINE, PermissionsBoundary=BOUNDARY)
    ops = group("ops", AWS_ONE) | {"GroupPolicyList": INLINE}
    aws.answers[DETAILS] = paged(
        {"UserDetailList": [bob], "GroupDetailList": [ops], "Policies": [policy(AWS_ONE, 1)]}
    )
    assert state(aws, "user", "bob")[Facet.USER_EFFECTIVE_POLICIES] == {
        "texts": {"inline p": "{}", "group ops inline p": "{}", AWS_ONE: OLD},
        "boundary": OLD,
    }


@pytest.mark.parametrize(
    "shown",
    [
        {"RoleDetailList": [role()]},
        {"RoleDetailList": [role(AttachedManagedPolicies=[], PermissionsBoundary=BOUNDARY)]},
        {"UserDetailList": [user("app", AttachedManagedPolicies=ATTACHED)]},
        {"UserDetailList": [user("app", PermissionsBoundary=BOUNDARY)]},
        {
            "UserDetailList": [user("app", GroupList=["ops"])],
            "GroupDetailList": [group("ops", AWS_ONE)],
        },
        {"UserDetailList": [user("app", GroupList=["new"])]},
    ],
    ids=["role", "boundary", "user", "user's boundary", "user's group", "unlisted group"],
)
def test_what_is_effective_is_not_known_where_a_document_or_a_group_is_not_listed(
    aws: AnsweringAws, shown: dict[str, Any]
) -> None:
    aws.answers[DETAILS] = paged(shown)
    (found,) = listed(aws, "role", "user").values()
    wanted = {Facet.ROLE_EFFECTIVE_POLICIES, Facet.USER_EFFECTIVE_POLICIES}
    assert wanted.isdisjoint(found.subject.state)


def test_a_policy_of_aws_that_is_only_a_boundary_is_one_that_somebody_has(
    aws: AnsweringAws,
) -> None:
    bounds = policy(AWS_ONE, 0) | {"PermissionsBoundaryUsageCount": 2}
    aws.answers[DETAILS] = paged({"Policies": [bounds, policy(AWS_IDLE, 0)]})
    found = listed(aws, "policy")
    assert list(found) == [AWS_ONE]
    assert found[AWS_ONE].subject.state[Facet.POLICY_ATTACHMENTS] == {
        "attached": 0,
        "boundaries": 2,
    }


def test_a_role_that_was_made_after_its_list_has_no_session_limit_yet(aws: AnsweringAws) -> None:
    aws.answers |= {DETAILS: paged({"RoleDetailList": [role()]}), ROLES: {"Roles": []}}
    assert Facet.ROLE_SESSION_LIMIT not in state(aws, "role", "app")


def test_policies_limits_and_accounts_are_listed_only_where_they_are_wanted(
    aws: AnsweringAws,
) -> None:
    def details(given: dict[str, Any]) -> dict[str, Any]:
        assert given["Filter"] == ["Role"]
        return {"RoleDetailList": [role()]}

    aws.answers[DETAILS] = details
    (found,) = inventory(aws).listed([Facet.ROLE_TRUST])
    assert aws.calls == [DETAILS]
    assert set(found.subject.state).isdisjoint(
        {
            Facet.ROLE_SESSION_LIMIT,
            Facet.ROLE_ORGANIZATION_ACCOUNTS,
            Facet.ROLE_EFFECTIVE_POLICIES,
        }
    )


def test_accounts_that_aws_refuses_are_not_known_of_any_role(aws: AnsweringAws) -> None:
    aws.answers |= {DETAILS: paged({"RoleDetailList": [role()]}), ACCOUNTS: "AccessDenied"}
    assert state(aws, "role", "app")[Facet.ROLE_ORGANIZATION_ACCOUNTS] is None


def test_accounts_that_aws_throttles_are_listed_later(aws: AnsweringAws) -> None:
    aws.answers |= {DETAILS: paged({"RoleDetailList": [role()]}), ACCOUNTS: "Throttling"}
    with pytest.raises(ThrottledError):
        listed(aws, "role")


def test_a_policy_of_which_the_details_tell_little_is_listed_with_that(aws: AnsweringAws) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/own"
    shown = policy(own, 1)
    del shown["PolicyVersionList"][0]["CreateDate"], shown["AttachmentCount"]
    aws.answers[DETAILS] = paged({"Policies": [shown]})
    found = state(aws, "policy", own)
    assert found == {Facet.POLICY_DOCUMENT: OLD, Facet.POLICY_GROUPS: []}
