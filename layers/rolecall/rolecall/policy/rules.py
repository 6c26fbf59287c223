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

# No policy that IAM takes has as many: 10,240 characters are the most, white space not counted (IAM and
# STS quotas), and escapes may double them. What a hostile text lists must not take long to weigh.
_MOST_CHARACTERS, _MOST_RESOURCES, _MOST_WILD = 20_480, 500, 200


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement.

    Attributes:
        statement: As it was read.
        resources: The patterns of its Resource, or of its NotResource.
        named: The actions that are written out, in lower case.
        wild: Those with wildcards, by the service that they are of; "" where that is wild, too.
    """

    statement: Statement
    resources: tuple[str, ...]
    named: frozenset[str]
    wild: Mapping[str, tuple[str, ...]]
    _reached: dict[str, Reach] = field(default_factory=dict, compare=False)

    def speaks_of(self, call: str) -> bool:
        """Say whether it is about a call, which is given in lower case."""
        service = call.partition(":")[0]
        listed = call in self.named or any(
            fits_any(self.wild[one], call) for one in (service, "") if one in self.wild
        )
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
        return hold(self.statement.conditions, keys)


def hold(conditions: Iterable[Condition], keys: Mapping[str, str]) -> Answer:
    """Say whether all of these conditions hold for a request of which these keys are known."""
    answers = {_holds(one, keys) for one in conditions}
    if Answer.NO in answers:
        return Answer.NO
    return Answer.UNSURE if Answer.UNSURE in answers else Answer.YES


# What whoever has a right can bring along: a second factor, and TLS.
BROUGHT: Final = {"aws:multifactorauthpresent": "true", "aws:securetransport": "true"}


@lru_cache(maxsize=128)
def rules(text: str) -> tuple[Rule, ...] | None:
    """Make the statements of a text ready; None when it cannot be judged with certainty."""
    document = parse_document(text)
    if document.problem or len("".join(text.split())) > _MOST_CHARACTERS:
        return None
    made = tuple(map(_rule, document.statements))
    wild: dict[str, int] = {}
    for one in made:
        for service, patterns in one.wild.items():
            wild[service] = wild.get(service, 0) + len(patterns)
    listed = sum(len(one.resources) for one in made)
    if listed > _MOST_RESOURCES or any(many > _MOST_WILD for many in wild.values()):
        return None
    return made


def _rule(statement: Statement) -> Rule:
    actions = {lower_ascii(one) for one in statement.actions or statement.not_actions}
    wild: dict[str, tuple[str, ...]] = {}
    for one in sorted(filter(is_wild, actions)):
        service, colon, _ = one.partition(":")
        key = service if colon and not is_wild(service) else ""
        wild[key] = (*wild.get(key, ()), _short(one))
    return Rule(
        statement=statement,
        resources=tuple(map(_short, statement.resources or statement.not_resources)),
        named=frozenset(one for one in actions if not is_wild(one)),
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
