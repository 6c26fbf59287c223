"""The sweep function: the whole account in, cases of what nobody saw out."""

from functools import partial
from typing import Any

from rolecall.runtime import Runtime
from rolecall.runtime.batch import Batch
from rolecall.runtime.sweeping import sweep

RUNTIME = Runtime()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Begin a sweep, or go on with one, as the message of the sweeps queue says."""
    left = context.get_remaining_time_in_millis
    return Batch(RUNTIME, partial(sweep, left=left)).answer(event["Records"], left)
