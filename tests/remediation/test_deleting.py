"""A remedy may delete its subject: gone is then what it left, and undo makes it anew with all it had."""

import copy
from typing import Any

import pytest

from rolecall.errors import (
    ChangedSinceError,
    RemedyError,
    RetryError,
    UndoRefusedError,
    UnsettledError,
)
from rolecall.model.calls import Call
from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject, SubjectRef
from tests.detection.staged import change
from tests.remediation.watched import WatchedWorld
from tests.samples import sample
from tests.settings.yaml import text
from tests.states import ACCOUNT
from tests.world import settings

WHY = "needed for the migration"
RECORD = sample("group-not-empty/drift-remove-last-user").event["detail"]
GROUP = SubjectRef("group", "night-operators", ACCOUNT)
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DELETING = "conventions: {group-not-empty: {mode: MODE, delete_after_days: 30, grace: 0}}\n"
STATE: dict[Facet, Any] = {
    Facet.GROUP_IDENTITY: {"created": "2026-01-12T08:00:00Z"},
    Facet.GROUP_ATTACHED_POLICIES: {READ: "ReadOnlyAccess"},
    Facet.GROUP_INLINE_POLICIES: {"pager": '{"Statement": []}', "b": "{}"},
}
DONE = [
    "iam:DetachGroupPolicy",
    "iam:DeleteGroupPolicy",
    "iam:DeleteGroupPolicy",
    "iam:DeleteGroup",
]
UNDONE = ["iam:CreateGroup", "iam:PutGroupPolicy", "iam:PutGroupPolicy", "iam:AttachGroupPolicy"]


def approved(mode: str = "remediate") -> tuple[WatchedWorld, str]:
    """A world with an approved case about an empty old group."""
    made = WatchedWorld(settings(text(DELETING.replace("MODE", mode))))
    made.account.add(GROUP, STATE, "/ops/")
    (case_id,) = made.detector.detect(change(RECORD)).cases
    made.approve(case_id)
    return made, case_id


def deleted() -> tuple[WatchedWorld, str]:
    """A world in which it was put right."""
    made, case_id = approved()
    assert made.settled(case_id) is Status.REMEDIATED
    made.account.calls.clear()
    return made, case_id


def names(made: WatchedWorld) -> list[str]:
    return [call.name for call in made.account.calls]


def undo(made: WatchedWorld, case_id: str, *, over: bool = False) -> Case:
    return made.undoer.undo(case_id, reason=WHY, by="alice", over_changes=over)


def has_all(made: WatchedWorld) -> bool:
    """Whether the group is there with all it had, made anew or not."""
    found = made.account.state.get(GROUP, {})
    kept = {facet: value for facet, value in STATE.items() if facet is not Facet.GROUP_IDENTITY}
    return (
        kept.items() <= found.items()
        and not found[Facet.GROUP_MEMBERS]
        and made.account.paths[GROUP] == "/ops/"
    )


@pytest.mark.parametrize("mode", ["approve", "remediate"])
def test_nothing_is_deleted_before_somebody_approved_it(mode: str) -> None:
    made = WatchedWorld(settings(text(DELETING.replace("MODE", mode))))
    made.account.add(GROUP, STATE)
    (case_id,) = made.detector.detect(change(RECORD)).cases
    assert made.settled(case_id) is Status.AWAITING_APPROVAL
    assert made.account.calls == []


def test_its_policies_go_first_and_then_the_group_and_the_case_is_put_right() -> None:
    made, case_id = approved()
    made.bus.published.clear()
    assert made.settled(case_id) is Status.REMEDIATED
    assert names(made) == DONE
    assert GROUP not in made.account.state
    assert made.bus.statuses == ["remediated"]
    entry = made.ledger.get(case_id)
    assert entry.case.reason == ""
    assert entry.outcome
    assert entry.outcome.left is None
    assert entry.outcome.before["group.attached-policies"] == {READ: "ReadOnlyAccess"}


