"""The whole demo, as a stranger runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rolecall_cli.demo.drifts import DRIFTS, UNDO
from rolecall_cli.demo.look_alikes import LOOK_ALIKES
from rolecall_cli.errors import RealAccountError
from rolecall_cli.main import app

PATIENCE = 280


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: v for name, v in os.environ.items() if not name.startswith("AWS_")}
    # Everything that it puts aside goes into a folder of the test's, and is looked for there.
    return subprocess.run(
        [str(Path(sys.executable).with_name("rolecall")), "demo"],
        env=environment | {"TMPDIR": str(folder), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.stack
def test_the_demo_goes_as_it_must_and_leaves_nothing(tmp_path: Path) -> None:
    finished = _run(tmp_path)
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr
    assert finished.stderr == ""
    scenes = [*DRIFTS, *LOOK_ALIKES, UNDO]
    rows = [line for line in finished.stdout.splitlines() if line.startswith("ok ")]
    assert len(rows) == len(scenes)
    for row, scene in zip(rows, scenes, strict=True):
        assert scene.title in row
        assert row.count(scene.ends or "silent") == 2
    assert f"{len(scenes)} of {len(scenes)} went as they must." in finished.stdout
    assert list(tmp_path.iterdir()) == []


def test_beside_a_real_account_it_does_not_even_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    answer = CliRunner().invoke(app, ["demo"])
    assert isinstance(answer.exception, RealAccountError)
    assert answer.stdout == ""
