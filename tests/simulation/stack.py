"""The whole product in memory: its functions, queues, ledger, bus and channels under one clock."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from rolecall.detection.detect import OWN, Detector, Seen
from rolecall.detection.overdue import Overdue
from rolecall.errors import ApprovalVoidError, LeaseHeldError, RolecallError
from rolecall.model.cases import Case, Status
from rolecall.model.changes import Change
from rolecall.model.stories import LedgerExemption
from rolecall.model.times import moment
from rolecall.notification.message import Message
from rolecall.notification.notify import Notifier
from rolecall.ports import Cap, Entry, Intent, Opening, Outcome
from rolecall.registry import Registry
from rolecall.remediation.approve import Approver
from rolecall.remediation.remediate import Remediator
from rolecall.remediation.undo import Undoer
from rolecall.runtime import Runtime
from rolecall.runtime.batch import Batch
from rolecall.runtime.work import detect, settle, tell
from rolecall.settings import Settings
from rolecall.sweeping.sweep import Sweeper
from tests.fakes import Clock, MemoryChecker, MemoryLedger
from tests.simulation.account import Account, Written
from tests.simulation.crew import Crew, Trouble, Worker
from tests.simulation.deeds import REGION
from tests.simulation.queues import Queue
from tests.states import ACCOUNT
from tests.world import OWN_ROLE, OWN_ROLES

RECORD_AFTER = 6  # seconds: longer than reads are stale (see the docstring of the simulation)
WORK = {"changes": detect, "remedies": settle, "alerts": tell}
Told = tuple[str, Status, str]


class Ledger(MemoryLedger):
    """The ledger, which also remembers where each case has been."""

    def __init__(self, crew: Crew) -> None:
        super().__init__()
        self._crew = crew
        self.been: dict[tuple[str, Status], None] = {}
        self.counted: list[tuple[Case, str]] = []
        self.silenced: set[tuple[str, str]] = set()

    def open_case(self, case: Case, now: float) -> tuple[Opening, Case]:
        opening, standing = super().open_case(case, now)
        self.been[standing.id, standing.status] = None
        return opening, standing

    def intend(self, entry: Entry, intent: Intent, caps: Sequence[Cap] = ()) -> None:
        first = self.kept[entry.case.id].intent
        super().intend(entry, intent, caps)
        kept, worker = self.kept[entry.case.id].intent, self._crew.worker
        assert kept is not None
        # I-3: what was written down before is never forgotten.
        if first is not None:
            assert kept == first or kept.earlier[-1].remedy == first.remedy
        assert worker is not None
        worker.intended = True
        if caps:
            self.counted.append((entry.case, kept.at[:13]))
        if first != kept:
            assert worker.read is not None
            assert kept.snapshot == {f.value: v for f, v in worker.read.state.items()}

    def conclude(self, entry: Entry, case: Case, outcome: Outcome | None) -> None:
        super().conclude(entry, case, outcome)
        self.been[case.id, case.status] = None

    def exempt(self, case: Case, exemption: LedgerExemption | None) -> None:
        super().exempt(case, exemption)
        self.silenced.add((case.drift.subject.key, case.drift.key))


@dataclass
class Channel:
    """A place where cases are told, which counts them."""

    name: str
    crew: Crew
    told: Counter[Told]
    by: dict[Told, list[Worker]]

    def deliver(self, message: Message, case: Case) -> None:
        assert message.case_id == case.id
        worker = self.crew.worker
        assert worker is not None
        self.told[case.id, case.status, self.name] += 1
        self.by.setdefault((case.id, case.status, self.name), []).append(worker)


class Stack:
    """Rolecall, deployed to memory."""

    def __init__(
        self,
        settings: Settings,
        meanwhile: Callable[[Trouble], None],
        witness: Callable[[Written], None],
    ) -> None:
        self.clock = Clock()
        self.crew = Crew(meanwhile)
        self.settings, self.registry = settings, Registry(settings.options, settings.registered)
        self.changes = Queue("changes", 180, 12, self.clock)
        self.remedies = Queue("remedies", 360, 12, self.clock)
        self.alerts = Queue("alerts", 180, 12, self.clock)
        self.queues = {q.name: q for q in (self.changes, self.remedies, self.alerts)}
        self.ledger = Ledger(self.crew)
        self.account = Account(self.clock, self.crew, self._record, witness)
        self.told: Counter[Told] = Counter()
        self.told_by: dict[Told, list[Worker]] = {}
        self.approved: Counter[str] = Counter()
        self._events = 0
        self.channels = [
            Channel(n, self.crew, self.told, self.told_by) for n in ("people", "slack")
        ]
        account, ledger, bus = (
            self.crew.port(name, port)
            for name, port in (("account", self.account), ("ledger", self.ledger), ("bus", self))
        )
        remedies = self.crew.port("remedies", _Remedies(self.remedies))
        channels = [self.crew.port("channel", channel) for channel in self.channels]
        made = cast(Any, Runtime({"ACCOUNT_ID": ACCOUNT, "STACK": "rolecall"}))
        made.dead_letters = self.changes
        made.detector = Detector(
            settings, self.registry, account, ledger, bus, remedies, self.clock, OWN_ROLES
        )
        made.remediator = Remediator(
            settings, self.registry, account, account, MemoryChecker(), ledger, bus, self.clock
        )
        made.notifier = Notifier(channels, ledger, self.clock, "rolecall")
        self._sweeper = Sweeper(
            settings,
            self.registry,
            account,
            account,
            ledger,
            bus,
            remedies,
            self.clock,
            ACCOUNT,
        )
        self._sweeps = 0
        self.undoer = Undoer(self.registry, account, account, ledger, bus, self.clock)
        self.overdue = Overdue(self.ledger, self, _Remedies(self.remedies), self.clock)
        self._runtime = made
        self._watch(made.detector)

    def _watch(self, detector: Detector) -> None:
        real = detector.detect

        def seeing(change: Change) -> Seen:
            seen = real(change)
            assert (seen.outcome == OWN) == (change.issuer == OWN_ROLE)
            return seen

        detector.detect = seeing  # type: ignore[method-assign]

    def publish(self, case: Case) -> None:
        """The bus and its rule: every state of every case goes to the alerts."""
        self.alerts.put({"detail": case.to_dict()})

    def _record(self, call: str, request: Mapping[str, Any], response: Any, who: str) -> str:
        self._events += 1
        service, _, name = call.partition(":")
        event = f"e-{self._events}"
        people, _, agent = who.partition(" through ")
        record = {
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "eventID": event,
            "eventTime": moment(self.clock()),
            "recipientAccountId": ACCOUNT,
            "awsRegion": REGION,
            "userAgent": agent,
            "userIdentity": _identity(people),
            "requestParameters": request,
            "responseElements": response,
        }
        self.changes.put(record, RECORD_AFTER)
        return event

    def root_acts(self) -> None:
        """Somebody works as root."""
        self._record("iam:GenerateCredentialReport", {}, None, "root")

    def work(self, name: str, place: int, troubles: Sequence[Trouble] = ()) -> bool:
        """Let one worker of a queue take one message; False when there is none."""
        queue = self.queues[name]
        message = queue.receive(place)
        if message is None:
            return False
        self._runtime.aws = queue
        worker = Worker(name, {trouble.at: trouble for trouble in troubles})

        def work() -> Any:
            batch = Batch(self._later(queue), WORK[name])
            return batch.answer([message], lambda: 60_000)

        answer = self.crew.run(worker, work)
        if answer == {"batchItemFailures": []} and not worker.dead:
            queue.acknowledge(message["messageId"])
        return True

    def _later(self, queue: Queue) -> Runtime:
        # Each function has a runtime of its own; they differ in the queue that it puts off on.
        made = cast(Any, Runtime({"ACCOUNT_ID": ACCOUNT, "QUEUE": queue.name}))
        found = self._runtime
        made.aws, made.dead_letters, made.registry = queue, self.changes, self.registry
        made.detector, made.remediator, made.notifier = (
            found.detector,
            found.remediator,
            found.notifier,
        )
        return cast(Runtime, made)

    def sweep(self, troubles: Sequence[Trouble] = ()) -> None:
        """Let somebody sweep the account, as far as he comes."""
        self._sweeps += 1
        worker = Worker("sweep", {trouble.at: trouble for trouble in troubles})

        def sweep() -> Any:
            try:
                begun = self._sweeper.begin(f"s-{self._sweeps}")
                return self._sweeper.go_on(begun, lambda: True)
            except (RolecallError, OSError) as error:
                return type(error)  # its message comes back; here, the next sweep does

        self.crew.run(worker, sweep)

    def drain(self) -> None:
        """Let everybody work in peace until the queues are empty."""
        while any(queue.held for queue in self.queues.values()):
            for name in self.queues:
                while self.work(name, 0):
                    pass
            waiting = [m.visible_at for q in self.queues.values() for m in q.held]
            self.clock.now = max(self.clock(), min(waiting, default=0.0))

    def wait_for(self, name: str) -> None:
        """Let time pass until a message may be received, when there is one at all."""
        waiting = [message.visible_at for message in self.queues[name].held]
        self.clock.now = max(self.clock(), min(waiting, default=0.0))

    def lose(self, place: int) -> str:
        """Lose a record that no worker has seen yet, as a best-effort service may: which event."""
        fresh = [m for m in self.changes.held if not m.received]
        if not fresh:
            return ""
        message = fresh[place % len(fresh)]
        self.changes.held.remove(message)
        self.changes.lost += 1
        try:
            return str(json.loads(message.body).get("eventID", ""))
        except (ValueError, AttributeError):
            return ""

    def resume(self) -> None:
        """End the pause as `rolecall resume` does."""
        if self.ledger.paused:
            self.ledger.set_pause("")
            for case in self.standing(Status.PAUSED):
                self.remedies.put({"case": case.id})

    def approve(self, place: int) -> None:
        """Approve a case as `rolecall approve` does."""
        cases = [case for case in self.ledger.cases() if case.asks]
        if not cases:
            return
        case_id = cases[place % len(cases)].id
        approver = Approver(self.registry, self.ledger, _Remedies(self.remedies), self.clock)
        try:
            approver.approve(case_id, shown=self.ledger.get(case_id).case.shown, by="ann")
        except (LeaseHeldError, ApprovalVoidError):
            return
        self.approved[case_id] += 1

    def standing(self, *statuses: Status) -> list[Case]:
        """The cases in one of these states, oldest first."""
        return [case for case in self.ledger.cases() if case.status in statuses]


def _identity(people: str) -> dict[str, Any]:
    if people == "rolecall/remedies":
        return {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": OWN_ROLE}}}
    return {"type": "Root" if people == "root" else "IAMUser", "userName": people}


class _Remedies:
    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def send(self, case_id: str, delay: int) -> None:
        self._queue.put(json.dumps({"case": case_id}), delay)
