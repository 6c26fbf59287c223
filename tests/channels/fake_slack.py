"""A small Slack on 127.0.0.1 that answers as it is told to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


def answer(status: int, body: str = "", **headers: str) -> Answer:
    """A plain answer; header names are written with `_` for `-`."""

    def give(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return give


OK = answer(200, "ok")


@dataclass
class FakeSlack:
    """What it will answer, and what it was sent."""

    port: int
    closing: Event
    answers: list[Answer] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def url(self, path: str) -> str:
        """An address on it."""
        return f"http://127.0.0.1:{self.port}{path}"

    def silence(self, handler: BaseHTTPRequestHandler) -> None:
        """Never answer, as long as it runs."""
        handler.close_connection = True
        self.closing.wait(30)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def talk_nonsense(handler: BaseHTTPRequestHandler) -> None:
    """Answer in no known protocol."""
    handler.wfile.write(b"220 mail.example ESMTP\r\n")
    handler.close_connection = True


@contextmanager
def running() -> Iterator[FakeSlack]:
    """A fake Slack, as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            slack.paths.append(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            slack.bodies.append(json.loads(self.rfile.read(length) or "{}"))
            (slack.answers.pop(0) if slack.answers else OK)(self)

        def do_POST(self) -> None:
            self._serve()

        def do_GET(self) -> None:
            self._serve()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        slack = FakeSlack(server.server_port, Event())
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield slack
        finally:
            slack.closing.set()
            server.shutdown()
            thread.join()
