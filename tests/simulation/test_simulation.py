"""A deterministic simulation of the whole product, and the invariants that hold whatever happens.

The real detector, remediator, notifier, sweeper, undo and batch work on an account, a ledger, queues,
a bus and channels in memory, under one clock. People make drifts and take them back; records are
duplicated, reordered, delayed and lost; workers die, fail, read old states or fall asleep at any call
of a port while others go on; sweeps come by; writes are paused, capped, approved and undone. Then the
faults stop, the dead letters are brought back, and everything must have come to its end. `checks` holds
the invariants, `test_found` what was found this way.

`pytest tests/simulation` runs the examples of a quick run; with `ROLECALL_SOAK=1` in the environment it
runs thousands, and another set of them each time.

Left out on purpose, since nothing in the product can hold it: reads are stale for at most 4 seconds
and records come after 6, so that a record is never judged by a state older than itself; and nobody
sleeps longer than a lease between the intent and the AWS call, as the function's timeout is shorter.
"""

import os
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck
from hypothesis import settings as profile
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rolecall.detection.overdue import LATE
from rolecall.errors import RolecallError, UndoRefusedError
from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.runtime.log import log
from tests.simulation.checks import Witness, at_rest, bounded, caps, told_once
from tests.simulation.crew import Trouble, Worker
from tests.simulation.deeds import (
    BOB,
    BREAK_GLASS,
    CAROL,
    CLOSED,
    DEEDS,
    DEPLOY,
    SERVICE,
    TEAM,
    WEB,
)
from tests.simulation.stack import Stack
from tests.states import ACCOUNT, UNIQUE_IDS
from tests.world import ADMIN, settings

WITNESS = replace(BREAK_GLASS, name="second-key")
SOAK = bool(os.environ.get("ROLECALL_SOAK"))
SETTINGS = settings(f"""
version: 1
defaults: {{mode: remediate}}
protected: ["{BREAK_GLASS.arn}", "{WITNESS.arn}"]
caps: {{account: 5, convention: 4, actor: 4, drift: 2}}
sweep: {{digest_above: 1000}}
conventions:
  no-long-term-access-keys: {{mode: approve}}
  ec2-launched-with-profile: {{profile: base, role: base}}
  role-no-wildcard-trust: {{grace: 30}}
exemptions:
  - {{id: EX-1, convention: user-permissions-via-groups, subject: "{CAROL.arn}",
     unique_id: {UNIQUE_IDS["user"]}, reason: moves to a role, owner: platform, expires: 2027-10-01}}
""")
DRIFTS = tuple(
    deed
    for deed in DEEDS
    if deed.ref in {BOB, DEPLOY, WEB} and deed.key != "gone" and deed.value not in {None, CLOSED}
)
OTHERS = ("changes",) * 8 + ("remedies",) * 12 + ("alerts",) * 4
MEANWHILE = len(DEEDS) + len(OTHERS) + 3
KINDS = ("die before", "die after", "fail", "deny", "lose", "stale", "sleep", "sleep")
trouble = st.builds(
    Trouble,
    st.integers(0, 7),
    st.sampled_from(KINDS),
    st.sampled_from((1, 4, 45, 61, 121)),
    st.sampled_from(range(MEANWHILE)),
)
maybe: st.SearchStrategy[list[Trouble]] = st.one_of(
    st.just([]), st.lists(trouble, min_size=1, max_size=1)
)
troubles = st.lists(trouble, min_size=1, max_size=3, unique_by=lambda one: one.at)
few = st.integers(0, 3)
queues = st.sampled_from(("changes", "remedies", "alerts"))
AGENTS = (
    "alice through aws-cli",
    "alice through cloudformation.amazonaws.com",
    "mallory through boto",
)


