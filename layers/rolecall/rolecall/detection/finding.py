"""Findings: each drift that a change led to, with what would be done about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rolecall.detection.deciding import Decision, Facts, decide
from rolecall.detection.exempting import identity
from rolecall.detection.judging import Judgement, judge
from rolecall.model.changes import Change, Rejected
from rolecall.model.drifts import Drift
from rolecall.ports import Reader
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
    change: Change, settings: Settings, registry: Registry, reader: Reader, today: str
) -> tuple[list[Finding], list[Rejected]]:
    """What a change led to and what would be done about it. Reads, and writes nothing.

    Args:
        change: What happened.
        settings: The account's settings.
        registry: The conventions.
        reader: Reads the state of a subject.
        today: ISO date, for exemptions.
    """
    judged, rejected = judge(change, registry, settings, reader.read)
    facts = Facts(today, through=change.through)
    return list(decided(judged, settings, reader, facts)), rejected


def decided(
    judged: Iterable[Judgement], settings: Settings, reader: Reader, facts: Facts
) -> Iterator[Finding]:
    """Yield each drift of these judgements with what would be done about it.

    Args:
        judged: What conventions say.
        settings: The account's settings.
        reader: Tells a unique id where an exemption depends on it.
        facts: What is known of all of them; the path and unique id of each are added.
    """
    for judgement in judged:
        subject = judgement.subject
        path = subject.path if subject else ""
        for drift in judgement.drifts:
            unique_id = identity(drift, subject, settings, facts.today, reader.unique_id)
            known = replace(facts, path=path, unique_id=unique_id)
            yield Finding(drift, decide(drift, judgement.convention, settings, known), judgement)
