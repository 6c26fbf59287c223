"""Drifts from the conventions about other accounts."""

from typing import Any

from tests.stack.drifts.roles import effects
from tests.stack.drifts.rows import ACCOUNT, OLD, Aim, Row, call, document

_UNKNOWN, _VENDOR = "999999999999", "444455556666"
_WITH_ID = {"StringEquals": {"sts:ExternalId": "0a1b2c3d4e5f"}}

TELLING = {
    "organization": {"id": "o-a1b2c3d4e5", "accounts": [ACCOUNT]},
    "third_parties": {
        _VENDOR: {"name": "Example Monitoring", "owner": "security", "expires": "2099-12-31"}
    },
}


def _trust(role: str, **statement: Any) -> Any:
    trust = document(Action="sts:AssumeRole", **statement)
    return call("iam:CreateRole", RoleName=role, AssumeRolePolicyDocument=trust)


ROWS = (
    Row(
        "role-trust-known-accounts",
        _trust("way-back~", Principal={"AWS": _UNKNOWN}, Condition=_WITH_ID),
        "way-back~",
        f"statement *, {_UNKNOWN}",
        aim=Aim(effects, lambda found: found == ["Allow"], lambda found: found == ["Deny"]),
    ),
    Row(
        "role-third-party-external-id",
        _trust("monitored~", Principal={"AWS": f"arn:aws:iam::{_VENDOR}:role/collector"}),
        "monitored~",
        f"statement *, arn:aws:iam::{_VENDOR}:role/collector",
    ),
    Row(
        "role-human-mfa",
        _trust("for-people~", Principal={"AWS": ACCOUNT}),
        "for-people~",
        f"statement *, {ACCOUNT}",
    ),
    Row(
        "role-trust-not-account-wide",
        _trust("shared~", Principal={"AWS": _VENDOR}, Condition=_WITH_ID),
        "shared~",
        f"statement *, {_VENDOR}",
    ),
    Row(
        "role-trust-orphan-principal",
        _trust("orphaned~", Principal={"AWS": "AROAEXAMPLEEXAMPLE123"}),
        "orphaned~",
        "statement *, AROAEXAMPLEEXAMPLE123",
        told=(OLD,),
        recorded=False,
    ),
)
