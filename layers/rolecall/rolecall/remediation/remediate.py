"""The use case of the remediate function. The order of its steps is the safety of the account.

claim with a fence → re-judge the live state → write snapshot and intent → act → verify → write the
outcome → tell. A worker that dies in between leaves a claim that runs out and an intent that says
what it was about; the next one goes on from there.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rolecall.convention import Convention
from rolecall.detection.deciding import decide
from rolecall.detection.detect import moment
from rolecall.errors import CappedError, PausedError, RemedyError, RetryError, UnsettledError
from rolecall.model.calls import Remedy
from rolecall.model.cases import Case, Status
from rolecall.model.drifts import Drift, digest
from rolecall.model.scales import Severity
from rolecall.model.subjects import Facet, Subject
from rolecall.model.subjects import subject as make_subject
from rolecall.ports import Bus, Caller, Cap, Entry, Intent, Ledger, Outcome, Reader
from rolecall.registry import Registry
from rolecall.settings import Settings

_URGENT = Severity.CRITICAL
LEASE = 120.0  # seconds; longer than the function may run, so only a dead worker loses its claim


class Remediator:
    """Settles cases."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        reader: Reader,
        caller: Caller,
        ledger: Ledger,
        bus: Bus,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._reader = reader
        self._caller = caller
        self._ledger = ledger
        self._bus = bus
        self._clock = clock

    def settle(self, case_id: str) -> Case:
        """Bring a case to where it belongs now, and tell it.

        Raises:
            RetryError: not now; the case is free for the next try.
            CaseError: there is no such case.
        """
        entry = self._ledger.claim(case_id, self._clock(), LEASE)
        try:
            case, outcome = self._work(entry) if entry.case.status.is_open else (entry.case, None)
        except RetryError:
            self._ledger.release(entry)
            raise
        if case != entry.case:
            self._ledger.conclude(entry, case, outcome)
        else:
            self._ledger.release(entry)
        # Told after it is written: a worker that dies here is followed by one that only tells.
        if case.status.is_told:
            self._bus.publish(case)
        if case.status is Status.PAUSED and not self._ledger.pause():
            # Whoever ended the pause did not see this case held back yet, and sent it to nobody.
            raise UnsettledError(
                f"The pause ended while case {case.id} was held back; trying again."
            )
        return case

    def _work(self, entry: Entry) -> tuple[Case, Outcome | None]:
        case = entry.case
        convention = self._registry[case.drift.convention]
        subject = self._reader.read(case.drift.subject, convention.needs)
        drift = self._same(convention, subject, case.drift)
        if subject is None or drift is None:
            if entry.intent and subject is not None:
                return self._resumed(entry, convention, subject, entry.intent)
            return self._ended(case, Status.SUPERSEDED, "it was already gone"), None
        decision = decide(
            drift,
            convention,
            self._settings,
            path=subject.path,
            today=moment(self._clock())[:10],
            waited=True,
        )
        approved = case.status is Status.PENDING and case.reason.startswith("approved by")
        if decision.status is not Status.PENDING and not (
            approved and decision.status is Status.AWAITING_APPROVAL
        ):
            return case.moved(decision.status, reason=decision.reason), None
        remedy = decision.remedy
        if remedy is None or not remedy.calls <= set(convention.remedies):
            return self._ended(case, Status.FAILED, "its remedy is not a declared one"), None
        fresh = Intent(
            {facet.value: value for facet, value in subject.state.items()},
            tuple(remedy.to_list()),
            moment(self._clock()),
        )
        intent = entry.intent or fresh
        # What people have approved, and what was counted before its worker died, is not counted.
        caps = () if approved or entry.intent else self._caps(case)
        try:
            # Written again when it is there: a worker that lost the case learns so here, before it acts.
            # The first stays; but this try may make other calls, and its own records are known by them.
            self._ledger.intend(entry, fresh, caps)
            return self._act(entry, convention, remedy, intent, convention.part(subject, drift))
        except PausedError as error:
            return case.moved(Status.PAUSED, reason=str(error)), None
        except CappedError as error:
            # Open to approval, so it has not come to its end.
            return replace(case.moved(Status.CAPPED, reason=str(error)), severity=_URGENT), None

    def _caps(self, case: Case) -> tuple[Cap, ...]:
        hour = moment(self._clock())[:13]
        drift = case.drift
        counted = {
            "account": drift.subject.account,
            "convention": drift.convention,
            "actor": digest(case.origin.actor)[:32],
            # Put right so often and always back: somebody or something fights, and people must look.
            "drift": f"{drift.subject.key}#{drift.key}",
        }
        return tuple(
            Cap(sort, f"{sort}/{name}/{hour}", self._settings.cap(sort))
            for sort, name in counted.items()
        )

    def _resumed(
        self, entry: Entry, convention: Convention, subject: Subject, intent: Intent
    ) -> tuple[Case, Outcome | None]:
        drift = entry.case.drift
        if any(found.part == drift.part for found in convention.drifts(subject)):
            # The part drifts in another state, which is another case. Whether the call went through
            # before that, nobody knows: people must hear of it, and undo must not trust it.
            reason = "a worker died while acting, and the part was changed again since; look at it"
            return self._ended(entry.case, Status.FAILED, reason), None
        # Ours, from before: the call went through and its worker died before it said so.
        facets = {Facet(name): value for name, value in intent.snapshot.items()}
        before = convention.part(make_subject(drift.subject, facets), drift)
        return self._done(entry, convention, subject, intent, [], before)

    def _act(
        self,
        entry: Entry,
        convention: Convention,
        remedy: Remedy,
        intent: Intent,
        before: Any,
    ) -> tuple[Case, Outcome | None]:
        case = entry.case
        undo: list[dict[str, object]] = []
        try:
            for step in remedy:
                if undo and (why := self._ledger.pause()):
                    raise PausedError(why)
                answer = self._caller.make(step.do, case.drift.subject.region)
                undo.append((step.undo.resolved(answer) if answer else step.undo).to_dict())
        except RemedyError as error:
            return self._ended(case, Status.FAILED, str(error)), None
        after = self._reader.read(case.drift.subject, convention.needs)
        if after is None:
            return self._ended(case, Status.SUPERSEDED, "the subject went away meanwhile"), None
        if self._same(convention, after, case.drift):
            raise UnsettledError(
                f"The remedy of case {case.id} was made, and the drift is still there; trying again."
            )
        return self._done(entry, convention, after, intent, undo, before)

    def _done(
        self,
        entry: Entry,
        convention: Convention,
        after: Subject,
        intent: Intent,
        undo: list[dict[str, object]],
        before: Any,
    ) -> tuple[Case, Outcome]:
        # Without an answer the undo is the one that was planned.
        planned = [step["undo"] for step in intent.remedy]
        outcome = Outcome(
            tuple(undo or planned),
            convention.part(after, entry.case.drift),
            moment(self._clock()),
            before=before,
        )
        return self._ended(entry.case, Status.REMEDIATED), outcome

    def _ended(self, case: Case, status: Status, reason: str = "") -> Case:
        return case.moved(status, reason=reason, ended=moment(self._clock()))

    @staticmethod
    def _same(convention: Convention, subject: Subject | None, drift: Drift) -> Drift | None:
        if subject is None:
            return None
        for found in convention.drifts(subject):
            if (found.part, found.state) == (drift.part, drift.state):
                return found
        return None
