"""A bad day is taken back case by case: the newest first, and one refusal stops nobody else."""

import pytest

from rolecall.errors import UndoRefusedError
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.remediation.undo import Why
from rolecall.remediation.undo_many import Choice, chosen, undo_all
from tests.detection.staged import ATTACH, ATTACHED, change
from tests.remediation.watched import WatchedWorld
from tests.states import ACCOUNT
from tests.world import ACTING, settings

WHY = Why("the release broke", "alice")
NAMES = ("bob", "carol", "dave")


def user(name: str) -> SubjectRef:
    return SubjectRef("user", name, ACCOUNT)


def bad_day(apart: float = 60) -> tuple[WatchedWorld, dict[str, str]]:
    """A world in which one user after the other was put right, and their cases."""
    made, cases = WatchedWorld(settings(ACTING)), {}
    for name in NAMES:
        made.attach(user(name))
        given = ATTACH["requestParameters"] | {"userName": name}
        seen = made.detector.detect(change(eventID=name, requestParameters=given))
        (cases[name],) = seen.cases
        made.settled(cases[name])
        made.clock.now += apart
    made.account.calls.clear()
    return made, cases


def _ids(made: WatchedWorld, choice: Choice) -> list[str]:
    return [entry.case.id for entry in chosen(made.ledger, choice)]


def test_the_newest_is_taken_back_first() -> None:
    made, cases = bad_day()
    choice = Choice(convention="user-permissions-via-groups")
    assert _ids(made, choice) == [cases[name] for name in reversed(NAMES)]
    undone = list(undo_all(made.undoer, chosen(made.ledger, choice), WHY))
    assert [one.case.status for one in undone] == [Status.UNDONE] * 3
    assert [call.parameters["UserName"] for call in made.account.calls] == ["dave", "carol", "bob"]
    for name in NAMES:
        attached = made.account.state[user(name)][Facet.USER_ATTACHED_POLICIES]
        assert attached == {ATTACHED: "PowerUserAccess"}


def test_what_ended_within_one_second_has_its_order_from_the_history() -> None:
    made, cases = bad_day()
    for place, name in enumerate(NAMES):
        kept = made.ledger.kept[cases[name]]
        kept.case = kept.case.moved(Status.REMEDIATED, ended="2026-11-02T09:15:00Z")
        (*earlier, last) = kept.history
        kept.history = (*earlier, type(last)(1_000 - place, last.status))
    assert _ids(made, Choice(actor="a")) == [cases[name] for name in NAMES]


@pytest.mark.peer(30, "Repokid #48: a rollback restores all permissions or none")
def test_a_time_an_actor_and_a_convention_choose_together() -> None:
    made, cases = bad_day()
    carol = made.ledger.get(cases["carol"]).case
    actor = carol.origin.actor
    assert _ids(made, Choice(since=carol.ended)) == [cases["dave"], cases["carol"]]
    assert len(_ids(made, Choice(actor=actor[1:-1].upper()))) == 3
    assert _ids(made, Choice(actor="nobody")) == []
    assert _ids(made, Choice(convention="root-usage")) == []
    assert _ids(made, Choice(since=carol.ended, actor=actor, convention="root-usage")) == []


def test_only_what_is_remediated_is_chosen() -> None:
    made, cases = bad_day()
    made.undoer.undo(cases["bob"], reason="why", by="alice")
    assert _ids(made, Choice(since="2026")) == [cases["dave"], cases["carol"]]


def test_a_refusal_does_not_stop_the_others_and_says_why() -> None:
    made, cases = bad_day()
    made.attach(user("carol"))
    undone = list(undo_all(made.undoer, chosen(made.ledger, Choice(since="2026")), WHY))
    assert [bool(one.refused) for one in undone] == [False, True, False]
    assert "was changed after the remedy" in undone[1].refused
    assert undone[1].case.id == cases["carol"]
    assert made.status(cases["bob"]) is Status.UNDONE
    assert made.status(cases["carol"]) is Status.REMEDIATED


def test_without_a_reason_none_is_undone() -> None:
    made, _ = bad_day()
    with pytest.raises(UndoRefusedError, match="--reason"):
        list(undo_all(made.undoer, chosen(made.ledger, Choice(since="2026")), Why(" ", "alice")))
    assert made.account.calls == []


def test_a_choice_that_says_nothing_is_none() -> None:
    assert not Choice()
    assert all((Choice(since="x"), Choice(actor="x"), Choice(convention="x")))
