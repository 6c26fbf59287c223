"""The notify function: cases in, told people out."""

from typing import Any

from rolecall.runtime import Runtime
from rolecall.runtime.batch import Batch
from rolecall.runtime.work import tell

RUNTIME = Runtime()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Tell a batch of the alerts queue."""
    return Batch(RUNTIME, tell).answer(event["Records"], context.get_remaining_time_in_millis)
