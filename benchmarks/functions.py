"""One built function beside its floor: cold starts, warm events, memory and calls, by turns."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from benchmarks.door import door
from benchmarks.messages import Event
from benchmarks.sandbox import Package, Sandbox

COLD_STARTS = 20
WARM_EVENTS = 300
_DISCARDED = 20  # warm events before the first that counts

Progress = Callable[[str], None]


@dataclass
class Figures:
    """What was measured of one side."""

    cold_ms: list[float] = field(default_factory=list)
    warm_ms: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0
    peak_mb: float = 0.0
    calls: Sequence[str] = ()

    @property
    def cold(self) -> float:
        """The median cold start, from the sandbox's start to the first answer."""
        return statistics.median(self.cold_ms)

    @property
    def warm_p50(self) -> float:
        """The median warm event."""
        return statistics.median(self.warm_ms)

    @property
    def warm_p99(self) -> float:
        """The warm event that one in a hundred exceeds."""
        return statistics.quantiles(self.warm_ms, n=100)[98]


@dataclass
class Comparison:
    """A function and its floor, measured in one run."""

    ours: Figures = field(default_factory=Figures)
    floor: Figures = field(default_factory=Figures)

    @property
    def is_fair(self) -> bool:
        """Whether both made the same calls."""
        return Counter(self.ours.calls) == Counter(self.floor.calls)


@dataclass(frozen=True)
class Bench:
    """What it takes to run functions: the emulator, Lambda's packages and a folder for logs."""

    emulator: Path
    runtime: Path
    logs: Path

    def start(self, package: Package) -> Sandbox:
        """Start a function."""
        return Sandbox(self.emulator, self.runtime, package, self.logs / "functions.log")


def compare(
    bench: Bench, ours: Package, floor: Package, event: Callable[[], Event], progress: Progress
) -> Comparison:
    """Measure a function and its floor by turns.

    Args:
        bench: What runs them.
        ours: The built function.
        floor: The bare one.
        event: Makes a fresh event, with work that is really to be done.
        progress: Told in a sentence what is being done.
    """
    found = Comparison()
    sides = ((ours, found.ours), (floor, found.floor))
    progress("counting calls")
    for package, figures in sides:
        figures.calls = _calls(bench, package, event())
    progress(f"{COLD_STARTS} cold starts each")
    for turn in range(COLD_STARTS + 1):
        for package, figures in sides:
            taken = _cold(bench, package, event())
            if turn:  # the first start fills the file system's cache
                figures.cold_ms.append(taken * 1000)
    progress(f"{WARM_EVENTS} warm events each")
    _warm(bench, sides, event)
    return found


def _calls(bench: Bench, package: Package, event: Event) -> list[str]:
    with door(package.environment["AWS_ENDPOINT_URL"]) as counted:
        environment = {**package.environment, "AWS_ENDPOINT_URL": counted.endpoint}
        with bench.start(replace(package, environment=environment)) as sandbox:
            sandbox.invoke(event)
        return counted.calls


def ledger_calls(bench: Bench, package: Package, event: Event) -> int:
    """How often a function asks the ledger until its event is done, the second look included."""
    with door(package.environment["AWS_ENDPOINT_URL"]) as counted:
        environment = {**package.environment, "AWS_ENDPOINT_URL": counted.endpoint}
        with bench.start(replace(package, environment=environment)) as sandbox:
            sandbox.invoke(event)
            if package.comes_back:
                time.sleep(float(environment["VERIFY_AFTER"]) + 1)
                sandbox.invoke(event, again=True)
        return sum(call.startswith("dynamodb:") for call in counted.calls)


def _cold(bench: Bench, package: Package, event: Event) -> float:
    with bench.start(package) as sandbox:
        return sandbox.start_to_answer(event)


def _warm(
    bench: Bench,
    sides: Sequence[tuple[Package, Figures]],
    event: Callable[[], Event],
) -> None:
    with bench.start(sides[0][0]) as ours, bench.start(sides[1][0]) as floor:
        running = ((ours, sides[0][1]), (floor, sides[1][1]))
        for turn in count(-_DISCARDED):
            if turn == 0:
                for sandbox, figures in running:
                    figures.cpu_ms = -sandbox.cpu_seconds * 1000
            if turn == WARM_EVENTS:
                break
            for sandbox, figures in running:
                taken = sandbox.invoke(event())
                if turn >= 0:
                    figures.warm_ms.append(taken * 1000)
        for sandbox, figures in running:
            figures.cpu_ms = (figures.cpu_ms + sandbox.cpu_seconds * 1000) / WARM_EVENTS
            figures.peak_mb = sandbox.peak_mb
