"""What becomes of drifts when AWS throttles, denies, resets, forgets to answer or is not there.

The faults are made by a proxy between the deployed functions and their account. Each test ends with the
same promises: every record has its outcome, every drift one end, every write its intent, and every end is
told once. `make soak` runs the burst with ten thousand records and the mix for twenty minutes.
"""

import json
import os
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.samples import ROOT
from tests.stack.conftest import deploy, eventually, without_conditions
from tests.stack.faults import Rule, faulty_account
from tests.stack.ground import POWER, Ground

pytestmark = pytest.mark.stack

SOAK = bool(os.environ.get("ROLECALL_SOAK"))
BURST = 10_000 if SOAK else 300
MIX_SECONDS = float(os.environ.get("ROLECALL_MIX_SECONDS", "1200" if SOAK else "0"))
PATIENCE = 900.0
RECORD = json.loads(
    (ROOT / "events/user-permissions-via-groups/drift-attach-user-policy.json").read_text()
)
THROTTLED: Rule = {"service": "iam", "error": {"code": "Throttling"}}
RESET: Rule = {"service": "iam", "reset": True}
SLOW: Rule = {"service": "iam", "latency": {"dist": "uniform", "min_ms": 50, "max_ms": 300}}
READ: Rule = {"operation": "ListAttachedUserPolicies"}
WRITE: Rule = {"operation": "DetachUserPolicy"}
UNANSWERED: Rule = {"service": "iam", **WRITE, "response": {"abort_frac": 0.3}}
DENIED: Rule = {"service": "iam", **WRITE, "error": {"code": "AccessDenied", "status": 403}}
NO_TABLE: Rule = {"service": "dynamodb", "reset": True}
NO_INTENT: Rule = NO_TABLE | {"body": "contains(to_string(@), 'SET intent')"}
NO_OUTCOME: Rule = NO_TABLE | {"body": "contains(to_string(@), 'outcome = ')"}
NO_TOPICS: Rule = {"service": "sns", "error": {"code": "InternalError", "status": 500}}
TRIES = 3  # so often the SDK calls by itself; a call that fails as often sends its message back


