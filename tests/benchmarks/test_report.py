"""The figures as machines and people get them, from canned measurements."""

from dataclasses import replace

import pytest
from rich.console import Console

from benchmarks.burst import Burst
from benchmarks.functions import Comparison, Figures
from benchmarks.judging import Judging
from benchmarks.loop import Loop
from benchmarks.policies import Policies
from benchmarks.report import Report, table
from benchmarks.sweeping import Sweeping

CALLS = ("iam:ListUserPolicies", "events:PutEvents")


def figures(factor: float) -> Figures:
    return Figures(
        cold_ms=[400 * factor, 500 * factor, 900 * factor],
        warm_ms=[10 * factor] * 99 + [30 * factor],
        cpu_ms=8 * factor,
        peak_mb=50 * factor,
        calls=CALLS,
    )


@pytest.fixture
def report() -> Report:
    return Report(
        detect=Comparison(figures(1.1), figures(1.0)),
        remediate=Comparison(figures(0.9), figures(1.0)),
        layer_zip_mb=5.0712,
        judging=Judging(25_609.4, 9.158, 60.0, 12.5, 7.5, 600),
        loop=Loop((0.1, 0.2, 0.3)),
        burst=Burst(71.26),
        sweeping=Sweeping(2.6694, 94.54, 17_000, 100),
        policies=Policies(1.234, 3.0, 20.0, 0.9, 218.477, 1.0, 5.0),
        ledger_told=1,
        ledger_remedied=5,
        machine={"cpu": "one", "cores": 2},
    )


def shown(report: Report) -> str:
    console = Console(width=160)
    with console.capture() as captured:
        console.print(table(report))
    return captured.get()


def test_the_json_has_the_keys_that_others_read(report: Report) -> None:
    data = report.to_dict()
    for name in ("detect", "remediate"):
        assert data[name].keys() >= {"cold_ratio", "warm_p50_ratio", "memory_ratio", "aws_calls"}
    assert data.keys() >= {
        "layer_zip_mb",
        "backtest_records_per_s",
        "judge_us_per_record",
        "drift_to_alert_p50_s",
        "burst_s",
        "policies_judge_ms",
        "policies_hostile_ms",
        "machine",
    }


def test_ratios_are_of_medians_to_the_floor(report: Report) -> None:
    detect = report.to_dict()["detect"]
    assert (detect["cold_ms"], detect["floor_cold_ms"], detect["cold_ratio"]) == (550.0, 500.0, 1.1)
    assert (detect["warm_p50_ms"], detect["warm_p50_ratio"]) == (11.0, 1.1)
    assert (detect["peak_mb"], detect["memory_ratio"]) == (55.0, 1.1)
    assert report.to_dict()["remediate"]["cold_ratio"] == 0.9
    assert (detect["aws_calls"], detect["same_calls"]) == (2, True)


def test_scalars_are_rounded(report: Report) -> None:
    data = report.to_dict()
    assert data["layer_zip_mb"] == 5.07
    assert data["backtest_records_per_s"] == 25_609
    assert data["drift_to_alert_p50_s"] == 0.2


def test_the_table_shows_ours_the_floor_and_the_ratio(report: Report) -> None:
    (line,) = [line for line in shown(report).splitlines() if "detect: cold" in line]
    assert [cell.strip() for cell in line.split("│")[2:5]] == ["550.0", "500.0", "1.10"]


def test_the_table_says_when_the_floor_makes_other_calls(report: Report) -> None:
    assert "unfair" not in shown(report)
    other = replace(figures(1.0), calls=CALLS[:1])
    assert "unfair" in shown(replace(report, detect=Comparison(figures(1.0), other)))


def test_the_ledger_calls_of_safety_are_those_beyond_what_a_record_of_the_deed_needs(
    report: Report,
) -> None:
    data = report.to_dict()
    assert (data["ledger_calls_added_told"], data["ledger_calls_added_remedied"]) == (0, 2)
    assert "ledger calls that safety adds to a remedied event" in shown(report)
