"""Conditions in one form, and whether they truly restrict."""

from collections.abc import Iterable
from dataclasses import dataclass

from rolecall.policy.bounds import IDENTITY_KEYS, Key
from rolecall.policy.matching import is_wild


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; all comparisons of a statement must hold, any of the values is enough."""

    operator: str  # "StringEquals" as AWS spells it, without prefix and suffix; "" when unknown
    qualifier: str  # "ForAllValues", "ForAnyValue" or ""
    if_exists: bool
    key: str  # lower case: condition keys are not case-sensitive
    values: tuple[str, ...]

    @property
    def passes_absent(self) -> bool:
        """Whether it holds, too, when the request has no such key.

        IfExists says so by name, and ForAllValues is true of an empty set (IAM JSON policy
        elements: Condition operators; Set operators for multivalued context keys).
        """
        return self.if_exists or self.qualifier == "ForAllValues"

    @property
    def demands(self) -> bool:
        """Whether it asks that the key be there, whatever its value."""
        absent = [value.lower() for value in self.values]
        return self.operator == "Null" and bool(absent) and set(absent) == {"false"}

    @property
    def by_part(self) -> bool:
        """Whether the six parts of an ARN are compared one by one."""
        return self.operator in ARN_LIKE or self.operator in ARN_NOT_LIKE

    @property
    def label(self) -> str:
        """The operator as one would write it."""
        prefix = f"{self.qualifier}:" if self.qualifier else ""
        return f"{prefix}{self.operator}{'IfExists' if self.if_exists else ''}"


def normalise(element: object) -> tuple[tuple[Condition, ...], str | None]:
    """Read a Condition element; the second part says what is wrong with its shape."""
    if not isinstance(element, dict):
        return (), "its Condition is not an object"
    found: list[Condition] = []
    for written, tests in element.items():
        if not isinstance(tests, dict):
            return tuple(found), "an operator of its Condition holds no object"
        for key, values in tests.items():
            listed = values if isinstance(values, list) else [values]
            if not all(isinstance(value, str | int | float) for value in listed):
                return tuple(found), "a value of its Condition is no text, number or boolean"
            found.append(_condition(written, key, listed))
    return tuple(found), None


def _condition(written: str, key: str, values: list[object]) -> Condition:
    name = written.lower()
    qualifier = ""
    for prefix in ("ForAllValues", "ForAnyValue"):
        if name.startswith(prefix.lower() + ":"):
            qualifier, name = prefix, name[len(prefix) + 1 :]
    if_exists = name.endswith("ifexists")
    operator = _OPERATORS.get(name.removesuffix("ifexists"), "")
    if operator == "Null" and (qualifier or if_exists):
        operator = ""  # "except the Null condition": AWS knows no such pair
    return Condition(operator, qualifier, if_exists, key.lower(), tuple(map(_text, values)))


def _text(value: object) -> str:
    # "Quotation marks are optional for numeric and Boolean values" (Grammar of the IAM JSON policy
    # language).
    return str(value).lower() if isinstance(value, bool) else str(value)


def restricts(conditions: Iterable[Condition], keys: Iterable[str]) -> bool:
    """Say whether any condition on one of these keys truly restricts.

    It does when its operator is positive, it fails where the key is absent, it has values, and each
    of them names one owner. The rest (negations, ForAllValues, IfExists, wildcards, whole address
    ranges) lets the unknown pass.
    """
    wanted = {key.lower() for key in keys}
    conditions = tuple(conditions)
    present = demanded(conditions)
    return any(
        _restricts(condition, IDENTITY_KEYS.get(condition.key))
        for condition in conditions
        if condition.key in wanted and (not condition.passes_absent or condition.key in present)
    )


def demanded(conditions: Iterable[Condition]) -> frozenset[str]:
    """Name the keys that must be there; with those, IfExists and ForAllValues bite after all."""
    keys = {one.key for one in conditions if one.demands or _fails_absent(one)}
    return frozenset(keys | (TWINS if keys & TWINS else frozenset()))


def _fails_absent(condition: Condition) -> bool:
    """Say whether a comparison fails for want of its key: a positive one does, a negated one holds."""
    if condition.operator in ("", "Null") or condition.passes_absent:
        return False
    return "Not" not in condition.operator or condition.qualifier == "ForAnyValue"


def _restricts(condition: Condition, known: Key | None) -> bool:
    operator, values = condition.operator, condition.values
    if not values:  # what AWS makes of an empty list is not documented
        return False
    if operator in STRING_LIKE or (operator in ARN_LIKE and (known is None or known.arn)):
        key = known or Key(condition.key)
        return all(key.binds(value, by_part=condition.by_part) for value in values)
    if known is not None:  # an identity key under a number, date or address operator means nothing
        return False
    if operator == "Bool":  # "false" asks for the weaker case
        return all(value.lower() == "true" for value in values)
    if operator == "IpAddress":
        return all(value and not is_wild(value) and not value.endswith("/0") for value in values)
    return False


# An organization's id and its paths come together or not at all.
TWINS = frozenset({"aws:principalorgid", "aws:principalorgpaths"})
STRING_LIKE = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike"})
STRING_NOT_LIKE = frozenset({"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike"})
ARN_LIKE = frozenset({"ArnEquals", "ArnLike"})  # "These behave identically"
ARN_NOT_LIKE = frozenset({"ArnNotEquals", "ArnNotLike"})
_NUMBERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_OPERATORS = {
    name.lower(): name
    for name in (
        *(STRING_LIKE | STRING_NOT_LIKE | ARN_LIKE | ARN_NOT_LIKE),
        *(kind + test for kind in ("Numeric", "Date") for test in _NUMBERS),
        *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"),
    )
}
