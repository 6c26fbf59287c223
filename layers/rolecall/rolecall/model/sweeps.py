"""A sweep: one look at the whole account, as its message and the ledger carry it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Sweep:
    """How far one sweep is.

    Attributes:
        id: Its id, which is the event id of the cases that it opens.
        begun: When it began, UTC.
        after: The last subject that was done, or "" before the first.
        judged: How many subjects it has judged.
        opened: How many cases it has opened.
        missed: How many of them an event should have told, and is known not to have.
        resolved: How many cases it has ended, for what they were about is gone.
        calls: How many AWS calls it has made.
    """

    id: str
    begun: str
    after: str = ""
    judged: int = 0
    opened: int = 0
    missed: int = 0
    resolved: int = 0
    calls: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The sweep as JSON-able data."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The sweep that `to_dict` described."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class LastSweep:
    """The last sweep that came to its end.

    Attributes:
        ended: When, UTC.
        conventions: The conventions that it judged by: what another one finds is no news of an event
            that was missed.
    """

    sweep: Sweep
    ended: str
    conventions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The sweep as JSON-able data."""
        return {
            "sweep": self.sweep.to_dict(),
            "ended": self.ended,
            "conventions": list(self.conventions),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The sweep that `to_dict` described."""
        return cls(Sweep.from_dict(data["sweep"]), data["ended"], tuple(data["conventions"]))


def sweep_id(message: str) -> str:
    """The id of the sweep that a message begins, by the message's own id.

    A message that comes twice does not begin two.
    """
    return f"s-{message[:13]}"
