"""What holds a write back: a pause, and caps. Detection and telling go on."""

import pytest

from rolecall.model.cases import Status
from rolecall.model.scales import Severity
from tests.detection.staged import BOB, change
from tests.remediation.watched import WatchedWorld, pending
from tests.world import ACTING, settings

CAPS = ("account", "convention", "actor", "drift")


def capped(sort: str) -> tuple[WatchedWorld, str]:
    """A case whose cap of one sort lets nothing through."""
    made, case_id = pending()
    made.settings = settings(f"{ACTING}caps: {{{sort}: 0}}\n")
    return made, case_id


@pytest.mark.parametrize("sort", CAPS)
def test_what_is_over_a_cap_is_told_as_critical_and_not_written(sort: str) -> None:
    made, case_id = capped(sort)
    assert made.settle(case_id) is Status.CAPPED
    assert made.account.calls == []
    (told,) = made.bus.published
    assert told.severity is Severity.CRITICAL
    assert f"for one {sort}" in told.reason


def test_what_people_approve_is_not_held_back_by_a_cap() -> None:
    made, case_id = capped("account")
    made.settle(case_id)
    kept = made.ledger.kept[case_id]
    kept.case = kept.case.moved(Status.PENDING, reason="approved by alice")
    assert made.settle(case_id) is Status.REMEDIATED


def test_a_drift_that_always_comes_back_is_put_right_three_times_an_hour_and_then_told() -> None:
    made, case_id = pending()
    before = made.account.state[BOB].copy()
    outcomes = [made.settle(case_id)]
    for number in range(2, 6):
        made.account.state[BOB] = before.copy()
        seen = made.detector.detect(change(eventID=f"again-{number}"))
        outcomes.append(made.settle(seen.cases[0]))
    assert outcomes == [Status.REMEDIATED] * 3 + [Status.CAPPED] * 2
    assert len(made.account.calls) == 3
    made.clock.now += 3600
    made.ledger.known.clear()
    seen = made.detector.detect(change(eventID="next-hour"))
    assert made.settle(seen.cases[0]) is Status.REMEDIATED


def test_a_pause_stops_the_write_and_its_end_lets_the_case_go_on() -> None:
    made, case_id = pending()
    made.ledger.set_pause("incident 7")
    assert made.settle(case_id) is Status.PAUSED
    assert made.account.calls == []
    assert made.bus.published[-1].reason == "incident 7"
    made.ledger.set_pause("")
    assert made.settle(case_id) is Status.REMEDIATED


def test_a_pause_that_cannot_be_read_stops_the_write_too() -> None:
    made, case_id = pending()

    def fail(name: str) -> None:
        if name == "ledger.intend":
            raise OSError("the table does not answer")

    made.log.before_call = fail
    with pytest.raises(OSError, match="does not answer"):
        made.settle(case_id)
    assert made.account.calls == []
