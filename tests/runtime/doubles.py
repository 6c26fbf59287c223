"""A runtime whose use cases work on the world in memory, and whose queue is a list."""

from dataclasses import dataclass, field
from typing import Any, cast

from rolecall.runtime import Runtime
from tests.states import ACCOUNT
from tests.world import World


@dataclass
class Queue:
    """The queues as lists; `broken` makes every call fail."""

    put_off: list[dict[str, Any]] = field(default_factory=list)
    dead: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    def client(self, service: str) -> "Queue":
        assert service == "sqs"
        return self

    def change_message_visibility(self, **request: Any) -> None:
        if self.broken:
            raise OSError("the network is gone")
        self.put_off.append(request)

    def send(self, body: str, reason: str) -> None:
        self.dead.append((body, reason))


def runtime(world: World | None = None) -> tuple[Runtime, Queue]:
    """A runtime of the account, with its queue."""
    made, queue = Runtime({"ACCOUNT_ID": ACCOUNT, "QUEUE": "https://queue"}), Queue()
    loose = cast(Any, made)
    loose.aws = loose.dead_letters = queue
    if world:
        loose.detector, loose.remediator = world.detector, world.remediator
        loose.overdue, loose.expiring = world.overdue, world.expiring
        loose.registry = world.registry
    return made, queue


def message(body: str, number: int = 0, received: int = 1) -> dict[str, Any]:
    """A message as SQS hands it to a function."""
    return {
        "messageId": f"m-{number}",
        "receiptHandle": f"handle-{number}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(received)},
    }
