"""A door before the account that writes down every call that goes through it.

It slows each call down, so it stands there only while calls are counted and never while time is measured.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from rolecall_cli.trail.calls import Request, recognise


class Door:
    """The calls that went through, in their order and their one spelling."""

    def __init__(self, endpoint: str) -> None:
        self.calls: list[str] = []
        self.target = urlsplit(endpoint).netloc
        self.endpoint = ""

    def take(self) -> list[str]:
        """The calls since the last time."""
        taken, self.calls = self.calls, []
        return taken


@contextmanager
def door(endpoint: str) -> Iterator[Door]:
    """A door before an endpoint, while the block runs."""
    found = Door(endpoint)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _passing_through(found))
    server.daemon_threads = True
    found.endpoint = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def _passing_through(door: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = recognise(Request("POST", self.path, headers, body, {}))
            door.calls.append(call.spelling if call else f"an unknown call to {self.path}")
            connection = HTTPConnection(door.target, timeout=30)
            connection.request("POST", self.path, body, dict(self.headers))
            response = connection.getresponse()
            content = response.read()
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()

        def log_message(self, *_: object) -> None:
            """Say nothing: the calls are what is wanted."""

    return Handler
