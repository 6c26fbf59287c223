"""The real sam builds a project and deploys it to the embedded account."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rolecall_cli import local
from rolecall_cli.embedded import detached, stack
from rolecall_cli.embedded.account import EmbeddedAccount
from rolecall_cli.embedded.places import Checkout, checkout
from rolecall_cli.errors import StackError

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Architecture: {Type: String, Default: arm64}
  Word: {Type: String, Default: plain}
  HighestMode: {Type: String, Default: notify}
  RestrictBus: {Type: String, Default: "yes"}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Architectures: [!Ref Architecture]
      CodeUri: function
      Handler: app.handler
      Environment: {Variables: {WORD: !Ref Word}}
Outputs:
  Function: {Value: !Ref Function}
  Word: {Value: !Ref Word}
"""
HANDLER = """
def handler(event, context):
    return {"bytecode": __cached__, "mode": open(__cached__, "rb").read(8)[4]}
"""
UNCHECKED = 0b01


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one function, beside the environments of this checkout."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "function").mkdir()
    (tmp_path / "function" / "app.py").write_text(HANDLER)
    for name in (".venv-emulator", ".venv-sam", "cli"):
        (tmp_path / name).symlink_to(checkout().root / name)
    return tmp_path


def test_a_folder_without_a_template_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"There is no template\.yaml"):
        stack.build(tmp_path)


def test_what_was_not_built_is_not_deployed(tmp_path: Path) -> None:
    account = EmbeddedAccount("http://127.0.0.1:1")
    with pytest.raises(StackError, match="build the project before"):
        stack.deploy(account, tmp_path, stack_name="s", parameters={})


@pytest.mark.stack
def test_a_build_that_fails_shows_sams_last_lines(project: Path) -> None:
    (project / "template.yaml").write_text(TEMPLATE.replace("python3.13", "python0.1"))
    with pytest.raises(StackError, match=r"(?s)`sam build` failed with code 1\..*python0\.1"):
        stack.build(project)


@pytest.mark.peer(80, "AWS ASR: member roles stay after uninstall")
@pytest.mark.stack
def test_up_builds_and_deploys_and_down_leaves_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "checkout", lambda: Checkout(project))
    run = CliRunner()
    try:
        up = run.invoke(local.app, ["up", "--format", "json"], catch_exceptions=False)
        told = json.loads(up.stdout)
        account = EmbeddedAccount(told["endpoint"])
        assert told["outputs"]["Word"] == "plain"
        assert "sam deploy" in up.stderr
        answer = account.client("lambda").invoke(FunctionName=told["outputs"]["Function"])
        with answer["Payload"] as payload:
            function = json.loads(payload.read())
        assert function["mode"] == UNCHECKED
        again = stack.deploy(
            account, project, stack_name=local.STACK_NAME, parameters={"Word": 'two "words"'}
        )
        assert again["Word"] == 'two "words"'
        assert told["endpoint"] in run.invoke(local.app, ["status"]).stdout
    finally:
        assert run.invoke(local.app, ["down"]).exit_code == 0
    assert detached.status(Checkout(project)) is None
    assert json.loads(run.invoke(local.app, ["status", "--format", "json"]).stdout) == {
        "running": False
    }
