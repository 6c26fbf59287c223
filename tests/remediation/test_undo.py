"""Undo takes back exactly what was done, says why, and never overwrites a later change."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from rolecall.errors import (
    CaseError,
    ChangedSinceError,
    LeaseHeldError,
    RemedyError,
    UndoRefusedError,
)
from rolecall.model.calls import Call, Result
from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.model.stories import LedgerExemption
from rolecall.remediation.undo import BEGUN, HOLD, LONGEST
from tests.detection.staged import ATTACHED, BOB, change, world_of
from tests.remediation.watched import WatchedWorld, pending
from tests.samples import Sample, sample, samples
from tests.world import World

WHY = "needed for the migration"


def _remediated() -> tuple[WatchedWorld, str]:
    made, case_id = pending()
    made.settled(case_id)
    made.account.calls.clear()
    return made, case_id


def _undo(made: World, case_id: str, reason: str = WHY) -> Case:
    return made.undoer.undo(case_id, reason=reason, by="alice")


def _settled(made: World, case_id: str) -> Case:
    case = made.settle(case_id)
    if case.status is Status.AWAITING_APPROVAL:
        made.approve(case_id)
        case = made.settle(case_id)
    return case


_DRIFTS = [s for s in samples() if s.is_drift]


@pytest.mark.parametrize("sample", _DRIFTS, ids=str)
def test_undo_brings_back_the_very_state_that_the_remedy_found(sample: Sample) -> None:
    made = world_of(sample.change, account=sample.state)
    before = copy.deepcopy(made.account.state)
    cases = made.detector.detect(sample.change).cases
    settled = [_settled(made, case_id) for case_id in cases]
    remediated = [case.id for case in settled if case.status is Status.REMEDIATED]
    assert bool(remediated) == (made.account.state != before)
    assert bool(remediated) == any(case.remedy for case in settled)
    for case_id in reversed(remediated):
        assert _undo(made, case_id).status is Status.UNDONE
    assert made.account.state == before


def test_it_says_who_and_why_and_everybody_hears_of_it() -> None:
    made, case_id = _remediated()
    undone = _undo(made, case_id)
    assert undone.reason.startswith(f"undone by alice: {WHY}; the drift is exempt until 2026-")
    assert made.status(case_id) is Status.UNDONE
    assert made.bus.statuses[-1] == "undone"


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
def test_without_a_reason_nothing_is_taken_back(reason: str) -> None:
    made, case_id = _remediated()
    with pytest.raises(UndoRefusedError, match="--reason"):
        _undo(made, case_id, reason)
    assert made.account.calls == []
    assert made.status(case_id) is Status.REMEDIATED


def _refused(made: World, case_id: str, says: str) -> None:
    with pytest.raises(CaseError, match=says):
        made.undoer.plan(case_id)
    with pytest.raises(CaseError, match=says):
        _undo(made, case_id)
    assert made.account.calls == []
    assert not any(known.snoozed for known in made.ledger.known.values())
    made.ledger.claim(case_id, made.clock(), 1)  # the case was given back


def test_a_later_change_is_not_overwritten() -> None:
    made, case_id = _remediated()
    made.attach()
    _refused(made, case_id, "was changed after the remedy")
    with pytest.raises(ChangedSinceError) as refused:
        made.undoer.plan(case_id)
    assert (refused.value.left, refused.value.now) == (None, "PowerUserAccess")


INLINE = "user-permissions-via-groups/drift-put-user-policy"


def _put_right(name: str) -> tuple[World, Case]:
    one = sample(name)
    made = world_of(one.change)
    case_id, *_ = made.detector.detect(one.change).cases
    case = made.settle(case_id)
    made.account.calls.clear()
    return made, case


def test_who_says_so_overwrites_a_later_change_and_the_ledger_keeps_it() -> None:
    made, case = _put_right(INLINE)
    ref, facet = case.drift.subject, Facet.USER_INLINE_POLICIES
    made.account.state[ref][facet] = {case.drift.part: '{"Statement": []}'}
    undone = made.undoer.undo(case.id, reason=WHY, by="alice", over_changes=True)
    assert made.account.state[ref][facet] == {case.drift.part: case.drift.found["inline"]}
    assert "somebody had changed it since, and that was overwritten" in undone.reason
    outcome = made.ledger.get(case.id).outcome
    assert outcome
    assert outcome.overwritten == '{"Statement": []}'


def test_who_overwrites_nothing_has_nothing_kept() -> None:
    made, case_id = _remediated()
    undone = made.undoer.undo(case_id, reason=WHY, by="alice", over_changes=True)
    outcome = made.ledger.get(case_id).outcome
    assert outcome
    assert outcome.overwritten is None
    assert "overwritten" not in undone.reason


def test_what_was_overwritten_is_kept_when_its_undo_died() -> None:
    made, case = _put_right(INLINE)
    ref, facet = case.drift.subject, Facet.USER_INLINE_POLICIES
    made.account.state[ref][facet] = {case.drift.part: "{}"}
    real = made.ledger.exempt
    seen: list[Any] = []

    def dies(case: Case, exemption: LedgerExemption | None) -> None:
        seen.append(exemption)
        if len(seen) > 1:  # after the calls
            raise KeyboardInterrupt
        real(case, exemption)

    made.ledger.exempt = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        made.undoer.undo(case.id, reason=WHY, by="alice", over_changes=True)
    made.ledger.exempt = real  # type: ignore[method-assign]
    made.account.calls.clear()
    assert _undo(made, case.id).status is Status.UNDONE
    assert made.account.calls == []
    outcome = made.ledger.get(case.id).outcome
    assert outcome
    assert outcome.overwritten == "{}"


@pytest.mark.parametrize("over", [False, True])
def test_a_part_that_went_away_is_not_made_again(*, over: bool) -> None:
    made, case = _put_right("no-long-term-access-keys/drift-create-access-key")
    made.account.state[case.drift.subject][Facet.USER_ACCESS_KEYS] = {}
    with pytest.raises(UndoRefusedError, match="is gone"):
        made.undoer.undo(case.id, reason=WHY, by="alice", over_changes=over)
    assert made.account.calls == []


@pytest.mark.parametrize("over", [False, True])
def test_calls_about_what_only_the_remedy_made_are_not_made_over_a_change(*, over: bool) -> None:
    made, case = _put_right("ec2-launched-with-profile/drift-run-instances")
    other = "arn:aws:iam::111122223333:instance-profile/other"
    made.account.state[case.drift.subject][Facet.INSTANCE_PROFILE] = other
    with pytest.raises(UndoRefusedError, match="was replaced"):
        made.undoer.undo(case.id, reason=WHY, by="alice", over_changes=over)
    assert made.account.calls == []


def test_a_convention_that_is_there_no_more_leaves_the_undo_to_people() -> None:
    made, case_id = _remediated()
    made.ledger.kept[case_id].case = replace(
        made.ledger.kept[case_id].case,
        drift=replace(made.ledger.kept[case_id].case.drift, convention="gone"),
    )
    _refused(made, case_id, "knows no convention gone")


def test_a_change_to_another_part_of_the_subject_is_no_hindrance() -> None:
    made, case_id = _remediated()
    made.account.add(BOB, {Facet.USER_INLINE_POLICIES: {"own": "{}"}})
    assert _undo(made, case_id).status is Status.UNDONE
    assert made.account.state[BOB][Facet.USER_INLINE_POLICIES] == {"own": "{}"}


def test_what_is_gone_cannot_be_put_back() -> None:
    made, case_id = _remediated()
    del made.account.state[BOB]
    _refused(made, case_id, "is gone")
    made.clock.now += 2
    with pytest.raises(UndoRefusedError, match="is gone"):
        made.undoer.undo(case_id, reason=WHY, by="alice", over_changes=True)


@pytest.mark.parametrize(
    "status", [status for status in Status if status is not Status.REMEDIATED], ids=str
)
def test_only_a_remediated_case_can_be_undone(status: Status) -> None:
    made, case_id = _remediated()
    kept = made.ledger.kept[case_id]
    kept.case = kept.case.moved(status)
    _refused(made, case_id, f"is {status}; only a remediated case")


def test_a_case_is_undone_once() -> None:
    made, case_id = _remediated()
    _undo(made, case_id)
    made.account.calls.clear()
    with pytest.raises(CaseError):
        _undo(made, case_id)
    assert made.account.calls == []


def test_a_case_that_nobody_opened_cannot_be_undone() -> None:
    made, _ = _remediated()
    with pytest.raises(CaseError):
        _undo(made, "c-unknown")


def test_an_answer_that_was_lost_leaves_the_undo_to_people() -> None:
    made, case_id = _remediated()
    kept = made.ledger.kept[case_id]
    assert kept.outcome
    call = Call("ec2:DisassociateIamInstanceProfile", {"AssociationId": Result("A.Id")})
    kept.outcome = replace(kept.outcome, undo=(call.to_dict(),))
    _refused(made, case_id, "make ec2:DisassociateIamInstanceProfile by hand")


def test_what_was_done_last_is_taken_back_first() -> None:
    made, case_id = _remediated()
    kept = made.ledger.kept[case_id]
    assert kept.outcome
    calls = [Call("iam:AttachUserPolicy", {"PolicyArn": arn}) for arn in ("first", "last")]
    kept.outcome = replace(kept.outcome, undo=tuple(call.to_dict() for call in calls))
    assert made.undoer.plan(case_id).calls == tuple(reversed(calls))


def test_the_record_of_an_undo_is_not_answered_for_a_day() -> None:
    made, case_id = _remediated()
    real = made.account.make

    def make(call: Call, region: str) -> Any:
        answer = real(call, region)
        # Its record may be there before the call has even returned.
        assert made.detector.detect(change(eventID="the-undo")).outcome == "snoozed"
        return answer

    made.account.make = make  # type: ignore[method-assign]
    _undo(made, case_id)
    made.clock.now += HOLD - 1
    assert made.detector.detect(change(eventID="later")).outcome == "snoozed"
    made.clock.now += 2
    assert made.detector.detect(change(eventID="next-day")).outcome == "pending"


def test_a_refused_undo_silences_nobody() -> None:
    made, case_id = _remediated()

    def refuse(*_: Any) -> Any:
        raise RemedyError("AWS refuses iam:AttachUserPolicy: NoSuchEntity")

    made.account.make = refuse  # type: ignore[method-assign,assignment]
    with pytest.raises(RemedyError):
        _undo(made, case_id)
    assert made.status(case_id) is Status.REMEDIATED
    outcome = made.ledger.get(case_id).outcome
    assert outcome
    assert outcome.undoing == ""  # nothing has begun, so nobody goes on from there
    made.attach()
    made.clock.now += 1
    assert made.detector.detect(change(eventID="again")).outcome == "pending"


def test_a_case_that_a_worker_holds_is_not_undone() -> None:
    made, case_id = _remediated()
    made.ledger.claim(case_id, made.clock(), 120)
    with pytest.raises(LeaseHeldError):
        _undo(made, case_id)
    assert made.account.calls == []


def test_a_plan_shows_the_calls_and_writes_nothing() -> None:
    made, case_id = _remediated()
    plan = made.undoer.plan(case_id)
    assert plan.case.id == case_id
    assert plan.calls == (Call("iam:AttachUserPolicy", {"UserName": "bob", "PolicyArn": ATTACHED}),)
    assert made.account.calls == []


def test_an_undo_leaves_an_exemption_with_its_reason_owner_and_end() -> None:
    made, case_id = _remediated()
    now = made.clock()
    undone = made.undoer.undo(case_id, reason=WHY, by="alice", hold=3600.0)
    (left,) = made.ledger.exemptions()
    assert (left.case, left.convention) == (case_id, "user-permissions-via-groups")
    assert (left.subject, left.part) == (BOB.arn, ATTACHED)
    assert (left.reason, left.owner, left.until) == (WHY, "alice", now + 3600)
    assert undone.reason.endswith(f"exempt until {left.end}")
    made.clock.now += 3599
    seen = made.detector.detect(change(eventID="later"))
    assert (seen.outcome, seen.reason) == ("snoozed", str(left))
    made.clock.now += 2
    assert made.detector.detect(change(eventID="over")).outcome == "pending"


@pytest.mark.parametrize("hold", [0.0, -1.0, LONGEST + 1])
def test_an_exemption_that_never_begins_or_ends_is_refused(hold: float) -> None:
    made, case_id = _remediated()
    with pytest.raises(UndoRefusedError, match="within 30 days"):
        made.undoer.undo(case_id, reason=WHY, by="alice", hold=hold)
    assert made.account.calls == []
    assert made.undoer.undo(case_id, reason=WHY, by="alice", hold=LONGEST)


def test_while_an_undo_has_only_begun_its_exemption_is_short() -> None:
    made, case_id = _remediated()

    def dies(*_: Any) -> Any:
        raise KeyboardInterrupt

    made.account.make = dies  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        _undo(made, case_id)
    (left,) = made.ledger.exemptions()
    assert left.until == made.clock() + BEGUN


def test_where_no_drift_comes_back_no_exemption_is_left() -> None:
    made, case_id = _put_right_and_ended()
    assert made.undoer.plan(case_id).drifts is False
    undone = _undo(made, case_id)
    assert undone.reason == f"undone by alice: {WHY}"
    assert list(made.ledger.exemptions()) == []
    assert not any(known.snoozed for known in made.ledger.known.values())


def test_a_state_that_the_ledger_cannot_tell_is_held_for_a_drift() -> None:
    made, case_id = _put_right_and_ended()
    made.ledger.kept[case_id].intent = None
    assert made.undoer.plan(case_id).drifts is True


def _put_right_and_ended() -> tuple[World, str]:
    """A case whose instance is not one that needs a profile any more."""
    made, case = _put_right("ec2-launched-with-profile/drift-run-instances")
    made.account.state[case.drift.subject][Facet.INSTANCE_STATE] = "terminated"
    return made, case.id
