"""Whether a stranger passes an Allow: someone of whom nothing is known but that they can call AWS.

A trust is open when a stranger gets in. Between "surely in" and "surely out" lies a doubt, and a
doubt is told and never acted on.
"""

from dataclasses import dataclass
from enum import Enum

from rolecall.policy.bounds import IDENTITY_KEYS, Key
from rolecall.policy.conditions import (
    ARN_LIKE,
    ARN_NOT_LIKE,
    STRING_NOT_LIKE,
    TWINS,
    Condition,
    demanded,
    restricts,
)
from rolecall.policy.matching import is_wild


class Answer(Enum):
    """Yes, no, or not for certain."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether a stranger passes the conditions of an Allow, and what makes it so."""

    passes: Answer
    why: str


def passage(conditions: tuple[Condition, ...], *, signed: bool) -> Passage:
    """Say whether a stranger passes all of these conditions.

    Only a signed request by a user or role carries the keys of a caller; a service, or somebody
    with a token of an identity provider, comes without.
    """
    if restricts(conditions, IDENTITY_KEYS):
        return Passage(Answer.NO, "a condition bounds who may come")
    if not conditions:
        return Passage(Answer.YES, "no condition restricts it")
    # Each condition alone may be passed and two on one key may still contradict each other.
    present = demanded(conditions)
    biting = [
        "aws:principalorgid" if one.key in TWINS else one.key
        for one in conditions
        if not one.demands and (one.key in present or not one.passes_absent)
    ]
    if len(biting) > len(set(biting)):
        return Passage(Answer.UNSURE, "several conditions on one key were not weighed together")
    if not signed and not all(map(_holds_unsigned, conditions)):
        return Passage(Answer.UNSURE, "a condition asks for what such a caller may not have")
    reasons = [_let_through(one, present) for one in conditions]
    if None in reasons:
        return Passage(Answer.UNSURE, _doubt(conditions[reasons.index(None)]))
    told = dict.fromkeys(reason for reason in reasons if reason)
    return Passage(Answer.YES, f"its conditions do not restrict who: {'; '.join(told)}")


def _let_through(condition: Condition, present: frozenset[str]) -> str | None:
    """Give the reason why a stranger surely passes, or None when that is not sure."""
    if not condition.operator:
        return None
    key = IDENTITY_KEYS.get(condition.key)
    if key is not None:
        return _let_through_identity(condition, key, present)
    if condition.key in _SECOND_FACTOR:
        # Strangers have second factors of their own: this asks how they signed in, not who they
        # are. Here and in a Deny alike the stranger is taken to bring one.
        told = "a second factor does not tell who it is"
        return told if _met_with_second_factor(condition) else None
    if condition.key in _CHOSEN or condition.key.startswith(_CHOSEN_TAGS):
        return _let_through_chosen(condition, present)
    return _let_through_network(condition)


def _let_through_identity(condition: Condition, key: Key, present: frozenset[str]) -> str | None:
    operator, values = condition.operator, condition.values
    if operator == "Null":
        # Demanding that a caller's key is there, or that an organization's key is not, leaves a
        # world of callers.
        tells = condition.demands or (
            not key.always and condition.key not in present and only(condition, "Null", "true")
        )
        return f"{key.name} alone does not tell a stranger" if tells and key.stranger else None
    if condition.passes_absent and condition.key not in present:
        # PrincipalAccount, PrincipalArn and userid come with every signed request, so there
        # IfExists may well restrict: that is a doubt. All the other keys are absent for somebody.
        return None if key.always else f"{condition.label} passes when {key.name} is absent"
    if operator in STRING_NOT_LIKE or (key.arn and operator in ARN_NOT_LIKE):
        # ForAnyValue wants the key to be there, and a direct call has no source.
        can_hold = key.stranger is not None or condition.qualifier != "ForAnyValue"
        bound = values and all(key.binds(value, by_part=condition.by_part) for value in values)
        if can_hold and bound:
            return f"{condition.label} on {key.name} keeps out only those it names"
        return None
    # In StringEquals a "*" is an ordinary character: it lets nobody in, though surely it was meant
    # otherwise.
    likens = operator == "StringLike" or (key.arn and operator in ARN_LIKE)
    if likens and any(key.admits_stranger(value) for value in values):
        return f"anyone fits a pattern for {key.name}"
    return None


