"""What the sweep function does with one message of its queue. Only it imports this."""

from collections.abc import Callable, Mapping
from typing import Any

from rolecall.model.records import read_json
from rolecall.model.sweeps import Sweep, sweep_id
from rolecall.runtime.log import log
from rolecall.runtime.wiring import Runtime

# Milliseconds that are left to open the last cases, tell of them and hand over what is not done.
_RESERVE_MS = 120_000
# Seconds after which a sweep that has used up its calls goes on: others want to call IAM as well.
_REST = 600


def sweep(runtime: Runtime, message: Mapping[str, Any], left: Callable[[], int]) -> None:
    """Begin a sweep, or go on with the one that the message holds.

    Whatever else the message is, a schedule's or CloudFormation's event, begins one.
    """
    body = read_json(message["body"])
    held = body.get("sweep") if isinstance(body, Mapping) else None
    sweeper = runtime.sweeper()
    begun = Sweep.from_dict(held) if held else sweeper.begin(sweep_id(message["messageId"]))
    found = sweeper.go_on(begun, lambda: left() > _RESERVE_MS)
    if not found.done:
        rest = _REST if left() > _RESERVE_MS else 0
        runtime.sweeps.go_on(found.sweep, rest)
    for error in found.errors:
        log.error(f"A convention failed in a sweep: {error!r}", outcome="failed")
    log.info(
        "swept",
        outcome="swept" if found.done else "sweeping",
        missed=found.sweep.missed - begun.missed,
        sweep=found.sweep.to_dict(),
    )
