"""Whether policies grant full administration, or all of IAM, however they are spelled.

`administration` asks the opposite question, whether somebody is left who can administer for certain:
there a doubt counts as no. Here it stays a doubt, so that it is told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rolecall.policy.administration import ADMINISTERING
from rolecall.policy.conditions import Condition
from rolecall.policy.documents import Statement, parse_document
from rolecall.policy.matching import is_wild, matches
from rolecall.policy.strangers import Answer, only

# A name that only a pattern for every name fits.
_ANY_NAME: Final = "\0\0\0\0"
# These ask how somebody calls, and leave him all that he may do.
_HOW: Final = ("aws:multifactorauthpresent", "aws:securetransport")


@dataclass(frozen=True, slots=True)
class _Said:
    """What statements say of each administering call: how far all Allows let, and all Denies forbid."""

    allowed: tuple[Answer, ...] = ()
    denied: tuple[Answer, ...] = ()


def grants_administration(texts: Iterable[str], account: str) -> Answer:
    """Say whether these policies together let their holder make every administering call on everything.

    A Deny of all of these calls takes it away, and one of some of them leaves a doubt, as do a
    condition that may restrict and a text that cannot be judged.

    Args:
        texts: The policies of one principal, or one policy alone.
        account: The account they are in: a resource of another one is not everything.
    """
    said: list[_Said] = []
    for text in texts:
        found = _read(text, account)
        if found is None:
            return Answer.UNSURE
        said.append(found)
    return _weigh(said)


def administration(statements: Iterable[Statement], account: str) -> Answer:
    """Say the same of statements that were read already."""
    return _weigh([_say(tuple(statements), account)])


@lru_cache(maxsize=512)  # a sweep meets the same few managed policies on thousands of roles
def _read(text: str, account: str) -> _Said | None:
    """What a text says; None where it cannot be judged."""
    document = parse_document(text)
    return None if document.problem else _say(document.statements, account)


def _say(statements: tuple[Statement, ...], account: str) -> _Said:
    allows = [_allowed(one, account) for one in statements if one.effect == "Allow"]
    denies = [_denied(one, account) for one in statements if one.effect == "Deny"]
    return _Said(_each_best(allows), _each_best(denies))


def _weigh(said: Iterable[_Said]) -> Answer:
    said = tuple(said)
    allowed = _each_best(one.allowed for one in said if one.allowed)
    if not allowed or Answer.NO in allowed:
        return Answer.NO
    denied = _each_best(one.denied for one in said if one.denied)
    if denied and set(denied) == {Answer.YES}:
        return Answer.NO
    sure = set(allowed) == {Answer.YES} and set(denied) <= {Answer.NO}
    return Answer.YES if sure else Answer.UNSURE


def _each_best(answers: Iterable[Sequence[Answer]]) -> tuple[Answer, ...]:
    return tuple(map(_best, zip(*answers, strict=True)))


def _best(answers: Sequence[Answer]) -> Answer:
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNSURE if Answer.UNSURE in answers else Answer.NO


def _allowed(statement: Statement, account: str) -> list[Answer]:
    """What an Allow says of each administering call."""
    reached = [_reaches(statement, call, account) for call in ADMINISTERING]
    if not any(reached):
        return [Answer.NO for _ in reached]
    open_ = all(_leaves_all(one) for one in statement.conditions)
    # Whoever takes a few calls or names out of all of them has not given little.
    trimmed = statement.not_actions or all(map(statement.covers, ADMINISTERING))
    missed = Answer.UNSURE if trimmed else Answer.NO
    return [(Answer.YES if open_ else Answer.UNSURE) if one else missed for one in reached]


def _denied(statement: Statement, account: str) -> list[Answer]:
    """What a Deny says of each administering call; one that asks for a second factor denies nothing."""
    asks = [one for one in statement.conditions if not _spares_who_calls_well(one)]
    if asks != list(statement.conditions):
        return [Answer.NO for _ in ADMINISTERING]
    reached = [_reaches(statement, call, account) for call in ADMINISTERING]
    sure = Answer.UNSURE if asks else Answer.YES
    return [sure if one else Answer.NO for one in reached]


def _leaves_all(condition: Condition) -> bool:
    return condition.key in _HOW and only(condition, "Bool", "true")


def _spares_who_calls_well(condition: Condition) -> bool:
    return condition.key in _HOW and only(condition, "Bool", "false")


def _reaches(statement: Statement, call: str, account: str) -> bool:
    """Whether a statement speaks of a call on every user or role of the account."""
    if not statement.covers(call):
        return False
    kind = "role" if "Role" in call else "user"
    if statement.not_resources:
        return not any(_is_everything(one, kind, account) for one in statement.not_resources)
    return any(_is_everything(one, kind, account) for one in statement.resources)


def _is_everything(pattern: str, kind: str, account: str) -> bool:
    partition = (*pattern.split(":"), "")[1]
    if not partition or is_wild(partition):
        partition = "aws"
    return matches(pattern, f"arn:{partition}:iam::{account}:{kind}/{_ANY_NAME}")
