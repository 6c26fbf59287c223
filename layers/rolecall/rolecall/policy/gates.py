"""Who may come in by which statement of a trust, once its Deny statements have narrowed it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rolecall.policy.claims import Claims
from rolecall.policy.conditions import ARN_NOT_LIKE, STRING_NOT_LIKE, Condition
from rolecall.policy.documents import Document, Statement
from rolecall.policy.findings import Finding
from rolecall.policy.principals import Form, Kind, Principal
from rolecall.policy.strangers import only

# A trust has at most 4,096 characters (IAM quotas), so fewer statements and parts than this. What has
# more cannot be one: only its beginning is looked at, its parts are not weighed against each other, and
# nothing that is said of it is sure.
MOST_STATEMENTS: Final = 100
MOST_PARTS: Final = 1_100


@dataclass(frozen=True, slots=True)
class Gate:
    """One principal of one Allow, and all that must hold when it comes in.

    Attributes:
        statement: The Allow.
        principal: One of those that it names.
        claims: The conditions of the Allow, and what every Deny leaves, written as conditions that
            must hold.
        certain: Whether nothing else may narrow it; a Deny that was not understood might.
    """

    statement: Statement
    principal: Principal
    claims: Claims
    certain: bool

    def finding(self, why: str, *, sure: bool = True) -> Finding:
        """Say what is wrong with it: of this one principal, for others may come to be named or not."""
        return Finding(self.statement.index, why, sure and self.certain, self.principal.value)


@dataclass(frozen=True, slots=True)
class _Left:
    """What the Deny statements leave of an Allow; nothing where it is closed."""

    conditions: tuple[Condition, ...] = ()
    certain: bool = True
    closed: bool = False

    def and_then(self, other: "_Left") -> "_Left":
        return _Left(
            self.conditions + other.conditions,
            self.certain and other.certain,
            self.closed or other.closed,
        )


def gates(document: Document, call: str) -> Iterator[Gate]:
    """Yield every principal that an Allow lets make a call such as `sts:AssumeRole`.

    A statement that allows by NotPrincipal has none: that it is open to everyone is for
    `trust.judge_trust` to say.
    """
    return islice(_gates(document, call), MOST_PARTS)


def _gates(document: Document, call: str) -> Iterator[Gate]:
    weighed = len(document.statements) <= MOST_STATEMENTS and _parts(document) <= MOST_PARTS
    statements = [one for one in document.statements[:MOST_STATEMENTS] if one.covers(call)]
    denies = [one for one in statements if one.effect == "Deny"]
    left_of = _left(denies) if weighed else {"": _Left(certain=False)}
    for statement in statements:
        named = statement.principals
        if statement.effect != "Allow" or named is None or named.inverted:
            continue
        as_a_trust = not (statement.resources or statement.not_resources or document.problem)
        own = statement.conditions if weighed else ()
        read: dict[int, Claims] = {}
        for principal in dict.fromkeys(named.named):
            left = left_of.get(_name(principal), left_of.get(f"any {principal.kind}", left_of[""]))
            if not left.closed:
                if id(left) not in read:
                    read[id(left)] = Claims(own + left.conditions)
                yield Gate(
                    statement, principal, read[id(left)], certain=as_a_trust and left.certain
                )


def _parts(document: Document) -> int:
    return sum(
        1
        + len(one.principals.named if one.principals else ())
        + sum(1 + len(condition.values) for condition in one.conditions)
        for one in document.statements
    )


def _left(denies: list[Statement]) -> dict[str, _Left]:
    """Say what all Denies leave: by principal where one is named, by kind, and of anybody ("")."""
    everyone = _Left()
    kinds: dict[str, _Left] = {}
    names: dict[str, tuple[Kind, _Left]] = {}
    for deny in denies:
        left = _leaves(deny)
        named = deny.principals
        if named is None or named.inverted or named.unclear:
            # Whether one of those that an Allow names is meant is not known for certain.
            everyone = everyone.and_then(_Left(certain=False))
        elif Kind.ANYONE in named.wildcards:
            everyone = everyone.and_then(left)
        else:
            for kind in named.wildcards:
                kinds[kind] = kinds.get(kind, _Left()).and_then(left)
                if kind is Kind.AWS:
                    # For a caller it is the same as "*" (IAM JSON policy elements: Principal); that
                    # it also means providers as such, no page says.
                    kinds[Kind.ANYONE] = kinds.get(Kind.ANYONE, _Left()).and_then(left)
                    doubt = kinds.get(Kind.FEDERATED, _Left()).and_then(_Left(certain=False))
                    kinds[Kind.FEDERATED] = doubt
            for one in named.named:
                if one.form is not Form.WILDCARD:
                    so_far = names.get(_name(one), (one.kind, _Left()))[1]
                    names[_name(one)] = (one.kind, so_far.and_then(left))
    by_kind = {kind: everyone.and_then(left) for kind, left in kinds.items()}
    return (
        {"": everyone}
        | {f"any {kind}": left for kind, left in by_kind.items()}
        | {name: by_kind.get(kind, everyone).and_then(left) for name, (kind, left) in names.items()}
    )


def _name(principal: Principal) -> str:
    # An account's root ARN and its bare number mean the same.
    if principal.form is Form.ACCOUNT:
        return f"account {principal.account}"
    return f"{principal.kind} {principal.value}" if principal.form is not Form.WILDCARD else " "


def _leaves(deny: Statement) -> _Left:
    if deny.resources or deny.not_resources:
        return _Left(certain=False)
    biting = [one for one in deny.conditions if not _spares_services(one)]
    if not biting:
        return _Left(closed=True)
    # Several must hold at once for it to bite, so whoever fails one slips by: a doubt, and no bound.
    opposite = _opposite(biting[0]) if len(biting) == 1 else None
    return _Left((opposite,)) if opposite else _Left(certain=False)


def _spares_services(condition: Condition) -> bool:
    # The usual companion of a Deny on the organization; whoever is no service is caught.
    return (
        condition.key == "aws:principalisawsservice"
        and condition.if_exists
        and only(condition, "Bool", "false")
    )


def _opposite(condition: Condition) -> Condition | None:
    """Write "denied when this holds" as a condition that must hold, where one says it."""
    operator, key, values = condition.operator, condition.key, condition.values
    if not values:
        return None
    if operator in STRING_NOT_LIKE | ARN_NOT_LIKE:
        # A negated comparison holds, too, when the key is absent; under ForAnyValue it does not.
        qualifier = "ForAllValues" if condition.qualifier == "ForAnyValue" else ""
        return Condition(operator.replace("Not", ""), qualifier, False, key, values)
    if operator == "Null" and len(values) == 1 and values[0].lower() in _OTHER:
        return Condition("Null", "", False, key, (_OTHER[values[0].lower()],))
    if operator == "Bool" and len(values) == 1 and values[0].lower() in _OTHER:
        passes_absent = not condition.passes_absent
        return Condition("Bool", "", passes_absent, key, (_OTHER[values[0].lower()],))
    if operator in _NEGATIONS and not condition.qualifier and not condition.if_exists:
        return Condition(_NEGATIONS[operator], "", False, key, values)
    return None


_OTHER: Final = {"true": "false", "false": "true"}
_NEGATIONS: Final = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
}
