"""A bad day taken back: every case that a few words choose, each on its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rolecall.errors import RolecallError
from rolecall.model.cases import Case, Status
from rolecall.ports import Entry, Ledger
from rolecall.remediation.undo import Undoer, Why


@dataclass(frozen=True, slots=True)
class Choice:
    """Which remediated cases are meant; all that is said must hold.

    Attributes:
        since: They came to their end at this moment or later, UTC; "" for any.
        actor: Text that the actor of the change contains, in capitals or not; "" for any.
        convention: The convention's id; "" for any.
    """

    since: str = ""
    actor: str = ""
    convention: str = ""

    def __bool__(self) -> bool:
        return bool(self.since or self.actor or self.convention)

    def covers(self, case: Case) -> bool:
        """Whether a case is one of them."""
        return (
            case.status is Status.REMEDIATED
            and case.ended >= self.since
            and self.actor.casefold() in case.origin.actor.casefold()
            and self.convention in {"", case.drift.convention}
        )


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of one case; `refused` says why it was not undone, or is ""."""

    case: Case
    refused: str = ""


def chosen(ledger: Ledger, choice: Choice) -> list[Entry]:
    """The cases that are meant, the newest first: what was done last is taken back first."""
    entries = [ledger.get(case.id) for case in ledger.cases() if choice.covers(case)]
    return sorted(entries, key=_when, reverse=True)


def _when(entry: Entry) -> tuple[str, float]:
    # The second tells apart what ended within one second of each other.
    return entry.case.ended, entry.history[-1].at if entry.history else 0.0


def undo_all(undoer: Undoer, entries: Iterable[Entry], why: Why) -> Iterator[Undone]:
    """Undo each case in this order; a refusal of one does not stop the others.

    Raises:
        UndoRefusedError: nobody says why; none was undone.
    """
    why.check()
    for entry in entries:
        try:
            case = undoer.undo(entry.case.id, reason=why.reason, by=why.by, hold=why.hold)
            yield Undone(case)
        except RolecallError as error:
            yield Undone(entry.case, str(error))
