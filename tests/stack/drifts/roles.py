"""Drifts from the conventions about roles and what they may do."""

from typing import Any

from rolecall_cli.embedded.account import EmbeddedAccount
from tests.stack.drifts.rows import Aim, Row, call, document

OPEN = document(Principal={"AWS": "*"}, Action="sts:AssumeRole")


def effects(account: EmbeddedAccount, role: str) -> list[Any]:
    """Whether each statement of the trust allows or denies."""
    found = account.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    return [statement["Effect"] for statement in found["Statement"]]


ROWS = (
    Row(
        "role-no-wildcard-trust",
        call("iam:CreateRole", RoleName="open~", AssumeRolePolicyDocument=OPEN),
        "open~",
        "statement *",
        aim=Aim(effects, lambda found: found == ["Allow"], lambda found: found == ["Deny"]),
    ),
)
