"""Drifts from the conventions about groups."""

from typing import Any

from rolecall_cli.embedded.account import EmbeddedAccount
from tests.stack.drifts.rows import (
    ACCOUNT,
    ADMINISTRATOR,
    LIVE,
    OLD,
    POWER,
    Aim,
    Row,
    call,
    document,
    group,
    member,
    user,
)

TELLING = {
    "job_roles": {
        f"night{end}": {"job_role": "night shift", "owner": "operations"} for end in (LIVE, OLD)
    },
    "conventions": {
        "group-name-meaningful": {"pattern": "(?!misc).+"},
        "group-quota-headroom": {"percent": 1},
        "user-group-sprawl": {"most": 1},
    },
}
# The samples of group-name-meaningful and group-job-role-registered show the renaming of a group.
LACKING = (call("iam:UpdateGroup", GroupName="nobody", NewGroupName="somebody"),)
FOR_A_GROUP = document(
    Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    Action="sts:AssumeRole",
    Condition={"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:group/analysts"}},
)


def _attached(account: EmbeddedAccount, group: str) -> list[str]:
    answer = account.client("iam").list_attached_group_policies(GroupName=group)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def _policies(account: EmbeddedAccount, group: str) -> tuple[list[str], list[str], list[str]]:
    """The texts of the inline policies, the managed policies, and those that bear the group's name."""
    iam = account.client("iam")
    texts = [
        iam.get_group_policy(GroupName=group, PolicyName=name)["PolicyDocument"]
        for name in iam.list_group_policies(GroupName=group)["PolicyNames"]
    ]
    managed = [
        policy["Arn"]
        for policy in iam.list_policies(Scope="Local")["Policies"]
        if policy["PolicyName"].startswith(group)
    ]
    return texts, _attached(account, group), managed


def _members(account: EmbeddedAccount, group: str) -> list[str]:
    users: list[dict[str, Any]] = account.client("iam").get_group(GroupName=group)["Users"]
    return [user["UserName"] for user in users]


ROWS = (
    Row("group-has-policy", group("bare~"), "bare~", "policies"),
    Row("group-job-role-registered", group("unknown~"), "unknown~", "registration"),
    Row(
        "group-job-role-registered",
        call("iam:DeleteGroup", GroupName="night~"),
        "night~",
        "existence",
        before=(group("night~"),),  # a sweep would miss it
    ),
    Row("group-name-meaningful", group("misc~"), "misc~", "name"),
    Row(
        "group-never-principal",
        call("iam:CreateRole", RoleName="analyst~", AssumeRolePolicyDocument=FOR_A_GROUP),
        "analyst~",
        "trust policy",
    ),
    Row(
        "group-no-admin-policy",
        call("iam:AttachGroupPolicy", GroupName="chiefs~", PolicyArn=ADMINISTRATOR),
        "chiefs~",
        ADMINISTRATOR,
        scene=(group("chiefs~"),),
        aim=Aim(_attached, lambda arns: arns == [ADMINISTRATOR], lambda arns: arns == []),
    ),
    Row(
        "group-no-inline-policy",
        call(
            "iam:PutGroupPolicy",
            GroupName="readers~",
            PolicyName="read",
            PolicyDocument=document(Action="s3:GetObject", Resource="*"),
        ),
        "readers~",
        "read",
        scene=(group("readers~"),),
        aim=Aim(
            _policies,
            lambda found: len(found[0]) == 1 and found[1:] == ([], []),
            lambda found: found[0] == [] and len(found[1]) == 1 and found[1] == found[2],
        ),
    ),
    Row("group-not-empty", group("deserted~"), "deserted~", "members"),
    Row(
        "group-not-personal",
        call("iam:RemoveUserFromGroup", UserName="lee~", GroupName="pat~"),
        "pat~",
        "members",
        scene=(
            *(group("pat~"), user("pat~"), user("lee~")),
            *(member("pat~", "pat~"), member("lee~", "pat~")),
        ),
        recorded=False,  # who is left in the group
    ),
    Row(
        "group-privileged-membership",
        member("mallory~", "admins~"),
        "admins~",
        "mallory~",
        scene=(
            *(user("mallory~"), group("admins~")),
            call("iam:AttachGroupPolicy", GroupName="admins~", PolicyArn=ADMINISTRATOR),
        ),
        by="mallory~",
        recorded=False,  # what the group carries
        aim=Aim(_members, lambda users: users == ["mallory-live"], lambda users: users == []),
    ),
    Row(
        "group-quota-headroom",
        group("one-more~"),
        ACCOUNT,
        "Policies",
        scene=tuple(
            call(
                "iam:CreatePolicy",
                PolicyName=f"job-{number}~",
                PolicyDocument=document(Action="s3:GetObject", Resource="*"),
            )
            for number in range(15)
        ),
        told=(LIVE,),
        recorded=False,  # how many there are
    ),
    Row("group-quota-headroom", group("one-more~"), ACCOUNT, "Groups", told=(OLD,)),
    Row(
        "user-group-sprawl",
        member("collector~", "second~"),
        "collector~",
        "groups",
        scene=(
            *(user("collector~"), group("first~"), group("second~")),
            member("collector~", "first~"),
        ),
        recorded=False,  # how many groups the user is in
    ),
    Row("user-in-a-group", user("loner~"), "loner~", "groups"),
    Row(
        "user-permissions-via-groups",
        call("iam:AttachUserPolicy", UserName="direct~", PolicyArn=POWER),
        "direct~",
        POWER,
        scene=(user("direct~"),),
    ),
)
