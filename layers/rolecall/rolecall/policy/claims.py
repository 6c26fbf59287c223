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
        return not self.doubtful and all(map(_admits_any, self.idle))

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


class Claims:
    """All conditions that must hold at once, by key; what is asked of it twice is read once."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self.conditions = tuple(conditions)
        self._there = demanded(self.conditions)
        self._by_key: dict[str, list[Condition]] = {}
        for one in self.conditions:
            self._by_key.setdefault(one.key, []).append(one)
        self._read: dict[str, Bound] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys, in lower case."""
        return tuple(self._by_key)

    def bound(self, key: str) -> Bound:
        """Say what all conditions on one key come to, whatever its letter case."""
        if key not in self._read:
            self._read[key] = self._bound(key, self._by_key.get(key.lower(), ()))
        return self._read[key]

    def alone(self, condition: Condition) -> Bound:
        """Say what one of the conditions comes to, beside the keys that must be there."""
        return self._bound(condition.key, (condition,))

    def _bound(self, key: str, conditions: Iterable[Condition]) -> Bound:
        tests: list[tuple[Value, ...]] = []
        idle: list[Condition] = []
        names_out = doubtful = False
        for one in conditions:
            if one.operator == "Null":
                continue
            if one.operator in STRING_NOT_LIKE and one.values and not any(map(_open, one.values)):
                names_out = True
            elif one.operator not in _POSITIVE or not one.values:
                doubtful = True
            elif one.passes_absent and one.key not in self._there:
                idle.append(one)
            else:
                tests.append(tuple(_values(one)))
        return Bound(key, tuple(tests), tuple(idle), names_out, doubtful)

    def met_beside(self, judged: Iterable[str], brought: Iterable[str] = ()) -> bool:
        """Say whether somebody unknown surely meets all conditions but those that are judged.

        Args:
            judged: The keys that the caller of this has looked at itself; a request has them all.
            brought: The keys whose value somebody unknown can choose.
        """
        own, chosen = {key.lower() for key in judged}, {key.lower() for key in brought}
        for key, on_key in self._by_key.items():
            compared = [one for one in on_key if not (one.demands and key in own | chosen)]
            if key == "aws:securetransport":
                met = all(only(one, "Bool", "true") for one in compared)
            elif key in own:
                met = not any(one.operator == "Null" for one in compared)
            else:
                # Two conditions on one key may contradict each other.
                few = len(compared) <= 1
                met = not compared or (few and key in chosen and _can_bring(compared[0]))
            if not met:
                return False
        return True


def _open(text: str) -> bool:
    return is_wild(text) or "${" in text


def _admits_any(condition: Condition) -> bool:
    return any(value.anything for value in _values(condition))


def _values(condition: Condition) -> Iterable[Value]:
    like = condition.operator in _LIKE
    return (Value(text, like and is_wild(text)) for text in dict.fromkeys(condition.values))


def _can_bring(condition: Condition) -> bool:
    if condition.operator not in STRING_LIKE:
        return False
    # A star in StringEquals is itself, which nobody's value is.
    plain = (value.literal and not is_wild(value.text) for value in _values(condition))
    return any(plain) or _admits_any(condition)


def reach[R](found: Bound, of: Callable[[Value], R], order: Callable[[R], int]) -> R | None:
    """Say how far the values reach: every condition must hold, and one value of it is enough."""
    widest = [max(map(of, values), key=order) for values in found.tests]
    return min(widest, key=order, default=None)


# A number is compared as text where a provider's claim holds one.
_POSITIVE: Final = STRING_LIKE | ARN_LIKE | {"NumericEquals"}
