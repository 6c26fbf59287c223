"""What the simulation found, each as an example of its own."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from rolecall.errors import CaseError, LeaseHeldError, RetryError
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.remediation.remediate import LEASE
from tests.detection.staged import ATTACHED, BOB, change
from tests.remediation.test_remediator import STEPS
from tests.remediation.watched import Death, WatchedWorld, pending
from tests.states import ACCOUNT

WHY = "needed for the migration"
TAKEN_BACK = change(eventID="taken-back", eventName="DetachUserPolicy")


def _dies(port: Any, method: str, *, after: bool) -> Callable[[], None]:
    """Let the next call of a port's method kill; answers with what ends that."""
    real = getattr(port, method)

    def die(*args: Any) -> Any:
        if after:
            real(*args)
        raise Death(method)

    setattr(port, method, die)
    return lambda: setattr(port, method, real)


def _remediated() -> tuple[WatchedWorld, str]:
    made, case_id = pending()
    assert made.settled(case_id) is Status.REMEDIATED
    return made, case_id


def test_a_drift_that_comes_back_is_handed_over_although_its_first_worker_died() -> None:
    made, case_id = pending()
    made.remedies.sent.clear()  # the worker died before it could send
    made.account.add(BOB, {})
    assert made.detector.detect(TAKEN_BACK).outcome == "clean"
    assert made.detector.detect(change()).outcome == "clean"
    made.attach()
    made.detector.detect(change(eventID="back-again"))
    assert made.remedies.sent == [(case_id, 0)]
    assert made.settled(case_id) is Status.REMEDIATED


@pytest.mark.parametrize("status", [Status.PAUSED, Status.CAPPED])
def test_a_drift_that_was_held_back_and_went_away_is_news_when_it_comes_back(
    status: Status,
) -> None:
    made, case_id = pending()
    kept = made.ledger.kept[case_id]
    kept.case = kept.case.moved(status, reason="held back")
    made.account.add(BOB, {})
    made.detector.detect(TAKEN_BACK)
    assert made.status(case_id) is Status.RESOLVED
    made.attach()
    assert made.detector.detect(change(eventID="back-again")).outcome == "pending"


def test_a_case_that_is_held_back_while_the_pause_ends_goes_on() -> None:
    made, case_id = pending()
    made.ledger.set_pause("incident 7")

    def resume(name: str) -> None:
        if name == "ledger.conclude":
            made.ledger.set_pause("")  # its caller sees no case that is paused yet

    made.log.before_call = resume
    with pytest.raises(RetryError, match="pause ended"):
        made.settled(case_id)
    assert made.settled(case_id) is Status.REMEDIATED


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("ledger", "claim"),
        ("account", "read"),
        ("ledger", "exempt"),
        ("account", "make"),
        ("ledger", "conclude"),
        ("bus", "publish"),
    ],
)
def test_an_undo_that_died_is_brought_to_its_end_by_the_next_try(
    port: str, method: str, *, after: bool
) -> None:
    made, case_id = _remediated()
    ends = _dies(getattr(made, port), method, after=after)
    with pytest.raises(Death):
        made.undoer.undo(case_id, reason=WHY, by="alice")
    ends()
    made.clock.now += LEASE + 1
    made.bus.published.clear()
    try:
        made.undoer.undo(case_id, reason=WHY, by="alice")
    except CaseError:
        assert method == "publish"
    assert made.status(case_id) is Status.UNDONE
    assert made.bus.statuses == ["undone"]
    assert made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] == {ATTACHED: "PowerUserAccess"}
    assert made.detector.detect(change(eventID="the-undo")).outcome == "snoozed"


def test_an_undo_that_died_before_it_acted_silences_nobody_for_long() -> None:
    made, case_id = _remediated()
    ends = _dies(made.account, "make", after=False)
    with pytest.raises(Death):
        made.undoer.undo(case_id, reason=WHY, by="alice")
    ends()
    made.clock.now += 901
    made.attach()
    assert made.detector.detect(change(eventID="back-again")).outcome == "pending"


def test_a_drift_that_comes_back_while_its_case_is_being_ended_is_looked_at_when_it_has_ended() -> (
    None
):
    made, case_id = pending()
    ends: list[str] = []

    def back_again(name: str) -> None:
        if name == "ledger.conclude":
            ends.append(name)
        if len(ends) == 2 and name == "ledger.conclude":  # verified, and about to be written
            made.attach()
            with pytest.raises(LeaseHeldError):
                made.detector.detect(change(eventID="back-again"))

    made.log.before_call = back_again
    assert made.settled(case_id) is Status.REMEDIATED
    assert len(ends) == 2
    assert made.detector.detect(change(eventID="back-again")).outcome == "pending"


DEPLOY = SubjectRef("role", "deploy", ACCOUNT)
NAMED = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}
OPEN = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


def _edited_after_a_death() -> tuple[WatchedWorld, str]:
    """An open trust that people edited after the worker that had planned its remedy died."""
    made, _ = pending()
    made.account.add(DEPLOY, {Facet.ROLE_TRUST: _trust(OPEN)})
    record: dict[str, Any] = {
        "eventName": "UpdateAssumeRolePolicy",
        "requestParameters": {"roleName": "deploy"},
    }
    (case_id,) = made.detector.detect(change(eventID="opened", **record)).cases
    made.die(case_id, STEPS.index("account.make"))
    made.account.state[DEPLOY][Facet.ROLE_TRUST] = _trust(NAMED, OPEN)
    made.hold_on()
    return made, case_id


@pytest.mark.parametrize("deaths", [1, 2])
def test_an_undo_brings_back_what_people_wrote_after_the_first_worker_died(deaths: int) -> None:
    made, case_id = _edited_after_a_death()
    if deaths > 1:
        made.die(case_id, STEPS.index("account.make"), after=True)
        made.hold_on()
    assert made.settled(case_id) is Status.REMEDIATED
    made.undoer.undo(case_id, reason=WHY, by="alice")
    assert made.account.state[DEPLOY][Facet.ROLE_TRUST] == _trust(NAMED, OPEN)


def test_an_undo_that_died_knows_its_work_although_the_first_snapshot_is_older() -> None:
    made, case_id = _edited_after_a_death()
    made.settled(case_id)
    ends = _dies(made.account, "make", after=True)
    with pytest.raises(Death):
        made.undoer.undo(case_id, reason=WHY, by="alice")
    ends()
    made.clock.now += LEASE + 1
    assert made.undoer.undo(case_id, reason=WHY, by="alice").status is Status.UNDONE


def _trust(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