def _let_through_network(condition: Condition) -> str | None:
    if condition.key == "aws:securetransport" and only(condition, "Bool", "true"):
        return "everyone calls over TLS"
    if condition.key != "aws:sourceip" or not condition.values:
        return None
    # A range says from where and not who. It may be enough or not, so it is a doubt, and so is a
    # world cut into several ranges.
    if condition.operator == "IpAddress" and any(v.endswith("/0") for v in condition.values):
        return "aws:SourceIp may be any address"
    if condition.operator == "NotIpAddress" and all(map(_small_range, condition.values)):
        return "aws:SourceIp may be any address but a few"
    return None


def _small_range(value: str) -> bool:
    _, cut, prefix = value.partition("/")
    bits = prefix if cut else "32"
    # From /8 on, leaving such ranges out leaves most of the internet in.
    return bool(value) and bits.isascii() and bits.isdigit() and len(bits) <= 3 and int(bits) >= 8  # noqa: PLR2004


def _let_through_chosen(condition: Condition, present: frozenset[str]) -> str | None:
    told = "the caller chooses what is asked for"
    if condition.operator == "Null" or (condition.passes_absent and condition.key not in present):
        return told
    if condition.operator in STRING_NOT_LIKE:
        fixed = not any(is_wild(value) or "${" in value for value in condition.values)
        return told if fixed and condition.values else None
    wide = condition.operator == "StringLike" and any(
        not value.strip("*?") and "*" in value for value in condition.values
    )
    return told if wide else None


def _doubt(condition: Condition) -> str:
    if condition.key == "sts:externalid":
        # A known partner is named as the principal and the external ID is then a good bound. Under
        # a wildcard it is the only bound, and AWS does not treat it as a secret: whoever learns it
        # comes in.
        return "only an external ID restricts it, which anyone may learn"
    if condition.key in _NETWORK:
        return "only a network restricts it, which does not tell who it is"
    if key := IDENTITY_KEYS.get(condition.key):
        return f"a condition on {key.name} may bound who may come, or may not"
    return "a condition was not understood well enough to say whom it keeps out"


def _holds_unsigned(condition: Condition) -> bool:
    negated = condition.operator in STRING_NOT_LIKE | ARN_NOT_LIKE
    always_there = condition.key in ("aws:securetransport", "aws:sourceip")
    return condition.passes_absent or always_there or (negated and not condition.qualifier)


def _met_with_second_factor(condition: Condition) -> bool:
    values = [value.lower() for value in condition.values]
    if condition.key == "aws:multifactorauthpresent":
        return condition.demands or (condition.operator == "Bool" and "true" in values)
    # No int(): a text of thousands of digits would make it raise.
    digits = all(v.isascii() and v.isdigit() and v.strip("0") for v in values)
    below = condition.operator in ("NumericLessThan", "NumericLessThanEquals")
    return condition.demands or (below and digits and bool(values))


def only(condition: Condition, operator: str, wanted: str) -> bool:
    """Say whether a condition compares, by this operator, with this value and no other."""
    same = bool(condition.values) and all(value.lower() == wanted for value in condition.values)
    return condition.operator == operator and same


_SECOND_FACTOR = frozenset({"aws:multifactorauthpresent", "aws:multifactorauthage"})
_NETWORK = frozenset({"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"})
# What the caller writes into the request, or onto their own user or role.
_CHOSEN = frozenset(
    {"sts:externalid", "sts:rolesessionname", "sts:sourceidentity", "aws:useragent", "aws:referer"}
)
_CHOSEN_TAGS = ("aws:requesttag/", "aws:principaltag/")
