"""How long a burst of records takes: ten thousand harmless ones with one drift among them."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks.errors import BenchmarkError
from benchmarks.samples import sample
from rolecall_cli.embedded.account import EmbeddedAccount

RECORDS = 10_000
_USERS = 20
_BATCH = 10
_PATIENCE = 900.0
_TICK = 0.2
_SAMPLE = "user-permissions-via-groups/drift-put-user-policy"


@dataclass(frozen=True)
class Burst:
    """Seconds from the first record that was put in until all were judged, and the drift was told."""

    seconds: float


def measure(
    account: EmbeddedAccount, outputs: Mapping[str, str], progress: Callable[[str], None]
) -> Burst:
    """Put the records into the stack's queue, and wait until it is empty.

    Raises:
        BenchmarkError: a record was not judged, or the drift was not seen.
    """
    iam = account.client("iam")
    drifting = f"user-{uuid.uuid4()}"
    document = sample(_SAMPLE)["detail"]["requestParameters"]["policyDocument"]
    with account.trail.muted():
        for name in (*(f"harmless-{n}" for n in range(_USERS)), drifting):
            iam.create_user(UserName=name)
        iam.put_user_policy(UserName=drifting, PolicyName="for-now", PolicyDocument=document)
    bodies = [_record(f"harmless-{n % _USERS}") for n in range(RECORDS)]
    bodies.insert(RECORDS // 2, _record(drifting))
    progress(f"A burst of {RECORDS:,} records with one drift among them")
    begun = time.perf_counter()
    _send(account, outputs["ChangesQueueUrl"], bodies)
    while _depth(account, outputs["ChangesQueueUrl"]):
        if time.perf_counter() - begun > _PATIENCE:
            raise BenchmarkError(f"The burst was not judged within {_PATIENCE:.0f} seconds.")
        time.sleep(_TICK)
    taken = time.perf_counter() - begun
    if not _is_seen(account, outputs["LedgerTable"], drifting):
        raise BenchmarkError("The drift in the burst has no case.")
    return Burst(taken)


def _record(user: str) -> str:
    event: dict[str, Any] = sample(_SAMPLE)
    event["detail"]["eventID"] = str(uuid.uuid4())
    event["detail"]["requestParameters"] |= {"userName": user, "policyName": "for-now"}
    return json.dumps(event)


def _send(account: EmbeddedAccount, url: str, bodies: list[str]) -> None:
    sqs = account.client("sqs")

    def send(at: int) -> None:
        entries = [
            {"Id": str(number), "MessageBody": body}
            for number, body in enumerate(bodies[at : at + _BATCH])
        ]
        if sqs.send_message_batch(QueueUrl=url, Entries=entries).get("Failed"):
            raise BenchmarkError("The queue did not take every record.")

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(send, range(0, len(bodies), _BATCH)))


def _depth(account: EmbeddedAccount, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = account.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def _is_seen(account: EmbeddedAccount, table: str, user: str) -> bool:
    pages = account.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    cases = (item for page in pages for item in page["Items"] if item["sk"]["S"] == "CASE")
    return any(json.loads(case["doc"]["S"])["drift"]["subject"]["name"] == user for case in cases)