class Simulation(RuleBasedStateMachine):
    """Everything that may happen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        log.setLevel("CRITICAL")
        self.witness = Witness()
        self.stack = Stack(
            SETTINGS, self.meanwhile, lambda made: self.witness.look(self.stack, made)
        )
        self.lost: set[str] = set()
        self.begun: dict[str, int] = {}
        for ref in (BOB, CAROL, BREAK_GLASS, TEAM):
            self.stack.account.start(ref, {})
        # Never touched, so that the writes go on whatever becomes of the other one.
        self.stack.account.start(WITNESS, ADMIN)
        for ref in (DEPLOY, SERVICE):
            self.stack.account.start(ref, {Facet.ROLE_TRUST: CLOSED})
        own = f"arn:aws:iam::{ACCOUNT}:instance-profile/own"
        self.stack.account.start(WEB, {Facet.INSTANCE_PROFILE: own})

    def meanwhile(self, trouble: Trouble) -> None:
        """What happens while a worker is asleep."""
        self.stack.clock.now += trouble.seconds
        number = trouble.meanwhile - len(DEEDS)
        if number < 0:
            self.stack.account.do(DEEDS[trouble.meanwhile], AGENTS[0])
        elif number < len(OTHERS):
            worker = self.stack.crew.worker
            if OTHERS[number] == "remedies" and worker and worker.case:
                self.stack.remedies.put({"case": worker.case})  # delivered twice
            self.stack.work(OTHERS[number], trouble.seconds)
        else:
            self.stack.ledger.set_pause("incident 7")

    @rule(deed=st.sampled_from(DEEDS), agent=st.sampled_from(AGENTS))
    def people_act(self, deed: Any, agent: str) -> None:
        self.stack.account.do(deed, agent)
        self.stack.clock.now += 1

    @rule(body=st.sampled_from(("root", "[]", '{"eventName": 7}', "{\ud800")))
    def something_else_arrives(self, body: str) -> None:
        if body == "root":
            self.stack.root_acts()
        else:
            self.stack.changes.put(body)

    @rule(queue=queues, place=few)
    def a_message_is_delivered_twice(self, queue: str, place: int) -> None:
        self.stack.queues[queue].duplicate(place)

    @rule(queue=queues, place=few, seconds=st.sampled_from((10, 200, 1000)))
    def a_message_is_late(self, queue: str, place: int, seconds: int) -> None:
        self.stack.queues[queue].postpone(place, seconds)

    @rule(place=few)
    def a_record_is_lost(self, place: int) -> None:
        event = self.stack.lose(place)
        if event:
            self.lost.add(event)

    @rule(queue=queues, place=few, befalls=troubles)
    def a_worker_comes_to_grief(self, queue: str, place: int, befalls: list[Trouble]) -> None:
        self.stack.wait_for(queue)
        self.stack.work(queue, place, befalls)

    @rule(deed=st.sampled_from(DRIFTS), agent=st.sampled_from(AGENTS), befalls=troubles)
    def a_record_meets_trouble(self, deed: Any, agent: str, befalls: list[Trouble]) -> None:
        self.stack.account.do(deed, agent)
        self.stack.clock.now += 7
        self.stack.work("changes", 0, befalls)

    @rule(deed=st.sampled_from(DRIFTS), befalls=troubles, again=maybe)
    def a_remedy_meets_trouble(
        self, deed: Any, befalls: list[Trouble], again: list[Trouble]
    ) -> None:
        self.stack.account.do(deed, AGENTS[0])
        self.stack.clock.now += 7
        self.stack.work("changes", 0)
        self.stack.wait_for("remedies")
        self.stack.work("remedies", 0, befalls)
        if again:
            self.stack.wait_for("remedies")
            self.stack.work("remedies", 0, again)

    @rule(seconds=st.sampled_from((7, 60, 400)))
    def time_passes_and_all_work(self, seconds: int) -> None:
        self.stack.clock.now += seconds
        for name in self.stack.queues:
            while self.stack.work(name, 0):
                pass

    @rule(seconds=st.sampled_from((3, 130, 3600, 86_500)))
    def time_passes(self, seconds: int) -> None:
        self.stack.clock.now += seconds

    @rule()
    def writes_are_resumed(self) -> None:
        self.stack.resume()

    @rule(really=st.sampled_from((False, False, True)))
    def writes_are_paused(self, really: bool) -> None:
        if really:
            self.stack.ledger.set_pause("incident 7")

    @rule()
    def what_is_overdue_is_brought_forward(self) -> None:
        self.stack.overdue.bring_forward()

    @rule(befalls=maybe)
    def a_sweep_comes_by(self, befalls: list[Trouble]) -> None:
        self.stack.sweep(befalls)

    @rule(place=few)
    def somebody_approves(self, place: int) -> None:
        self.stack.approve(place)

    @rule(place=few, befalls=troubles, wait=st.sampled_from((1, 121)), again=maybe)
    def an_operator_takes_back(
        self, place: int, befalls: list[Trouble], wait: int, again: list[Trouble]
    ) -> None:
        cases = self.stack.standing(Status.REMEDIATED)
        if cases:
            self._undo(cases[place % len(cases)], befalls)
            self.stack.clock.now += wait
            self._undo(cases[place % len(cases)], again)

    def _undo(self, case: Case, befalls: list[Trouble]) -> None:
        stack, ref = self.stack, case.drift.subject
        worker = Worker("undo", {one.at: one for one in befalls})
        before = len(stack.account.past[ref])

        def undo() -> Case | type[Exception]:
            try:
                return stack.undoer.undo(case.id, reason="needed", by="alice")
            except (RolecallError, OSError) as error:
                return type(error)

        answer = stack.crew.run(worker, undo)
        now = len(stack.account.past[ref])
        began = self.begun.pop(case.id, None)
        if now - before > worker.changed:
            return  # somebody else changed it meanwhile
        if isinstance(answer, Case):
            if began in {None, before}:
                self.witness.undone(stack, answer)
        elif answer is UndoRefusedError:
            # Who died on the way, or never heard the answer, must find the way when he comes again.
            assert began != before
        elif worker.changed or began == before:
            self.begun[case.id] = now

    @invariant()
    def caps_hold_and_nothing_is_told_twice(self) -> None:
        caps(self.stack)
        told_once(self.stack)
        bounded(self.stack, self.witness)

    def teardown(self) -> None:
        try:
            self._calm()
        finally:
            log.setLevel("INFO")

    def _calm(self) -> None:
        stack = self.stack
        for _ in range(3):
            stack.resume()
            stack.drain()
            stack.clock.now += LATE + 1
            stack.overdue.bring_forward()
            stack.sweep()
            stack.drain()
            for case_id in [c for c in self.begun if stack.ledger.kept[c].case.ended]:
                self._undo(stack.ledger.get(case_id).case, [])
            for queue in stack.queues.values():
                queue.redrive()
        stack.drain()
        self.caps_hold_and_nothing_is_told_twice()
        at_rest(stack, self.lost)


Simulation.TestCase.settings = profile(
    max_examples=5_000 if SOAK else 600,
    stateful_step_count=80 if SOAK else 40,
    derandomize=not SOAK,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


TestTheWholeProductKeepsItsPromises = Simulation.TestCase
