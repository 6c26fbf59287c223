"""Who did it: the actor of a change, resolved from a record's `userIdentity`.

The types are those of the CloudTrail user guide, "CloudTrail userIdentity element". What a record
says of its actor is shown to people and never decides anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SSO_ROLE = "AWSReservedSSO_"
_UNNAMED = "whom the record does not name"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made a change.

    Attributes:
        kind: `user`, `assumed role`, `Identity Center user`, `root`, `federated user`,
            `web identity`, `SAML`, `AWS account`, `AWS service` or `unknown`.
        name: The person or session as people know it: user name, session name, service.
        arn: The acting principal's ARN, or "".
        role: Name of the assumed role, or "".
        account: The actor's account, or "".
        mfa: Whether the session was opened with MFA, as far as the record tells.
    """

    kind: str
    name: str
    arn: str = ""
    role: str = ""
    account: str = ""
    mfa: bool = False

    def __str__(self) -> str:
        match self.kind:
            case "root":
                return f"root of account {self.account}" if self.account else "root"
            case "assumed role":
                return f"{self.name} as role {self.role}" if self.role else self.name
            case "Identity Center user":
                return f"{self.name} ({self.role})"
            case _:
                return f"{self.kind} {self.name}"


def actor_of(arn: str) -> Actor:
    """The actor with this ARN, as `sts:GetCallerIdentity` tells it."""
    account, kind = (*arn.split(":"), "", "", "", "", "", "")[4:6]
    kinds = {"user": "IAMUser", "assumed-role": "AssumedRole", "federated-user": "FederatedUser"}
    type_ = "Root" if kind == "root" else kinds.get(kind.partition("/")[0], "")
    return actor({"type": type_, "arn": arn, "accountId": account})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _part(value: Any, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def issuer(value: Any) -> str:
    """ARN, with its path, of the role whose session a record's `userIdentity` is, or ""."""
    return _text(_part(_part(value, "sessionContext"), "sessionIssuer").get("arn"))


@dataclass(frozen=True, slots=True)
class _Identity:
    """What every type of `userIdentity` may hold."""

    raw: Mapping[str, Any]
    arn: str
    account: str
    mfa: bool

    def text(self, key: str) -> str:
        return _text(self.raw.get(key))

    def actor(self, kind: str, name: str, role: str = "") -> Actor:
        return Actor(kind, name, self.arn, role, self.account, self.mfa)


def _session(identity: _Identity) -> Actor:
    issuer = _part(_part(identity.raw, "sessionContext"), "sessionIssuer")
    session = identity.arn.rpartition("/")[2] or identity.text("principalId").rpartition(":")[2]
    role = _text(issuer.get("userName"))
    if not role and identity.arn.count("/") > 1:
        role = identity.arn.split("/")[-2]
    if role.startswith(SSO_ROLE):
        # AWSReservedSSO_<permission set>_<16 hex digits>: people know it by the permission set.
        permission_set = role.removeprefix(SSO_ROLE).rpartition("_")[0] or role
        return identity.actor("Identity Center user", session, permission_set)
    return identity.actor("assumed role", session or role or _UNNAMED, role)


def actor(value: Any, source: str = "") -> Actor:
    """The actor of a record's `userIdentity`, for every type there is and for none at all.

    Args:
        value: The record's `userIdentity`, of any shape.
        source: The record's `sourceIPAddress`, which names the service where nothing else does.
    """
    if not isinstance(value, Mapping):
        return Actor("unknown", _UNNAMED)
    attributes = _part(_part(value, "sessionContext"), "attributes")
    identity = _Identity(
        value,
        arn=_text(value.get("arn")),
        account=_text(value.get("accountId")),
        mfa=str(attributes.get("mfaAuthenticated", "")).lower() == "true",
    )
    name, principal = identity.text("userName"), identity.text("principalId")
    last = identity.arn.rpartition("/")[2]
    match value.get("type"):
        case "Root":
            return identity.actor("root", name or "root")
        case "IAMUser":
            return identity.actor("user", name or last or principal)
        case "AssumedRole" | "Role":
            return _session(identity)
        case "IdentityCenterUser":
            behalf = _text(_part(value, "onBehalfOf").get("userId"))
            return identity.actor("Identity Center user", name or behalf or principal, "directory")
        case "FederatedUser":
            return identity.actor("federated user", last or name or principal)
        case "WebIdentityUser":
            return identity.actor(
                "web identity", f"{name or principal} from {identity.text('identityProvider')}"
            )
        case "SAMLUser":
            return identity.actor("SAML", name or principal)
        case "AWSAccount":
            return identity.actor("AWS account", identity.account or principal)
        case "AWSService":
            return identity.actor(
                "AWS service", identity.text("invokedBy") or source or principal or _UNNAMED
            )
        case _:
            return identity.actor("unknown", name or principal or _UNNAMED)
