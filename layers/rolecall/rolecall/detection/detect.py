"""The use case of the detect function: a change comes in, cases and what follows from them go out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from rolecall.detection.finding import Finding, decided, findings
from rolecall.detection.judging import failed, judge_all, not_there_yet
from rolecall.detection.own import NO_ROLES, OwnChanges, OwnRoles
from rolecall.errors import UnsettledError
from rolecall.model.cases import Case, Origin, Status, case_id
from rolecall.model.changes import Change, Rejected
from rolecall.model.pointing import subjects
from rolecall.ports import Bus, Ledger, Opening, Reader, Remedies
from rolecall.registry import Registry
from rolecall.settings import Settings

CLEAN = "clean"
REJECTED = "rejected"
OWN = "own"


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one record: exactly one outcome, for the log and the counts."""

    outcome: str
    cases: tuple[str, ...] = ()
    reason: str = ""


def moment(now: float) -> str:
    """A time as text: UTC, whole seconds."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unwatched(change: Change, registry: Registry) -> str:
    """That no convention watches this call, in a sentence; "" when one does."""
    if registry.watching(change.call) or registry.settled(change.call):
        return ""
    return f"No convention watches {change.call}, so nothing was judged."


class Detector:
    """Judges changes against the live account and opens cases."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        reader: Reader,
        ledger: Ledger,
        bus: Bus,
        remedies: Remedies,
        clock: Callable[[], float],
        own: OwnRoles = NO_ROLES,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._reader = reader
        self._ledger = ledger
        self._bus = bus
        self._remedies = remedies
        self._clock = clock
        self._own = OwnChanges(own, registry, ledger)

    def findings(self, change: Change) -> tuple[list[Finding], list[Rejected]]:
        """What a change led to and what would be done about it. Reads, and writes nothing."""
        today = moment(self._clock())[:10]
        change = self._own.marked(change)
        if self._own.intended(change):
            return [], []
        return findings(change, self._settings, self._registry, self._reader, today)

    def unwatched(self, change: Change) -> str:
        """Why nothing was judged, in a sentence; "" when a convention watches this call."""
        if self._own.marked(change).own:
            return "A role of Rolecall's own made it, so it is matched to intents and not judged."
        return unwatched(change, self._registry)

    def detect(self, change: Change) -> Seen:
        """Judge a change, open the cases it calls for and send what follows.

        Raises:
            ExceptionGroup: what conventions raised, after what the others found has its cases.
            UnsettledError: a subject is not there yet; the record is to be seen again.
        """
        change = self._own.marked(change)
        if self._own.intended(change):
            return Seen(OWN)
        today = moment(self._clock())[:10]
        judged, rejected, errors = judge_all(
            change, self._registry, self._settings, self._reader.read
        )
        errors += self._settle(change)
        found = decided(judged, change, self._settings, self._reader, today)
        outcomes = [self._open(finding, change) for finding in found]
        if errors:
            raise failed(change, errors)
        if early := not_there_yet(judged, change, self._clock()):
            raise UnsettledError(f"The {early} is not there yet, or no more; looking again.")
        if rejected:
            return Seen(REJECTED, tuple(id_ for id_, *_ in outcomes), rejected[0].reason)
        if not outcomes:
            return Seen(CLEAN, reason=self.unwatched(change))
        _, outcome, reason = outcomes[0]
        return Seen(outcome, tuple(id_ for id_, *_ in outcomes), reason)

    def _open(self, finding: Finding, change: Change) -> tuple[str, str, str]:
        now = self._clock()
        opening, case = self._standing(finding, self._case(finding, change, now), now)
        if opening is Opening.SNOOZED:
            return case.id, opening.value, str(self._ledger.exemption(case) or "")
        # A repeat sends again what may have been lost in between: who receives it knows the case.
        if opening is not Opening.KNOWN and case.status.is_told:
            self._bus.publish(case)
        # A known one too: the worker that opened it may have died before, and its own record, seen
        # again while the drift was away, was clean.
        if case.status in {Status.PENDING, Status.WAITING}:
            self._remedies.send(case.id, case.delay)
        outcome = opening.value if opening is Opening.KNOWN else case.status.value
        return case.id, outcome, ""

    def _standing(self, finding: Finding, new: Case, now: float) -> tuple[Opening, Case]:
        opening, case = self._ledger.open_case(new, now)
        was_exempt = opening is Opening.KNOWN and case.status is Status.EXEMPT
        if not was_exempt or new.status is Status.EXEMPT:
            return opening, case
        # What was exempt is so no longer: its end has come, or it is another one of this name. The old
        # case must not hide the drift.
        still = {drift.key for drift in finding.judgement.drifts} - {new.drift.key}
        self._ledger.settle(new.drift.subject, new.drift.convention, still, moment(now))
        return self._ledger.open_case(new, now)

    def _case(self, finding: Finding, change: Change, now: float) -> Case:
        drift, decision = finding.drift, finding.decision
        convention = finding.judgement.convention
        related = convention.related(drift) if decision.status.is_told else None
        helper = self._reader.read(related, convention.related_needs) if related else None
        return Case(
            id=case_id(drift, change.event_id),
            drift=drift,
            origin=Origin.of(change),
            severity=decision.severity,
            mode=decision.mode,
            status=decision.status,
            reason=decision.reason,
            owner=self._settings.owner(convention.id),
            settings=self._settings.version,
            opened=moment(now),
            remedy=tuple(decision.remedy.to_list()) if decision.remedy else (),
            advice=(
                convention.section("Why"),
                convention.section("The right way"),
                *convention.advice(drift, helper),
            ),
            account_name=self._settings.account_name(change.account),
            delay=decision.delay,
        )

    def _settle(self, change: Change) -> list[Exception]:
        errors: list[Exception] = []
        if change.error or change.own:
            return errors
        for convention in self._registry.settled(change.call):
            refs = subjects(change, convention.kind())
            for ref in refs if not isinstance(refs, Rejected) else ():
                subject = self._reader.read(ref, convention.needs)
                try:
                    still = {drift.key for drift in convention.drifts(subject)} if subject else ()
                except Exception as error:  # one convention must not silence the others
                    errors.append(error)
                    continue
                self._ledger.settle(ref, convention.id, still, moment(self._clock()))
        return errors
