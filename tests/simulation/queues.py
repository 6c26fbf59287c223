"""Queues as SQS keeps them: at least once, in no order, with receive counts and dead letters."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Held:
    """A message in its queue."""

    number: int
    body: str
    visible_at: float
    received: int = 0


@dataclass
class Queue:
    """One queue and its dead letters.

    Attributes:
        visibility: Seconds until a message that nobody acknowledged comes back.
        most: How often a message is received before it goes to the dead letters.
        rejected: What a function put to the dead letters itself.
    """

    name: str
    visibility: float
    most: int
    clock: Callable[[], float]
    held: list[Held] = field(default_factory=list)
    dead: list[Held] = field(default_factory=list)
    acknowledged: list[Held] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    accepted: int = 0
    lost: int = 0

    def put(self, body: Any, delay: float = 0) -> None:
        """Accept a message, to be seen after a delay."""
        self.accepted += 1
        text = body if isinstance(body, str) else json.dumps(body)
        self.held.append(Held(self.accepted, text, self.clock() + delay))

    def visible(self) -> list[Held]:
        """What may be received now."""
        return [message for message in self.held if message.visible_at <= self.clock()]

    def receive(self, place: int) -> dict[str, Any] | None:
        """One of the visible messages as SQS hands it over; None when there is none."""
        for message in [m for m in self.visible() if m.received >= self.most]:
            self.held.remove(message)
            self.dead.append(message)
        waiting = self.visible()
        if not waiting:
            return None
        message = waiting[place % len(waiting)]
        message.received += 1
        message.visible_at = self.clock() + self.visibility
        return {
            "messageId": str(message.number),
            "receiptHandle": str(message.number),
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.received)},
        }

    def acknowledge(self, number: str) -> None:
        """Take a message away for good."""
        for message in [m for m in self.held if str(m.number) == number]:
            self.held.remove(message)
            self.acknowledged.append(message)

    def duplicate(self, place: int) -> None:
        """Deliver a message once more: it is the same one, and counts as accepted again."""
        if self.held:
            self.put(self.held[place % len(self.held)].body)

    def postpone(self, place: int, seconds: float) -> None:
        """Let a message come later than others."""
        if self.held:
            message = self.held[place % len(self.held)]
            message.visible_at = max(message.visible_at, self.clock() + seconds)

    def redrive(self) -> None:
        """Bring the dead letters back, as an operator does when the fault is over."""
        for message in self.dead:
            message.received, message.visible_at = 0, self.clock()
            self.held.append(message)
        self.dead.clear()

    def client(self, service: str) -> "Queue":
        """The queue as the client that the runtime puts messages off with."""
        assert service == "sqs"
        return self

    def change_message_visibility(self, **request: Any) -> None:
        """Let a message come back at another time."""
        for message in self.held:
            if str(message.number) == request["ReceiptHandle"]:
                message.visible_at = self.clock() + request["VisibilityTimeout"]

    def send(self, body: str, reason: str) -> None:
        """Reject a message: the function puts it to the dead letters itself."""
        self.rejected.append((body, reason))
