"""What each function does with one message."""

import json
from typing import Any

import pytest

from rolecall.detection.overdue import LATE
from rolecall.errors import CaseError, UnsettledError
from rolecall.model.cases import Status
from rolecall.runtime.work import detect, overdue, replay, settle
from tests.detection.staged import ATTACH, BOB, world
from tests.runtime.doubles import Queue, message, runtime
from tests.settings.yaml import exemption
from tests.states import ACCOUNT
from tests.world import ACTING, World

FOREIGN = "444455556666"


def _detect(made: World, **changed: Any) -> Queue:
    working, queue = runtime(made)
    detect(working, message(json.dumps(ATTACH | changed)))
    return queue


def test_a_drift_is_judged_and_its_outcome_logged(lines: Any) -> None:
    made = world()
    assert _detect(made).dead == []
    assert made.bus.statuses == ["pending"]
    (line,) = lines
    assert (line["outcome"], line["call"]) == ("pending", "iam:AttachUserPolicy")
    assert line["cases"] == list(made.ledger.kept)


@pytest.mark.peer(23, "Flowpipe mod: keys are ranked by user name across accounts")
def test_a_record_of_another_account_is_rejected_and_nothing_is_read_or_written(
    lines: Any,
) -> None:
    made = world()
    made.account.read = None  # type: ignore[method-assign,assignment]
    queue = _detect(made, recipientAccountId=FOREIGN)
    ((body, reason),) = queue.dead
    assert json.loads(body)["recipientAccountId"] == FOREIGN
    assert FOREIGN in reason
    assert (made.ledger.kept, made.bus.published) == ({}, [])
    assert lines[0]["outcome"] == "rejected"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"a": NaN}', "null"])
def test_what_is_no_record_goes_straight_to_the_dead_letters_with_its_reason(body: str) -> None:
    working, queue = runtime(world())
    detect(working, message(body))
    ((dead, reason),) = queue.dead
    assert dead == body
    assert reason.endswith(".")


@pytest.mark.peer(2, "iambic: iam:CreatePolicy, whose subject it cannot guess, is never seen")
def test_a_record_that_names_nobody_goes_to_the_dead_letters() -> None:
    ((_, reason),) = _detect(world(), requestParameters={"omitted": "true"}).dead
    assert "left out" in reason


def test_hostile_texts_cost_no_line_of_the_log(lines: Any) -> None:
    made = world()
    _detect(
        made,
        eventName="Attach\n\x1b[31m\ud800",
        userIdentity={"type": "Root"},
        eventID="\udfff\u2028",
    )
    (line,) = lines
    assert line["outcome"] == "notified"
    assert made.bus.statuses == ["notified"]


def test_a_case_is_settled_and_its_outcome_logged(lines: Any) -> None:
    made = world()
    _detect(made)
    ((case_id, _),) = made.remedies.sent
    working, _ = runtime(made)
    body = message(json.dumps({"case": case_id}))
    with pytest.raises(UnsettledError) as raised:
        settle(working, body)
    made.clock.now += raised.value.after
    settle(working, body)
    assert made.ledger.get(case_id).case.status is Status.REMEDIATED
    assert lines[-1]["outcome"] == "remediated"


@pytest.mark.parametrize(
    ("body", "error"),
    [('{"case": "c-unknown"}', CaseError), ("{}", KeyError), ("no", ValueError)],
)
def test_a_message_about_no_case_fails(body: str, error: type[Exception]) -> None:
    working, _ = runtime(world())
    with pytest.raises(error):
        settle(working, message(body))


def test_a_replay_answers_with_the_verdicts_and_writes_nothing() -> None:
    made = world()
    working, _ = runtime(made)
    answer = json.loads(json.dumps(replay(working, {"replay": ATTACH})))
    assert answer["call"] == "iam:AttachUserPolicy"
    assert answer["rejected"] == ""
    (verdict,) = answer["verdicts"]
    assert verdict["status"] == "pending"
    assert verdict["remedy"][0]["do"]["call"] == "iam:DetachUserPolicy"
    assert "outcome" not in answer
    assert (made.ledger.kept, made.bus.published, made.remedies.sent) == ({}, [], [])


def test_a_replay_that_acts_opens_a_case_that_is_marked(lines: Any) -> None:
    made = world()
    working, _ = runtime(made)
    answer = replay(working, {"replay": ATTACH, "act": True})
    assert answer["outcome"] == "pending"
    assert answer["cases"] == list(made.ledger.kept)
    assert [case.origin.replayed for case in made.bus.published] == [True]
    assert lines[0]["message"] == "replayed"


@pytest.mark.parametrize("value", [None, 7, [], {}, {"detail": 7}, "text"])
def test_a_replay_of_no_record_answers_why(value: Any) -> None:
    working, _ = runtime(world())
    assert replay(working, {"replay": value, "act": True})["rejected"]


@pytest.mark.parametrize("act", [False, True])
def test_a_replay_about_another_account_meets_none_of_our_own_subjects(*, act: bool) -> None:
    # Bob is protected here; by the other account's number nobody would know.
    made = world(f'version: 1\nprotected: ["{BOB.arn}"]\n')
    working, _ = runtime(made)
    answer = replay(working, {"replay": ATTACH | {"recipientAccountId": FOREIGN}, "act": act})
    assert FOREIGN in answer["rejected"]
    assert made.ledger.kept == {}
    assert answer.keys() == {"rejected"}
    assert ACCOUNT not in answer["rejected"]


def test_a_replay_that_points_nowhere_answers_why() -> None:
    working, _ = runtime(world())
    answer = replay(working, {"replay": ATTACH | {"requestParameters": None}})
    assert "no usable name" in answer["rejected"]
    assert answer["verdicts"] == []


def test_every_hour_what_is_overdue_is_brought_forward(lines: Any) -> None:
    made = world()
    _detect(made)
    ((case_id, _),) = made.remedies.sent
    made.remedies.sent.clear()
    working, _ = runtime(made)
    assert overdue(working) == {"overdue": [], "announced": []}
    made.clock.now += LATE + 1
    assert case_id in overdue(working)["overdue"]
    assert made.remedies.sent == [(case_id, 0)]
    assert lines[-1]["outcome"] == "overdue"


def test_every_hour_what_ends_soon_is_announced_once(lines: Any) -> None:
    made = world(ACTING + exemption(expires="2026-11-10"))
    working, _ = runtime(made)
    (case_id,) = overdue(working)["announced"]
    assert [case.id for case in made.bus.published] == [case_id]
    assert lines[-1]["outcome"] == "announced"
    assert overdue(working)["announced"] == []
