"""The use case of the remediate function. The order of its steps is the safety of the account.

claim with a fence → re-judge the live state → write snapshot and intent → act → write the outcome; and
later: claim → read again → write that it holds → tell. A worker that dies in between leaves a claim that
runs out and an intent that says what it was about; the next one goes on from there.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rolecall.convention import Convention
from rolecall.detection.deciding import Decision, Facts, Verdict, decide
from rolecall.detection.exempting import identity
from rolecall.errors import (
    CappedError,
    DoubtedError,
    PausedError,
    RemedyError,
    UnguardedError,
    UnmodifiableError,
    UnsettledError,
)
from rolecall.model.calls import Remedy
from rolecall.model.cases import Case, Status
from rolecall.model.drifts import Drift
from rolecall.model.scales import Severity
from rolecall.model.subjects import Subject
from rolecall.model.times import moment, seconds
from rolecall.ports import AccessChecker, Bus, Caller, Entry, Intent, Ledger, Outcome, Reader
from rolecall.registry import Registry
from rolecall.remediation.guard import Guard
from rolecall.remediation.intending import Intender, as_begun, deletes, is_approved
from rolecall.remediation.opinion import Opinion
from rolecall.remediation.outcomes import outcome_of, seen_again
from rolecall.settings import Settings

LEASE = 120.0  # seconds; longer than the function may run, so only a dead worker loses its claim
# Seconds after a write at which it is looked at again: IAM takes some to settle, and who fights back does
# it within them.
VERIFY_AFTER = 15

Settled = tuple[Case, Outcome | None]


class Remediator:
    """Settles cases."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        reader: Reader,
        caller: Caller,
        checker: AccessChecker,
        ledger: Ledger,
        bus: Bus,
        clock: Callable[[], float],
        verify_after: int = VERIFY_AFTER,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._reader = reader
        self._guard = Guard(settings.protected, reader)
        self._opinion = Opinion(settings, checker)
        self._intender = Intender(settings, ledger, clock)
        self._caller = caller
        self._ledger = ledger
        self._bus = bus
        self._clock = clock
        self._verify_after = verify_after

    def settle(self, case_id: str) -> Case:
        """Bring a case to where it belongs now, and tell it.

        Raises:
            RetryError: not now; the case is free for the next try. So ends every try that has written: it
                is looked at again a little later.
            CaseError: there is no such case.
        """
        entry = self._ledger.claim(case_id, self._clock(), LEASE)
        try:
            case, outcome = self._work(entry) if entry.case.status.is_open else (entry.case, None)
            if case != entry.case or outcome:
                self._ledger.conclude(entry, case, outcome)
            else:
                self._ledger.release(entry)
        except Exception:  # whatever it was, the next try need not wait for the lease
            self._ledger.release(entry)
            raise
        # Told after it is written: a worker that dies here is followed by one that only tells.
        if case.status.is_told:
            self._bus.publish(case)
        if case.status is Status.VERIFYING:
            raise UnsettledError(
                f"Case {case_id} was put right; in {self._verify_after} s it is seen whether it holds.",
                after=self._verify_after,
            )
        if case.status is Status.PAUSED and not self._ledger.pause():
            # Whoever ended the pause did not see this case held back yet, and sent it to nobody.
            raise UnsettledError(
                f"The pause ended while case {case.id} was held back; trying again."
            )
        return case

    def _work(self, entry: Entry) -> Settled:
        """Judge again, decide, write down, act: where the case is then, and the outcome of a write."""
        case = entry.case
        self._is_due(entry)
        convention = self._registry.get(case.drift.convention)
        if convention is None:
            reason = f"the convention {case.drift.convention} is not deployed any more"
            return self._ended(case, Status.FAILED, reason), None
        ref = case.drift.subject
        subject = self._reader.read(ref, convention.reads(ref.kind))
        drift = self._same(convention, subject, case.drift)
        if drift is None:
            return self._gone(entry, convention, subject)
        drift = as_begun(entry, convention, drift)
        facts = self._facts(entry, drift, convention, subject)
        decision = decide(drift, convention, self._settings, facts)
        if subject is None:  # what is not there can only be told
            return self._decided(case, drift, decision), None
        if decision.verdict is Verdict.OBSERVE and decision.remedy:
            return self._rehearsed(entry, convention, decision, subject), None
        if decision.verdict is not Verdict.REMEDIATE or decision.remedy is None:
            return self._decided(case, drift, decision), None
        if not decision.remedy.calls <= set(convention.may_call()):
            return self._ended(case, Status.FAILED, "its remedy is not a declared one"), None
        try:
            self._guard.check(drift.subject, decision.remedy)
            self._opinion.check(convention, decision.remedy)
            intent = self._intender.intend(entry, subject, decision.remedy, approved=facts.approved)
            # The case tells what is done, which its drift may not have said when it was opened.
            case = replace(case, drift=drift, remedy=intent.remedy)
            entry = replace(entry, case=case)
            return self._act(entry, convention, decision.remedy, intent)
        except PausedError as error:
            facts = replace(facts, paused=str(error))
        except UnguardedError as error:
            facts = replace(facts, unguarded=str(error))
        except DoubtedError as error:
            facts = replace(facts, doubted=str(error))
        except CappedError as error:
            if error.sort == "drift":
                self._intender.stop(case, str(error))
            facts = replace(facts, capped=str(error))
        return self._decided(case, drift, decide(drift, convention, self._settings, facts)), None

    def _is_due(self, entry: Entry) -> None:
        if entry.case.status is not Status.VERIFYING or entry.outcome is None:
            return
        wait = seconds(entry.outcome.at) + self._verify_after - self._clock()
        if wait > 0:
            raise UnsettledError(
                f"Case {entry.case.id} was put right a moment ago; it is too early to see whether it "
                "holds.",
                after=int(wait) + 1,
            )

    @staticmethod
    def _same(convention: Convention, subject: Subject | None, drift: Drift) -> Drift | None:
        for found in convention.judge(drift.subject, subject):
            if (found.part, found.state) == (drift.part, drift.state):
                return convention.still(found, drift)
        return None

    def _facts(
        self, entry: Entry, drift: Drift, convention: Convention, subject: Subject | None
    ) -> Facts:
        today = moment(self._clock())[:10]
        return Facts(
            today=today,
            path=subject.path if subject else "",
            unique_id=identity(drift, subject, self._settings, today, self._reader.unique_id),
            waited=True,
            swept=entry.case.origin.swept,
            approved=is_approved(entry, drift, convention, self._clock()),
        )

    def _decided(self, case: Case, drift: Drift, decision: Decision) -> Case:
        """The case where a decision puts it, with what people would approve now."""
        approval = case.approval
        if approval and decision.verdict is Verdict.APPROVE:
            # By another status than it was asked with, for what was told once is not told again.
            why = "it came too late, or what it was about has changed since"
            if case.status is Status.VERIFYING:
                why = "it was put right, and the drift came back"
            decision = decision.to(
                Verdict.NOTIFY, f"the approval by {approval.by} is used up: {why}"
            )
        return replace(
            case.moved(decision.status, reason=decision.reason),
            drift=drift,
            remedy=tuple(decision.remedy.to_list()) if decision.remedy else (),
            severity=decision.severity,
        )

    def _rehearsed(
        self, entry: Entry, convention: Convention, decision: Decision, subject: Subject
    ) -> Case:
        """Everything up to the write, and no write: what would have been done stands in the ledger."""
        reason = decision.reason
        try:
            if decision.remedy:
                self._guard.check(entry.case.drift.subject, decision.remedy)
                self._opinion.check(convention, decision.remedy)
                self._intender.rehearse(entry, subject, decision.remedy)
        except (UnguardedError, DoubtedError) as error:
            reason = f"it would be notify, {error}"
        except PausedError as error:
            reason = f"it would be paused, {error}"
        except CappedError as error:
            reason = f"it would be capped, {error}"
        return entry.case.moved(Status.OBSERVED, reason=reason)

    def _act(self, entry: Entry, convention: Convention, remedy: Remedy, intent: Intent) -> Settled:
        case = entry.case
        steps = list(remedy)
        # What was done of the plan before and still stands: nobody but this case will take it back.
        undo: list[Any] = [step["undo"] for step in intent.remedy[: -len(steps)]]
        try:
            for step in steps:
                if undo and (why := self._ledger.pause()):
                    raise PausedError(why)
                answer = self._caller.make(step.do, case.drift.subject.region)
                undo.append((step.undo.resolved(answer) if answer else step.undo).to_dict())
        except RemedyError as error:
            if isinstance(error, UnmodifiableError) and not undo:
                return replace(
                    case.moved(Status.PROTECTED, reason=str(error)), severity=Severity.CRITICAL
                ), None
            stands = dict.fromkeys(step["do"]["call"] for step in intent.remedy[: len(undo)])
            earlier = (
                f"; made before that, and not taken back: {', '.join(stands)}" if stands else ""
            )
            return self._ended(case, Status.FAILED, f"{error}{earlier}"), None
        after = self._reader.read(case.drift.subject, convention.reads(case.drift.subject.kind))
        if after is None and not remedy.deletes(case.drift.subject.kind):
            return self._ended(case, Status.SUPERSEDED, "the subject went away meanwhile"), None
        return self._acted(entry, convention, after, intent, undo)

    def _acted(
        self,
        entry: Entry,
        convention: Convention,
        after: Subject | None,
        intent: Intent,
        undo: list[dict[str, object]],
    ) -> Settled:
        at = moment(self._clock())
        outcome = outcome_of(intent, undo, entry.case.drift, convention, after, at)
        return entry.case.moved(Status.VERIFYING), outcome

    def _gone(self, entry: Entry, convention: Convention, subject: Subject | None) -> Settled:
        """What becomes of a case whose drift is not there in the state that it is about."""
        case, outcome = entry.case, entry.outcome
        if case.status is Status.VERIFYING and outcome:
            seen, reason = seen_again(entry, outcome, convention, subject)
            return self._ended(case, Status.REMEDIATED, reason), seen
        if entry.intent is None or (subject is None and not deletes(entry.intent, case)):
            return self._ended(case, Status.SUPERSEDED, "it was already gone"), None
        if subject and any(found.part == case.drift.part for found in convention.drifts(subject)):
            # The part drifts in another state, which is another case. Whether the call went through
            # before that, nobody knows: people must hear of it, and undo must not trust it.
            reason = "a worker died while acting, and the part was changed again since; look at it"
            return self._ended(case, Status.FAILED, reason), None
        # Ours, from before: the call went through and its worker died before it said so.
        return self._acted(entry, convention, subject, entry.intent, [])

    def _ended(self, case: Case, status: Status, reason: str = "") -> Case:
        return case.moved(status, reason=reason, ended=moment(self._clock()))
