"""Times as text: UTC, as CloudTrail and the ledger write them."""

import math
from datetime import UTC, datetime

DAY = 86_400.0  # seconds


def seconds(time: str) -> float:
    """Seconds since the epoch; for a text that is no time, NaN, which is neither before nor after any."""
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def moment(now: float) -> str:
    """A time as text: UTC, whole seconds."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
