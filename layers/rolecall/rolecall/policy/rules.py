"""Statements made ready for many questions: which calls they speak of, on which resources, under what.

A text is read once however many principals it is attached to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rolecall.policy.conditions import ARN_LIKE, STRING_LIKE, STRING_NOT_LIKE, Condition
from rolecall.policy.documents import Statement, parse_document
from rolecall.policy.matching import fits_any, is_wild, lower_ascii, matches
from rolecall.policy.resources import Reach, reach
from rolecall.policy.strangers import Answer

# The most that IAM takes, white space not counted (IAM and STS character quotas), and what no policy has
# that somebody wrote to be read: a text that lists more must not take long to weigh.
_MOST_CHARACTERS, _MOST_RESOURCES, _MOST_WILD, _MOST_WILD_SERVICES = 10_240, 250, 100, 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement.

    Attributes:
        statement: As it was read.
        resources: The patterns of its Resource, or of its NotResource.
        services: The services that its Action or NotAction names; "" where one is wild.
        named: The actions that are written out, in lower case.
        heads: What the actions begin with that end in their only wildcard, a star.
        wild: The other actions with wildcards, by their service; "" where that is wild.
    """

    statement: Statement
    resources: tuple[str, ...]
    services: frozenset[str]
    named: frozenset[str]
    heads: tuple[str, ...]
    wild: Mapping[str, tuple[str, ...]]
    _reached: dict[str, Reach] = field(default_factory=dict, compare=False)
    _held: dict[tuple[str | None, ...], Answer] = field(default_factory=dict, compare=False)

    def speaks_of(self, call: str) -> bool:
        """Say whether it is about a call, which is given in lower case."""
        listed = call in self.named or call.startswith(self.heads)
        if not listed and self.wild:
            service = call.partition(":")[0]
            listed = any(fits_any(self.wild.get(one, ()), call) for one in (service, ""))
        return listed is not bool(self.statement.not_actions)

    @property
    def denies(self) -> bool:
        """Whether its effect is Deny."""
        return self.statement.effect == "Deny"

    def reaches(self, start: str) -> Reach:
        """How far it reaches among the resources of a kind, its conditions aside."""
        if start not in self._reached:
            found = reach(self.resources, start)
            if self.statement.not_resources:
                found = Reach.NOTHING if found is Reach.EVERY else Reach.EVERY
            self._reached[start] = found
        return self._reached[start]

    def spares(self, start: str) -> bool:
        """Say whether it leaves some resources of a kind out, by NotResource."""
        return bool(self.statement.not_resources) and reach(self.resources, start) > Reach.NOTHING

    def holds(self, keys: Mapping[str, str]) -> Answer:
        """Say whether its conditions hold for a request of which these keys are known."""
        asked = tuple(keys.get(one.key) for one in self.statement.conditions)
        if asked not in self._held:
            self._held[asked] = hold(self.statement.conditions, keys)
        return self._held[asked]


def hold(conditions: Iterable[Condition], keys: Mapping[str, str]) -> Answer:
    """Say whether all of these conditions hold for a request of which these keys are known."""
    answers = {_holds(one, keys) for one in conditions}
    if Answer.NO in answers:
        return Answer.NO
    return Answer.UNSURE if Answer.UNSURE in answers else Answer.YES


# What whoever has a right can bring along: a second factor, and TLS.
BROUGHT: Final = {"aws:multifactorauthpresent": "true", "aws:securetransport": "true"}


@dataclass(frozen=True, slots=True)
class Read:
    """The statements of a text; with a `problem` there are none, and nothing is certain."""

    rules: tuple[Rule, ...]
    problem: str | None


@lru_cache(maxsize=128)
def read(text: str) -> Read:
    """Make the statements of a text ready."""
    document = parse_document(text)
    if document.problem:
        return Read((), document.problem)
    if len("".join(text.split())) > _MOST_CHARACTERS:
        return Read((), "it is longer than any policy that IAM takes")
    rules = tuple(map(_rule, document.statements))
    wild: dict[str, int] = {}
    for one in rules:
        for service, patterns in one.wild.items():
            wild[service] = wild.get(service, 0) + len(patterns)
    listed = sum(len(one.resources) for one in rules)
    if listed > _MOST_RESOURCES or any(
        many > (_MOST_WILD if service else _MOST_WILD_SERVICES) for service, many in wild.items()
    ):
        return Read((), "it lists more than can be weighed")
    return Read(rules, None)


def _rule(statement: Statement) -> Rule:
    actions = {lower_ascii(one) for one in statement.actions or statement.not_actions}
    named = frozenset(one for one in actions if not is_wild(one))
    services = {one.partition(":")[0] for one in named}
    heads: list[str] = []
    wild: dict[str, tuple[str, ...]] = {}
    for one in actions - named:
        pattern = _short(one)
        service, colon, _ = pattern.partition(":")
        service = service if colon and not is_wild(service) else ""
        services.add(service)
        if is_wild(pattern.removesuffix("*")):
            wild[service] = (*wild.get(service, ()), pattern)
        else:
            heads.append(pattern.removesuffix("*"))
    return Rule(
        statement=statement,
        resources=tuple(map(_short, statement.resources or statement.not_resources)),
        services=frozenset(services),
        named=named,
        heads=tuple(heads),
        wild=wild,
    )


def _short(pattern: str) -> str:
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    return pattern


def _holds(condition: Condition, keys: Mapping[str, str]) -> Answer:
    there = keys.get(condition.key)
    if not condition.values or any("${" in value for value in condition.values):
        return Answer.UNSURE
    if there is None:
        return Answer.YES if _passes_whatever(condition) else Answer.UNSURE
    operator, values = condition.operator, condition.values
    if operator == "Null":
        return _answer(condition.demands) if len(set(values)) == 1 else Answer.UNSURE
    if operator == "Bool":
        return _answer(there.lower() in {value.lower() for value in values})
    if operator not in STRING_LIKE | STRING_NOT_LIKE:
        return Answer.UNSURE
    if operator.endswith("IgnoreCase"):
        there, values = there.lower(), tuple(value.lower() for value in values)
    like = operator.endswith("Like")
    fits = any(matches(value, there) if like else value == there for value in values)
    return _answer(fits is (operator in STRING_LIKE))


def _passes_whatever(condition: Condition) -> bool:
    """Whether it holds for every value of its key, and without."""
    anything = any(value and not value.strip("*") for value in condition.values)
    likens = condition.operator in ARN_LIKE or condition.operator == "StringLike"
    return condition.passes_absent and likens and anything


def _answer(yes: bool) -> Answer:
    return Answer.YES if yes else Answer.NO
