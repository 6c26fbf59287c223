"""Say who made a call, as a record's `userIdentity` does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rolecall_cli.trail.wording import iso_date


@dataclass(frozen=True)
class Caller:
    """Who signed a request."""

    arn: str
    account: str
    access_key: str
    unique_id: str
    """The user's or the role's own id, which outlives its name."""
    role_arn: str = ""
    """The role behind a session, with its path: the session's ARN does not carry it."""
    since: datetime | None = None


def user_identity(caller: Caller) -> dict[str, Any]:
    """Word the caller: an IAM user, a role's session, a federated user, else the root user."""
    kind, _, name = caller.arn.split(":", 5)[5].partition("/")
    shared = {"arn": caller.arn, "accountId": caller.account, "accessKeyId": caller.access_key}
    match kind:
        case "user":
            return {
                "type": "IAMUser",
                "principalId": caller.unique_id,
                **shared,
                "userName": name.rsplit("/", 1)[-1],
            }
        case "assumed-role":
            session = name.rsplit("/", 1)[-1]
            return {
                "type": "AssumedRole",
                "principalId": f"{caller.unique_id}:{session}",
                **shared,
                "sessionContext": _session(caller, name.split("/", 1)[0]),
            }
        case "federated-user":
            return {"type": "FederatedUser", "principalId": f"{caller.account}:{name}", **shared}
        case _:
            return {"type": "Root", "principalId": caller.account, **shared}


def _session(caller: Caller, role_name: str) -> dict[str, Any]:
    attributes = {"mfaAuthenticated": "false"}
    if caller.since:
        attributes["creationDate"] = iso_date(caller.since)
    return {
        "sessionIssuer": {
            "type": "Role",
            "principalId": caller.unique_id,
            "arn": caller.role_arn,
            "accountId": caller.account,
            "userName": role_name,
        },
        "attributes": attributes,
    }
