"""What the functions work on: bare resources in the embedded account, and a fresh drift for each event.

The bus has no rules and the queues no readers, so nothing else runs while a function is measured.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.samples import sample
from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.detection.detect import Detector
from rolecall.model.cases import Case
from rolecall.model.changes import Change
from rolecall.model.records import parse
from rolecall.registry import Registry
from rolecall.settings import Settings
from rolecall_cli.embedded.account import EmbeddedAccount

_POLICY = "for-now"
_NAME = "bench"

Event = Mapping[str, Any]


class _Silent:
    """A bus and a queue that nobody reads: cases are opened here to be settled by what is measured."""

    def publish(self, case: Case) -> None:
        """Tell nobody."""

    def send(self, case_id: str, delay: int) -> None:
        """Hand over nothing."""


@dataclass(frozen=True)
class Scene:
    """The account with the resources that the functions need.

    Attributes:
        account: The embedded account.
        settings: The settings under which cases are opened.
    """

    account: EmbeddedAccount
    settings: Settings

    def lay(self) -> None:
        """Make the ledger, the bus and the queue of dead letters; the trail stays silent."""
        self.account.trail.set(muted=True)
        keys = {"pk": "HASH", "sk": "RANGE"}
        self.account.client("dynamodb").create_table(
            TableName=_NAME,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
            KeySchema=[{"AttributeName": k, "KeyType": v} for k, v in keys.items()],
        )
        self.account.client("events").create_event_bus(Name=_NAME)
        self.account.client("sqs").create_queue(QueueName=_NAME)

    def environment(self, endpoint: str = "") -> dict[str, str]:
        """The variables that the template gives the functions, and those that Lambda gives them."""
        queue = f"{self.account.endpoint}/{self.account.account_id}/{_NAME}"
        own = {
            "POWERTOOLS_SERVICE_NAME": "rolecall",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "ACCOUNT_ID": self.account.account_id,
            "STACK": _NAME,
            "LEDGER": _NAME,
            "BUS": _NAME,
            "QUEUE": queue,
            "DEAD_LETTERS": queue,
            "REMEDIES": queue,
        }
        endpoint_url = {"AWS_ENDPOINT_URL": endpoint} if endpoint else {}
        return self.account.environment() | own | endpoint_url

    def drift(self) -> Event:
        """A user with an inline policy, and the message that tells of it."""
        return _message(json.dumps(self._drifted()))

    def case(self) -> Event:
        """The same, with the case open already: the message that has it settled."""
        change = parse(self._drifted())
        if not isinstance(change, Change):
            raise BenchmarkError(f"The sample is not a record any more: {change.reason}")
        seen = self._detector.detect(change)
        if not seen.cases:
            raise BenchmarkError(f"The sample opens no case any more: {seen.outcome}.")
        return _message(json.dumps({"case": seen.cases[0]}))

    def _drifted(self) -> dict[str, Any]:
        event = sample("user-permissions-via-groups/drift-put-user-policy")
        user = f"user-{uuid.uuid4()}"
        event["detail"]["eventID"] = str(uuid.uuid4())
        request = event["detail"]["requestParameters"]
        request |= {"userName": user, "policyName": _POLICY}
        self._iam.create_user(UserName=user)
        self._iam.put_user_policy(
            UserName=user, PolicyName=_POLICY, PolicyDocument=request["policyDocument"]
        )
        return event

    @cached_property
    def _iam(self) -> Any:
        return self.account.client("iam")

    @cached_property
    def _detector(self) -> Detector:
        given = self.account.environment()
        credentials = {
            name.lower(): value
            for name, value in given.items()
            if name.startswith("AWS_") and name.endswith(("_KEY_ID", "_ACCESS_KEY", "_TOKEN"))
        }
        aws = Aws(self.account.region, credentials=credentials, endpoint=self.account.endpoint)
        silent = _Silent()
        ledger = DynamoLedger(aws, _NAME)
        registry = Registry(self.settings.options)
        return Detector(self.settings, registry, AwsReader(aws), ledger, silent, silent, time.time)


def _message(body: str) -> Event:
    """A batch of one message, as SQS hands it to a function."""
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1793610847000",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1793610847007",
                },
                "messageAttributes": {},
                "md5OfBody": "098f6bcd4621d373cade4e832627b4f6",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:bench",
                "awsRegion": "us-east-1",
            }
        ]
    }
