"""One function in its sandbox: AWS's runtime interface emulator around AWS's runtime client."""

import json
import os
import platform
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.errors import BenchmarkError
from benchmarks.lambda_runtime import interpreter
from rolecall_cli.embedded.places import architecture

_RIE = f"samcli/local/rapid/aws-lambda-rie-{architecture()}"
_INVOKE = "/2015-03-31/functions/function/invocations"
_PATIENCE = 30.0
_TICK = 0.001


@dataclass(frozen=True)
class Package:
    """A function as it is deployed.

    Attributes:
        task: The built function's folder.
        layers: Its layers' folders, those that stand for `/opt/python`.
        environment: Its variables.
        comes_back: Whether it has a message come back when it has done its work, to look again.
    """

    task: Path
    layers: tuple[Path, ...]
    environment: Mapping[str, str]
    comes_back: bool = False


def emulator_in(environment: Path) -> Path:
    """The runtime interface emulator that the SAM command line brings.

    Raises:
        BenchmarkError: it is not there, or does not run here.
    """
    if platform.system() != "Linux":
        raise BenchmarkError("make bench needs Linux: Lambda's runtime emulator runs nowhere else.")
    for found in environment.glob(f"lib/python3.*/site-packages/{_RIE}"):
        return found
    raise BenchmarkError(f"{environment} holds no {_RIE}: run make setup first.")


class Sandbox:
    """A started function. The runtime itself begins with the first event, as the emulator has it."""

    def __init__(self, emulator: Path, runtime: Path, package: Package, log: Path) -> None:
        ports = _free_ports()
        places = (package.task, *package.layers, runtime)
        self._began = time.perf_counter()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *(emulator, "--runtime-interface-emulator-address", f"127.0.0.1:{ports[0]}"),
                    *("--runtime-api-address", f"127.0.0.1:{ports[1]}"),
                    # -S -P: nothing is importable but what the path below says.
                    *(interpreter(), "-S", "-P", "-m", "awslambdaric", "app.handler"),
                ],
                cwd=package.task,
                env={
                    "PATH": os.defpath,
                    "PYTHONPATH": os.pathsep.join(map(str, places)),
                    "PYTHONDONTWRITEBYTECODE": "1",  # a function's own place is read-only
                    "LAMBDA_TASK_ROOT": str(package.task),
                    "AWS_LAMBDA_FUNCTION_NAME": package.task.name,
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                    **package.environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._log = log
        self._comes_back = package.comes_back
        self._connection = HTTPConnection("127.0.0.1", ports[0], timeout=_PATIENCE)
        self._connect()
        self._runtime_pid = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _connect(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._connection.connect()
            except ConnectionRefusedError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise BenchmarkError(f"The emulator did not start; see {self._log}.") from None
                time.sleep(_TICK)

    def invoke(self, event: Mapping[str, Any], *, again: bool = False) -> float:
        """Send one event, or the same again, and give the seconds until its answer.

        Raises:
            BenchmarkError: the function did not do its work.
        """
        body = json.dumps(event)
        begun = time.perf_counter()
        self._connection.request("POST", _INVOKE, body)
        answer = self._connection.getresponse().read()
        taken = time.perf_counter() - begun
        back = event["Records"] if self._comes_back and not again else []
        expected = [{"itemIdentifier": message["messageId"]} for message in back]
        if json.loads(answer) != {"batchItemFailures": expected}:
            tail = self._log.read_text(errors="replace")[-2000:]
            raise BenchmarkError(f"The function answered {answer[:500]!r}. Its log ends:\n{tail}")
        return taken

    def start_to_answer(self, event: Mapping[str, Any]) -> float:
        """Send the first event and give the seconds from the start of the sandbox to its answer."""
        self.invoke(event)
        return time.perf_counter() - self._began

    @property
    def peak_mb(self) -> float:
        """The most memory that the runtime's process held, in MB of a million bytes."""
        for line in self._proc("status").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise BenchmarkError("The kernel does not tell the peak of a process (VmHWM).")

    @property
    def cpu_seconds(self) -> float:
        """The processor time that the runtime's process has used."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _proc(self, name: str) -> str:
        if not self._runtime_pid:
            self._runtime_pid = _child_of(self._process.pid)
        return (Path("/proc") / str(self._runtime_pid) / name).read_text()

    def stop(self) -> None:
        """End both processes."""
        with ExitStack() as stack:
            stack.callback(self._connection.close)
            stack.callback(self._process.wait)
            stack.callback(self._process.kill)
            # The runtime is in a group of its own and would outlive the emulator.
            with suppress(BenchmarkError, ProcessLookupError):
                os.kill(_child_of(self._process.pid), signal.SIGKILL)


def _free_ports() -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(2)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _child_of(parent: int) -> int:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # a process that ended meanwhile
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                return int(stat.parent.name)
    raise BenchmarkError("The runtime's process is gone.")
