"""Letting a remedy go on: an answer that is bound to what was shown, used once, and soon."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from rolecall.errors import ApprovalVoidError, CaseError
from rolecall.model.actors import actor_of
from rolecall.model.cases import Approval, Case, Status
from rolecall.model.times import moment
from rolecall.ports import Ledger, Remedies
from rolecall.registry import Registry

LEASE = 60.0
ANSWER_WITHIN = 3 * 86_400.0  # seconds for which a case waits for its answer: over a weekend


class Approver:
    """Takes people's answers. The drift is judged again before anything is done about it."""

    def __init__(
        self, registry: Registry, ledger: Ledger, remedies: Remedies, clock: Callable[[], float]
    ) -> None:
        self._registry = registry
        self._ledger = ledger
        self._remedies = remedies
        self._clock = clock

    def question(self, case_id: str) -> Case:
        """The case that is asked about.

        Raises:
            CaseError: there is no such case, or it asks nothing.
            ApprovalVoidError: it was asked too long ago.
        """
        case = self._ledger.get(case_id).case
        self._check(case)
        return case

    def _check(self, case: Case) -> None:
        if not case.asks:
            raise CaseError(
                f"Case {case.id} is {case.status}; only one that awaits approval or was held back by a "
                "cap can be approved, and only once."
            )
        asked = datetime.fromisoformat(case.opened).timestamp() + case.delay
        if self._clock() - asked > ANSWER_WITHIN:
            raise ApprovalVoidError(
                f"Case {case.id} was asked about on {case.opened} and waits no longer: put it right by "
                "hand, or let the change be seen again with rolecall replay --act."
            )

    def approve(self, case_id: str, *, shown: str, by: str) -> Case:
        """Let the remedy of a case go on.

        Args:
            case_id: The case.
            shown: What the one who answers was shown (`Case.shown`).
            by: ARN of the one who answers.

        Raises:
            CaseError: there is no such case, or it asks nothing.
            ApprovalVoidError: something else stands there than was shown, or it is too late.
            LeaseHeldError: a worker has the case in hand.
        """
        entry = self._ledger.claim(case_id, self._clock(), LEASE)
        try:
            case = self._checked(entry.case, shown, by)
        except CaseError:
            self._ledger.release(entry)
            raise
        if case.status is Status.CAPPED:
            self._ledger.set_stop(case.drift.subject, "")  # people have looked
        approval = Approval(by, moment(self._clock()), shown)
        approved = replace(
            case.moved(Status.PENDING, reason=f"approved by {by}"), approval=approval
        )
        self._ledger.conclude(entry, approved, None)
        self._remedies.send(case_id, 0)
        return approved

    def _checked(self, case: Case, shown: str, by: str) -> Case:
        self._check(case)
        if shown != case.shown:
            raise ApprovalVoidError(
                f"Case {case.id} is not what was shown ({shown}) any more: look at it again with "
                f"rolecall case {case.id}."
            )
        convention = self._registry.get(case.drift.convention)
        if convention and convention.widens and str(actor_of(by)) == case.origin.actor:
            raise ApprovalVoidError(
                f"The remedy of case {case.id} gives access, so somebody else than who made the change "
                "must approve it."
            )
        return case
