"""The detect function: CloudTrail records in, cases out."""

from typing import Any

from rolecall.runtime import Runtime
from rolecall.runtime.batch import Batch
from rolecall.runtime.work import detect, overdue, replay

RUNTIME = Runtime()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Judge a batch of the changes queue, or one event that a person replays by hand.

    Every hour the stack asks it as well to bring forward what is overdue.
    """
    if "overdue" in event:
        return overdue(RUNTIME)
    if "replay" in event:
        return replay(RUNTIME, event)
    return Batch(RUNTIME, detect).answer(event["Records"], context.get_remaining_time_in_millis)
