"""What parsing and judging cost without any account: a backtest, and single records."""

import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import corpus
from benchmarks.errors import BenchmarkError
from rolecall.detection.deciding import Facts, decide
from rolecall.registry import Registry
from rolecall.replaying.backtest import Backtest
from rolecall.replaying.files import records_in
from rolecall.settings import Settings

RECORDS = 60_000
_SINGLE = 6_000
_REPEATS = 5


@dataclass(frozen=True)
class Judging:
    """What was measured.

    Attributes:
        backtest_records_per_s: Records of a file a second on one core, reading and JSON included.
        judge_us: Microseconds to parse and judge one loaded record of the mix.
        judge_drift_us: The same for one record that shows a drift.
        decision_us: Microseconds to decide about one drift, its remedy planned.
        json_us: Microseconds for `json.loads` alone, on the same records.
        drifts: How many drifts the file shows.
    """

    backtest_records_per_s: float
    judge_us: float
    judge_drift_us: float
    decision_us: float
    json_us: float
    drifts: int


def measure(settings: Settings, folder: Path) -> Judging:
    """Measure judging on a generated trail.

    Raises:
        BenchmarkError: not every record was judged.
    """
    registry = Registry(settings.options, settings.registered)
    path = folder / "trail.jsonl"
    corpus.write(path, RECORDS)
    run = Backtest(registry, settings)
    begun = time.perf_counter()
    _drain(run.run((f"{path}:{at}", value) for at, value in records_in(path)))
    taken = time.perf_counter() - begun
    if (run.records, run.rejected) != (RECORDS, 0) or not run.drifts:
        raise BenchmarkError(f"The backtest of {RECORDS} records ended with: {run.closing_line}.")
    mixed = list(corpus.records(_SINGLE, seed=2))
    values = [record for _, record in mixed]
    drifting = [record for kind, record in mixed if kind == "watched, drift"]
    texts = [json.dumps(value) for value in values]

    def judge(records: list[dict[str, Any]]) -> Callable[[], None]:
        return lambda: _drain(Backtest(registry, settings).run(("", value) for value in records))

    return Judging(
        backtest_records_per_s=RECORDS / taken,
        judge_us=_microseconds(judge(values), len(values)),
        judge_drift_us=_microseconds(judge(drifting * 10), len(drifting) * 10),
        decision_us=_decision_us(registry, settings, drifting),
        json_us=_microseconds(lambda: _drain(map(json.loads, texts)), len(texts)),
        drifts=run.drifts,
    )


def _decision_us(registry: Registry, settings: Settings, records: list[dict[str, Any]]) -> float:
    run = Backtest(registry, settings)
    drifts = [past.drift for past in run.run(("", record) for record in records)]
    facts = Facts("2026-11-02", "/", waited=True)

    def decide_all() -> None:
        for drift in drifts * 20:
            decide(drift, registry[drift.convention], settings, facts)

    return _microseconds(decide_all, len(drifts) * 20)


def _drain(found: Iterable[Any]) -> None:
    iterator: Iterator[Any] = iter(found)
    for _ in iterator:
        pass


def _microseconds(work: Callable[[], None], how_many: int) -> float:
    taken = []
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) / how_many * 1e6
