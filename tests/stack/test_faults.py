"""What becomes of drifts when AWS throttles, denies, resets, forgets to answer or is not there.

The faults are made by a proxy between the deployed functions and their account. Each test ends with the
same promises: every message has one end, every write has its intent, every end is told once.
`make soak` runs the burst with ten thousand events and the mix for twenty minutes.
"""

import json
import os
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.samples import ROOT
from tests.stack.conftest import Stack, deploy, eventually
from tests.stack.faults import Faults, Rule, faulty_account

pytestmark = pytest.mark.stack

SOAK = bool(os.environ.get("ROLECALL_SOAK"))
BURST = 10_000 if SOAK else 500
MIX_SECONDS = float(os.environ.get("ROLECALL_MIX_SECONDS", "1200" if SOAK else "0"))
PATIENCE = 600.0 if SOAK else 60.0
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
RECORD = json.loads(
    (ROOT / "events/user-permissions-via-groups/drift-attach-user-policy.json").read_text()
)
QUEUES = ("ChangesQueueUrl", "RemediesQueueUrl", "AlertsQueueUrl")
THROTTLED: Rule = {"service": "iam", "error": {"code": "Throttling"}}
RESET: Rule = {"service": "iam", "reset": True}
SLOW: Rule = {"service": "iam", "latency": {"dist": "uniform", "min_ms": 100, "max_ms": 400}}
NO_TABLE: Rule = {"service": "dynamodb", "reset": True}
NO_TOPICS: Rule = {"service": "sns", "error": {"code": "InternalError", "status": 500}}
UNANSWERED: Rule = {
    "service": "iam",
    "operation": "DetachUserPolicy",
    "response": {"abort_frac": 0.3},
    "times": 1,
}
DENIED: Rule = {
    "service": "iam",
    "operation": "DetachUserPolicy",
    "error": {"code": "AccessDenied", "status": 403},
}


