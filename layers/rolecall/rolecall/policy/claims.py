"""What the conditions on one key come to: which values they let through, if they restrict at all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from rolecall.policy.conditions import ARN_LIKE, STRING_LIKE, STRING_NOT_LIKE, Condition, demanded
from rolecall.policy.matching import is_wild, matches
from rolecall.policy.strangers import only

_LIKE: Final = frozenset({"StringLike"}) | ARN_LIKE


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a condition admits.

    Attributes:
        text: As written.
        wild: Whether its `*` and `?` stand for other characters; in StringEquals they are themselves.
    """

    text: str
    wild: bool

    @property
    def variable(self) -> bool:
        """Whether the request fills a part of it, as with `${aws:username}`."""
        return "${" in self.text

    @property
    def literal(self) -> bool:
        """Whether it is exactly one text, and not an empty one."""
        return bool(self.text) and not self.wild and not self.variable

    def fits(self, text: str) -> bool:
        """Say whether a text is what it says, or fits it."""
        return matches(self.text, text) if self.wild else self.text == text

    @property
    def anything(self) -> bool:
        """Whether every text of some length fits it."""
        return self.wild and not self.text.strip("*?") and "*" in self.text


@dataclass(frozen=True, slots=True)
class Bound:
    """All conditions on one key.

    Attributes:
        key: The key as one would write it.
        tests: For each condition that fails without the key: the values of which one must fit.
        idle: The conditions that hold, too, when the key is absent.
        names_out: Whether a condition keeps out nothing but the whole texts that it lists.
        doubtful: Whether a condition on it was not understood.
    """

    key: str
    tests: tuple[tuple[Value, ...], ...] = ()
    idle: tuple[Condition, ...] = ()
    names_out: bool = False
    doubtful: bool = False

    @property
    def literal(self) -> bool:
        """Whether one of the conditions lets through nothing but the texts that it lists."""
        return any(all(value.literal for value in values) for values in self.tests)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the narrowest understood condition admits; empty where none lists whole texts."""
        whole = [values for values in self.tests if all(value.literal for value in values)]
        return tuple(value.text for value in min(whole, key=len)) if whole else ()

    @property
    def restricts(self) -> bool:
        """Whether any condition keeps anything out."""
        return any(not any(value.anything for value in values) for values in self.tests)

    @property
    def admits_strangers(self) -> bool:
        """Whether, where nothing restricts, somebody with a value of his own surely passes.

        What holds without the key still compares it where it is there.
        """
        return not self.doubtful and all("*" in one.values for one in self.idle)

    @property
    def admits_all(self) -> bool:
        """Whether, where nothing restricts, every value surely passes."""
        return self.admits_strangers and not self.names_out

    @property
    def why(self) -> str:
        """Why it does not restrict, where it does not."""
        if any(self.tests):
            return f"{self.key} may be anything"
        if self.idle:
            return f"{self.idle[0].label} passes when {self.key} is absent"
        if self.names_out:
            return f"the condition on {self.key} keeps out only what it names"
        if self.doubtful:
            return f"the condition on {self.key} does not bound its value"
        return f"no condition restricts {self.key}"


def bound(conditions: Iterable[Condition], key: str) -> Bound:
    """Gather the conditions on one key, whatever its letter case."""
    conditions = tuple(conditions)
    lower = key.lower()
    on_key = [one for one in conditions if one.key == lower and one.operator != "Null"]
    if not on_key:
        return Bound(key)
    there = lower in demanded(conditions)
    tests: list[tuple[Value, ...]] = []
    idle: list[Condition] = []
    names_out = doubtful = False
    for one in on_key:
        if one.operator in STRING_NOT_LIKE and one.values and not any(map(_open, one.values)):
            names_out = True
        elif one.operator not in _POSITIVE or not one.values:
            doubtful = True
        elif one.passes_absent and not there:
            idle.append(one)
        else:
            tests.append(tuple(_values(one)))
    return Bound(key, tuple(tests), tuple(idle), names_out, doubtful)


def _open(text: str) -> bool:
    return is_wild(text) or "${" in text


def _values(condition: Condition) -> Iterable[Value]:
    like = condition.operator in _LIKE
    return (Value(text, like and is_wild(text)) for text in dict.fromkeys(condition.values))


def meets_the_rest(
    conditions: tuple[Condition, ...], judged: Iterable[str], brought: Iterable[str] = ()
) -> bool:
    """Say whether somebody unknown surely meets all conditions but those on the keys that are judged.

    Args:
        conditions: All that must hold.
        judged: The keys that the caller of this has looked at itself; a request has them all.
        brought: The keys whose value somebody unknown can choose.
    """
    own, chosen = {key.lower() for key in judged}, {key.lower() for key in brought}
    seen: set[str] = set()
    for one in conditions:
        if one.demands and one.key in own | chosen:
            continue
        if one.key in own and one.operator != "Null":
            continue
        if one.key == "aws:securetransport" and only(one, "Bool", "true"):
            continue
        # Two conditions on one key may contradict each other.
        if one.key not in chosen or one.key in seen or not _can_bring(one):
            return False
        seen.add(one.key)
    return True


def _can_bring(condition: Condition) -> bool:
    if condition.operator not in STRING_LIKE:
        return False
    return any(value.literal or value.anything for value in _values(condition))


def reach[R](found: Bound, of: Callable[[Value], R], order: Callable[[R], int]) -> R | None:
    """Say how far the values reach: every condition must hold, and one value of it is enough."""
    widest = [max(map(of, values), key=order) for values in found.tests]
    return min(widest, key=order, default=None)


# A number is compared as text where a provider's claim holds one.
_POSITIVE: Final = STRING_LIKE | ARN_LIKE | {"NumericEquals"}
