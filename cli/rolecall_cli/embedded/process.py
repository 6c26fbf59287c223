"""The emulator as a child process: start it, wait for it, stop it and all its functions."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rolecall_cli.embedded.knobs import TrailKnobs
from rolecall_cli.embedded.places import Checkout
from rolecall_cli.embedded.safety import clean_environment
from rolecall_cli.errors import EmbeddedAccountError
from rolecall_cli.trail import ATTACHED

ACCOUNT_ID = "111122223333"
REGION = "us-east-1"
_PATIENCE = 60.0
_TICK = 0.05
_LOG_LINES = 8
LOG_NAME = "emulator.log"


@dataclass(frozen=True)
class Emulator:
    """A running emulator: where it answers, its process and its folder."""

    endpoint: str
    pid: int
    folder: Path


def start(
    checkout: Checkout,
    folder: Path,
    *,
    enforce_iam: bool,
    attached: bool,
    extra: Mapping[str, str],
) -> Emulator:
    """Start the emulator in a process group of its own and wait until it answers.

    Args:
        checkout: Where the emulator's interpreter and the trail lie.
        folder: Where it may write; it is removed with it.
        enforce_iam: Whether calls are checked against policies.
        attached: Whether it ends when this process does, however that ends.
        extra: Variables for it and for the functions, which inherit them.
    """
    port = _free_port()
    endpoint = f"http://127.0.0.1:{port}"
    environment = _environment(folder, port, enforce_iam=enforce_iam) | dict(extra)
    environment["PYTHONPATH"] = str(checkout.importable)
    if attached:
        environment[ATTACHED] = str(folder)
    log = folder / LOG_NAME
    with log.open("wb") as output:
        process = subprocess.Popen(
            [checkout.emulator_python, "-P", "-m", "rolecall_cli.trail"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE if attached else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    emulator = Emulator(endpoint, process.pid, folder)
    _children[process.pid] = process
    try:
        _await_health(emulator, process.poll, log)
    except BaseException:
        stop(emulator)
        raise
    return emulator


def stop(emulator: Emulator) -> None:
    """End the emulator and the functions it started, and remove its folder."""
    # It has nothing to save, and its functions are of the same process group.
    with suppress(ProcessLookupError):
        os.killpg(emulator.pid, signal.SIGKILL)
    if child := _children.pop(emulator.pid, None):
        child.wait()
        if child.stdin:
            child.stdin.close()
    shutil.rmtree(emulator.folder, ignore_errors=True)


def answers(emulator: Emulator) -> bool:
    """Tell whether this very process answers at the endpoint, and not another in its place."""
    try:
        return TrailKnobs(emulator.endpoint).pid() == emulator.pid
    except EmbeddedAccountError:
        return False


# Only the parent can collect a child's exit, so it must keep it until then.
_children: dict[int, subprocess.Popen[bytes]] = {}


def _environment(folder: Path, port: int, *, enforce_iam: bool) -> dict[str, str]:
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    return clean_environment() | {
        "HOME": str(folder),
        "TMPDIR": str(temporary),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true" if enforce_iam else "false",
        "LAMBDA_EXECUTOR": "local",
        # No socket there: the emulator would otherwise tidy up containers on this machine.
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # As in Lambda; the emulator writes its functions' wrapper in the locale's encoding otherwise.
        "PYTHONUTF8": "1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_health(emulator: Emulator, poll: Callable[[], int | None], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not answers(emulator):
        code = poll()
        if code is not None or time.monotonic() > deadline:
            what = f"ended with code {code}" if code is not None else f"was silent for {_PATIENCE}s"
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
            message = (
                f"The embedded account did not start: the emulator {what}. Its log ends:\n{tail}"
            )
            raise EmbeddedAccountError(message)
        time.sleep(_TICK)
