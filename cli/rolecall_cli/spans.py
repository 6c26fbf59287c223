"""Lengths of time as people write them: `30m`, `24h`, `7d`."""

import re

from rolecall_cli.errors import UsageError

_SPAN = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str) -> float:
    """How many seconds a length of time has.

    Raises:
        UsageError: it is not a number and one of s, m, h, d, or it is nothing.
    """
    found = _SPAN.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise UsageError(f"{text!r} is no length of time; write 30m, 24h or 7d.")
    return float(int(found[1]) * _SECONDS[found[2]])
