"""What a dead worker left undone: cases that were never handed over or never told.

A worker writes first and sends after. When it dies in between, its message comes back, but by then the
drift may be gone or another one, and nobody would come to that case again.
"""

from collections.abc import Callable
from datetime import datetime

from rolecall.model.cases import Case, Status
from rolecall.ports import Bus, Ledger, Remedies

# Seconds after which what is still to be done is overdue: all retries of a living worker are shorter.
LATE = 3600.0
# Seconds for which an untold case is told again; a stack whose channels are all off would never end.
KEPT = 2 * 86_400.0
_IN_HAND = frozenset({Status.PENDING, Status.WAITING, Status.VERIFYING})


class Overdue:
    """Brings forward what is overdue. To be asked now and then; asking twice does no harm."""

    def __init__(
        self, ledger: Ledger, bus: Bus, remedies: Remedies, clock: Callable[[], float]
    ) -> None:
        self._ledger = ledger
        self._bus = bus
        self._remedies = remedies
        self._clock = clock

    def bring_forward(self) -> list[str]:
        """Hand over and tell what is overdue; the ids of those cases."""
        done = []
        for case in self._ledger.cases():
            if case.status in _IN_HAND and self._age(case) > LATE:
                self._remedies.send(case.id, 0)
                done.append(case.id)
        for case in self._ledger.unheard():
            if case.origin.swept:
                continue  # there may be many: the next sweep tells them together
            if LATE < self._age(case) < KEPT:
                self._bus.publish(case)
                done.append(case.id)
        return done

    def _age(self, case: Case) -> float:
        return self._clock() - datetime.fromisoformat(case.opened).timestamp() - case.delay
