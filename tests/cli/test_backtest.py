"""`rolecall backtest`: what it reads, what it prints, and that nothing in a file stops it."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from rolecall_cli.main import app
from tests.samples import EVENTS, all_samples, sample

RUN = CliRunner(env={"COLUMNS": "200"})
KEYS = {"at", "eventID", "eventName", "convention", "subject", "severity", "evidence", "decision"}


def backtest(*arguments: str) -> Result:
    return RUN.invoke(app, ["backtest", *arguments])


def lines(done: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_samples_give_one_line_for_each_drift_and_the_counts_at_the_end() -> None:
    done = backtest(str(EVENTS), "--format", "jsonl")
    assert done.exit_code == 0
    found = lines(done)
    assert all(line.keys() >= KEYS for line in found)
    told = {(str(line["at"]).rpartition(":")[0], line["convention"]) for line in found}
    # What is clean for one convention may drift from another: a young key is a key.
    of_itself = {(str(s.path), s.convention) for s in all_samples()} & told
    drifts = [s for s in all_samples() if s.is_drift and not s.needs_stack]
    assert of_itself == {(str(s.path), s.convention) for s in drifts}
    count = len(list(all_samples()))
    assert done.stderr.splitlines()[-1] == f"{count} records, {len(found)} drifts, 0 rejected"


def test_the_position_is_that_of_the_record_in_its_file(tmp_path: Path) -> None:
    drift = sample("no-long-term-access-keys/drift-create-access-key").event["detail"]
    clean = sample("user-permissions-via-groups/clean-failed-call").event["detail"]
    path = tmp_path / "log.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"Records": [clean, 7, drift]}).encode()))
    done = backtest(str(path), "--format", "jsonl")
    (line,) = lines(done)
    assert line["at"] == f"{path}:2"
    assert line["eventID"] == drift["eventID"]
    assert done.stderr.splitlines()[-1] == "3 records, 1 drifts, 1 rejected"


def test_nothing_in_a_folder_stops_it(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(bytes(range(256)))
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8bnot really")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "surrogate.jsonl").write_text('"\\ud800"\n{"eventName": "\\ud800"}\n')
    good = sample("role-no-wildcard-trust/drift-create-role-open-to-all").event
    (tmp_path / "good.jsonl").write_text(f"{json.dumps(good)}\n{{broken\n\n{json.dumps(good)}\n")
    done = backtest(str(tmp_path), "--format", "jsonl")
    assert done.exit_code == 0
    assert [line["at"] for line in lines(done)] == [
        f"{tmp_path}/good.jsonl:0",
        f"{tmp_path}/good.jsonl:2",
    ]


def test_other_settings_make_other_decisions(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(
        "version: 1\ndefaults: {mode: 'off'}\nconventions: {root-usage: {mode: observe}}"
    )
    found = lines(backtest(str(EVENTS), "--settings", str(path), "--format", "jsonl"))
    assert {(line["convention"], line["decision"]) for line in found} == {
        ("root-usage", "observed")
    }


def test_a_table_is_for_people() -> None:
    done = backtest(str(EVENTS / "root-usage"))
    assert done.exit_code == 0
    assert "root-usage" in done.stdout


def test_a_missing_path_or_wrong_settings_are_one_sentence_and_their_exit_code(
    tmp_path: Path,
) -> None:
    (tmp_path / "settings.yaml").write_text("version: 1\nconvention: {}\n")

    def run(*arguments: str) -> tuple[int, str]:
        finished = subprocess.run(
            [str(Path(sys.executable).with_name("rolecall")), "backtest", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return finished.returncode, finished.stderr

    assert run("nowhere") == (2, "rolecall: There is no file or folder nowhere.\n")
    code, says = run(str(EVENTS), "--settings", str(tmp_path / "settings.yaml"))
    assert code == 1
    assert "did you mean conventions?" in says