@dataclass
class Ground:
    """The deployed stack, the faults before it, and what was told so far."""

    stack: Stack
    faults: Faults
    told: list[tuple[str, str]] = field(default_factory=list)

    def drift(self, user: str, *, seen: bool = True) -> None:
        """Let a user have a policy of their own, which is a drift; unseen, without a record."""
        iam = self.stack.account.client("iam")
        with self.stack.account.trail.muted():
            iam.create_user(UserName=user)
            if not seen:
                iam.attach_user_policy(UserName=user, PolicyArn=POWER)
        if seen:
            iam.attach_user_policy(UserName=user, PolicyArn=POWER)

    def attached(self, user: str) -> list[str]:
        """The policies that a user has of their own."""
        found = self.stack.account.client("iam").list_attached_user_policies(UserName=user)
        return [policy["PolicyArn"] for policy in found["AttachedPolicies"]]

    def rows(self) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
        """Every case with its intent and its outcome, as they lie in the ledger."""
        table = self.stack.outputs["LedgerTable"]
        pages = self.stack.account.client("dynamodb").get_paginator("scan")
        items = [i for p in pages.paginate(TableName=table) for i in p["Items"]]
        return [
            (
                json.loads(item["doc"]["S"]),
                json.loads(item["intent"]["S"]) if "intent" in item else {},
                json.loads(item["outcome"]["S"]) if "outcome" in item else {},
            )
            for item in items
            if item["sk"]["S"] == "CASE"
        ]

    def row(self, user: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The one case about a user."""
        (found,) = [r for r in self.rows() if r[0]["drift"]["subject"]["name"] == user]
        return found

    def writes(self, user: str = "") -> list[dict[str, Any]]:
        """The records of what Rolecall changed."""
        return [
            record
            for record in self.stack.account.trail.records()
            if "RemediateFunction" in record["userIdentity"].get("arn", "")
            and not record["readOnly"]
            and user in {"", record["requestParameters"]["userName"]}
        ]

    def send(self, *bodies: str) -> None:
        """Put messages into the changes queue, ten in a call, as the rules would."""
        sqs = self.stack.account.client("sqs")
        for start in range(0, len(bodies), 10):
            entries = [
                {"Id": str(n), "MessageBody": body}
                for n, body in enumerate(bodies[start : start + 10])
            ]
            answer = sqs.send_message_batch(
                QueueUrl=self.stack.outputs["ChangesQueueUrl"], Entries=entries
            )
            assert not answer.get("Failed")

    def outcomes(self, marks: set[str]) -> Counter[str]:
        """How often detect wrote each outcome in its log, of the records with these ids."""
        logs = self.stack.account.client("logs")
        group = next(
            g["logGroupName"]
            for g in logs.describe_log_groups()["logGroups"]
            if "DetectLog" in g["logGroupName"] or "DetectFunction" in g["logGroupName"]
        )
        found: Counter[str] = Counter()
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                for line in event["message"].splitlines():
                    if line.startswith("{"):
                        said = json.loads(line)
                        if said.get("event_id") in marks:
                            found[said["outcome"]] += 1
        return found

    @contextmanager
    def soon_visible(self) -> Iterator[None]:
        """Let a message that nobody could put off come back in seconds rather than minutes."""
        sqs = self.stack.account.client("sqs")
        url = self.stack.outputs["ChangesQueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "3"})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "180"})

    def assert_invariants(self, letters: int = 0) -> None:
        """The promises that hold whatever happened.

        Args:
            letters: How many dead letters there should be; they are taken away.
        """
        self.stack.account.trail.settle()
        eventually("silence", self.is_silent, PATIENCE)
        rows = self.rows()
        drifts = Counter((c["drift"]["subject"]["arn"], c["drift"]["part"]) for c, _, _ in rows)
        assert max(drifts.values()) == 1, "a drift has more than one case"
        ends = {case["id"]: case["status"] for case, _, _ in rows}
        assert set(ends.values()) <= {"remediated", "failed", "capped"}, ends
        intents = {case["drift"]["subject"]["name"]: intent for case, intent, _ in rows if intent}
        for write in self.writes():
            intent = intents[write["requestParameters"]["userName"]]
            assert intent["snapshot"], "a write without a snapshot"
            assert intent["at"] <= write["eventTime"], "a write before its intent"
        effective = Counter(
            w["requestParameters"]["userName"] for w in self.writes() if "errorCode" not in w
        )
        assert not effective or max(effective.values()) == 1, "a drift was put right twice"
        self.told += self.stack.alerts()
        told = Counter(self.told)
        assert {id_: told[id_, status] for id_, status in ends.items()} == dict.fromkeys(ends, 1)
        assert self._taken_letters() == letters
        counters = self.stack.account.trail.counters()
        assert counters["errors"] == 0, self.stack.account.trail.last_error()

    def is_silent(self) -> bool:
        """Whether nothing is on its way any more."""
        for _ in range(4):
            if any(self.stack.depth(queue) for queue in QUEUES):
                return False
            time.sleep(0.1)
        return True

    def _taken_letters(self) -> int:
        sqs, taken = self.stack.account.client("sqs"), 0
        urls = [url for url in sqs.list_queues()["QueueUrls"] if "DeadLetters" in url]
        assert len(urls) == 3, urls
        for url in urls:
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
                "Messages"
            ):
                for message in messages:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken += len(messages)
        return taken


@pytest.fixture(scope="module")
def ground(
    project: Path, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    with faulty_account(tmp_path_factory.mktemp("proxy")) as (account, faults):
        yield Ground(deploy(account, project, built), faults)


def record(user: str) -> tuple[str, str]:
    """The body of a message about a user, and the id of its record."""
    id_ = str(uuid.uuid4())
    detail = RECORD["detail"] | {
        "eventID": id_,
        "requestParameters": {"userName": user, "policyArn": POWER},
    }
    return json.dumps(RECORD | {"detail": detail}), id_


@pytest.mark.parametrize(
    ("user", "rules", "at_least"),
    [
        ("throttled", [THROTTLED | {"probability": 0.5}], 1),
        ("in-turn", [THROTTLED | {"times": 4}, RESET | {"times": 4}, SLOW], 10),
    ],
)
def test_a_drift_is_put_right_once_though_iam_throttles_resets_and_is_slow(
    ground: Ground, user: str, rules: list[Rule], at_least: int
) -> None:
    with ground.faults.such_as(*rules):
        ground.drift(user)
        ground.stack.ended(user, "remediated")
        assert ground.faults.fired() >= at_least
    assert not ground.attached(user)
    ground.assert_invariants()


def test_a_remedy_whose_answer_was_lost_is_known_as_made_and_can_be_undone(ground: Ground) -> None:
    with ground.faults.such_as(UNANSWERED):
        ground.drift("unanswered")
        ground.stack.ended("unanswered", "remediated")
        assert ground.faults.fired() == 1
    assert not ground.attached("unanswered")
    _, intent, outcome = ground.row("unanswered")
    (undo,) = outcome["undo"]
    assert "AttachUserPolicy" in json.dumps(undo)
    assert POWER in json.dumps(undo)
    assert POWER in json.dumps(intent["snapshot"])
    ground.assert_invariants()


def test_a_remedy_that_is_denied_has_failed_and_is_told_and_its_intent_stays(
    ground: Ground,
) -> None:
    with ground.faults.such_as(DENIED):
        ground.drift("denied")
        case = ground.stack.ended("denied", "failed")
    assert "AWS denies iam:DetachUserPolicy" in case["reason"]
    assert ground.attached("denied") == [POWER]
    _, intent, outcome = ground.row("denied")
    assert intent["remedy"]
    assert not outcome
    ground.assert_invariants()


def test_nothing_is_written_while_the_table_is_away_and_all_is_done_when_it_is_back(
    ground: Ground,
) -> None:
    before = len(ground.writes())
    with ground.soon_visible():
        with ground.faults.such_as(NO_TABLE):
            ground.drift("no-table")
            eventually("two tries", lambda: ground.faults.fired() >= 6)
            assert len(ground.writes()) == before
            assert ground.attached("no-table") == [POWER]
            assert not ground.stack.about("no-table")
        ground.stack.ended("no-table", "remediated")
    assert not ground.attached("no-table")
    ground.assert_invariants()


def test_what_no_channel_takes_waits_and_is_told_once_when_one_is_back(ground: Ground) -> None:
    with ground.faults.such_as(NO_TOPICS):
        ground.drift("untold")
        case = ground.stack.ended("untold", "remediated")
        eventually("a try to tell", lambda: ground.faults.fired() >= 3)
        ground.told += ground.stack.alerts()
        assert (case["id"], "remediated") not in ground.told
        assert ground.stack.depth("AlertsQueueUrl")
    ground.assert_invariants()


def test_only_what_is_poison_goes_to_the_dead_letters_and_its_batch_is_done(ground: Ground) -> None:
    poison = ["", "[" * 5000, '{"detail": NaN}', '"\\ud800"', '{"detail":{"eventName":["x"]}}']
    real, _ = record("no-such-user")
    ground.drift("among-poison", seen=False)
    drift, mark = record("among-poison")
    ground.send(*(body or " " for body in poison), real, drift)
    ground.stack.ended("among-poison", "remediated")
    ground.assert_invariants(letters=len(poison))
    assert ground.outcomes({mark}) == {"pending": 1}


def test_one_real_drift_in_a_burst_of_harmless_records_is_put_right_and_each_has_its_outcome(
    ground: Ground,
) -> None:
    with ground.stack.account.trail.muted():
        for n in range(20):
            ground.stack.account.client("iam").create_user(UserName=f"harmless-{n}")
    ground.drift("real", seen=False)
    records = [record(f"harmless-{n % 20}") for n in range(BURST)]
    records.insert(BURST // 2, record("real"))
    began = time.monotonic()
    ground.send(*(body for body, _ in records))
    sent = time.monotonic()
    eventually("a drained queue", lambda: not ground.stack.depth("ChangesQueueUrl"), PATIENCE)
    drained = time.monotonic()
    print(  # noqa: T201 - the figure of the soak
        f"{BURST} events: put in within {sent - began:.1f} s, drained {drained - began:.1f} s "
        f"after the first"
    )
    ground.stack.ended("real", "remediated")
    ground.assert_invariants()
    assert ground.outcomes({id_ for _, id_ in records}) == {"clean": BURST, "pending": 1}


def test_repeated_and_late_records_and_faults_together_break_no_promise(ground: Ground) -> None:
    draw = random.Random(7)  # noqa: S311 - repeatable, not secret
    trail = ground.stack.account.trail
    faults: list[list[Rule]] = [
        [THROTTLED | {"probability": 0.3}],
        [RESET | {"probability": 0.2}],
        [SLOW],
        [UNANSWERED],
        [NO_TOPICS | {"times": 2}],
    ]
    trail.set(duplicate=0.3, delay=0.5, drop=0.2, seed=7)
    deadline = time.monotonic() + MIX_SECONDS
    users: list[str] = []
    try:
        while not users or time.monotonic() < deadline:
            with ground.faults.such_as(*(rule for some in draw.sample(faults, 2) for rule in some)):
                for _ in range(4):
                    users.append(f"mixed-{len(users)}")
                    ground.drift(users[-1])
                trail.settle()
                eventually("silence", ground.is_silent, PATIENCE)
    finally:
        trail.set(duplicate=0.0, delay=0.0, drop=0.0)
    ends = {case["drift"]["subject"]["name"]: case["status"] for case in ground.stack.cases()}
    right = {user for user in users if ends.get(user) == "remediated"}
    # What was lost on its way to the rules has no case, and what is over the caps is only told.
    assert right
    assert {user for user in users if not ground.attached(user)} == right
    ground.assert_invariants()
