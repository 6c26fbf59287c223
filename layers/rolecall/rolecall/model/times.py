"""Times as text: UTC, as CloudTrail and the ledger write them."""

import math
from datetime import datetime


def seconds(time: str) -> float:
    """Seconds since the epoch; for a text that is no time, NaN, which is neither before nor after any."""
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return math.nan
