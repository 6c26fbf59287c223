"""What people do in the account, and which of it is a drift: told here, not asked of Rolecall."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from tests.states import ACCOUNT

REGION = "us-east-1"
BOB, CAROL, BREAK_GLASS = (SubjectRef("user", n, ACCOUNT) for n in ("bob", "carol", "break-glass"))
DEPLOY, SERVICE = (SubjectRef("role", n, ACCOUNT) for n in ("deploy", "AWSServiceRoleForX"))
TEAM = SubjectRef("group", "team", ACCOUNT)
WEB = SubjectRef("instance", "i-0123456789abcdef0", ACCOUNT, REGION)
PATHS = {SERVICE: "/aws-service-role/x.amazonaws.com/"}
NEVER = frozenset({BREAK_GLASS, SERVICE})
POWER, DENY_ALL = (f"arn:aws:iam::aws:policy/{n}" for n in ("PowerUserAccess", "AWSDenyAll"))
KEY = "AKIAEXAMPLE000000001"


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _inline(effect: str, action: str) -> str:
    return _document({"Effect": effect, "Action": action, "Resource": "*"})


def _trusted(principal: Any, action: str = "sts:AssumeRole") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action}


NAMED, OPEN = _trusted({"AWS": "444455556666"}), _trusted({"AWS": "*"})
WIDE = _trusted("*", "sts:AssumeRoleWithSAML")
ALLOWS, ALLOWS_MORE = _inline("Allow", "s3:*"), _inline("Allow", "iam:*")
DENIES = _inline("Deny", "s3:*")
CLOSED, MIXED, BOTH = _document(NAMED), _document(NAMED, OPEN), _document(OPEN, WIDE)
TRUSTS = (CLOSED, MIXED, BOTH, _document(OPEN))
BAD_STATEMENTS = (OPEN, WIDE)
BAD = {
    (Facet.USER_ATTACHED_POLICIES, POWER, "PowerUserAccess"),
    (Facet.USER_INLINE_POLICIES, "own", ALLOWS),
    (Facet.USER_INLINE_POLICIES, "own", ALLOWS_MORE),
    (Facet.USER_ACCESS_KEYS, KEY, "Active"),
}
CONVENTIONS = {
    Facet.USER_ATTACHED_POLICIES: "user-permissions-via-groups",
    Facet.USER_INLINE_POLICIES: "user-permissions-via-groups",
    Facet.USER_ACCESS_KEYS: "no-long-term-access-keys",
    Facet.ROLE_TRUST: "role-no-wildcard-trust",
    Facet.INSTANCE_PROFILE: "ec2-launched-with-profile",
}


@dataclass(frozen=True)
class Deed:
    """One call by people: which part of whom becomes what; None takes the part away.

    Attributes:
        facet: The facet; None makes or takes away the whole subject.
    """

    ref: SubjectRef
    facet: Facet | None
    key: str = ""
    value: str | None = None


def _deeds() -> tuple[Deed, ...]:
    made: list[Deed] = []
    for user in (BOB, CAROL, BREAK_GLASS):
        for key, value in ((POWER, "PowerUserAccess"), (POWER, None), (DENY_ALL, "AWSDenyAll")):
            made.append(Deed(user, Facet.USER_ATTACHED_POLICIES, key, value))
        for text in (ALLOWS, ALLOWS_MORE, DENIES, None):
            made.append(Deed(user, Facet.USER_INLINE_POLICIES, "own", text))
        for status in ("Active", "Inactive", None):
            made.append(Deed(user, Facet.USER_ACCESS_KEYS, KEY, status))
    for role in (DEPLOY, SERVICE):
        made += [Deed(role, Facet.ROLE_TRUST, "trust", text) for text in TRUSTS]
    for value in ("PowerUserAccess", None):
        made.append(Deed(TEAM, Facet.GROUP_ATTACHED_POLICIES, POWER, value))
    for ref in (BOB, DEPLOY, TEAM, WEB):
        made += [Deed(ref, None, "gone"), Deed(ref, None, "there"), Deed(ref, None, "there good")]
    made.append(Deed(WEB, None, "there fleet"))
    return tuple(made)


DEEDS = _deeds()


def statements(trust: str) -> list[dict[str, Any]]:
    """The statements of a trust."""
    found: list[dict[str, Any]] = json.loads(trust)["Statement"]
    return found


def drifting(ref: SubjectRef, state: Mapping[Facet, Any]) -> list[tuple[Facet, str, Any]]:
    """Each part of a subject that is a drift of a convention that may act: facet, part, value."""
    found: list[tuple[Facet, str, Any]] = []
    for facet, parts in state.items():
        if isinstance(parts, dict) and facet in CONVENTIONS:
            found += [(facet, k, v) for k, v in parts.items() if (facet, k, v) in BAD]
    for bad in BAD_STATEMENTS if ref.kind == "role" else ():
        if bad in statements(state[Facet.ROLE_TRUST]):
            found.append((Facet.ROLE_TRUST, json.dumps(bad, sort_keys=True), bad))
    if ref.kind == "instance" and not (state[Facet.INSTANCE_PROFILE] or state[Facet.INSTANCE_TAGS]):
        found.append((Facet.INSTANCE_PROFILE, "profile", None))
    return found
