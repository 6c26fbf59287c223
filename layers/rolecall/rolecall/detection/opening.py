"""Opens the case of a finding, and sends what follows from it."""

from collections.abc import Callable
from dataclasses import replace

from rolecall.detection.finding import Finding
from rolecall.model.cases import Case, Origin, Status, case_id
from rolecall.model.scales import Mode
from rolecall.model.times import moment
from rolecall.ports import Bus, Ledger, Opening, Reader, Remedies
from rolecall.settings import Settings

LEASE = 30.0  # seconds in which a case is handed from a sweep to the change that brought its drift


class Opener:
    """Opens cases: one for the same drift, whoever sees it and however often."""

    def __init__(
        self,
        settings: Settings,
        reader: Reader,
        ledger: Ledger,
        bus: Bus,
        remedies: Remedies,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._ledger = ledger
        self._bus = bus
        self._remedies = remedies
        self._clock = clock

    def open(self, finding: Finding, origin: Origin) -> tuple[str, str, str]:
        """Open the case, tell it and hand it over as its status wants.

        Returns:
            The case's id, what became of it in a word, and the exemption that silenced it or "".
        """
        opening, case = self.opened(finding, origin)
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

    def opened(self, finding: Finding, origin: Origin) -> tuple[Opening, Case]:
        """Write the case, or find the one that stands, and send nothing."""
        now = self._clock()
        new = self._case(finding, origin, now)
        opening, case = self._ledger.open_case(new, now)
        if opening is not Opening.KNOWN:
            return opening, case
        if case.origin.swept and not origin.swept and (case.status is Status.WAITING or _acts(new)):
            return Opening.REPEATED, self._taken_over(case, new, now)
        was_exempt = case.status is Status.EXEMPT
        if not was_exempt or new.status is Status.EXEMPT:
            return opening, case
        # What was exempt is so no longer: its end has come, or it is another one of this name. The old
        # case must not hide the drift.
        still = {drift.key for drift in finding.judgement.drifts} - {new.drift.key}
        self._ledger.settle(new.drift.subject, new.drift.convention, still, moment(now))
        return self._ledger.open_case(new, now)

    def _taken_over(self, swept: Case, new: Case, now: float) -> Case:
        """The case that a sweep opened, as the change that brought the drift would have opened it.

        A sweep may come between a change and its record, and only tells. The change may do more.
        """
        entry = self._ledger.claim(swept.id, now, LEASE)
        if entry.case.ended or not entry.case.origin.swept:
            self._ledger.release(entry)
            return entry.case
        case = replace(new, id=swept.id, opened=swept.opened)
        self._ledger.conclude(entry, case, None)
        return case

    def _case(self, finding: Finding, origin: Origin, now: float) -> Case:
        drift, decision = finding.drift, finding.decision
        convention = finding.judgement.convention
        related = convention.related(drift) if decision.status.is_told else None
        helper = self._reader.read(related, convention.related_needs) if related else None
        return Case(
            id=case_id(drift, origin.event_id),
            drift=drift,
            origin=origin,
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
            account_name=self._settings.account_name(origin.account),
            delay=decision.delay,
        )


def _acts(new: Case) -> bool:
    """Whether a case may do more than tell, now or when its grace is over."""
    if new.status is Status.WAITING:
        return new.mode in {Mode.APPROVE, Mode.REMEDIATE} and bool(new.remedy)
    return new.status in {Status.PENDING, Status.AWAITING_APPROVAL}
