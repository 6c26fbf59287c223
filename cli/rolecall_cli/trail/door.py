"""The trail's private door: its knobs and counters over HTTP, for tests and the command line."""

import json
import os
from typing import Any

from rolecall_cli.trail.knobs import Knobs
from rolecall_cli.trail.trail import Event, Trail

PATH = "/_rolecall/trail"

type Reply = tuple[int, dict[str, str], bytes]


class Door:
    """Answers what is asked of the trail under its private path."""

    def __init__(self, trail: Trail, account: str) -> None:
        self._trail = trail
        self._account = account

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        """Answer one request."""
        try:
            return _reply(
                200, self._act(method, path.removeprefix(PATH), json.loads(body or b"{}"))
            )
        except (LookupError, TypeError, ValueError) as error:
            return _reply(400, {"error": str(error)})

    def _act(self, method: str, path: str, given: dict[str, Any]) -> dict[str, Any]:
        match method, path:
            case "GET", "":
                return self._state()
            case "PUT", "":
                self._trail.turn(self._trail.knobs.turned(given))
                return self._state()
            case "GET", "/records":
                return {"records": [event.detail for event in self._trail.recorded]}
            case "POST", "/release":
                return {"released": self._trail.release(given.get("order"))}
            case "POST", "/emit":
                self._trail.take(self._event(given))
                return self._state()
            case "POST", "/reset":
                self._trail.reset(Knobs.from_environment(os.environ))
                return self._state()
            case _:
                message = f"the trail has no {method} {PATH}{path}"
                raise ValueError(message)

    def _state(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "knobs": self._trail.knobs.as_json(),
            "counters": self._trail.counters,
            "last_error": self._trail.last_error,
            "pending": self._trail.pending,
            "held": [event.detail for event in self._trail.held],
        }

    def _event(self, given: dict[str, Any]) -> Event:
        source = str(given["source"])
        if not source.startswith("aws."):
            message = f"the trail speaks for AWS only: {source!r} does not start with 'aws.'"
            raise ValueError(message)
        return Event(
            source,
            str(given["detail-type"]),
            dict(given["detail"]),
            account=str(given.get("account", self._account)),
            region=str(given.get("region", "us-east-1")),
        )


def _reply(status: int, content: dict[str, Any]) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()
