"""Answers to checks of a real account: what was seen, and what that means."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import code_of
from rolecall.errors import RolecallError

_SHOWN = 3


class State(StrEnum):
    """How a check ended. What could not be asked is never a pass."""

    PASS = "pass"  # noqa: S105  # a word
    FAIL = "fail"
    UNKNOWN = "unknown"

    @property
    def style(self) -> str:
        """The colour in which it is shown."""
        return {State.PASS: "green", State.FAIL: "red", State.UNKNOWN: "yellow"}[self]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check saw.

    Attributes:
        state: How it ended.
        seen: What was seen, in a few words.
        fix: What to do, where something is to be done.
    """

    state: State
    seen: str
    fix: str = ""


def passed(seen: str) -> Answer:
    """It is as it should be."""
    return Answer(State.PASS, seen)


def failed(seen: str, fix: str) -> Answer:
    """It is not as it should be."""
    return Answer(State.FAIL, seen, fix)


def unknown(seen: str, fix: str = "") -> Answer:
    """It could not be told."""
    return Answer(State.UNKNOWN, seen, fix)


def judged(wrong: list[str], right: str, fix: str) -> Answer:
    """A failure that names what is wrong, or a pass when nothing is."""
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return failed(", ".join(wrong[:_SHOWN]) + more, fix) if wrong else passed(right)


def fact(check: Callable[..., Any]) -> str:
    """The fact that a check is about: the first line of its docstring."""
    return (inspect.getdoc(check) or "").partition("\n")[0]


def asked[T](check: Callable[[T], Answer], of: T) -> Answer:
    """What a check answers; where AWS does not, that it is unknown and why."""
    try:
        return check(of)
    except (ClientError, BotoCoreError) as error:
        doing = error.operation_name if isinstance(error, ClientError) else "AWS"
        return unknown(
            f"{doing} answers {code_of(error)}",
            "Ask as somebody who may read this, where it exists.",
        )
    except RolecallError as error:
        return unknown(str(error))
