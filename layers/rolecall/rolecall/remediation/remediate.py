"""The use case of the remediate function. The order of its steps is the safety of the account.

claim with a fence → re-judge the live state → write snapshot and intent → act → write the outcome; and
later: claim → read again → write that it holds → tell. A worker that dies in between leaves a claim that
runs out and an intent that says what it was about; the next one goes on from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from rolecall.convention import Convention
from rolecall.detection.deciding import Decision, Facts, Verdict, decide
from rolecall.detection.exempting import identity
from rolecall.errors import (
    CappedError,
    PausedError,
    RemedyError,
    UnguardedError,
    UnmodifiableError,
    UnsettledError,
)
from rolecall.model.calls import Remedy
from rolecall.model.cases import Case, Status, shown
from rolecall.model.drifts import Drift, digest
from rolecall.model.scales import Severity
from rolecall.model.subjects import Facet, Subject
from rolecall.model.subjects import subject as make_subject
from rolecall.model.times import moment
from rolecall.ports import Bus, Caller, Cap, Entry, Intent, Ledger, Outcome, Reader
from rolecall.registry import Registry
from rolecall.remediation.guard import Guard
from rolecall.settings import Settings

LEASE = 120.0  # seconds; longer than the function may run, so only a dead worker loses its claim
# Seconds after a write at which it is looked at again: IAM takes some to settle, and who fights back does
# it within them.
VERIFY_AFTER = 15
APPROVED_FOR = 3600.0  # seconds in which an approval is used, or is void

Settled = tuple[Case, Outcome | None]


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
        verify_after: int = VERIFY_AFTER,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._reader = reader
        self._guard = Guard(settings.protected, reader)
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
        drift = _as_begun(entry, convention, drift)
        facts = self._facts(entry, drift, convention, subject)
        decision = decide(drift, convention, self._settings, facts)
        if subject is None:  # what is not there can only be told
            return self._decided(case, drift, decision), None
        if decision.verdict is Verdict.OBSERVE and decision.remedy:
            return self._rehearsed(entry, decision, subject), None
        if decision.verdict is not Verdict.REMEDIATE or decision.remedy is None:
            return self._decided(case, drift, decision), None
        if not decision.remedy.calls <= set(convention.may_call()):
            return self._ended(case, Status.FAILED, "its remedy is not a declared one"), None
        try:
            self._guard.check(drift.subject, decision.remedy)
            intent = self._intended(entry, subject, decision.remedy, approved=facts.approved)
            # The case tells what is done, which its drift may not have said when it was opened.
            case = replace(case, drift=drift, remedy=intent.remedy)
            entry = replace(entry, case=case)
            return self._act(entry, convention, decision.remedy, intent)
        except PausedError as error:
            facts = replace(facts, paused=str(error))
        except UnguardedError as error:
            facts = replace(facts, unguarded=str(error))
        except CappedError as error:
            if error.sort == "drift":
                self._stop(case, str(error))
            facts = replace(facts, capped=str(error))
        return self._decided(case, drift, decide(drift, convention, self._settings, facts)), None

    def _is_due(self, entry: Entry) -> None:
        if entry.case.status is not Status.VERIFYING or entry.outcome is None:
            return
        wait = _seconds(entry.outcome.at) + self._verify_after - self._clock()
        if wait > 0:
            raise UnsettledError(
                f"Case {entry.case.id} was put right a moment ago; it is too early to see whether it "
                "holds.",
                after=int(wait) + 1,
            )

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
            approved=self._is_approved(entry, drift, convention),
        )

    def _is_approved(self, entry: Entry, drift: Drift, convention: Convention) -> bool:
        """Whether what would be done now is what people have approved, once, and not too long ago."""
        approval, remedy = entry.case.approval, convention.remedy(drift)
        return (
            approval is not None
            and entry.case.status is not Status.VERIFYING
            and remedy is not None
            and approval.shown == shown(drift, _whole(entry.intent, remedy))
            and self._clock() - _seconds(approval.at) <= APPROVED_FOR
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

    def _rehearsed(self, entry: Entry, decision: Decision, subject: Subject) -> Case:
        """Everything up to the write, and no write: what would have been done stands in the ledger."""
        reason = decision.reason
        try:
            if decision.remedy:
                self._guard.check(entry.case.drift.subject, decision.remedy)
                self._ledger.intend(entry, self._intent(subject, decision.remedy))
        except UnguardedError as error:
            reason = f"it would be notify, {error}"
        except PausedError as error:
            reason = f"it would be paused, {error}"
        except CappedError as error:
            reason = f"it would be capped, {error}"
        return entry.case.moved(Status.OBSERVED, reason=reason)

    def _intent(self, subject: Subject, remedy: Remedy) -> Intent:
        return Intent(
            {facet.value: value for facet, value in subject.state.items()},
            tuple(remedy.to_list()),
            moment(self._clock()),
        )

    def _intended(
        self, entry: Entry, subject: Subject, remedy: Remedy, *, approved: bool
    ) -> Intent:
        """The intent under which the calls are made, written down. It counts, but for a repeat.

        Raises:
            HeldBackError: nothing may be written now.
            LeaseHeldError: somebody else has claimed the case since.
        """
        intent, known = self._intent(subject, remedy), entry.intent
        intent = replace(intent, remedy=_whole(known, remedy))
        again = entry.outcome is not None  # it was put right in this case before, and is back
        if known and not again and known.remedy == intent.remedy:
            intent = known
        elif known:
            intent = known.then(intent)
        # What people have approved, and what was counted before its worker died, is not counted.
        caps = () if approved or (known and not again) else self._caps(entry.case)
        # Written again when it is there: a worker that lost the case learns so here, before it acts.
        self._ledger.intend(entry, intent, caps)
        return intent

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

    def _stop(self, case: Case, why: str) -> None:
        """Stop all writes on a subject that somebody fights over, until people have looked."""
        reason = f"somebody or something brings the drift of case {case.id} back: {why}"
        self._ledger.set_stop(case.drift.subject, reason)

    def _gone(self, entry: Entry, convention: Convention, subject: Subject | None) -> Settled:
        """What becomes of a case whose drift is not there in the state that it is about."""
        case, outcome = entry.case, entry.outcome
        if case.status is Status.VERIFYING and outcome:
            return self._verified(entry, convention, subject, outcome)
        if entry.intent is None or (subject is None and not _deletes(entry.intent, case)):
            return self._ended(case, Status.SUPERSEDED, "it was already gone"), None
        if subject and any(found.part == case.drift.part for found in convention.drifts(subject)):
            # The part drifts in another state, which is another case. Whether the call went through
            # before that, nobody knows: people must hear of it, and undo must not trust it.
            reason = "a worker died while acting, and the part was changed again since; look at it"
            return self._ended(case, Status.FAILED, reason), None
        # Ours, from before: the call went through and its worker died before it said so.
        return self._acted(entry, convention, subject, entry.intent, [])

    def _verified(
        self, entry: Entry, convention: Convention, subject: Subject | None, outcome: Outcome
    ) -> Settled:
        case, intent = entry.case, entry.intent
        if subject is None:
            if intent and _deletes(intent, case):
                return self._ended(case, Status.REMEDIATED), replace(outcome, left=None)
            reason = "the subject went away since"
            return self._ended(case, Status.REMEDIATED, reason), None
        left = convention.part(subject, case.drift)
        if outcome.left == outcome.before:  # the first look came before AWS had settled
            outcome = replace(outcome, left=left)
        reason = (
            "" if outcome.left == left else "the part was changed again since, without this drift"
        )
        return self._ended(case, Status.REMEDIATED, reason), outcome

    def _act(
        self,
        entry: Entry,
        convention: Convention,
        remedy: Remedy,
        intent: Intent,
    ) -> Settled:
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
        drift = entry.case.drift
        facets = {Facet(name): value for name, value in intent.snapshot.items()}
        # Without an answer the undo is the one that was planned.
        planned = [step["undo"] for step in intent.remedy]
        outcome = Outcome(
            tuple(undo or planned),
            convention.part(after, drift) if after else None,
            moment(self._clock()),
            before=convention.part(make_subject(drift.subject, facets), drift),
        )
        return entry.case.moved(Status.VERIFYING), outcome

    def _ended(self, case: Case, status: Status, reason: str = "") -> Case:
        return case.moved(status, reason=reason, ended=moment(self._clock()))

    @staticmethod
    def _same(convention: Convention, subject: Subject | None, drift: Drift) -> Drift | None:
        for found in convention.judge(drift.subject, subject):
            if (found.part, found.state) == (drift.part, drift.state):
                # Where the change that brought it left it to people, the state alone does not act.
                return replace(found, remediable=found.remediable and drift.remediable)
        return None


def _deletes(intent: Intent, case: Case) -> bool:
    """Whether what was about to be done takes the subject away as a whole."""
    return Remedy.from_list(intent.remedy).deletes(case.drift.subject.kind)


def _as_begun(entry: Entry, convention: Convention, drift: Drift) -> Drift:
    """The drift with which a worker began that did not come to the end of its calls.

    What is left to do is then only a part of them; with all of them, undo takes all of it back.
    """
    if entry.intent is None or entry.outcome is not None:
        return drift
    begun, left = convention.remedy(entry.case.drift), convention.remedy(drift)
    if begun is None or left is None or begun.to_list() != list(entry.intent.remedy):
        return drift
    return entry.case.drift if all(step in begun.steps for step in left) else drift


def _whole(known: Intent | None, remedy: Remedy) -> tuple[Mapping[str, Any], ...]:
    """The plan that a remedy is the rest of, where its case has begun one; else the remedy itself.

    What was done of it stays a part of it: nobody else knows that it must be taken back.
    """
    rest = tuple(remedy.to_list())
    return known.remedy if known and known.remedy[-len(rest) :] == rest else rest


def _seconds(moment_: str) -> float:
    return datetime.fromisoformat(moment_).timestamp()