def test_a_group_that_has_a_member_by_then_keeps_all() -> None:
    made, case_id = approved()
    made.account.state[GROUP][Facet.GROUP_MEMBERS] = ["bob"]
    assert made.settled(case_id) is Status.SUPERSEDED
    assert made.account.calls == []


def test_a_group_that_people_deleted_before_is_superseded() -> None:
    made, case_id = approved()
    del made.account.state[GROUP]
    assert made.settled(case_id) is Status.SUPERSEDED
    assert made.account.calls == []


def test_a_policy_that_came_after_the_approval_is_not_taken_off() -> None:
    made, case_id = approved()
    made.account.state[GROUP][Facet.GROUP_INLINE_POLICIES]["new"] = "{}"
    assert made.settled(case_id) is Status.NOTIFIED
    assert made.account.calls == []


def test_a_first_look_that_still_shows_it_is_not_what_was_left() -> None:
    made, case_id = approved()
    real = made.account.read
    old = real(GROUP, STATE)

    def stale(ref: SubjectRef, facets: Any) -> Subject | None:
        return real(ref, facets) or (old and real_of(old, facets) if ref == GROUP else None)

    def real_of(subject: Subject, facets: Any) -> Subject:
        bare = {facet: subject.state.get(facet, []) for facet in facets}
        return type(subject)(subject.ref, bare, subject.path, at=subject.at)

    made.account.read = stale  # type: ignore[method-assign]
    with pytest.raises(UnsettledError):
        made.remediator.settle(case_id)
    made.account.read = real  # type: ignore[method-assign]
    outcome = made.ledger.get(case_id).outcome
    assert outcome
    assert outcome.left is not None
    case = made.settle(case_id)
    assert (case.status, case.reason) == (Status.REMEDIATED, "")
    undo(made, case_id)
    assert has_all(made)


def test_who_made_it_anew_meanwhile_is_told_apart() -> None:
    made, case_id = approved()
    with pytest.raises(UnsettledError):
        made.remediator.settle(case_id)
    made.account.add(GROUP, {Facet.GROUP_MEMBERS: ["bob"]})
    case = made.settle(case_id)
    assert case.status is Status.REMEDIATED
    assert case.reason == "the part was changed again since, without this drift"


STEPS = 17


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("at", range(STEPS))
def test_whoever_comes_after_a_dead_worker_deletes_the_rest_and_undo_brings_back_all(
    at: int, *, after: bool
) -> None:
    made, case_id = approved()
    made.die(case_id, at, after=after)
    assert len(made.log.calls) == at + after
    made.hold_on()
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.changes == len(DONE)
    undo(made, case_id)
    assert has_all(made)


def test_these_are_all_of_its_steps() -> None:
    made, case_id = approved()
    made.settled(case_id)
    assert len(made.log.calls) == STEPS


def _broken_off(made: WatchedWorld, error: BaseException, at: str) -> None:
    """Let the first call of this name raise, once."""
    real, raised = made.account.make, list[str]()

    def make(call: Call, region: str) -> Any:
        if call.name == at and not raised:
            raised.append(at)
            raise error
        return real(call, region)

    made.account.make = make  # type: ignore[method-assign]


@pytest.mark.parametrize("at", ["iam:DeleteGroupPolicy", "iam:DeleteGroup"])
def test_what_aws_broke_off_for_now_is_gone_on_with_and_undone_as_a_whole(at: str) -> None:
    made, case_id = approved()
    _broken_off(made, RetryError("AWS is throttling."), at)
    with pytest.raises(RetryError):
        made.settled(case_id)
    assert made.settled(case_id) is Status.REMEDIATED
    undo(made, case_id)
    assert has_all(made)


def test_what_was_changed_while_it_was_broken_off_is_not_touched() -> None:
    made, case_id = approved()
    _broken_off(made, RetryError("AWS is throttling."), "iam:DeleteGroup")
    with pytest.raises(RetryError):
        made.settled(case_id)
    made.account.calls.clear()
    made.account.state[GROUP][Facet.GROUP_INLINE_POLICIES] = {"new": "{}"}
    assert made.settled(case_id) is Status.NOTIFIED
    assert made.account.calls == []


