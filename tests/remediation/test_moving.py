"""Moving a user to a group takes two calls: whatever happens between them, undo knows both."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from rolecall.errors import ApprovalVoidError, RemedyError, ThrottledError, UnsettledError
from rolecall.model.calls import Call
from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.settings import Settings
from tests.conventions.moving import GROUP, LAKE, READ, VIA_GROUPS, GroupedAccount
from tests.detection.staged import ATTACH, BOB, change
from tests.remediation.watched import Death, WatchedWorld
from tests.states import ACCOUNT
from tests.world import settings

MOVING = (
    'version: 1\nprotected: ["arn:aws:iam::111122223333:user/break-glass"]\n'
    f"conventions: {{{VIA_GROUPS}: {{mode: remediate, move_by: tag}}}}\n"
    f"job_roles: {{{GROUP}: {{job_role: data engineer, owner: idm, policies: ['{READ}', '{LAKE}']}}}}\n"
)
DATA = SubjectRef("group", GROUP, ACCOUNT)
JOIN, LEAVE = "iam:AddUserToGroup", "iam:RemoveUserFromGroup"
DETACH, ATTACHING = "iam:DetachUserPolicy", "iam:AttachUserPolicy"


class MovingWorld(WatchedWorld):
    """A world in which bob has a policy of his own that the group of his job carries."""

    def __init__(self, made: Settings) -> None:
        super().__init__(made)
        grouped = GroupedAccount()
        grouped.state, grouped.paths = self.account.state, self.account.paths
        self._make, self.account = grouped.make, grouped
        grouped.make = self._counted  # type: ignore[method-assign]
        grouped.group(GROUP, [READ, LAKE])
        grouped.add(
            BOB,
            {
                Facet.USER_ATTACHED_POLICIES: {READ: "ReadOnlyAccess"},
                Facet.USER_TAGS: {"job-role": "data engineer"},
            },
        )

    @property
    def has(self) -> tuple[list[str], list[str], list[str]]:
        """Bob's own policies, his groups, and who is in the group."""
        bob = self.account.state[BOB]
        return (
            list(bob[Facet.USER_ATTACHED_POLICIES]),
            bob[Facet.USER_GROUPS],
            self.account.state[DATA][Facet.GROUP_MEMBERS],
        )

    @property
    def made(self) -> list[str]:
        """The calls that were made, by name."""
        return [call.name for call in self.account.calls]

    def undo(self, case_id: str, **how: Any) -> Case:
        """Take a case back."""
        self.account.calls.clear()
        return self.undoer.undo(case_id, reason="needed", by="alice", **how)


Has = tuple[list[str], list[str], list[str]]
BEFORE: Has = ([READ], [], [])
MOVED: Has = ([], [GROUP], ["bob"])


def _moving(text: str = MOVING) -> tuple[MovingWorld, str]:
    made = MovingWorld(settings(text))
    record = change(ATTACH | {"requestParameters": {"userName": "bob", "policyArn": READ}})
    (case_id,) = made.detector.detect(record).cases
    made.bus.published.clear()
    return made, case_id


def _between(made: WatchedWorld, error: BaseException) -> None:
    """Let this happen in place of the second call, once."""
    make, calls = made.account.make, []

    def failing(call: Call, region: str) -> Mapping[str, Any]:
        calls.append(call.name)
        if len(calls) == 2:
            raise error
        return make(call, region)

    made.account.make = failing  # type: ignore[method-assign]


@pytest.mark.peer(49, "AWS ASR: a contributed move detaches first and joins the group afterwards")
def test_a_user_is_moved_and_undo_brings_back_the_very_state_before() -> None:
    made, case_id = _moving()
    before = copy.deepcopy(made.account.state)
    assert made.settled(case_id) is Status.REMEDIATED
    assert (made.has, made.made) == (MOVED, [JOIN, DETACH])
    (case,) = made.bus.published
    assert [step["do"]["call"] for step in case.remedy] == [JOIN, DETACH]
    assert made.undo(case_id).status is Status.UNDONE
    assert made.made == [ATTACHING, LEAVE]
    made.account.read(BOB, ())
    assert made.account.state == before


def _crash_points() -> list[str]:
    made, case_id = _moving()
    made.settled(case_id)
    return list(made.log.calls)


STEPS = _crash_points()


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("at", range(len(STEPS)), ids=[f"{n}-{s}" for n, s in enumerate(STEPS)])
def test_after_a_death_at_any_call_the_move_is_ended_and_undo_takes_all_of_it_back(
    at: int, *, after: bool
) -> None:
    made, case_id = _moving()
    made.die(case_id, at, after=after)
    made.hold_on()
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.has == MOVED
    assert made.changes == 2
    assert made.undo(case_id).status is Status.UNDONE
    assert made.has == BEFORE


