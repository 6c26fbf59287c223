"""Taking back what a remedy did, under the operator's own credentials.

Undo puts a removed permission back, so it grants; no function of the stack may do that. It writes that
it has begun before it acts: whoever comes after one that died, or lost the answer, knows its work.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rolecall.convention import Convention, is_granting
from rolecall.errors import CaseError, ChangedSinceError, RemedyError, UndoRefusedError
from rolecall.model.calls import Call, Result
from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject as make_subject
from rolecall.model.scales import Mode
from rolecall.model.stories import LedgerExemption
from rolecall.model.subjects import Subject
from rolecall.model.times import moment
from rolecall.ports import Bus, Caller, Entry, Intent, Ledger, Outcome, Reader
from rolecall.registry import Registry
from rolecall.remediation.remediate import LEASE

# Seconds in which the drift that undo brings back is exempt, unless said otherwise.
HOLD = 24 * 3600.0
LONGEST = 30 * 24 * 3600.0  # what needs longer is an exemption in the settings, which is reviewed
BEGUN = 900.0  # as long as it has only begun: longer than it takes, should its worker die


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What taking a case back would do.

    Attributes:
        calls: The calls to make, but for what an undo that did not come to its end has made.
        drifts: Whether the state after it breaks the convention, so that an exemption is needed.
        overwrites: What somebody has made of the part since, and is lost by it; None when nobody has.
    """

    case: Case
    outcome: Outcome
    calls: tuple[Call, ...]
    drifts: bool
    overwrites: Any = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why an undo is wanted, which its case and its exemption keep.

    Attributes:
        by: Who wants it.
        hold: Seconds for which the drift that comes back is exempt.
    """

    reason: str
    by: str
    hold: float = HOLD

    def check(self) -> None:
        """See that it is complete.

        Raises:
            UndoRefusedError: it is not, or the exemption would last too long.
        """
        if not self.reason.strip():
            raise UndoRefusedError(
                "Undo brings the drift back, so it must say why: add --reason TEXT."
            )
        if not 0 < self.hold <= LONGEST:
            raise UndoRefusedError(
                "The exemption that undo leaves ends within 30 days. What needs longer is an exemption "
                "in the settings: rolecall exempt CASE prints it."
            )


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

    def plan(self, case_id: str, *, over_changes: bool = False) -> UndoPlan:
        """What undo would do now. Reads, and writes nothing.

        Args:
            case_id: The case.
            over_changes: Whether to go on although somebody changed the part since.

        Raises:
            CaseError: there is no such case, or nothing was done in it.
            UndoRefusedError: the subject is gone, or what the calls are about is.
            ChangedSinceError: the part was changed since.
        """
        entry = self._ledger.get(case_id)
        case = entry.case
        if case.status is not Status.REMEDIATED or entry.outcome is None:
            raise CaseError(
                f"Case {case_id} is {case.status}; only a remediated case can be undone."
            )
        convention = self._registry.get(case.drift.convention)
        if convention is None:
            raise UndoRefusedError(
                f"This version knows no convention {case.drift.convention}: take case {case_id} back by "
                "hand."
            )
        calls = tuple(Call.from_dict(call) for call in reversed(entry.outcome.undo))
        for call in calls:
            if _names_a_result(call):
                raise UndoRefusedError(
                    f"The answer of the remedy of {case_id} was lost: make {call.name} by hand."
                )
        ref = case.drift.subject
        now = self._reader.read(ref, convention.reads(ref.kind))
        if now is None and not any(call.makes(ref.kind) for call in calls):
            raise UndoRefusedError(f"The {case.drift.subject} is gone; there is nothing to undo.")
        # What is made anew as a whole is as it was.
        drifts = now is None or _drifts(convention, now, entry, entry.outcome)
        part = convention.part(now, case.drift) if now else None
        if part == entry.outcome.left:
            return UndoPlan(case, entry.outcome, calls, drifts)
        if entry.outcome.undoing and part == entry.outcome.before:
            # What puts something back shows in the part; a call after it that takes something away, which
            # the remedy had given, may not have been made, and may be made twice.
            rest = tuple(call for call in calls[1:] if not is_granting(call.name))
            return UndoPlan(case, entry.outcome, rest, drifts)
        _check_meaning(entry, part)
        if not over_changes:
            raise ChangedSinceError(
                f"The {case.drift.subject} was changed after the remedy, and undo would overwrite that. "
                "Look at it, and put it right by hand or overwrite it with --over-changes.",
                left=entry.outcome.left,
                now=part,
            )
        # Whoever made it anew since has made it: what is left is to give it back what it had.
        rest = tuple(call for call in calls if not call.makes(ref.kind))
        return UndoPlan(case, entry.outcome, rest, drifts, part)

    def _exempt(self, plan: UndoPlan, why: Why, seconds: float) -> LedgerExemption | None:
        if not plan.drifts:
            return None
        exemption = LedgerExemption.of(
            plan.case, reason=why.reason, owner=why.by, until=self._clock() + seconds
        )
        self._ledger.exempt(plan.case, exemption)
        return exemption

    def _begin(self, entry: Entry, plan: UndoPlan, why: Why) -> tuple[Entry, Outcome]:
        """Write that the undo has begun; the claim that it then holds."""
        # Silence comes first: the calls' own records must not be answered with a remedy.
        self._exempt(plan, why, BEGUN)
        begun = replace(plan.outcome, undoing=moment(self._clock()))
        if plan.overwrites is not None:
            begun = replace(begun, overwritten=plan.overwrites)
        self._ledger.conclude(entry, plan.case, begun)
        return self._ledger.claim(plan.case.id, self._clock(), LEASE), begun

    def _make(self, entry: Entry, plan: UndoPlan) -> None:
        for place, call in enumerate(plan.calls):
            try:
                self._caller.make(call, plan.case.drift.subject.region)
            except RemedyError:
                # Nothing was taken back, so nothing has begun or needs silence.
                if place == 0 and len(plan.calls) == len(plan.outcome.undo):
                    self._ledger.exempt(plan.case, None)
                    self._ledger.conclude(entry, plan.case, replace(plan.outcome, undoing=""))
                raise

    def undo(
        self,
        case_id: str,
        *,
        reason: str,
        by: str,
        hold: float = HOLD,
        over_changes: bool = False,
    ) -> Case:
        """Take a remedy back; where that brings a drift back, the drift is exempt for a while.

        Args:
            case_id: The case.
            reason: Why; the case and the exemption keep it.
            by: Who wants it.
            hold: Seconds for which the drift that comes back is exempt.
            over_changes: Whether to go on although somebody changed the part since. What is overwritten
                is kept in the case's outcome.

        Raises:
            CaseError: there is no such case, or nothing was done in it.
            UndoRefusedError: nobody says why, or the subject is gone.
            ChangedSinceError: the part was changed since.
            RemedyError: AWS refuses a call.
        """
        why = Why(reason, by, hold)
        why.check()
        entry = self._ledger.claim(case_id, self._clock(), LEASE)
        try:
            if entry.case.status is Status.UNDONE:
                self._bus.publish(entry.case)  # who undid it may have died before telling it
            plan = self.plan(case_id, over_changes=over_changes)
            entry, begun = self._begin(entry, plan, why)
            self._make(entry, plan)
            exemption = self._exempt(plan, why, why.hold)
            says = f"undone by {why.by}: {why.reason}"
            if begun.overwritten is not None:
                says += "; somebody had changed it since, and that was overwritten"
            if exemption:
                says += f"; the drift is exempt until {exemption.end}"
            undone = plan.case.moved(Status.UNDONE, reason=says, ended=moment(self._clock()))
            self._ledger.conclude(entry, undone, None)
        except BaseException:
            self._ledger.release(entry)
            raise
        self._bus.publish(undone)
        return undone


def _names_a_result(call: Call) -> bool:
    return any(isinstance(value, Result) for value in call.parameters.values())


def _check_meaning(entry: Entry, part: Any) -> None:
    """See that the calls still mean something although the part was changed since.

    Raises:
        UndoRefusedError: what they are about is gone.
    """
    if entry.outcome and part is None and entry.outcome.left is not None:
        raise UndoRefusedError(
            f"What the remedy left of the {entry.case.drift.subject} is gone: {entry.case.drift.part}. "
            "There is nothing to undo."
        )
    planned = [Call.from_dict(step["undo"]) for step in entry.intent.remedy] if entry.intent else []
    if any(_names_a_result(call) for call in planned):
        # They name what only the remedy made, and whoever changed the part put another in its place.
        raise UndoRefusedError(
            f"The {entry.case.drift.subject} was changed after the remedy: what the remedy had made was "
            "replaced. Look at it and put it right by hand."
        )


def _drifts(convention: Convention, now: Subject, entry: Entry, outcome: Outcome) -> bool:
    """Whether the subject breaks the convention with the part as it was before the remedy.

    Where the ledger cannot tell how that state looked, it does; and so it may where the convention
    ships off: it may say nothing before options are set, and whoever undoes does not know them.
    """
    drift = entry.case.drift
    if convention.ships_as is Mode.OFF:
        return True
    for then in (now, *_with_kept(now, entry.intent)):
        if convention.part(then, drift) == outcome.before:
            return any(found.part == drift.part for found in convention.drifts(then))
    return True


def _with_kept(now: Subject, intent: Intent | None) -> Iterator[Subject]:
    """Yield the subject as it is now, each time with one facet as it was before the remedy."""
    for name, value in intent.snapshot.items() if intent else ():
        yield make_subject(now.ref, {**now.state, Facet(name): value}, now.path)
