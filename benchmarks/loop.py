"""From a drift to its alert, through everything that is deployed."""

import json
import statistics
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.errors import BenchmarkError
from rolecall_cli.embedded.account import EmbeddedAccount
from rolecall_cli.embedded.stack import StackOutputs

ROUNDS = 25
_WARM_UP = 4
_PATIENCE = 60.0
_TICK = 0.005
_DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)


@dataclass(frozen=True)
class Loop:
    """Seconds from the call that made a drift to the message on a queue at the machines topic."""

    seconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """What one in twenty exceeds."""
        return statistics.quantiles(self.seconds, n=20)[18]


def measure(
    account: EmbeddedAccount, outputs: StackOutputs, progress: Callable[[str], None]
) -> Loop:
    """Make drifts in the stack's account, one after the other, each seen to its alert."""
    inbox = _subscribed(account, outputs)
    progress(f"{ROUNDS} drifts, each to its alert")
    seconds = [_round(account, inbox) for _ in range(_WARM_UP + ROUNDS)]
    return Loop(tuple(seconds[_WARM_UP:]))


def _subscribed(account: EmbeddedAccount, outputs: Mapping[str, str]) -> str:
    arn = f"arn:aws:sqs:{account.region}:{account.account_id}:inbox"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs = account.client("sqs")
    url: str = sqs.create_queue(QueueName="inbox", Attributes={"Policy": policy})["QueueUrl"]
    topic = outputs["MachinesTopicArn"]
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def _round(account: EmbeddedAccount, inbox: str) -> float:
    iam, sqs = account.client("iam"), account.client("sqs")
    user = f"user-{uuid.uuid4()}"
    with account.trail.muted():
        iam.create_user(UserName=user)
    begun = time.perf_counter()
    iam.put_user_policy(UserName=user, PolicyName="for-now", PolicyDocument=_DOCUMENT)
    while time.perf_counter() - begun < _PATIENCE:
        # Short looks: the embedded account's long poll wakes only ten times a second.
        for message in sqs.receive_message(QueueUrl=inbox).get("Messages", []):
            taken = time.perf_counter() - begun
            sqs.delete_message(QueueUrl=inbox, ReceiptHandle=message["ReceiptHandle"])
            if _subject(message) == user:
                return taken
        time.sleep(_TICK)
    raise BenchmarkError(f"No alert about {user} came within {_PATIENCE:.0f} seconds.")


def _subject(message: Mapping[str, Any]) -> str:
    case = json.loads(json.loads(message["Body"])["Message"])
    name: str = case["drift"]["subject"]["name"]
    return name
