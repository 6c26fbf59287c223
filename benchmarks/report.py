"""The figures as JSON for machines and as a table for people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from benchmarks import burst, corpus
from benchmarks.burst import Burst
from benchmarks.functions import Comparison, Figures
from benchmarks.judging import RECORDS, Judging
from benchmarks.loop import Loop
from benchmarks.policies import Policies
from benchmarks.sweeping import Sweeping

# Calls to the ledger that there would be without protection, exemptions, caps and lease: the case
# opened; and for a remedy its intent, its outcome and its end.
_NEEDED_TOLD = 1
_NEEDED_REMEDIED = 4


@dataclass(frozen=True)
class Report:
    """All figures of one run."""

    detect: Comparison
    remediate: Comparison
    layer_zip_mb: float
    judging: Judging
    loop: Loop
    burst: Burst
    sweeping: Sweeping
    policies: Policies
    ledger_told: int
    ledger_remedied: int
    machine: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON-able data, as `build/bench.json` holds them."""
        return {
            "detect": _function(self.detect),
            "remediate": _function(self.remediate),
            "layer_zip_mb": round(self.layer_zip_mb, 2),
            "backtest_records_per_s": round(self.judging.backtest_records_per_s),
            "backtest_records": RECORDS,
            "backtest_drifts": self.judging.drifts,
            "backtest_mix_per_mille": dict(corpus.MIX),
            "judge_us_per_record": round(self.judging.judge_us, 2),
            "judge_us_per_drift": round(self.judging.judge_drift_us, 2),
            "decision_us": round(self.judging.decision_us, 2),
            "ledger_calls_added_told": self.ledger_told - _NEEDED_TOLD,
            "ledger_calls_added_remedied": self.ledger_told
            + self.ledger_remedied
            - _NEEDED_REMEDIED,
            "json_loads_us_per_record": round(self.judging.json_us, 2),
            "drift_to_alert_p50_s": round(self.loop.p50, 3),
            "drift_to_alert_p95_s": round(self.loop.p95, 3),
            "burst_records": burst.RECORDS,
            "burst_s": round(self.burst.seconds, 1),
            "sweep_subjects": self.sweeping.judged,
            "sweep_s": round(self.sweeping.seconds, 2),
            "sweep_peak_mb": round(self.sweeping.peak_mb, 1),
            **{
                f"policies_{name}": round(value, 2) for name, value in asdict(self.policies).items()
            },
            "machine": dict(self.machine),
        }


def _function(found: Comparison) -> dict[str, Any]:
    ours, floor = found.ours, found.floor
    return {
        "cold_ratio": round(ours.cold / floor.cold, 3),
        "warm_p50_ratio": round(ours.warm_p50 / floor.warm_p50, 3),
        "warm_p99_ratio": round(ours.warm_p99 / floor.warm_p99, 3),
        "cpu_ratio": round(ours.cpu_ms / floor.cpu_ms, 3),
        "memory_ratio": round(ours.peak_mb / floor.peak_mb, 3),
        "aws_calls": len(ours.calls),
        **_absolute(ours, ""),
        **_absolute(floor, "floor_"),
        "floor_aws_calls": len(floor.calls),
        "same_calls": found.is_fair,
        "calls": list(ours.calls),
    }


def _absolute(figures: Figures, prefix: str) -> dict[str, float]:
    return {
        f"{prefix}cold_ms": round(figures.cold, 1),
        f"{prefix}warm_p50_ms": round(figures.warm_p50, 2),
        f"{prefix}warm_p99_ms": round(figures.warm_p99, 2),
        f"{prefix}cpu_ms": round(figures.cpu_ms, 2),
        f"{prefix}peak_mb": round(figures.peak_mb, 1),
    }


_ROWS = (
    ("cold start, median ms", "cold_ms", "cold_ratio"),
    ("warm event, p50 ms", "warm_p50_ms", "warm_p50_ratio"),
    ("warm event, p99 ms", "warm_p99_ms", "warm_p99_ratio"),
    ("processor time an event, ms", "cpu_ms", "cpu_ratio"),
    ("peak memory, MB", "peak_mb", "memory_ratio"),
    ("AWS calls an event", "aws_calls", ""),
)


def table(report: Report) -> Table:
    """The figures for people; a ratio is ours to the floor's, from one run."""
    data = report.to_dict()
    made = Table(title="Built functions beside a bare boto3 floor that makes the same AWS calls")
    for column in ("what", "rolecall", "floor", "ratio"):
        made.add_column(column, justify="left" if column == "what" else "right")
    for name in ("detect", "remediate"):
        figures = data[name]
        for row, key, ratio in _ROWS:
            share = f"{figures[ratio]:.2f}" if ratio else ""
            made.add_row(f"{name}: {row}", str(figures[key]), str(figures[f"floor_{key}"]), share)
        if not figures["same_calls"]:
            made.add_row(f"{name}: the floor makes other calls", "", "", "unfair")
        made.add_section()
    for row, key in (
        ("layer, zipped MB", "layer_zip_mb"),
        (f"backtest of {RECORDS:,} records, records/s on one core", "backtest_records_per_s"),
        ("parse and judge a loaded record of the mix, µs", "judge_us_per_record"),
        ("parse and judge a loaded record with a drift, µs", "judge_us_per_drift"),
        ("decide about a drift and plan its remedy, µs", "decision_us"),
        ("json.loads alone, µs", "json_loads_us_per_record"),
        ("ledger calls that safety adds to a told event", "ledger_calls_added_told"),
        ("ledger calls that safety adds to a remedied event", "ledger_calls_added_remedied"),
        ("drift to alert, warm, p50 s", "drift_to_alert_p50_s"),
        ("drift to alert, warm, p95 s", "drift_to_alert_p95_s"),
        (f"judge {data['sweep_subjects']:,} subjects of a swept account, s of one core", "sweep_s"),
        ("peak memory of that process, MB", "sweep_peak_mb"),
        ("judge a role with a 2 KB trust and five 6 KB policies, ms", "policies_judge_ms"),
        ("the same with every text to be read first, ms", "policies_judge_first_ms"),
        ("the dearest of the documents made to be dear, ms", "policies_hostile_ms"),
        ("the most memory that one of those takes, MB", "policies_hostile_peak_mb"),
        ("data about AWS's calls in the layer, KB", "policies_actions_kb"),
        ("read those data when first asked, ms", "policies_actions_ms"),
        ("import the reasoning, ms", "policies_import_ms"),
        (f"a burst of {burst.RECORDS:,} records, judged within s", "burst_s"),
    ):
        made.add_row(row, f"{data[key]:,}", "", "")
    mix = ", ".join(f"{share / 10:g} % {kind}" for kind, share in corpus.MIX.items())
    where = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    made.caption = (
        "A drift's record leaves the embedded account's trail at once; AWS's takes seconds more.\n"
        f"Records: {mix}.\nMachine: {where}."
    )
    return made
