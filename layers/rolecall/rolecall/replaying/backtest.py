"""What would have happened: the conventions over recorded events, without an account.

A subject's state is only what its record says, or what was written down beside it; a convention that
needs more says nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rolecall.convention import Convention
from rolecall.detection.deciding import Facts, decide
from rolecall.detection.judging import judge, judge_everything
from rolecall.model.cases import SWEEP
from rolecall.model.changes import Change, Rejected
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.pointing import all_subjects, removes
from rolecall.model.recorded import recorded
from rolecall.model.records import parse
from rolecall.model.scales import Severity
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.model.times import seconds
from rolecall.registry import Registry
from rolecall.replaying.memory import MemoryAccount
from rolecall.replaying.states import is_state, staged, swept
from rolecall.settings import Settings


@dataclass(frozen=True, slots=True)
class PastDrift:
    """One drift that recorded events show, and what would have been decided about it."""

    at: str
    change: Change
    drift: Drift
    severity: Severity
    decision: str

    def to_dict(self) -> dict[str, Any]:
        """The drift as one line of JSON Lines."""
        drift = self.drift
        return {
            "at": self.at,
            "eventID": self.change.event_id,
            "eventTime": self.change.time,
            "eventName": self.change.record.get("eventName"),
            "convention": drift.convention,
            "subject": drift.subject.arn,
            "severity": self.severity.value,
            "evidence": {
                "says": drift.says,
                "part": drift.part,
                "found": drift.found,
                "expected": drift.expected,
            },
            "decision": self.decision,
            "actor": str(self.change.actor),
        }


class Backtest:
    """One run over recorded events.

    Attributes:
        records: How many records were read, the rejected ones included.
        drifts: How many drifts they showed.
        rejected: How many could not be used.
    """

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self.records = 0
        self.drifts = 0
        self.rejected = 0
        self.reasons: list[tuple[str, str]] = []
        self._registry = registry
        self._settings = settings
        self._today = datetime.now(UTC).date().isoformat()
        self._graced: list[tuple[Convention, PastDrift, int]] = []
        self._settled: dict[tuple[str, str], list[tuple[str, str]]] = {}

    @property
    def closing_line(self) -> str:
        """The counts in one line."""
        return f"{self.records} records, {self.drifts} drifts, {self.rejected} rejected"

    def run(self, placed: Iterable[tuple[str, Any]]) -> Iterator[PastDrift]:
        """Yield the drifts of records that come with their place, `<path>:<position>`.

        A drift with a grace is held back until the end: a later record may show that it was settled.
        """
        for at, value in placed:
            self.records += 1
            account = staged(value)
            if isinstance(account, Rejected):
                self._reject(at, account)
            elif account and is_state(value):
                yield from self._sweep(at, account)
            elif isinstance(change := self._parsed(value), Rejected):
                self._reject(at, change)
            else:
                yield from self._judge(at, change, account)
        for convention, past, grace in self._graced:
            if not self._was_settled(convention, past, grace):
                self.drifts += 1
                yield past

    def _reject(self, at: str, rejected: Rejected) -> None:
        self.rejected += 1
        self.reasons.append((at, rejected.reason))

    @staticmethod
    def _parsed(value: Any) -> Change | Rejected:
        return value if isinstance(value, Rejected) else parse(value)

    def _sweep(self, at: str, account: MemoryAccount) -> Iterator[PastDrift]:
        """Judge a state that was written down alone, as a sweep judges the account."""
        change = swept(account)
        for judgement in judge_everything(account.everything(), self._registry, self._settings):
            for drift in judgement.drifts:
                self.drifts += 1
                yield self._past(at, change, judgement.convention, drift)

    def _judge(self, at: str, change: Change, account: MemoryAccount | None) -> Iterator[PastDrift]:
        for convention in self._registry.settled(change.call):
            self._note(convention, change)
        read = self._reader(change, account)
        judged, rejected = judge(change, self._registry, self._settings, read)
        if rejected:
            self._reject(at, rejected[0])
        for judgement in judged:
            convention = judgement.convention
            for drift in judgement.drifts:
                past = self._past(at, change, convention, drift)
                grace = self._settings.grace(convention.id, convention.grace)
                if grace and convention.settled_by:
                    self._graced.append((convention, past, grace))
                else:
                    self.drifts += 1
                    yield past

    def _past(self, at: str, change: Change, convention: Convention, drift: Drift) -> PastDrift:
        # Records do not tell paths: nearly all subjects lie at the root. Nor unique ids.
        facts = Facts(
            self._today,
            "/",
            change.through,
            waited=True,
            swept=change.call == SWEEP,
            unique_id=None,
        )
        decision = decide(drift, convention, self._settings, facts)
        return PastDrift(at, change, drift, decision.severity, decision.status.value)

    @staticmethod
    def _reader(change: Change, account: MemoryAccount | None) -> Any:
        def read(ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
            if account and ref in account.state:
                return account.read(ref, facets)
            # With what the record tells of it: who needs more says nothing.
            gone = removes(change, ref.kind)
            return None if gone else subject(ref, recorded(change, ref), at=change.time)

        return read

    def _note(self, convention: Convention, change: Change) -> None:
        if change.error or not self._settings.grace(convention.id, convention.grace):
            return
        for ref in all_subjects(change, convention.kinds()):
            self._settled.setdefault((convention.id, ref.key), []).append(
                (change.time, change.event_id)
            )

    def _was_settled(self, convention: Convention, past: PastDrift, grace: int) -> bool:
        # A time that is none settles nothing, and nothing settles it.
        begun = seconds(past.change.time)
        changes = self._settled.get((convention.id, past.drift.subject.key), ())
        return any(
            begun <= seconds(time) <= begun + grace
            for time, event_id in changes
            if event_id != past.change.event_id  # what brought it does not settle it
        )