@pytest.mark.parametrize("error", [ThrottledError("slower"), UnsettledError("not yet")])
def test_what_aws_puts_off_between_the_calls_goes_on_with_the_second(error: Exception) -> None:
    made, case_id = _moving()
    _between(made, error)
    with pytest.raises(type(error)):
        made.remediator.settle(case_id)
    assert made.has == ([READ], [GROUP], ["bob"])
    assert made.settled(case_id) is Status.REMEDIATED
    assert (made.has, made.made[-1]) == (MOVED, DETACH)
    made.undo(case_id)
    assert made.has == BEFORE


def test_a_second_death_between_them_forgets_nothing_either() -> None:
    made, case_id = _moving()
    _between(made, Death())
    with pytest.raises(Death):
        made.remediator.settle(case_id)
    made.hold_on()
    for _ in range(2):
        made.die(case_id, STEPS.index("account.make"))
        made.hold_on()
    assert made.settled(case_id) is Status.REMEDIATED
    made.undo(case_id)
    assert made.has == BEFORE


def test_who_was_put_out_of_the_group_between_them_is_moved_again() -> None:
    made, case_id = _moving()
    _between(made, Death())
    with pytest.raises(Death):
        made.remediator.settle(case_id)
    made.hold_on()
    made.account.make(Call(LEAVE, {"UserName": "bob", "GroupName": GROUP}), "")
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.has == MOVED
    made.undo(case_id)
    assert made.has == BEFORE


def test_a_group_that_changes_between_them_does_not_hide_from_undo_that_bob_is_in_it() -> None:
    made, case_id = _moving()
    _between(made, Death())
    with pytest.raises(Death):
        made.remediator.settle(case_id)
    made.hold_on()
    made.account.state[DATA][Facet.GROUP_INLINE_POLICIES] = {"extra": "{}"}
    assert made.settled(case_id) is Status.REMEDIATED
    made.undo(case_id)
    assert made.has == BEFORE


def test_a_call_that_is_refused_after_the_first_is_told_with_what_stands() -> None:
    made, case_id = _moving()
    _between(made, RemedyError("AWS denies iam:DetachUserPolicy"))
    assert made.settle(case_id).status is Status.FAILED
    (case,) = made.bus.published
    assert case.reason == (
        "AWS denies iam:DetachUserPolicy; made before that, and not taken back: iam:AddUserToGroup"
    )


def test_a_first_call_that_is_refused_leaves_everything() -> None:
    made, case_id = _moving()
    made.account.make = _refuse  # type: ignore[method-assign]
    assert made.settle(case_id).status is Status.FAILED
    assert made.has == BEFORE
    assert made.bus.published[0].reason == "AWS refuses iam:AddUserToGroup: LimitExceeded"


def _refuse(call: Call, region: str) -> Mapping[str, Any]:  # noqa: ARG001
    raise RemedyError(f"AWS refuses {call.name}: LimitExceeded")


def test_a_pause_between_them_holds_the_second_back_and_undo_knows_the_first() -> None:
    made, case_id = _moving()
    make = made.account.make

    def pausing(call: Call, region: str) -> Mapping[str, Any]:
        made.ledger.set_pause("an incident")
        return make(call, region)

    made.account.make = pausing  # type: ignore[method-assign]
    assert made.settle(case_id).status is Status.PAUSED
    assert made.has == ([READ], [GROUP], ["bob"])
    made.ledger.set_pause("")
    made.account.make = make  # type: ignore[method-assign]
    assert made.settled(case_id) is Status.REMEDIATED
    made.undo(case_id)
    assert made.has == BEFORE


def test_what_is_brought_back_while_bob_is_in_the_group_is_detached_and_undo_takes_both_back() -> (
    None
):
    made, case_id = _moving()
    with pytest.raises(UnsettledError):
        made.remediator.settle(case_id)
    made.account.make(Call(ATTACHING, {"UserName": "bob", "PolicyArn": READ}), "")
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.made == [JOIN, DETACH, ATTACHING, DETACH]
    assert made.has == MOVED
    made.undo(case_id)
    assert made.has == BEFORE


def test_undo_works_although_somebody_put_bob_out_of_the_group_since() -> None:
    made, case_id = _moving()
    made.settled(case_id)
    made.account.make(Call(LEAVE, {"UserName": "bob", "GroupName": GROUP}), "")
    assert made.undo(case_id).status is Status.UNDONE
    assert made.has == BEFORE


