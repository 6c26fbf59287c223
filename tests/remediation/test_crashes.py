"""A worker may die at any call, or sleep through its lease: the account and the ledger stay true."""

import pytest

from rolecall.errors import LeaseHeldError, RetryError
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from tests.detection.staged import ATTACHED, BOB, change
from tests.remediation.test_remediator import STEPS
from tests.remediation.watched import Death, pending
from tests.samples import sample


@pytest.mark.peer(
    33, "Cloud Custodian #3454: a retry after the second action failed does the first again"
)
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("at", range(len(STEPS)), ids=STEPS)
def test_whoever_comes_after_a_dead_worker_ends_the_case_as_remediated(
    at: int, *, after: bool
) -> None:
    made, case_id = pending()
    made.die(case_id, at, after=after)
    made.hold_on()
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.changes == 1
    assert made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] == {}
    assert "remediated" in made.bus.statuses
    entry = made.ledger.get(case_id)
    assert entry.intent
    assert entry.intent.snapshot[Facet.USER_ATTACHED_POLICIES] == {ATTACHED: "PowerUserAccess"}
    assert entry.outcome
    assert [call["call"] for call in entry.outcome.undo] == ["iam:AttachUserPolicy"]
    assert (entry.outcome.before, entry.outcome.left) == ("PowerUserAccess", None)


@pytest.mark.parametrize("first", range(len(STEPS)))
@pytest.mark.parametrize("second", range(len(STEPS)))
def test_a_second_death_changes_nothing_about_it(first: int, second: int) -> None:
    made, case_id = pending()
    for at in (first, second):
        made.log.calls.clear()
        made.log.die_at, made.log.after = at, True
        try:
            made.settled(case_id)
        except Death:
            made.hold_on()
    made.log.die_at = -1
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.changes == 1
    assert "remediated" in made.bus.statuses


@pytest.mark.parametrize("at", [at for at, step in enumerate(STEPS) if step != "ledger.claim"])
def test_a_dead_worker_holds_the_case_until_its_lease_ends(at: int) -> None:
    made, case_id = pending()
    made.die(case_id, at)
    if made.status(case_id).is_open:
        with pytest.raises(LeaseHeldError):
            made.settled(case_id)


def test_an_undo_after_a_crash_still_finds_its_way() -> None:
    made, case_id = pending()
    made.die(case_id, STEPS.index("account.make"), after=True)
    made.hold_on()
    made.settled(case_id)
    made.undoer.undo(case_id, reason="needed for the migration", by="alice")
    assert made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] == {ATTACHED: "PowerUserAccess"}


@pytest.mark.parametrize(
    "asleep_before", ["account.read", "ledger.intend", "ledger.conclude"], ids=str
)
def test_a_zombie_writes_nothing_once_somebody_else_has_the_case(asleep_before: str) -> None:
    made, case_id = pending()
    other = {"went": False}

    def sleep(name: str) -> None:
        if name == asleep_before and not other["went"]:
            other["went"] = True
            made.log.before_call = lambda _: None
            made.hold_on()
            assert made.settled(case_id) is Status.REMEDIATED
            made.account.calls.clear()
            if asleep_before != "ledger.conclude":
                made.attach()  # back again: a zombie that still acted would take it away unseen

    made.log.before_call = sleep
    with pytest.raises(RetryError):
        made.settled(case_id)
    assert made.account.calls == []
    assert made.status(case_id) is Status.REMEDIATED
    assert made.bus.statuses == ["remediated"]
    made.ledger.claim(case_id, made.clock(), 120)  # and it did not give away what was not its own


def test_a_zombie_that_took_over_from_a_dead_worker_writes_nothing_either() -> None:
    made, case_id = pending()
    made.die(case_id, STEPS.index("account.make"))  # its intent stands
    made.hold_on()
    reads = []

    def sleep(name: str) -> None:
        reads.append(name)
        if name == "ledger.intend" and reads.count("ledger.claim") == 1:
            made.hold_on()
            assert made.settled(case_id) is Status.REMEDIATED
            made.account.calls.clear()

    made.log.before_call = sleep
    with pytest.raises(LeaseHeldError):
        made.settled(case_id)
    assert made.account.calls == []


def test_what_was_changed_again_after_a_death_is_told_and_not_called_remediated() -> None:
    put = sample("user-permissions-via-groups/drift-put-user-policy").change
    made, _ = pending()
    name = put.request["policyName"] if put.request else ""
    made.account.add(BOB, {Facet.USER_INLINE_POLICIES: {name: "{}"}})
    (case_id,) = made.told_of(put, "user-permissions-via-groups")
    made.die(case_id, STEPS.index("account.make"))
    made.account.add(BOB, {Facet.USER_INLINE_POLICIES: {name: "{ }"}})
    made.hold_on()
    assert made.settled(case_id) is Status.FAILED
    assert made.account.calls == []
    assert made.bus.statuses[-1] == "failed"
    assert made.bus.published[-1].reason == (
        "a worker died while acting, and the part was changed again since; look at it"
    )


@pytest.mark.peer(34, "Cloud Custodian #3454: 4,000 snapshots were made instead of 1,000")
def test_the_same_message_many_times_acts_once() -> None:
    made, case_id = pending()
    for _ in range(5):
        made.settled(case_id)
        made.detector.detect(change())
    assert made.changes == 1
    assert len(made.account.calls) == 1