@pytest.fixture(scope="module")
def ground(
    project: Path, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    with faulty_account(tmp_path_factory.mktemp("proxy")) as (account, faults):
        found = deploy(account, project, without_conditions(built))
        # The tests put records in by hand, which this policy keeps everybody from.
        account.client("sqs").set_queue_attributes(
            QueueUrl=found.outputs["ChangesQueueUrl"], Attributes={"Policy": ""}
        )
        yield Ground(found, faults)


def record(user: str) -> tuple[str, str]:
    """The body of a message about a user, and the id of its record."""
    id_ = str(uuid.uuid4())
    asked = {"userName": user, "policyArn": POWER}
    detail = RECORD["detail"] | {"eventID": id_, "requestParameters": asked}
    return json.dumps(RECORD | {"detail": detail}), id_


def about(user: str) -> Rule:
    return {"body": f"UserName == '{user}'"}


@pytest.mark.parametrize(("fault", "name"), [(THROTTLED, "throttled"), (RESET, "reset")])
def test_a_read_or_a_write_that_iam_refuses_for_a_while_sends_its_message_back_and_not_more(
    ground: Ground, fault: Rule, name: str
) -> None:
    users = {f"read-{name}": READ, f"write-{name}": WRITE}
    refused = [fault | call | about(user) | {"times": TRIES} for user, call in users.items()]
    with ground.faults.such_as(*refused):
        for user in users:
            ground.drift(user)
        for user in users:
            ground.stack.ended(user, "remediated")
            assert not ground.attached(user)
        assert ground.faults.fired() == len(users) * TRIES
    ground.assert_invariants()


def test_a_drift_is_put_right_while_iam_is_slow(ground: Ground) -> None:
    with ground.faults.such_as(SLOW):
        ground.drift("slow")
        ground.stack.ended("slow", "remediated")
        assert ground.faults.fired()
    assert not ground.attached("slow")
    ground.assert_invariants()


def test_a_remedy_whose_answer_was_lost_is_known_as_made_and_can_be_undone(ground: Ground) -> None:
    with ground.faults.such_as(UNANSWERED | {"times": 1}):
        ground.drift("unanswered")
        ground.stack.ended("unanswered", "remediated")
        assert ground.faults.fired() == 1
    assert not ground.attached("unanswered")
    (undo,) = ground.row("unanswered").outcome["undo"]
    assert undo["call"] == "iam:AttachUserPolicy"
    assert undo["parameters"] == {"UserName": "unanswered", "PolicyArn": POWER}
    ground.assert_invariants()


def test_a_remedy_that_is_denied_has_failed_and_is_told_and_its_intent_stays(
    ground: Ground,
) -> None:
    with ground.faults.such_as(DENIED):
        ground.drift("denied")
        case = ground.stack.ended("denied", "failed")
    assert "AWS denies iam:DetachUserPolicy" in case["reason"]
    assert ground.attached("denied") == [POWER]
    assert ground.row("denied").intent["remedy"]
    ground.assert_invariants()


def test_nothing_is_written_while_the_table_is_away_and_all_is_done_when_it_is_back(
    ground: Ground,
) -> None:
    before = len(ground.writes())
    with ground.queue_with("ChangesQueueUrl", "VisibilityTimeout", "3"):
        with ground.faults.such_as(NO_TABLE):
            ground.drift("no-table")
            eventually("two deliveries", lambda: ground.faults.fired() > TRIES)
            assert len(ground.writes()) == before
            assert not ground.stack.about("no-table")
        ground.stack.ended("no-table", "remediated")
    assert not ground.attached("no-table")
    ground.assert_invariants()


def test_nothing_is_written_when_the_table_takes_the_case_but_not_the_intent(
    ground: Ground,
) -> None:
    before = len(ground.writes())
    with ground.queue_with("RemediesQueueUrl", "VisibilityTimeout", "3"):
        with ground.faults.such_as(NO_INTENT):
            ground.drift("no-intent")
            eventually("a delivery", lambda: ground.faults.fired() == TRIES)
            assert len(ground.writes()) == before
            assert not ground.row("no-intent").intent
        ground.let_claims_run_out()
        ground.stack.ended("no-intent", "remediated")
    assert not ground.attached("no-intent")
    ground.assert_invariants()


def test_a_write_whose_outcome_the_table_did_not_take_is_not_made_again(ground: Ground) -> None:
    with ground.queue_with("RemediesQueueUrl", "VisibilityTimeout", "3"):
        with ground.faults.such_as(NO_OUTCOME):
            ground.drift("no-outcome")
            eventually("a delivery", lambda: ground.faults.fired() == TRIES)
            assert not ground.attached("no-outcome")
            assert not ground.row("no-outcome").outcome
        ground.let_claims_run_out()
        ground.stack.ended("no-outcome", "remediated")
    ground.assert_invariants()


def test_what_no_channel_takes_waits_and_is_told_once_when_one_is_back(ground: Ground) -> None:
    with ground.faults.such_as(NO_TOPICS):
        ground.drift("untold")
        case = ground.stack.ended("untold", "remediated")
        eventually("a try to tell", lambda: ground.faults.fired() >= TRIES)
        ground.told += ground.stack.alerts()
        assert case["id"] not in {id_ for id_, _ in ground.told}
        assert ground.stack.depth("AlertsQueueUrl")
    ground.assert_invariants()


def test_what_no_channel_takes_for_too_long_is_kept_as_a_dead_letter_and_told_once_from_there(
    ground: Ground,
) -> None:
    redrive = ground.client("sqs").get_queue_attributes(
        QueueUrl=ground.stack.outputs["AlertsQueueUrl"], AttributeNames=["RedrivePolicy"]
    )["Attributes"]["RedrivePolicy"]
    at_once = json.dumps(json.loads(redrive) | {"maxReceiveCount": 1})
    with (
        ground.queue_with("AlertsQueueUrl", "RedrivePolicy", at_once),
        ground.faults.such_as(NO_TOPICS),
    ):
        ground.drift("long-untold")
        case = ground.stack.ended("long-untold", "remediated")
        ground.settled()
        ground.told += ground.stack.alerts()
        assert case["id"] not in {id_ for id_, _ in ground.told}
    letters = ground.dead_letters("AlertsDeadLetters")
    assert letters
    for body in letters:
        ground.client("sqs").send_message(
            QueueUrl=ground.stack.outputs["AlertsQueueUrl"], MessageBody=body
        )
    ground.assert_invariants()


def test_only_what_is_poison_goes_to_the_dead_letters_and_its_batch_is_done(ground: Ground) -> None:
    poison = [" ", "[" * 5000, '{"detail": NaN}', '"\\ud800"', '{"detail":{"eventName":["x"]}}']
    ground.drift("among-poison", seen=False)
    (drift, drift_id), (clean, clean_id) = record("among-poison"), record("no-such-user")
    ground.send(*poison, clean, drift)
    ground.stack.ended("among-poison", "remediated")
    ground.settled()
    assert sorted(ground.dead_letters()) == sorted(poison)
    ground.assert_invariants()
    outcomes = ground.outcomes()
    assert (outcomes[clean_id], outcomes[drift_id]) == (["clean"], ["pending"])


def test_one_drift_in_a_burst_of_harmless_records_is_put_right_and_each_record_has_its_outcome(
    ground: Ground,
) -> None:
    with ground.stack.account.trail.muted():
        for n in range(20):
            ground.client("iam").create_user(UserName=f"harmless-{n}")
    ground.drift("real", seen=False)
    records = [record(f"harmless-{n % 20}") for n in range(BURST)]
    records.insert(BURST // 2, record("real"))
    with ground.nobody_judges():
        ground.send(*(body for body, _ in records))
    began = time.monotonic()
    eventually("a drained queue", lambda: not ground.stack.depth("ChangesQueueUrl"), PATIENCE)
    print(f"\n{BURST} records were judged in {time.monotonic() - began:.1f} s")  # noqa: T201
    ground.stack.ended("real", "remediated")
    assert not ground.attached("real")
    ground.assert_invariants()
    outcomes = ground.outcomes()
    each = Counter(tuple(outcomes.get(id_, ())) for _, id_ in records)
    assert each == {("clean",): BURST, ("pending",): 1}


def test_repeated_late_and_lost_records_and_faults_together_break_no_promise(
    ground: Ground,
) -> None:
    draw = random.Random(7)  # noqa: S311 - repeatable, not secret
    faults: list[Rule] = [
        THROTTLED | {"probability": 0.2},
        RESET | {"probability": 0.2},
        SLOW,
        UNANSWERED | {"probability": 0.5},
        NO_TOPICS | {"times": TRIES},
    ]
    trail = ground.stack.account.trail
    lost = trail.counters()["dropped"]
    trail.set(duplicate=0.3, delay=0.5, drop=0.2, seed=7)
    deadline, users = time.monotonic() + MIX_SECONDS, list[str]()
    try:
        while not users or time.monotonic() < deadline:
            fresh = [f"mixed-{len(users) + n}" for n in range(6)]
            with ground.faults.such_as(*draw.sample(faults, 3)):
                for user in fresh:
                    ground.drift(user)
                ground.settled(PATIENCE)
            users += fresh
            dropped = trail.counters()["dropped"] - lost
            ground.assert_invariants(dropped=dropped)
            unseen = [user for user in users if not ground.stack.about(user)]
            assert len(unseen) <= dropped
            assert [user for user in users if ground.attached(user)] == unseen
    finally:
        trail.set(duplicate=0.0, delay=0.0, drop=0.0)
    assert len(unseen) < len(users)
