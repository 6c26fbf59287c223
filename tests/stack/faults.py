"""A proxy between the deployed functions and their account that makes calls fail on purpose.

It is a true HTTP proxy: what passes keeps its host and its signature, and the SDK's own retries work.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from rolecall_cli.embedded.account import EmbeddedAccount, embedded_account
from rolecall_cli.embedded.places import checkout
from rolecall_cli.embedded.safety import clean_environment

type Rule = dict[str, Any]

_PATIENCE = 30.0


@dataclass(frozen=True)
class Faults:
    """The faults between the functions and their account."""

    port: int

    @contextmanager
    def such_as(self, *rules: Rule) -> Iterator[None]:
        """Make calls fail by these rules while the block runs."""
        self._ask("DELETE", "fired")
        self._ask("POST", "rules", list(rules))
        try:
            yield
        finally:
            self._ask("POST", "rules", [])

    def fired(self) -> int:
        """How many calls have met a fault since the last rules were set."""
        return len(self._ask("GET", "fired"))

    def _ask(self, method: str, path: str, given: Any = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request(method, f"/_microburst/{path}", json.dumps(given), headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return json.loads(content) if content else None
        finally:
            connection.close()


@contextmanager
def faulty_account(folder: Path) -> Iterator[tuple[EmbeddedAccount, Faults]]:
    """Run an embedded account whose functions, and only they, call through the proxy.

    It checks every call against policies: what passes the proxy is signed still.
    """
    faults = Faults(_free_port())
    proxied = {
        "HTTP_PROXY": f"http://127.0.0.1:{faults.port}",
        "NO_PROXY": "",
        "no_proxy": "",
        "TRAIL_SEED": "7",
    }
    with (
        embedded_account(enforce_iam=True, extra=proxied) as account,
        (folder / "proxy.log").open("wb") as log,
    ):
        command = checkout().emulator_python.parent / "microburst"
        address = ("--host", "127.0.0.1", "--port", str(faults.port))
        proxy = subprocess.Popen(
            [command, "--upstream", account.endpoint, *address],
            cwd=folder,
            env=clean_environment(os.environ),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(faults, proxy)
            yield account, faults
        finally:
            proxy.kill()
            proxy.wait()


def _await(faults: Faults, proxy: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            faults.fired()
        except OSError:
            assert proxy.poll() is None, "the proxy ended"
            assert time.monotonic() < deadline, "the proxy is silent"
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
