"""The sample events, and what they are samples of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change, Rejected
from rolecall.model.records import parse
from rolecall.model.scales import Mode
from rolecall.registry import convention_classes
from rolecall.replaying.memory import MemoryAccount
from rolecall.replaying.states import is_state, staged

ROOT = Path(__file__).parents[1]
EVENTS = ROOT / "events"


@dataclass(frozen=True)
class Sample:
    """One sample event of one convention."""

    path: Path

    @property
    def convention(self) -> str:
        return self.path.parent.name

    @property
    def is_drift(self) -> bool:
        return self.path.name.startswith("drift-")

    @property
    def needs_stack(self) -> bool:
        """Whether only a deployed stack can judge it, which knows its roles and its intents."""
        found = convention_classes()[self.convention]
        return issubclass(found, ActivityConvention) and found.of_own_roles

    @property
    def ships_off(self) -> bool:
        """Whether its convention looks only when the settings name it."""
        return convention_classes()[self.convention].ships_as is Mode.OFF

    @property
    def is_state(self) -> bool:
        """Whether it is a state alone, for what only a sweep can see."""
        return is_state(self.event)

    @property
    def state(self) -> MemoryAccount | None:
        """The account in the state that is written down with it, or None."""
        found = staged(self.event)
        assert not isinstance(found, Rejected), found
        return found

    @property
    def event(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.path.read_text())
        return loaded

    @property
    def change(self) -> Change:
        change = parse(self.event)
        assert isinstance(change, Change)
        return change

    def __str__(self) -> str:
        return f"{self.convention}/{self.path.stem}"


def all_samples() -> Iterator[Sample]:
    """Every sample there is."""
    return (Sample(path) for path in sorted(EVENTS.glob("*/*.json")))


def samples() -> Iterator[Sample]:
    """Every sample that is an event."""
    return (sample for sample in all_samples() if not sample.is_state)


def sample(name: str) -> Sample:
    """One sample by `<convention>/<stem>`."""
    return Sample(EVENTS / f"{name}.json")
