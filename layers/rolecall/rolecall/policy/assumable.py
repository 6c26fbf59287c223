"""Who can assume a role and how, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rolecall.policy.bounds import IDENTITY_KEYS
from rolecall.policy.claims import Claims
from rolecall.policy.conditions import Condition
from rolecall.policy.documents import Statement, parse_document
from rolecall.policy.gates import Gate, gates
from rolecall.policy.principals import Form, Kind, Principal

_ROLE: Final = "sts:AssumeRole"
_WEB: Final = "sts:AssumeRoleWithWebIdentity"
_SAML: Final = "sts:AssumeRoleWithSAML"
CALLS: Final = (_ROLE, _WEB, _SAML)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in.

    Attributes:
        index: The place of the Allow in the document; -1 where it cannot be told.
        who: Whom it lets in, in words.
        principal: The same as written.
        call: By which call.
        restricting: The conditions that keep somebody out, in words.
        idle: The conditions that do not, in words and with the reason.
        certain: Whether nothing that was not understood may narrow it.
    """

    index: int
    who: str
    principal: str
    call: str
    restricting: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways in, and what of the document was not understood."""

    ways: tuple[Way, ...]
    problem: str | None


def ways(text: str) -> Ways:
    """Say who can assume the role of a trust, by which call and under which conditions."""
    document = parse_document(text)
    found = [
        _way(gate, call)
        for call in CALLS
        for gate in gates(document, call)
        if _may_call(gate.principal, call)
    ]
    found += [
        _all_but(one) for one in document.statements if one.effect == "Allow" and _inverts(one)
    ]
    return Ways(tuple(sorted(found, key=lambda one: one.index)), document.problem)


def _may_call(principal: Principal, call: str) -> bool:
    if principal.kind is Kind.SERVICE:
        return call == _ROLE
    if principal.kind is not Kind.FEDERATED:
        # An unsigned call counts for "*" alone, which {"AWS": "*"} is equivalent to.
        return call == _ROLE or principal.form is Form.WILDCARD
    if principal.form is Form.WILDCARD:
        return call != _ROLE
    return call == (_SAML if ":saml-provider/" in principal.value else _WEB)


def _inverts(statement: Statement) -> bool:
    covered = any(statement.covers(call) for call in CALLS)
    return bool(statement.principals and statement.principals.inverted) and covered


def _all_but(statement: Statement) -> Way:
    named = [one.value for one in statement.principals.named] if statement.principals else []
    call = next(call for call in CALLS if statement.covers(call))
    shown = " and ".join(named[:_FEW]) + (
        f" and {len(named) - _FEW} more" if len(named) > _FEW else ""
    )
    restricting, idle = _conditions(Claims(statement.conditions))
    return Way(statement.index, f"everyone but {shown}", "NotPrincipal", call, restricting, idle)


def _way(gate: Gate, call: str) -> Way:
    restricting, idle = _conditions(gate.claims)
    return Way(
        gate.statement.index,
        in_words(gate.principal),
        gate.principal.value,
        call,
        restricting,
        idle,
        gate.certain,
    )


def in_words(principal: Principal) -> str:
    """Name a principal as one would say it."""
    value, kind = principal.value, principal.kind
    if principal.form is Form.WILDCARD:
        return _EVERY[kind]
    if principal.form is Form.ACCOUNT:
        return f"whomever the account {principal.account} allows"
    if principal.form is Form.UNIQUE_ID:
        return f"the deleted {'user' if value.startswith('AIDA') else 'role'} {value}"
    if principal.form is Form.UNCLEAR:
        return f"whoever {value!r} may be"
    if kind is Kind.SERVICE:
        return f"the AWS service {value}"
    resource = value.split(":", 5)[5] if principal.form is Form.ARN else value
    if kind is Kind.FEDERATED:
        return f"whoever signed in with {resource.partition('provider/')[2] or resource}"
    what, _, name = resource.partition("/")
    told = {"user": "the user", "role": "the role", "assumed-role": "the role session"}
    of_account = f" of the account {principal.account}" if principal.account else ""
    return f"{told.get(what, what)} {name}{of_account}"


@lru_cache(maxsize=8)  # the principals of one statement have the same
def _conditions(claims: Claims) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = [(one, _why_idle(one, claims)) for one in claims.conditions]
    restricting = tuple(_in_words(one) for one, why in told if not why)
    return restricting, tuple(f"{_in_words(one)}, but {why}" for one, why in told if why)


def _why_idle(condition: Condition, claims: Claims) -> str:
    """Say why a condition keeps nobody out; "" where it may."""
    if condition.operator in ("", "Null"):
        return "" if condition.operator else "AWS knows no such operator"
    if condition.key == "aws:securetransport":
        return "everyone calls over TLS"
    if condition.operator in ("IpAddress", "NotIpAddress"):
        return "that is any address" if any(v.endswith("/0") for v in condition.values) else ""
    alone = claims.alone(condition)
    if alone.idle:
        return "it passes when the key is absent"
    if alone.tests and not alone.restricts:
        return "that is anything"
    if "Not" in condition.operator:
        return "it keeps out only what it names"
    return ""


def _in_words(condition: Condition) -> str:
    key = IDENTITY_KEYS[condition.key].name if condition.key in IDENTITY_KEYS else condition.key
    few = " or ".join(condition.values[:_FEW])
    more = f" or {len(condition.values) - _FEW} more" if len(condition.values) > _FEW else ""
    return f"{key} {condition.label} {few}{more}"


def lines(found: Ways) -> Iterator[str]:
    """Yield what `ways` found, for people."""
    if found.problem:
        yield f"The trust was not understood for certain: {found.problem}."
    if not found.ways:
        yield "Nobody can assume the role."
    for way in found.ways:
        yield f"Statement {way.index}: {way.who}, by {way.call}."
        if not way.restricting:
            yield "  No condition restricts it."
        for condition in way.restricting:
            yield f"  Only if {condition}."
        for condition in way.idle:
            yield f"  Not restricted by {condition}."
        if not way.certain:
            yield "  Something that was not understood may narrow it."


_FEW: Final = 5
_EVERY: Final = {
    Kind.ANYONE: "anyone",
    Kind.AWS: "anyone with an AWS account",
    Kind.SERVICE: "any AWS service",
    Kind.FEDERATED: "whoever signed in with any identity provider",
}