def test_a_member_in_the_last_moment_ends_it_and_people_hear_of_it() -> None:
    made, case_id = approved()
    _broken_off(made, RemedyError("AWS refuses iam:DeleteGroup: DeleteConflict"), "iam:DeleteGroup")
    assert made.settled(case_id) is Status.FAILED
    assert made.bus.published[-1].reason == (
        "AWS refuses iam:DeleteGroup: DeleteConflict; made before that, and not taken back: "
        "iam:DetachGroupPolicy, iam:DeleteGroupPolicy"
    )
    assert GROUP in made.account.state


def test_undo_makes_it_anew_and_gives_back_what_it_had() -> None:
    made, case_id = deleted()
    undone = undo(made, case_id)
    assert undone.status is Status.UNDONE
    assert names(made) == UNDONE
    assert has_all(made)
    assert "the drift is exempt until" in undone.reason


def test_the_record_of_that_undo_is_not_answered() -> None:
    made, case_id = deleted()
    undo(made, case_id)
    made_anew = sample("group-not-empty/drift-create-group").event["detail"]
    made.detector.detect(change(made_anew, eventID="the-undo"))
    about = [c.id for c in made.ledger.cases() if c.drift.convention == "group-not-empty"]
    assert about == [case_id]


def test_undo_works_when_nothing_may_be_deleted_any_more() -> None:
    made, case_id = deleted()
    made.settings = settings(text())
    undo(made, case_id)
    assert has_all(made)


@pytest.mark.parametrize("over", [False, True])
def test_one_of_the_same_name_is_only_given_the_policies_by_who_says_so(*, over: bool) -> None:
    made, case_id = deleted()
    made.account.add(GROUP, {Facet.GROUP_MEMBERS: ["bob"]}, "/ops/")
    if not over:
        with pytest.raises(ChangedSinceError):
            undo(made, case_id)
        assert made.account.calls == []
        return
    undo(made, case_id, over=True)
    assert names(made) == UNDONE[1:]
    assert made.account.state[GROUP][Facet.GROUP_MEMBERS] == ["bob"]
    assert READ in made.account.state[GROUP][Facet.GROUP_ATTACHED_POLICIES]


@pytest.mark.parametrize("at", UNDONE[1:])
def test_an_undo_that_died_half_way_is_gone_on_with_by_who_says_so(at: str) -> None:
    made, case_id = deleted()
    _broken_off(made, KeyboardInterrupt(), at)
    with pytest.raises(KeyboardInterrupt):
        undo(made, case_id)
    with pytest.raises(ChangedSinceError):
        undo(made, case_id)
    undo(made, case_id, over=True)
    assert has_all(made)


def test_an_undo_that_died_after_its_calls_changes_nothing_more() -> None:
    made, case_id = deleted()
    real, seen = made.ledger.exempt, list[Any]()

    def dies(*arguments: Any) -> None:
        seen.append(arguments)
        if len(seen) > 1:
            raise KeyboardInterrupt
        real(*arguments)

    made.ledger.exempt = dies  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        undo(made, case_id)
    made.ledger.exempt = real  # type: ignore[method-assign]
    left = copy.deepcopy(made.account.state)
    assert undo(made, case_id).status is Status.UNDONE
    assert made.account.state == left


def test_a_plan_to_make_it_anew_writes_nothing() -> None:
    made, case_id = deleted()
    before = copy.deepcopy(made.account.state)
    plan = made.undoer.plan(case_id)
    assert [call.name for call in plan.calls] == UNDONE
    assert plan.drifts
    assert made.account.state == before


def test_a_subject_that_others_deleted_is_still_nothing_to_undo() -> None:
    made, case_id = deleted()
    kept = made.ledger.kept[case_id]
    assert kept.outcome
    put = Call("iam:PutGroupPolicy", {"GroupName": GROUP.name})
    kept.outcome = type(kept.outcome)((put.to_dict(),), None, kept.outcome.at)
    with pytest.raises(UndoRefusedError, match="is gone; there is nothing to undo"):
        undo(made, case_id)
