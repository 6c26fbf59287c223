"""A stack that may only observe goes the whole way up to the write, and makes none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rolecall_cli.embedded.account import embedded_account
from tests.stack.conftest import Stack, deploy

pytestmark = pytest.mark.stack

POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)


@pytest.fixture(scope="module")
def observing(project: Path, built: Path) -> Iterator[Stack]:
    """The stack whose conventions would all put right, under the ceiling `observe`.

    Nothing but the code stands between it and a write: this account enforces no permission.
    """
    with embedded_account() as account:
        yield deploy(account, project, built, "observe")


def kept(stack: Stack, case_id: str) -> dict[str, Any]:
    """What the ledger keeps of a case."""
    answer = stack.account.client("dynamodb").get_item(
        TableName=stack.outputs["LedgerTable"],
        Key={"pk": {"S": f"CASE#{case_id}"}, "sk": {"S": "CASE"}},
    )
    found: dict[str, Any] = answer["Item"]
    return found


@pytest.mark.peer(36, "Cloud Custodian #5497, policy-guard: dry run makes the writes all the same")
def test_nothing_is_written_or_told_and_the_ledger_says_what_would_have_been_done(
    observing: Stack,
) -> None:
    iam = observing.account.client("iam")
    with observing.account.trail.muted():
        iam.create_user(UserName="olivia")
    iam.attach_user_policy(UserName="olivia", PolicyArn=POWER)
    iam.create_access_key(UserName="olivia")
    iam.create_role(RoleName="open", AssumeRolePolicyDocument=OPEN)
    calls = set()
    for subject, convention in (
        ("olivia", "user-permissions-via-groups"),
        ("olivia", "no-long-term-access-keys"),
        ("open", "role-no-wildcard-trust"),
    ):
        case = observing.ended(subject, "observed", convention)
        assert case["reason"] == "it would be remediate"
        intent = json.loads(kept(observing, case["id"])["intent"]["S"])
        calls |= {step["do"]["call"] for step in intent["remedy"]}
        assert intent["snapshot"]
        assert "outcome" not in kept(observing, case["id"])
    assert calls == {"iam:DetachUserPolicy", "iam:UpdateAccessKey", "iam:UpdateAssumeRolePolicy"}
    observing.quiet()
    attached = iam.list_attached_user_policies(UserName="olivia")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [POWER]
    # Nobody but the operator of the account has called anything that writes.
    records = observing.account.trail.records()
    issuers = [
        record["userIdentity"].get("sessionContext", {}).get("sessionIssuer", {})
        for record in records
    ]
    assert not [issuer for issuer in issuers if "/rolecall/" in issuer.get("arn", "")]
    assert {record["eventName"] for record in records} >= {"AttachUserPolicy"}
    assert observing.alerts() == []
