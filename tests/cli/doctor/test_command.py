"""The commands themselves: what they need, what they print, how they end."""

import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rolecall.errors import RolecallError
from rolecall_cli.contract.scratch import PATH
from rolecall_cli.deployed import Deployed
from rolecall_cli.errors import StackError, UsageError
from rolecall_cli.main import app
from tests.cli.doctor.account import ACCOUNT, AnsweringAws


@pytest.fixture(autouse=True)
def _the_stack(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("rolecall_cli.doctor.command", "rolecall_cli.settings"):
        monkeypatch.setattr(f"{place}.Deployed", lambda *_: deployed)


def invoke(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, list(arguments))


def test_a_stack_that_is_not_there_is_said_once(aws: AnsweringAws) -> None:
    aws.answers["cloudformation:DescribeStacks"] = "ValidationError"
    ended = invoke("doctor")
    assert isinstance(ended.exception, StackError)
    assert ended.output == ""


def test_without_a_right_to_ask_the_table_says_unknown(aws: AnsweringAws) -> None:
    aws.answers["cloudtrail:DescribeTrails"] = "AccessDenied"
    aws.answers["lambda:GetLayerVersionByArn"] = "AccessDenied"
    ended = invoke("doctor")
    assert ended.exit_code == 0, ended.output
    assert ended.output.count(" unknown ") == 3
    assert "DescribeTrails answers AccessDenied" in ended.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--account", ACCOUNT),
        ("--contract",),
        ("--contract", "--yes"),
        ("--contract", "--yes", "--account", "111122223333"),
        ("--contract", "--account", ACCOUNT),  # nobody to ask
    ],
)
def test_the_contract_does_nothing_until_it_may(
    aws: AnsweringAws, arguments: tuple[str, ...]
) -> None:
    assert isinstance(invoke("doctor", *arguments).exception, UsageError)
    assert set(aws.calls) <= {"cloudformation:DescribeStacks", "sts:GetCallerIdentity"}


def test_the_contract_runs_in_the_named_account(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []
    handled: list[Any] = []
    monkeypatch.setattr("rolecall_cli.doctor.command.run", ran.append)
    monkeypatch.setattr(signal, "signal", lambda *given: handled.append(given))
    ended = invoke("doctor", "--contract", "--yes", "--account", ACCOUNT, "--patience", "7")
    assert ended.exit_code == 0, ended.output
    assert [trial.patience for trial in ran] == [7]
    assert handled == [(signal.SIGTERM, signal.default_int_handler)]
    assert PATH in ended.output


def test_settings_are_checked_live_only_when_asked(aws: AnsweringAws, tmp_path: Path) -> None:
    file = tmp_path / "rolecall.yaml"
    arns = [f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("one", "two")]
    file.write_text(f"version: 1\nprotected: {arns}\n")
    assert invoke("settings", "check", str(file)).exit_code == 0
    assert aws.calls == []
    refused = invoke("settings", "check", "--live", str(file)).exception
    assert isinstance(refused, RolecallError)
    assert f"{file}:2:13: None of what is protected exists" in str(refused)
    aws.client("iam").create_user(UserName="one")
    warned = invoke("settings", "check", "--live", str(file))
    assert warned.exit_code == 0, warned.output
    assert f"{arns[1]} is not there" in warned.output
    assert "is in order" in warned.output
