"""`rolecall replay` without any account, and what it says of what it cannot use."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rolecall_cli.main import app
from tests.samples import Sample, all_samples, sample

RUN = CliRunner(env={"COLUMNS": "200"})


def replay(*arguments: str) -> Result:
    return RUN.invoke(app, ["replay", *arguments])


@pytest.mark.parametrize("one", list(all_samples()), ids=str)
def test_every_sample_replays_locally_with_the_verdict_of_its_name(one: Sample) -> None:
    done = replay(str(one.path), "--local")
    assert done.exit_code == 0
    shown = one.is_drift and not one.needs_stack
    assert (f"{one.convention}:" in done.output) is shown
    assert not (shown and "clean:" in done.output)


def test_acting_in_memory_shows_that_the_drift_is_gone() -> None:
    path = str(sample("user-permissions-via-groups/drift-put-user-policy").path)
    assert "the drift is gone" not in replay(path, "--local").output
    assert "iam:DeleteUserPolicy: the drift is gone" in replay(path, "--local", "--act").output


def test_a_call_that_nobody_watches_is_said_to_be_so(tmp_path: Path) -> None:
    event = sample("root-usage/clean-made-by-a-service").event
    event["detail"]["eventName"] = "Frobnicate"
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    assert "No convention watches kms:Frobnicate" in replay(str(path), "--local").output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[7]", "not a JSON object"),
        ('{"eventName": "X"}', "which call it is"),
    ],
)
def test_what_is_no_record_is_rejected_in_one_sentence(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "event.json"
    path.write_text(text)
    done = replay(str(path), "--local")
    assert done.exit_code == 1
    assert says in done.output


def test_it_must_be_said_where_to_replay_and_what() -> None:
    path = str(sample("root-usage/drift-api-call").path)
    assert replay(path).exit_code == 1
    assert "--local, or --stack" in str(replay(path).exception)
    assert "no file or folder" in str(replay("nowhere.json", "--local").exception)
