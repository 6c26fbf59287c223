"""The intent of a case: what is about to be done, written down before it is done.

It keeps the whole plan, also when a worker died in the middle of it, for undo takes all of it back. In
the same step it is refused while writes are paused or its subject is stopped, and it counts against the
caps.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rolecall.convention import Convention
from rolecall.model.calls import Remedy
from rolecall.model.cases import Case, Status, shown
from rolecall.model.drifts import Drift, digest
from rolecall.model.subjects import Subject
from rolecall.model.times import moment, seconds
from rolecall.ports import Cap, Entry, Intent, Ledger
from rolecall.settings import Settings

APPROVED_FOR = 3600.0  # seconds in which an approval is used, or is void


class Intender:
    """Writes intents down."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._ledger = ledger
        self._clock = clock

    def intend(self, entry: Entry, subject: Subject, remedy: Remedy, *, approved: bool) -> Intent:
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

    def rehearse(self, entry: Entry, subject: Subject, remedy: Remedy) -> None:
        """Write down what would be done, where nothing is; it does not count.

        Raises:
            HeldBackError: nothing might be written now.
            LeaseHeldError: somebody else has claimed the case since.
        """
        self._ledger.intend(entry, self._intent(subject, remedy))

    def stop(self, case: Case, why: str) -> None:
        """Stop all writes on a subject that somebody fights over, until people have looked."""
        reason = f"somebody or something brings the drift of case {case.id} back: {why}"
        self._ledger.set_stop(case.drift.subject, reason)

    def _intent(self, subject: Subject, remedy: Remedy) -> Intent:
        return Intent(
            {facet.value: value for facet, value in subject.state.items()},
            tuple(remedy.to_list()),
            moment(self._clock()),
        )

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


def is_approved(entry: Entry, drift: Drift, convention: Convention, now: float) -> bool:
    """Whether what would be done now is what people have approved, once, and not too long ago."""
    approval, remedy = entry.case.approval, convention.remedy(drift)
    return (
        approval is not None
        and entry.case.status is not Status.VERIFYING
        and remedy is not None
        and approval.shown == shown(drift, _whole(entry.intent, remedy))
        and now - seconds(approval.at) <= APPROVED_FOR
    )


def as_begun(entry: Entry, convention: Convention, drift: Drift) -> Drift:
    """The drift with which a worker began that did not come to the end of its calls.

    What is left to do is then only a part of them; with all of them, undo takes all of it back.
    """
    if entry.intent is None or entry.outcome is not None:
        return drift
    begun, left = convention.remedy(entry.case.drift), convention.remedy(drift)
    if begun is None or left is None or begun.to_list() != list(entry.intent.remedy):
        return drift
    return entry.case.drift if all(step in begun.steps for step in left) else drift


def deletes(intent: Intent, case: Case) -> bool:
    """Whether what was about to be done takes the subject away as a whole."""
    return Remedy.from_list(intent.remedy).deletes(case.drift.subject.kind)


def _whole(known: Intent | None, remedy: Remedy) -> tuple[Mapping[str, Any], ...]:
    """The plan that a remedy is the rest of, where its case has begun one; else the remedy itself.

    What was done of it stays a part of it: nobody else knows that it must be taken back.
    """
    rest = tuple(remedy.to_list())
    return known.remedy if known and known.remedy[-len(rest) :] == rest else rest
