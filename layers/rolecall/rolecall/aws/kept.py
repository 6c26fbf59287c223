"""What AWS answered not long ago."""

import time
from collections.abc import Callable
from typing import Any

_SECONDS = 3600.0


class Kept:
    """Answers that many ask for and that change rarely: each is kept for an hour, in this process.

    Args:
        now: The clock.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._answers: dict[str, tuple[float, Any]] = {}

    def get[T](self, name: str, ask: Callable[[], T]) -> T:
        """The answer of this name; it is asked for where there is none, or none that is new enough."""
        now = self._now()
        if name in self._answers:
            at, answer = self._answers[name]
            if at <= now < at + _SECONDS:
                found: T = answer
                return found
        found = ask()
        self._answers[name] = (now, found)
        return found

    def forget(self) -> None:
        """Ask for everything again."""
        self._answers.clear()
