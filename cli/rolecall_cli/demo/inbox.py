"""A Slack inbox on this machine: takes what Rolecall posts to its webhook, as Slack would."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

_LONGEST = 100_000  # characters; a message of Rolecall's has less than 13,000


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, receive: Callable[[Any], None]) -> None:
        self.receive = receive
        self.path = f"/services/{secrets.token_hex(16)}"
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # Without the look-up of the host's name, which may take seconds where there is no network.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:  # the name is http.server's
        """Answer a post as Slack's webhooks do."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LONGEST))
        if self.path != self.server.path:
            self._answer(HTTPStatus.NOT_FOUND, "no_service")
            return
        try:
            content = json.loads(body)
        except ValueError:
            self._answer(HTTPStatus.BAD_REQUEST, "invalid_payload")
            return
        self.server.receive(content)
        self._answer(HTTPStatus.OK, "ok")

    def _answer(self, status: HTTPStatus, word: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(word)))
        self.end_headers()
        self.wfile.write(word.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing: the screen belongs to the demo."""


@contextmanager
def inbox(receive: Callable[[Any], None]) -> Iterator[str]:
    """Run an inbox and give the address of its webhook.

    Args:
        receive: Takes the content of each post; it is called from other threads.
    """
    with _Server(receive) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{server.path}"
        finally:
            server.shutdown()
            thread.join()
