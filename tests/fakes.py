"""In-memory fakes of the ports; the fake account is `rolecall.replaying.memory.MemoryAccount`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from rolecall.errors import (
    CappedError,
    CaseError,
    LeaseHeldError,
    PausedError,
    RemedyError,
    RetryError,
)
from rolecall.model.baselines import Baseline
from rolecall.model.calls import Call
from rolecall.model.cases import Case, Status
from rolecall.model.stories import LedgerExemption, Move, Telling
from rolecall.model.subjects import SubjectRef
from rolecall.model.sweeps import LastSweep
from rolecall.ports import APART, Cap, Entry, Intent, Opening, Outcome, over


@dataclass
class Kept:
    """A case and everything the ledger knows beside it."""

    case: Case
    fence: int = 0
    lease: float = 0.0
    intent: Intent | None = None
    outcome: Outcome | None = None
    history: tuple[Move, ...] = ()

    def entry(self) -> Entry:
        return Entry(self.case, self.fence, self.intent, self.outcome, history=self.history)


@dataclass
class Known:
    """Which case stands for a drift."""

    case: str
    state: str
    until: float
    snoozed: float = 0.0
    exemption: LedgerExemption | None = None


@dataclass
class MemoryLedger:
    """The ledger as dictionaries. `log` tells the order of its writes."""

    kept: dict[str, Kept] = field(default_factory=dict)
    known: dict[tuple[str, str], Known] = field(default_factory=dict)
    # Until when somebody is telling it; None once it is told.
    tellings: dict[tuple[str, Status, str], float | None] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    paused: str = ""
    made: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)
    writers: dict[str, tuple[str, float]] = field(default_factory=dict)
    told_at: dict[tuple[str, Status, str], float] = field(default_factory=dict)
    now: float = 0.0  # the latest moment that anybody named
    tries: list[tuple[str, Intent]] = field(default_factory=list)
    sweeps: list[LastSweep] = field(default_factory=list)

    def open_case(self, case: Case, now: float) -> tuple[Opening, Case]:
        if case.id in self.kept:
            return Opening.REPEATED, self.kept[case.id].case
        key = (case.drift.subject.key, case.drift.key)
        known = self.known.get(key)
        if known and known.snoozed >= now:
            return Opening.SNOOZED, self.kept[known.case].case
        if known and known.state == case.drift.state and known.until >= now:
            if self.kept[known.case].lease >= now:
                raise LeaseHeldError(known.case)
            return Opening.KNOWN, self.kept[known.case].case
        self.now = max(self.now, now)
        self.kept[case.id] = Kept(case, history=(Move(now, case.status, reason=case.reason),))
        self.known[key] = Known(case.id, case.drift.state, now + 86_400)
        self.log.append("open")
        return Opening.OPENED, case

    def claim(self, case_id: str, now: float, lease: float) -> Entry:
        kept = self._get(case_id)
        if kept.lease >= now:
            raise LeaseHeldError(case_id)
        self.now = max(self.now, now)
        kept.lease, kept.fence = now + lease, kept.fence + 1
        return replace(kept.entry(), claimed=now, until=now + lease)

    def _get(self, case_id: str) -> Kept:
        if case_id not in self.kept:
            raise CaseError(f"There is no case {case_id}.")
        return self.kept[case_id]

    def _fenced(self, entry: Entry) -> Kept:
        kept = self._get(entry.case.id)
        if kept.fence != entry.fence:
            raise LeaseHeldError(entry.case.id)
        return kept

    def release(self, entry: Entry) -> None:
        kept = self._get(entry.case.id)
        if kept.fence == entry.fence:
            kept.lease = 0.0

    def intend(self, entry: Entry, intent: Intent, caps: Sequence[Cap] = ()) -> None:
        kept = self._fenced(entry)
        if self.paused:
            raise PausedError(self.paused)
        if why := self.stopped.get(entry.case.drift.subject.key):
            raise CappedError(why, "stop")
        for cap in caps:
            if self.made.get(cap.bucket, 0) >= cap.limit:
                raise CappedError(over(cap), cap.sort)
        writer, written = self.writers.get(entry.case.drift.subject.key, ("", 0.0))
        if entry.writes_whole:
            if writer not in {"", entry.case.id} and written >= entry.claimed:
                raise LeaseHeldError(entry.case.id)
            self.writers[entry.case.drift.subject.key] = (entry.case.id, entry.until + APART)
        for cap in caps:
            self.made[cap.bucket] = self.made.get(cap.bucket, 0) + 1
        kept.intent = intent
        self.tries.append((entry.case.drift.subject.key, intent))
        self.log.append("intend")

    def intended(self, ref: SubjectRef) -> list[tuple[str, Call]]:
        return [
            (intent.at, Call.from_dict(step["do"]))
            for subject, intent in self.tries
            if subject == ref.key
            for step in intent.remedy
        ]

    def pause(self) -> str:
        return self.paused

    def set_pause(self, reason: str) -> None:
        self.paused = reason

    def set_stop(self, ref: SubjectRef, reason: str) -> None:
        self.stopped[ref.key] = reason

    def conclude(self, entry: Entry, case: Case, outcome: Outcome | None) -> None:
        kept = self._fenced(entry)
        if case.status != entry.case.status:
            kept.history += (Move(self.now, case.status, reason=case.reason),)
        kept.case, kept.lease = case, 0.0
        kept.outcome = outcome or kept.outcome
        subject = case.drift.subject.key
        if outcome and entry.writes_whole and not case.ended and subject in self.writers:
            end = datetime.fromisoformat(outcome.at).timestamp() + APART
            if self.writers[subject][0] == case.id:
                self.writers[subject] = (case.id, end)
        known = self.known.get((case.drift.subject.key, case.drift.key))
        if case.ended and known and known.case == case.id:
            known.until = 0.0
        self.log.append("conclude")

    def settle(
        self, ref: SubjectRef, convention: str, still: Iterable[str], now: str
    ) -> list[Case]:
        keep, resolved = set(still), []
        for (subject, drift), known in self.known.items():
            case = self.kept[known.case].case
            ours = subject == ref.key and drift.startswith(f"{convention}#")
            if ours and drift not in keep and known.until and case.status.ends_by_itself:
                case = case.moved(Status.RESOLVED, reason="it is gone", ended=now)
                move = Move(self.now, case.status, reason=case.reason)
                self.kept[known.case].case = case
                self.kept[known.case].history += (move,)
                known.until = 0.0
                resolved.append(case)
        return resolved

    def get(self, case_id: str) -> Entry:
        return self._get(case_id).entry()

    def cases(self) -> Iterator[Case]:
        return (kept.case for kept in list(self.kept.values()))

    def unheard(self) -> Iterator[Case]:
        told = {key[:2] for key, lease in self.tellings.items() if lease is None}
        for case in list(self.cases()):
            if case.status.is_told and (case.id, case.status) not in told:
                yield case

    def exempt(self, case: Case, exemption: LedgerExemption | None) -> None:
        key = (case.drift.subject.key, case.drift.key)
        known = self.known.get(key) or Known(case.id, case.drift.state, 0.0)
        until = exemption.until if exemption else 0.0
        self.known[key] = replace(known, until=0.0, snoozed=until, exemption=exemption)

    def exemption(self, case: Case) -> LedgerExemption | None:
        known = self.known.get((case.drift.subject.key, case.drift.key))
        return known.exemption if known else None

    def exemptions(self) -> Iterator[LedgerExemption]:
        return (known.exemption for known in self.known.values() if known.exemption)

    def claim_telling(self, case_id: str, status: Status, channel: str, now: float) -> bool:
        lease = self.tellings.get((case_id, status, channel), 0.0)
        if lease is None:
            return False
        if lease >= now:
            raise LeaseHeldError(f"Case {case_id} is being told on {channel}.")
        self.tellings[case_id, status, channel] = now + 60
        self.told_at[case_id, status, channel] = now
        return True

    def told(self, case_id: str, status: Status, channel: str) -> None:
        self.tellings[case_id, status, channel] = None

    def untold(self, case_id: str, status: Status, channel: str) -> None:
        self.tellings[case_id, status, channel] = 0.0

    def last_sweep(self) -> LastSweep | None:
        return self.sweeps[-1] if self.sweeps else None

    def swept(self, sweep: LastSweep) -> None:
        self.sweeps.append(sweep)

    def told_of(self, case_id: str) -> Iterator[Telling]:
        for key, lease in self.tellings.items():
            if key[0] == case_id and lease is None:
                yield Telling(self.told_at[key], key[1], key[2])


@dataclass
class MemoryBus:
    """The bus as a list."""

    published: list[Case] = field(default_factory=list)

    def publish(self, case: Case) -> None:
        self.published.append(case)

    @property
    def statuses(self) -> list[str]:
        return [case.status.value for case in self.published]


@dataclass
class MemoryRemedies:
    """The remedies queue as a list of case ids and delays."""

    sent: list[tuple[str, int]] = field(default_factory=list)

    def send(self, case_id: str, delay: int) -> None:
        self.sent.append((case_id, delay))


@dataclass
class MemoryChecker:
    """Access Analyzer as a list of what it was asked: the new policy, and the live one.

    Attributes:
        why: What it answers.
        error: What it raises instead.
    """

    why: str = ""
    error: RetryError | RemedyError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def new_access(self, text: str, than: str) -> str:
        self.asked.append((text, than))
        if self.error:
            raise self.error
        return self.why


@dataclass
class Clock:
    """A clock that a test moves by hand, or by waiting."""

    now: float = 1_793_610_900.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += seconds


@dataclass
class MemoryBaselines:
    """Baselines in memory."""

    kept: dict[SubjectRef, Baseline] = field(default_factory=dict)

    def baseline(self, ref: SubjectRef) -> Baseline | None:
        return self.kept.get(ref)

    def baselines(self) -> Iterator[Baseline]:
        yield from self.kept.values()

    def accept(self, baseline: Baseline) -> None:
        self.kept[baseline.ref] = baseline

    def forget(self, ref: SubjectRef) -> None:
        self.kept.pop(ref, None)
