"""Turn the knobs of the trail, from the outside."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from rolecall_cli.errors import EmbeddedAccountError

_PATH = "/_rolecall/trail"
_OK = 200
_TICK = 0.02


class TrailKnobs:
    """The trail of one embedded account: its knobs, its counters and the records it made."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def pid(self) -> int:
        """Give the id of the process that the trail runs in."""
        return int(self._ask("GET")["pid"])

    def set(self, **knobs: Any) -> None:
        """Turn knobs: `drop`, `duplicate`, `copies`, `delay`, `hold`, `seed`, `services`, `reads`.

        The draws start again from the seed.
        """
        self._ask("PUT", given=knobs)

    def knobs(self) -> dict[str, Any]:
        """Give the position of every knob."""
        return dict(self._ask("GET")["knobs"])

    def counters(self) -> dict[str, int]:
        """Count what was emitted, dropped and duplicated, and the trail's own errors."""
        return dict(self._ask("GET")["counters"])

    def last_error(self) -> str | None:
        """Tell the trail's last error, if it had any."""
        error: str | None = self._ask("GET")["last_error"]
        return error

    def hold(self) -> None:
        """Keep the records that are made from now on."""
        self.set(hold=True)

    def held(self) -> list[dict[str, Any]]:
        """Give the records that are kept, in the order of the calls."""
        return list(self._ask("GET")["held"])

    def release(self, order: Sequence[int] | None = None) -> int:
        """Emit kept records in the order of these positions, or all as they came; holding ends."""
        given = {} if order is None else {"order": list(order)}
        return int(self._ask("POST", "/release", given)["released"])

    def emit(self, event: Mapping[str, Any]) -> None:
        """Put a hand-made event on the bus, such as a console sign-in, which the emulator lacks.

        Args:
            event: As EventBridge shows it: `source` (AWS's only), `detail-type` and `detail`.
        """
        self._ask("POST", "/emit", event)

    def records(self) -> list[dict[str, Any]]:
        """Give the last thousand records that were made, whatever became of them."""
        return list(self._ask("GET", "/records")["records"])

    def reset(self) -> None:
        """Start anew: knobs at their first positions, counters at nought, nothing on its way."""
        self._ask("POST", "/reset")

    def settle(self, patience: float = 30.0) -> None:
        """Wait until no delayed record is on its way any more."""
        deadline = time.monotonic() + patience
        while pending := self._ask("GET")["pending"]:
            if time.monotonic() > deadline:
                message = f"{pending} records are still on their way after {patience} seconds."
                raise EmbeddedAccountError(message)
            time.sleep(_TICK)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Make no records inside, to set a scene without leaving a trace."""
        self.set(muted=True)
        try:
            yield
        finally:
            self.set(muted=False)

    def _ask(self, method: str, path: str = "", given: Mapping[str, Any] | None = None) -> Any:
        connection = HTTPConnection(urlsplit(self._endpoint).netloc, timeout=30)
        try:
            connection.request(method, _PATH + path, body=json.dumps(given or {}))
            response = connection.getresponse()
            content = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            message = f"No embedded account answers at {self._endpoint}: {error}."
            raise EmbeddedAccountError(message) from error
        finally:
            connection.close()
        if response.status != _OK:
            message = f"The trail refused: {content.get('error')}."
            raise EmbeddedAccountError(message)
        return content
