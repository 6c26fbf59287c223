"""Drifts from the conventions about roles and what they may do."""

from typing import Any

from rolecall.model.calls import Call
from rolecall_cli.embedded.account import EmbeddedAccount
from tests.stack.drifts.rows import (
    ADMINISTRATOR,
    OLD,
    POWER,
    SAMPLES,
    Aim,
    Proof,
    Row,
    call,
    document,
)

TELLING = {
    "conventions": {
        "role-unused": {"days": 0},
        "role-boundary-required": {"boundary": POWER, "paths": ["/delegated/"]},
    },
}
PROVED_WITH_STUBS: dict[str, Proof] = {
    "role-trust-baseline": (
        "nobody has accepted a trust there, which the command does in tests of its own",
        (
            "tests/stack/test_baselines.py"
            "::test_a_trust_that_was_accepted_comes_back_where_people_want_that",
            "tests/stack/test_baselines.py::test_a_trust_that_was_only_accepted_is_told",
            *SAMPLES,
        ),
    ),
}
PUTTING_RIGHT = {"conventions": {"role-owner-tagged": {"tag_creator": True}}}
OPEN = document(Principal={"AWS": "*"}, Action="sts:AssumeRole")
MACHINES = document(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole")
READING = document(Action="s3:GetObject", Resource="*")


def role(name: str, **more: Any) -> Call:
    return call("iam:CreateRole", RoleName=name, AssumeRolePolicyDocument=MACHINES, **more)


def effects(account: EmbeddedAccount, role: str) -> list[Any]:
    """Whether each statement of the trust allows or denies."""
    found = account.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    return [statement["Effect"] for statement in found["Statement"]]


def _role(account: EmbeddedAccount, role: str) -> Any:
    return account.client("iam").get_role(RoleName=role)["Role"]


def _attached(account: EmbeddedAccount, role: str) -> list[str]:
    answer = account.client("iam").list_attached_role_policies(RoleName=role)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def _policies(account: EmbeddedAccount, role: str) -> tuple[list[str], list[str], list[str]]:
    """The names of the inline policies, the managed policies, and those that bear the role's name."""
    iam = account.client("iam")
    managed = [
        policy["Arn"]
        for policy in iam.list_policies(Scope="Local")["Policies"]
        if policy["PolicyName"].startswith(role)
    ]
    names: list[str] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return names, _attached(account, role), managed


def _boundary(account: EmbeddedAccount, role: str) -> Any:
    return _role(account, role).get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _tags(account: EmbeddedAccount, role: str) -> dict[str, str]:
    tags = account.client("iam").list_role_tags(RoleName=role)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in tags}


ROWS = (
    Row(
        "role-boundary-required",
        role("delegate~", Path="/delegated/"),
        "delegate~",
        "boundary",
        recorded=False,  # at which path the role lies
        aim=Aim(_boundary, lambda found: found is None, lambda found: found == POWER),
    ),
    Row("role-has-policies", role("idle~"), "idle~", "policies"),
    Row(
        "role-max-session",
        role("endless~", MaxSessionDuration=43200, Description="Never ends"),
        "endless~",
        "session limit",
        aim=Aim(
            lambda account, name: (
                _role(account, name)["MaxSessionDuration"],
                _role(account, name)["Description"],
            ),
            lambda found: found == (43200, "Never ends"),
            lambda found: found == (14400, "Never ends"),
        ),
    ),
    Row(
        "role-no-admin-policy",
        call("iam:AttachRolePolicy", RoleName="webservers~", PolicyArn=ADMINISTRATOR),
        "webservers~",
        ADMINISTRATOR,
        scene=(
            role("webservers~"),
            call("iam:CreateInstanceProfile", InstanceProfileName="webservers~"),
            call(
                "iam:AddRoleToInstanceProfile",
                InstanceProfileName="webservers~",
                RoleName="webservers~",
            ),
        ),
        aim=Aim(_attached, lambda arns: arns == [ADMINISTRATOR], lambda arns: arns == []),
    ),
    Row(
        "role-no-inline-policy",
        call("iam:PutRolePolicy", RoleName="reader~", PolicyName="read", PolicyDocument=READING),
        "reader~",
        "read",
        scene=(role("reader~"),),
        aim=Aim(
            _policies,
            lambda found: found == (["read"], [], []),
            lambda found: found[0] == [] and len(found[1]) == 1 and found[1] == found[2],
        ),
    ),
    Row(
        "role-no-wildcard-trust",
        call("iam:CreateRole", RoleName="open~", AssumeRolePolicyDocument=OPEN),
        "open~",
        "statement *",
        aim=Aim(effects, lambda found: found == ["Allow"], lambda found: found == ["Deny"]),
    ),
    Row(
        "role-owner-tagged",
        role("ownerless~"),
        "ownerless~",
        "owner",
        aim=Aim(
            _tags,
            lambda tags: tags == {},
            lambda tags: tags.keys() == {"owner", "owner-source"} and tags["owner"],
        ),
    ),
    Row("role-unused", role("forgotten~"), "forgotten~", "use", told=(OLD,), recorded=False),
)