def test_who_was_in_the_group_before_stays_in_it() -> None:
    made = MovingWorld(settings(MOVING))
    made.account.state[BOB][Facet.USER_GROUPS] = [GROUP]
    made.account.state[DATA][Facet.GROUP_MEMBERS] = ["bob"]
    record = change(ATTACH | {"requestParameters": {"userName": "bob", "policyArn": READ}})
    (case_id,) = made.detector.detect(record).cases
    made.account.calls.clear()
    assert made.settled(case_id) is Status.REMEDIATED
    assert (made.has, made.made) == (MOVED, [DETACH])
    made.undo(case_id)
    assert made.has == ([READ], [GROUP], ["bob"])


@pytest.mark.parametrize("second", [Death(), ThrottledError("slower")])
def test_an_undo_that_ends_between_its_calls_is_gone_on_with(second: BaseException) -> None:
    made, case_id = _moving()
    made.settled(case_id)
    make = made.account.make
    _between(made, second)
    with pytest.raises(type(second)):
        made.undo(case_id)
    assert made.has == ([READ], [GROUP], ["bob"])
    made.account.make = make  # type: ignore[method-assign]
    made.hold_on()
    assert made.undo(case_id).status is Status.UNDONE
    assert made.made == [LEAVE]
    assert made.has == BEFORE


def test_an_undo_that_cannot_go_on_keeps_the_drift_it_brought_back_exempt() -> None:
    made, case_id = _moving()
    made.settled(case_id)
    make = made.account.make
    _between(made, Death())
    with pytest.raises(Death):
        made.undo(case_id)
    made.hold_on()
    made.account.make = _refuse  # type: ignore[method-assign]
    with pytest.raises(RemedyError):
        made.undo(case_id)
    entry = made.ledger.get(case_id)
    assert entry.outcome
    assert entry.outcome.undoing
    assert made.ledger.exemption(entry.case)
    made.account.make = make  # type: ignore[method-assign]
    assert made.undo(case_id).status is Status.UNDONE
    assert made.has == BEFORE


def test_two_policies_go_with_one_move_and_their_cases_are_undone_the_latest_first() -> None:
    made = MovingWorld(settings(MOVING))
    made.account.state[BOB][Facet.USER_ATTACHED_POLICIES][LAKE] = "lake"
    before = made.has
    record = change(ATTACH | {"requestParameters": {"userName": "bob", "policyArn": READ}})
    cases = made.detector.detect(record).cases
    for case_id in cases:
        assert made.settled(case_id) is Status.REMEDIATED
    assert made.has == MOVED
    assert made.made == [JOIN, DETACH, DETACH]
    for case_id in reversed(cases):
        made.undo(case_id)
    assert made.has == ([LAKE, READ], *before[1:])


def test_as_shipped_bob_is_not_moved() -> None:
    made, case_id = _moving(MOVING.replace(", move_by: tag", ""))
    assert made.settled(case_id) is Status.REMEDIATED
    assert (made.has, made.made) == (([], [], []), [DETACH])


def test_an_approval_holds_for_the_rest_of_what_was_approved() -> None:
    made, case_id = _moving(MOVING.replace("mode: remediate", "mode: approve"))
    made.approve(case_id)
    _between(made, Death())
    with pytest.raises(Death):
        made.remediator.settle(case_id)
    made.hold_on()
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.has == MOVED
    made.undo(case_id)
    assert made.has == BEFORE


@pytest.mark.parametrize(
    ("at_first", "later", "calls"),
    [({}, {"job-role": GROUP}, [JOIN, DETACH]), ({"job-role": GROUP}, {}, [DETACH])],
)
def test_the_case_tells_what_was_done_and_not_what_was_planned_when_it_was_opened(
    at_first: dict[str, str], later: dict[str, str], calls: list[str]
) -> None:
    made = MovingWorld(settings(MOVING))
    made.account.state[BOB][Facet.USER_TAGS] = at_first
    record = change(ATTACH | {"requestParameters": {"userName": "bob", "policyArn": READ}})
    (case_id,) = made.detector.detect(record).cases
    made.account.state[BOB][Facet.USER_TAGS] = later
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.made == calls
    assert [step["do"]["call"] for step in made.bus.published[-1].remedy] == calls
    made.undo(case_id)
    assert made.has == BEFORE


def test_whoever_made_the_change_cannot_approve_the_move() -> None:
    made, case_id = _moving(MOVING.replace("mode: remediate", "mode: approve"))
    with pytest.raises(ApprovalVoidError, match="somebody else"):
        made.approve(case_id, by=ATTACH["userIdentity"]["arn"])
    made.approve(case_id)
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.has == MOVED
