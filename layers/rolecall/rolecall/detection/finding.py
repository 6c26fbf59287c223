"""Findings: each drift that a change led to, with what would be done about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rolecall.detection.deciding import Decision, Facts, decide
from rolecall.detection.judging import Judgement, Read, judge
from rolecall.model.changes import Change, Rejected
from rolecall.model.drifts import Drift
from rolecall.registry import Registry
from rolecall.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One drift and what was decided about it."""

    drift: Drift
    decision: Decision
    judgement: Judgement

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON-able data, as a replay answers it."""
        return {
            "convention": self.drift.convention,
            "subject": self.drift.subject.to_dict(),
            "says": self.drift.says,
            "status": self.decision.status.value,
            "reason": self.decision.reason,
            "remedy": self.decision.remedy.to_list() if self.decision.remedy else [],
        }


def findings(
    change: Change, settings: Settings, registry: Registry, read: Read, today: str
) -> tuple[list[Finding], list[Rejected]]:
    """What a change led to and what would be done about it. Reads, and writes nothing.

    Args:
        change: What happened.
        settings: The account's settings.
        registry: The conventions.
        read: Reads the state of a subject.
        today: ISO date, for exemptions.
    """
    judged, rejected = judge(change, registry, settings, read)
    return list(decided(judged, change, settings, today)), rejected


def decided(
    judged: Iterable[Judgement], change: Change, settings: Settings, today: str
) -> Iterator[Finding]:
    """Yield each drift of these judgements with what would be done about it."""
    for judgement in judged:
        path = judgement.subject.path if judgement.subject else ""
        for drift in judgement.drifts:
            facts = Facts(today, path, change.through)
            decision = decide(drift, judgement.convention, settings, facts)
            yield Finding(drift, decision, judgement)
