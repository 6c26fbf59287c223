"""A call that AWS refuses, now or for good, and what else may go wrong on the way."""

from typing import Any

import pytest

from rolecall.errors import (
    CaseError,
    LeaseHeldError,
    RemedyError,
    ThrottledError,
    UnsettledError,
)
from rolecall.model.calls import Call
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from tests.detection.staged import ATTACHED, BOB, change
from tests.remediation.watched import WatchedWorld, pending

VIA_GROUPS = "user-permissions-via-groups"


def _failing(made: WatchedWorld, error: Exception) -> None:
    def fail(name: str) -> None:
        if name == "account.make":
            raise error

    made.log.before_call = fail


@pytest.mark.peer(
    66, "Cloud Custodian #4569: an action that fails before notify means nobody is told"
)
def test_a_refused_call_fails_the_case_and_people_hear_why() -> None:
    made, case_id = pending()
    _failing(made, RemedyError("AWS denies iam:DetachUserPolicy"))
    assert made.settled(case_id) is Status.FAILED
    (case,) = made.bus.published
    assert case.reason == "AWS denies iam:DetachUserPolicy"
    assert case.ended
    assert made.detector.detect(change(eventID="again")).outcome == "pending"


@pytest.mark.peer(54, "Cloud Custodian #4191, #1673: races with a state that passes")
@pytest.mark.parametrize("error", [UnsettledError("not yet"), ThrottledError("slower")])
def test_what_may_succeed_later_frees_the_case_for_the_next_try(error: Exception) -> None:
    made, case_id = pending()
    _failing(made, error)
    with pytest.raises(type(error)):
        made.settled(case_id)
    assert made.status(case_id) is Status.PENDING
    assert made.bus.published == []
    made.log.before_call = lambda _: None
    assert made.settled(case_id) is Status.REMEDIATED  # at once: the lease was given back
    entry = made.ledger.get(case_id)
    assert entry.intent
    assert entry.intent.snapshot[Facet.USER_ATTACHED_POLICIES] == {ATTACHED: "PowerUserAccess"}


@pytest.mark.peer(
    32, "mlevit/aws-auto-remediate #27: returns after the first detach, inline policies stay"
)
def test_a_remedy_that_changes_nothing_is_tried_again_and_not_called_done() -> None:
    made, case_id = pending()
    real = made.account.make
    made.account.make = lambda *_: {}  # type: ignore[method-assign]
    with pytest.raises(UnsettledError, match="seen whether it holds"):
        made.remediator.settle(case_id)
    assert made.status(case_id) is Status.VERIFYING
    made.account.make = real  # type: ignore[method-assign]
    assert made.settled(case_id) is Status.REMEDIATED


def test_a_remedy_that_never_changes_anything_ends_as_a_fight() -> None:
    made, case_id = pending()
    made.account.make = lambda *_: {}  # type: ignore[method-assign]
    assert made.settled(case_id) is Status.CAPPED
    assert made.log.calls.count("account.make") == 3
    assert made.bus.statuses == ["capped"]


def test_a_subject_that_goes_away_while_it_is_put_right_is_superseded() -> None:
    made, case_id = pending()
    real = made.account.make

    def make(call: Call, region: str) -> Any:
        real(call, region)
        del made.account.state[BOB]
        return {}

    made.account.make = make  # type: ignore[method-assign]
    assert made.settled(case_id) is Status.SUPERSEDED
    assert made.ledger.get(case_id).case.reason == "the subject went away meanwhile"


def test_a_case_that_ended_is_told_again_and_never_acted_on_again() -> None:
    made, case_id = pending()
    made.settled(case_id)
    made.attach()
    assert made.settled(case_id) is Status.REMEDIATED
    assert len(made.account.calls) == 1
    assert made.bus.statuses == ["remediated", "remediated"]


def test_a_case_that_nobody_opened_is_an_error() -> None:
    made, _ = pending()
    with pytest.raises(CaseError):
        made.settled("c-unknown")


def test_two_workers_never_hold_a_case_at_once() -> None:
    made, case_id = pending()
    made.ledger.claim(case_id, made.clock(), 120)
    with pytest.raises(LeaseHeldError):
        made.settled(case_id)
    assert made.account.calls == []
