"""A record names its true caller."""

from datetime import UTC, datetime

import pytest

from rolecall_cli.trail.identity import Caller, user_identity

ACCOUNT = "111122223333"


def test_a_user_is_named_without_its_path() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/team/bob"
    assert user_identity(Caller(arn, ACCOUNT, "AKIA1", "AIDA1")) == {
        "type": "IAMUser",
        "principalId": "AIDA1",
        "arn": arn,
        "accountId": ACCOUNT,
        "accessKeyId": "AKIA1",
        "userName": "bob",
    }


def test_a_session_names_its_roles_real_arn() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/apps/deploy"
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"
    since = datetime(2026, 1, 2, tzinfo=UTC)
    identity = user_identity(Caller(arn, ACCOUNT, "ASIA1", "AROA1", role, since))
    assert identity["type"] == "AssumedRole"
    assert identity["principalId"] == "AROA1:ci"
    assert identity["arn"] == arn
    assert identity["sessionContext"] == {
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROA1",
            "arn": role,
            "accountId": ACCOUNT,
            "userName": "deploy",
        },
        "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-02T00:00:00Z"},
    }


@pytest.mark.parametrize(
    ("arn", "kind", "principal"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "Root", ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/eve", "FederatedUser", f"{ACCOUNT}:eve"),
    ],
)
def test_root_and_federated_users_are_told_apart(arn: str, kind: str, principal: str) -> None:
    identity = user_identity(Caller(arn, ACCOUNT, "key", ACCOUNT))
    assert (identity["type"], identity["principalId"]) == (kind, principal)
