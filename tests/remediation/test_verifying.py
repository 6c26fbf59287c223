"""A remedy counts as made when a later look agrees; until then it says nothing, and then what it saw."""

import json
from typing import Any

import pytest

from rolecall.errors import UndoRefusedError, UnsettledError
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.remediation.remediate import VERIFY_AFTER
from tests.detection.staged import BOB, change
from tests.remediation.watched import WatchedWorld, pending
from tests.states import ACCOUNT

WHY = "needed for the migration"
DEPLOY = SubjectRef("role", "deploy", ACCOUNT)
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
NAMED = OPEN | {"Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}}


def acted() -> tuple[WatchedWorld, str]:
    """A case whose call was made a moment ago."""
    made, case_id = pending()
    with pytest.raises(UnsettledError) as raised:
        made.remediator.settle(case_id)
    assert raised.value.after == VERIFY_AFTER
    assert str(raised.value) == (
        f"Case {case_id} was put right; in {VERIFY_AFTER} s it is seen whether it holds."
    )
    return made, case_id


def trust(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def opened() -> tuple[WatchedWorld, str]:
    """A role whose open statement was taken away a moment ago."""
    made, _ = pending()
    made.account.add(DEPLOY, {Facet.ROLE_TRUST: trust(NAMED, OPEN)})
    record: dict[str, Any] = {
        "eventName": "UpdateAssumeRolePolicy",
        "requestParameters": {"roleName": "deploy"},
    }
    (case_id,) = made.told_of(change(eventID="opened", **record), "role-no-wildcard-trust")
    with pytest.raises(UnsettledError):
        made.remediator.settle(case_id)
    return made, case_id


def test_until_it_is_verified_nobody_hears_that_it_was_put_right() -> None:
    made, case_id = acted()
    assert made.status(case_id) is Status.VERIFYING
    assert made.bus.published == []
    assert made.ledger.get(case_id).outcome


@pytest.mark.parametrize(("waited", "rest"), [(0, VERIFY_AFTER + 1), (5, VERIFY_AFTER - 4)])
def test_a_look_that_comes_too_early_comes_again_and_reads_nothing(waited: int, rest: int) -> None:
    made, case_id = acted()
    made.clock.now += waited
    with pytest.raises(UnsettledError, match="too early to see whether it holds") as raised:
        made.remediator.settle(case_id)
    assert raised.value.after == rest
    assert made.status(case_id) is Status.VERIFYING
    made.ledger.claim(case_id, made.clock(), 1)  # and it was given back


def test_at_its_time_it_is_remediated_and_told() -> None:
    made, case_id = acted()
    made.clock.now += VERIFY_AFTER
    case = made.remediator.settle(case_id)
    assert (case.status, case.reason) == (Status.REMEDIATED, "")
    assert case.ended == "2026-11-02T09:15:15Z"
    assert made.bus.statuses == ["remediated"]


def test_a_subject_that_went_away_meanwhile_says_so() -> None:
    made, case_id = acted()
    del made.account.state[BOB]
    case = made.settle(case_id)
    assert (case.status, case.reason) == (Status.REMEDIATED, "the subject went away since")
    assert case.ended
    assert len(made.account.calls) == 1


def test_a_part_that_people_changed_meanwhile_is_told_and_stays_theirs() -> None:
    made, case_id = opened()
    left = made.ledger.get(case_id).outcome
    made.account.state[DEPLOY][Facet.ROLE_TRUST] = trust(NAMED, NAMED | {"Sid": "Theirs"})
    case = made.settle(case_id)
    assert case.status is Status.REMEDIATED
    assert case.reason == "the part was changed again since, without this drift"
    assert made.ledger.get(case_id).outcome == left
    with pytest.raises(UndoRefusedError, match="changed after the remedy"):
        made.undoer.plan(case_id)


def test_what_was_left_is_read_later_when_the_first_look_came_before_aws_had_settled() -> None:
    made, case_id = pending()
    before = made.account.read(BOB, made.registry["user-permissions-via-groups"].needs)
    real, seen = made.account.read, list[str]()

    def stale(ref: SubjectRef, facets: Any) -> Subject | None:
        seen.append(ref.name)
        return before if seen.count("bob") == 2 and ref == BOB else real(ref, facets)

    made.account.read = stale  # type: ignore[method-assign]
    with pytest.raises(UnsettledError):
        made.remediator.settle(case_id)
    outcome = made.ledger.get(case_id).outcome
    assert outcome
    assert outcome.left == outcome.before
    assert made.settle(case_id).reason == ""
    outcome = made.ledger.get(case_id).outcome
    assert outcome
    assert (outcome.left, outcome.before) == (None, "PowerUserAccess")
    made.undoer.undo(case_id, reason=WHY, by="alice")
    assert made.account.state[BOB][Facet.USER_ATTACHED_POLICIES]
