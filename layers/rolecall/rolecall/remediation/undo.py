"""Taking back what a remedy did, under the operator's own credentials.

Undo puts a removed permission back, so it grants; no function of the stack may do that. It writes that
it has begun before it acts: whoever comes after one that died, or lost the answer, knows its work.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rolecall.detection.detect import moment
from rolecall.errors import CaseError, RemedyError, UndoRefusedError
from rolecall.model.calls import Call, Result
from rolecall.model.cases import Case, Status
from rolecall.ports import Bus, Caller, Entry, Ledger, Outcome, Reader
from rolecall.registry import Registry

HOLD = 24 * 3600.0  # seconds in which the drift that undo brings back is not put right again
BEGUN = 900.0  # as long as it has only begun: longer than it takes, should its worker die
LEASE = 120.0


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What taking a case back would do.

    Attributes:
        calls: The calls to make; none when an undo that did not come to its end has made them.
    """

    case: Case
    outcome: Outcome
    calls: tuple[Call, ...]


class Undoer:
    """Takes back what remedies did."""

    def __init__(
        self,
        registry: Registry,
        reader: Reader,
        caller: Caller,
        ledger: Ledger,
        bus: Bus,
        clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._reader = reader
        self._caller = caller
        self._ledger = ledger
        self._bus = bus
        self._clock = clock

    def plan(self, case_id: str) -> UndoPlan:
        """What undo would do now. Reads, and writes nothing.

        Raises:
            CaseError: there is no such case, or nothing was done in it.
            UndoRefusedError: the subject is gone or was changed since.
        """
        entry = self._ledger.get(case_id)
        case = entry.case
        if case.status is not Status.REMEDIATED or entry.outcome is None:
            raise CaseError(
                f"Case {case_id} is {case.status}; only a remediated case can be undone."
            )
        calls = tuple(Call.from_dict(call) for call in reversed(entry.outcome.undo))
        for call in calls:
            if any(isinstance(value, Result) for value in call.parameters.values()):
                raise UndoRefusedError(
                    f"The answer of the remedy of {case_id} was lost: make {call.name} by hand."
                )
        convention = self._registry[case.drift.convention]
        now = self._reader.read(case.drift.subject, convention.needs)
        if now is None:
            raise UndoRefusedError(f"The {case.drift.subject} is gone; there is nothing to undo.")
        part = convention.part(now, case.drift)
        if part == entry.outcome.left:
            return UndoPlan(case, entry.outcome, calls)
        if entry.outcome.undoing and part == entry.outcome.before:
            return UndoPlan(case, entry.outcome, ())
        raise UndoRefusedError(
            f"The {case.drift.subject} was changed after the remedy; undo would overwrite that. "
            "Look at it and put it right by hand."
        )

    def _begin(self, entry: Entry, plan: UndoPlan) -> Entry:
        """Write that the undo has begun; the claim that it then holds."""
        # Silence comes first: the calls' own records must not be answered with a remedy.
        self._ledger.snooze(plan.case, self._clock() + BEGUN)
        begun = replace(plan.outcome, undoing=moment(self._clock()))
        self._ledger.conclude(entry, plan.case, begun)
        return self._ledger.claim(plan.case.id, self._clock(), LEASE)

    def _make(self, entry: Entry, plan: UndoPlan) -> None:
        for place, call in enumerate(plan.calls):
            try:
                self._caller.make(call, plan.case.drift.subject.region)
            except RemedyError:
                if place == 0:  # nothing was taken back, so nothing has begun or needs silence
                    self._ledger.snooze(plan.case, 0)
                    self._ledger.conclude(entry, plan.case, replace(plan.outcome, undoing=""))
                raise

    def undo(self, case_id: str, *, reason: str, by: str) -> Case:
        """Take a remedy back and stay silent about its drift for a day.

        Raises:
            CaseError: there is no such case, or nothing was done in it.
            UndoRefusedError: nobody says why, or the subject was changed since.
            RemedyError: AWS refuses a call.
        """
        if not reason.strip():
            raise UndoRefusedError(
                "Undo brings the drift back, so it must say why: add --reason TEXT."
            )
        entry = self._ledger.claim(case_id, self._clock(), LEASE)
        try:
            if entry.case.status is Status.UNDONE:
                self._bus.publish(entry.case)  # who undid it may have died before telling it
            plan = self.plan(case_id)
            entry = self._begin(entry, plan)
            self._make(entry, plan)
            self._ledger.snooze(plan.case, self._clock() + HOLD)
            undone = plan.case.moved(
                Status.UNDONE, reason=f"undone by {by}: {reason}", ended=moment(self._clock())
            )
            self._ledger.conclude(entry, undone, None)
        except BaseException:
            self._ledger.release(entry)
            raise
        self._bus.publish(undone)
        return undone
