"""What the functions work on: bare resources in the embedded account, and a fresh drift for each event.

The bus has no rules and the queues no readers, so nothing else runs while a function is measured.
"""

import json
import time
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.messages import Event, message
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
from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import EmbeddedAccount

_POLICY = "for-now"
_NAME = "bench"


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
    _users: list[str] = field(default_factory=list)

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
        people.break_glass(self.account)

    def environment(self) -> dict[str, str]:
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
            "VERIFY_AFTER": "1",
        }
        return self.account.environment() | own

    def drift(self) -> Event:
        """A user with an inline policy, and the message that tells of it."""
        return message(json.dumps(self._drifted()))

    def case(self) -> Event:
        """The same, with the case open already: the message that has it settled."""
        change = parse(self._drifted())
        if not isinstance(change, Change):
            raise BenchmarkError(f"The sample is not a record any more: {change.reason}")
        seen = self._detector.detect(change)
        if not seen.cases:
            raise BenchmarkError(f"The sample opens no case any more: {seen.outcome}.")
        return message(json.dumps({"case": seen.cases[0]}))

    def check_opened(self) -> None:
        """See that every drift so far has its case.

        Raises:
            BenchmarkError: a function answered well without doing its work.
        """
        pages = self.account.client("dynamodb").get_paginator("scan").paginate(TableName=_NAME)
        cases = sum(item["sk"]["S"] == "CASE" for page in pages for item in page["Items"])
        if cases != len(self._users):
            raise BenchmarkError(f"{len(self._users)} drifts were made and {cases} cases opened.")

    def check_put_right(self) -> None:
        """See that no user whose case was to be settled holds the policy any more.

        Raises:
            BenchmarkError: a function answered well without doing its work.
        """
        held = [u for u in self._users if self._iam.list_user_policies(UserName=u)["PolicyNames"]]
        if held:
            raise BenchmarkError(f"{len(held)} of {len(self._users)} drifts were not put right.")

    def forget(self) -> None:
        """Begin to count anew."""
        self._users.clear()

    def _drifted(self) -> dict[str, Any]:
        event = sample("user-permissions-via-groups/drift-put-user-policy")
        user = f"user-{uuid.uuid4()}"
        event["detail"]["eventID"] = str(uuid.uuid4())
        request = event["detail"]["requestParameters"]
        request |= {"userName": user, "policyName": _POLICY}
        self._users.append(user)
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
        registry = Registry(self.settings.options, self.settings.registered)
        return Detector(self.settings, registry, AwsReader(aws), ledger, silent, silent, time.time)
