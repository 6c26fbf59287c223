"""The remediate function: cases in, settled cases out."""

from typing import Any

from rolecall.runtime import Runtime
from rolecall.runtime.batch import Batch
from rolecall.runtime.work import settle

RUNTIME = Runtime()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Settle a batch of the remedies queue."""
    return Batch(RUNTIME, settle).answer(event["Records"], context.get_remaining_time_in_millis)
