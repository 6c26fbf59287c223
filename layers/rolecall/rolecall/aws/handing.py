"""Hands cases to the remediate function: by its queue, and after a long grace by a schedule."""

import json
import time
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall.aws.session import Aws
from rolecall.model.sweeps import Sweep

LONGEST_DELAY = 900  # seconds: what an SQS message can be delayed by
_DAY = 86_400


class RemediesQueue:
    """The remedies queue.

    Args:
        aws: The clients.
        url: The queue's URL.
        arn: The queue's ARN, for schedules.
        group: The stack's schedule group.
        role: ARN of the role that schedules send with.
        dead_letters: ARN of the queue for what a schedule could not send.
    """

    def __init__(
        self,
        aws: Aws,
        url: str,
        *,
        arn: str = "",
        group: str = "",
        role: str = "",
        dead_letters: str = "",
    ) -> None:
        self._aws = aws
        self._url = url
        self._arn = arn
        self._group = group
        self._role = role
        self._dead_letters = dead_letters

    def send(self, case_id: str, delay: int) -> None:
        """Hand the case over after a delay in seconds; after more than 900 by a schedule of its own."""
        body = json.dumps({"case": case_id})
        if delay > LONGEST_DELAY:
            self._schedule(case_id, body, delay)
        else:
            self._aws.client("sqs").send_message(
                QueueUrl=self._url, MessageBody=body, DelaySeconds=delay
            )

    def _schedule(self, case_id: str, body: str, delay: int) -> None:
        at = datetime.fromtimestamp(time.time() + delay, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        try:
            self._aws.client("scheduler").create_schedule(
                Name=case_id,
                GroupName=self._group,
                ScheduleExpression=f"at({at})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": self._arn,
                    "RoleArn": self._role,
                    "Input": body,
                    "DeadLetterConfig": {"Arn": self._dead_letters},
                    "RetryPolicy": {"MaximumEventAgeInSeconds": _DAY, "MaximumRetryAttempts": 185},
                },
            )
        except ClientError as error:
            # The case has its schedule already: somebody sent it before and died.
            if code_of(error) != "ConflictException":
                raise


class SweepsQueue:
    """The queue of sweeps: one message begins one, or goes on with it."""

    def __init__(self, aws: Aws, url: str) -> None:
        self._aws = aws
        self._url = url

    def begin(self) -> str:
        """Begin a sweep; its message's id."""
        answer = self._aws.client("sqs").send_message(QueueUrl=self._url, MessageBody="{}")
        return str(answer["MessageId"])

    def go_on(self, sweep: Sweep, delay: int) -> None:
        """Go on with a sweep after so many seconds (at most 900)."""
        self._aws.client("sqs").send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps({"sweep": sweep.to_dict()}),
            DelaySeconds=delay,
        )
