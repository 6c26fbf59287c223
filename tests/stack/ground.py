"""The deployed stack under faults: what tests do to it, and the promises that hold whatever happens."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.stack.conftest import Stack, eventually
from tests.stack.faults import Faults

POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
PATIENCE = 90.0
_QUEUES = ("ChangesQueueUrl", "RemediesQueueUrl", "AlertsQueueUrl")
_ENDS = {"remediated", "failed"}


@dataclass(frozen=True)
class Row:
    """One case as it lies in the ledger; empty where it has no intent or outcome."""

    case: Mapping[str, Any]
    intent: Mapping[str, Any]
    outcome: Mapping[str, Any]


@dataclass
class Ground:
    """The deployed stack, the faults before it, and what was told so far."""

    stack: Stack
    faults: Faults
    told: list[tuple[str, str]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """A client that calls past the faults."""
        return self.stack.account.client(service)

    def drift(self, user: str, *, seen: bool = True) -> None:
        """Let a user have a policy of their own, which is a drift; a record tells it, or none."""
        iam, trail = self.client("iam"), self.stack.account.trail
        with trail.muted():
            iam.create_user(UserName=user)
            if not seen:
                iam.attach_user_policy(UserName=user, PolicyArn=POWER)
        if seen:
            iam.attach_user_policy(UserName=user, PolicyArn=POWER)

    def attached(self, user: str) -> list[str]:
        """The policies that a user has of their own."""
        found = self.client("iam").list_attached_user_policies(UserName=user)
        return [policy["PolicyArn"] for policy in found["AttachedPolicies"]]

    def rows(self) -> list[Row]:
        """Every case with its intent and its outcome."""
        pages = self.client("dynamodb").get_paginator("scan")
        found = pages.paginate(TableName=self.stack.outputs["LedgerTable"])
        items = [item for page in found for item in page["Items"] if item["sk"]["S"] == "CASE"]

        def part(item: Mapping[str, Any], name: str) -> dict[str, Any]:
            return json.loads(item[name]["S"]) if name in item else {}

        return [Row(*(part(item, name) for name in ("doc", "intent", "outcome"))) for item in items]

    def row(self, user: str) -> Row:
        """The one case about a user."""
        (found,) = [r for r in self.rows() if r.case["drift"]["subject"]["name"] == user]
        return found

    def writes(self) -> list[dict[str, Any]]:
        """The records of what Rolecall changed."""
        return [record for record in self.stack.account.trail.records() if _is_own(record)]

    def send(self, *bodies: str) -> None:
        """Put messages into the changes queue, ten in a call, as the rules would."""
        for start in range(0, len(bodies), 10):
            some = enumerate(bodies[start : start + 10])
            answer = self.client("sqs").send_message_batch(
                QueueUrl=self.stack.outputs["ChangesQueueUrl"],
                Entries=[{"Id": str(n), "MessageBody": body} for n, body in some],
            )
            assert not answer.get("Failed")

    def outcomes(self) -> dict[str, list[str]]:
        """By the id of each record, the outcomes that detect wrote in its log."""
        logs, found = self.client("logs"), dict[str, list[str]]()
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        (group,) = [name for name in groups if name.endswith("DetectLog")]
        # The emulator gives 10,000 lines at most and no token, so the next page starts at the last one.
        seen, since = set[tuple[str, ...]](), 0
        while fresh := [
            event
            for event in logs.filter_log_events(logGroupName=group, startTime=since)["events"]
            if (event["logStreamName"], event["message"]) not in seen
        ]:
            seen |= {(event["logStreamName"], event["message"]) for event in fresh}
            since = fresh[-1]["timestamp"]
            for line in (line for event in fresh for line in event["message"].splitlines()):
                said = json.loads(line) if line.startswith("{") else {}
                if said.get("event_id"):
                    found.setdefault(said["event_id"], []).append(said["outcome"])
        return found

    @contextmanager
    def queue_with(self, output: str, name: str, value: str) -> Iterator[None]:
        """Give a queue another attribute while the block runs, such as a shorter patience."""
        sqs, url = self.client("sqs"), self.stack.outputs[output]
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=before)

    @contextmanager
    def nobody_judges(self) -> Iterator[None]:
        """Let the changes queue fill up while the block runs."""
        functions = self.client("lambda")
        (mapping,) = functions.list_event_source_mappings(
            FunctionName=self.stack.outputs["DetectFunctionName"]
        )["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def let_claims_run_out(self) -> None:
        """Let the time pass for which dead workers hold their cases."""
        dynamodb, table = self.client("dynamodb"), self.stack.outputs["LedgerTable"]
        for row in self.rows():
            dynamodb.update_item(
                TableName=table,
                Key={"pk": {"S": f"CASE#{row.case['id']}"}, "sk": {"S": "CASE"}},
                UpdateExpression="SET lease = :past",
                ExpressionAttributeValues={":past": {"N": "0"}},
            )

    def dead_letters(self, queue: str = "DeadLetters") -> list[str]:
        """Take the dead letters away and give their bodies."""
        sqs, taken = self.client("sqs"), list[str]()
        for url in (url for url in sqs.list_queues()["QueueUrls"] if queue in url):
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
                "Messages"
            ):
                for message in messages:
                    taken.append(message["Body"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def settled(self, patience: float = PATIENCE) -> None:
        """Wait until nothing is on its way any more."""
        self.stack.account.trail.settle()
        eventually("silence", self._is_silent, patience)

    def assert_invariants(self, letters: int = 0, dropped: int = 0) -> None:
        """The promises that hold whatever happened.

        Args:
            letters: How many dead letters there should be; they are taken away.
            dropped: How many records at most were lost before they came to the queue.
        """
        self.settled()
        assert len(self.dead_letters()) == letters
        self._assert_each_record_has_its_outcome(dropped)
        rows = self.rows()
        self._assert_each_drift_has_its_end(rows)
        self._assert_each_write_has_its_intent(rows)
        self._assert_each_end_is_told_once(rows)
        trail = self.stack.account.trail
        assert trail.counters()["errors"] == 0, trail.last_error()

    def _assert_each_record_has_its_outcome(self, dropped: int) -> None:
        outcomes = self.outcomes()
        records = [r for r in self.stack.account.trail.records() if not _is_own(r)]
        without = [r["eventID"] for r in records if r["eventID"] not in outcomes]
        assert len(without) <= dropped, f"{without} have no outcome"

    @staticmethod
    def _assert_each_drift_has_its_end(rows: list[Row]) -> None:
        drifts = Counter((r.case["drift"]["subject"]["arn"], r.case["drift"]["part"]) for r in rows)
        assert set(drifts.values()) == {1}, f"{drifts.most_common(1)} has several cases"
        assert {row.case["status"] for row in rows} <= _ENDS
        for row in rows:
            assert bool(row.outcome) is (row.case["status"] == "remediated"), row

    def _assert_each_write_has_its_intent(self, rows: list[Row]) -> None:
        intents = {row.case["drift"]["subject"]["name"]: row.intent for row in rows if row.intent}
        effective = Counter[str]()
        for write in self.writes():
            user = write["requestParameters"]["userName"]
            assert POWER in json.dumps(intents[user]["snapshot"]), "a write without its snapshot"
            assert intents[user]["at"] <= write["eventTime"], "a write before its intent"
            effective[user] += "errorCode" not in write
        assert set(effective.values()) <= {1}, f"{effective.most_common(1)}: put right twice"

    def _assert_each_end_is_told_once(self, rows: list[Row]) -> None:
        self.told += self.stack.alerts()
        told = Counter(self.told)
        ends = {(row.case["id"], row.case["status"]) for row in rows}
        assert {end: told[end] for end in ends} == dict.fromkeys(ends, 1)

    def _is_silent(self) -> bool:
        # A message between two queues is in one of them at one of these looks.
        return all(self._is_empty(queue) for _ in range(4) for queue in _QUEUES)

    def _is_empty(self, queue: str) -> bool:
        time.sleep(0.03)
        return not self.stack.depth(queue)


def _is_own(record: Mapping[str, Any]) -> bool:
    return "RemediateFunction" in record["userIdentity"].get("arn", "")
