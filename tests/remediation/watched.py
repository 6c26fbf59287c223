"""Ports that write every call into one log, and may die at any of them."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from rolecall.model.calls import Call
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.remediation.remediate import LEASE
from rolecall.settings import Settings
from tests.detection.staged import ATTACHED, BOB, change
from tests.fakes import MemoryBus, MemoryLedger
from tests.world import ACTING, World, settings


class Death(BaseException):
    """The worker is gone, as by a kill: nothing catches it."""


@dataclass
class Log:
    """The calls of all ports in their order.

    Attributes:
        die_at: The number of the call to die at, from 0.
        after: Whether the call still had its effect.
        before_call: Runs before each call, to let something happen meanwhile.
    """

    calls: list[str] = field(default_factory=list)
    die_at: int = -1
    after: bool = False
    before_call: Callable[[str], None] = lambda _: None

    def watch(self, name: str, port: Any) -> Any:
        """The port, with its calls in this log."""
        return _Watched(name, port, self)


class _Watched:
    def __init__(self, name: str, port: Any, log: Log) -> None:
        self._name, self._port, self._log = name, port, log

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._port, method)
        if not callable(real):
            return real

        def call(*args: Any) -> Any:
            log, name = self._log, f"{self._name}.{method}"
            log.before_call(name)
            dies = len(log.calls) == log.die_at
            if dies and not log.after:
                raise Death(name)
            log.calls.append(name)
            answer = real(*args)
            if dies:
                raise Death(name)
            return answer

        return call


class WatchedWorld(World):
    """A world whose remediator works through watched ports; `account`, `ledger` and `bus` are bare."""

    def __init__(self, made: Settings) -> None:
        super().__init__(made)
        self.log = Log()
        self.changes = 0
        self._make = self.account.make
        self.account.make = self._counted  # type: ignore[method-assign]

    def _counted(self, call: Call, region: str) -> Mapping[str, Any]:
        """Count the calls that change the account; each must find its intent written."""
        before = copy.deepcopy(self.account.state)
        answer = self._make(call, region)
        if self.account.state != before:
            assert any(kept.intent for kept in self.ledger.kept.values())
            self.changes += 1
        return answer

    def settled(self, case_id: str) -> Status:
        """Settle a case through the watched ports, as often as it asks to be looked at again."""
        account, ledger, bus = self.account, self.ledger, self.bus
        self.account = self.log.watch("account", account)
        self.ledger = cast(MemoryLedger, self.log.watch("ledger", ledger))
        self.bus = cast(MemoryBus, self.log.watch("bus", bus))
        try:
            return self.settle(case_id).status
        finally:
            self.account, self.ledger, self.bus = account, ledger, bus

    def die(self, case_id: str, at: int, *, after: bool = False) -> None:
        """Let a worker die at a call of this number, counted from its first, while it settles a case."""
        self.log.die_at, self.log.after = len(self.log.calls) + at, after
        with pytest.raises(Death):
            self.settled(case_id)
        self.log.die_at = -1

    def status(self, case_id: str) -> Status:
        """Where a case stands."""
        return self.ledger.get(case_id).case.status

    def attach(self, ref: SubjectRef = BOB) -> None:
        """Give somebody the policy of his own."""
        self.account.add(ref, {Facet.USER_ATTACHED_POLICIES: {ATTACHED: "PowerUserAccess"}})

    def hold_on(self) -> None:
        """Let the lease of whoever died run out."""
        self.clock.now += LEASE + 1


def pending(text: str = ACTING) -> tuple[WatchedWorld, str]:
    """A world with a case about bob, and its id."""
    made = WatchedWorld(settings(text))
    made.attach()
    (case_id,) = made.detector.detect(change()).cases
    made.bus.published.clear()
    return made, case_id
