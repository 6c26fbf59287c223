"""Carry records from the calls that made them to EventBridge, or lose them as the knobs ask."""

import logging
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from rolecall_cli.trail.knobs import Knobs

_REMEMBERED = 1000
logger = logging.getLogger("rolecall.trail")


@dataclass(frozen=True)
class Event:
    """What is put on the default event bus, and in whose name."""

    source: str
    detail_type: str
    detail: Mapping[str, Any]
    account: str
    region: str


class Timer(Protocol):
    """Something that will happen later, unless it is cancelled."""

    def cancel(self) -> None:
        """Let it not happen."""


class Trail:
    """The way of a record, with its knobs and counters."""

    def __init__(
        self,
        emit: Callable[[Event], None],
        later: Callable[[float, Callable[[], None]], Timer],
        knobs: Knobs,
    ) -> None:
        self._emit_now = emit
        self._later = later
        self._timers: set[Timer] = set()
        self.reset(knobs)

    def reset(self, knobs: Knobs) -> None:
        """Start anew: counters at nought, nothing held, nothing on its way."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.counters = {"emitted": 0, "dropped": 0, "duplicated": 0, "errors": 0}
        self.last_error: str | None = None
        self.held: list[Event] = []
        self.recorded: deque[Event] = deque(maxlen=_REMEMBERED)
        self.turn(knobs)

    def turn(self, knobs: Knobs) -> None:
        """Set the knobs; the draws start again from the seed."""
        self.knobs = knobs
        # A seeded generator on purpose: a run can be repeated draw by draw.
        self._draw = random.Random(knobs.seed)  # noqa: S311

    @property
    def pending(self) -> int:
        """How many copies are still on their way."""
        return len(self._timers)

    def take(self, event: Event) -> None:
        """Take a record and emit it, hold it, repeat it, delay it or lose it."""
        self.recorded.append(event)
        if self.knobs.hold:
            self.held.append(event)
            return
        if self._draw.random() < self.knobs.drop:
            self.counters["dropped"] += 1
            return
        copies = 1
        if self._draw.random() < self.knobs.duplicate:
            copies = self.knobs.copies
            self.counters["duplicated"] += 1
        for _ in range(copies):
            self._send(event, self._draw.uniform(0, self.knobs.delay))

    def release(self, order: Sequence[int] | None) -> int:
        """Emit the held records in an order of their positions, or all as they came.

        Holding ends. Records that the order does not name stay held until they are named.
        """
        positions = list(range(len(self.held))) if order is None else list(order)
        if any(not 0 <= position < len(self.held) for position in positions):
            message = f"there are {len(self.held)} held records, numbered from 0"
            raise ValueError(message)
        released = [self.held[position] for position in positions]
        named = set(positions)
        self.held = [event for at, event in enumerate(self.held) if at not in named]
        self.knobs = self.knobs.turned({"hold": False})
        for event in released:
            self._emit(event)
        return len(released)

    @contextmanager
    def counting_errors(self) -> Iterator[None]:
        """Count and log whatever goes wrong inside, so that it never reaches the call."""
        try:
            yield
        # The one place: a record that cannot be made must not disturb the call it is about.
        except Exception as error:
            self.counters["errors"] += 1
            self.last_error = f"{type(error).__name__}: {error}"
            logger.exception("the trail could not make or emit a record")

    def _send(self, event: Event, delay: float) -> None:
        if not delay:
            self._emit(event)
            return
        timers: list[Timer] = []

        def arrive() -> None:
            self._timers.difference_update(timers)
            self._emit(event)

        timers.append(self._later(delay, arrive))
        self._timers.update(timers)

    def _emit(self, event: Event) -> None:
        with self.counting_errors():
            self._emit_now(event)
            self.counters["emitted"] += 1
