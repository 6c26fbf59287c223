"""The contract runs in the account that was named, asks first, and leaves nothing behind."""

from typing import Any

import pytest
import typer
from botocore.exceptions import EndpointConnectionError

from rolecall.errors import RolecallError
from rolecall_cli.answers import State, asked, fact, failed, judged, passed
from rolecall_cli.contract import iam, run
from rolecall_cli.contract.scratch import PATH
from rolecall_cli.contract.trial import Trial
from rolecall_cli.errors import UsageError
from tests.cli.doctor.account import ACCOUNT, AnsweringAws, Answers


def things(aws: AnsweringAws) -> list[str]:
    """Everything of the contract that is in the account."""
    client = aws.client("iam")
    users = [user["UserName"] for user in client.list_users()["Users"]]
    return users + [role["RoleName"] for role in client.list_roles()["Roles"]]


def makes(trial: Trial) -> Any:
    """It makes a role with a policy."""
    iam.a_key_twice_is_refused(trial)
    return passed("made")


def fails(_: Trial) -> Any:
    """It fails."""
    return failed("so it is", "Mend it.")


def interrupts(_: Trial) -> Any:
    """It is interrupted."""
    raise KeyboardInterrupt


def breaks(_: Trial) -> Any:
    """It has a bug."""
    raise ZeroDivisionError


@pytest.mark.parametrize("named", ["", "1234", "111122223333", f"{ACCOUNT}\n", f" {ACCOUNT}"])
def test_it_runs_in_no_account_but_the_one_that_was_named(named: str) -> None:
    run.refuse_other_accounts(ACCOUNT, ACCOUNT)
    with pytest.raises(UsageError, match="--account"):
        run.refuse_other_accounts(named, ACCOUNT)


def test_it_asks_before_it_makes_anything(
    trial: Trial, aws: AnsweringAws, capsys: pytest.CaptureFixture[str]
) -> None:
    run.consent(trial, yes=True)
    assert trial.scratch.name in capsys.readouterr().out
    with pytest.raises(UsageError, match="--yes"):
        run.consent(trial, yes=False)
    assert things(aws) == []


def test_an_emulator_is_told_from_aws(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.consent(trial, yes=True)
    assert "This is not AWS" not in capsys.readouterr().out
    meta = trial.client("sts").meta
    monkeypatch.setattr(meta, "_endpoint_url", "http://127.0.0.1:4566")
    run.consent(trial, yes=True)
    assert "proves the script, and nothing about AWS" in capsys.readouterr().out


def test_every_check_has_its_line_and_what_was_made_is_gone(
    trial: Trial,
    aws: AnsweringAws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "CHECKS", (makes, fails))
    with pytest.raises(RolecallError, match="1 checks failed"):
        run.run(trial)
    printed = capsys.readouterr().out
    assert f"pass  {fact(makes)}" in printed
    assert f"fail  {fact(fails)}" in printed
    assert "Mend it." in printed
    assert "1 pass, 1 fail, 0 unknown" in printed
    assert things(aws) == []


def test_an_interruption_ends_it_with_everything_taken_away(
    trial: Trial, aws: AnsweringAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHECKS", (makes, interrupts, fails))
    with pytest.raises(typer.Exit) as ended:
        run.run(trial)
    assert ended.value.exit_code == 130
    assert things(aws) == []


def test_a_bug_in_a_check_leaves_nothing_either(
    trial: Trial, aws: AnsweringAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHECKS", (makes, breaks))
    with pytest.raises(ZeroDivisionError):
        run.run(trial)
    assert things(aws) == []


def test_what_cannot_be_taken_away_is_listed(
    trial: Trial,
    aws: AnsweringAws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "CHECKS", (makes,))
    aws.answers["iam:DeleteRolePolicy"] = "AccessDenied"
    with pytest.raises(RolecallError, match="take it away by hand"):
        run.run(trial)
    printed = capsys.readouterr().out
    assert (
        f"left in the account: the inline policy twice of the role {trial.scratch.name}" in printed
    )
    assert f"arn:aws:iam::{ACCOUNT}:role{PATH}{trial.scratch.name}" in printed
    assert "gone again" not in printed


def test_an_interruption_while_cleaning_up_lists_the_rest(
    trial: Trial,
    aws: AnsweringAws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "CHECKS", (makes,))
    aws.answers["iam:DeleteRolePolicy"] = interrupted
    with pytest.raises(RolecallError, match="take it away by hand"):
        run.run(trial)
    assert "left in the account: the inline policy twice" in capsys.readouterr().out


def test_a_thing_whose_answer_was_lost_is_taken_away_too(trial: Trial, aws: AnsweringAws) -> None:
    client = aws.client("iam")

    def lost() -> None:
        client.create_user(UserName="lost", Path=PATH)
        raise EndpointConnectionError(endpoint_url="iam")

    with pytest.raises(EndpointConnectionError):
        trial.scratch.make("lost", lost, lambda: client.delete_user(UserName="lost"))
    trial.scratch.clean()
    assert things(aws) == []
    assert trial.scratch.left() == []


def test_a_thing_that_aws_refused_is_not_taken_away(trial: Trial, aws: AnsweringAws) -> None:
    aws.answers["iam:CreateRole"] = "AccessDenied"
    assert asked(iam.a_key_twice_is_refused, trial).state is State.UNKNOWN
    aws.calls.clear()
    trial.scratch.clean()
    assert aws.calls == []


def test_what_rolecall_took_away_itself_is_not_left(trial: Trial, aws: AnsweringAws) -> None:
    iam.a_key_twice_is_refused(trial)
    aws.client("iam").delete_role_policy(RoleName=trial.role, PolicyName="twice")
    trial.scratch.clean()
    assert trial.scratch.left() == []


def test_a_delete_that_comes_too_soon_for_iam_is_tried_again(
    trial: Trial, aws: AnsweringAws
) -> None:
    answers: list[str | None] = ["DeleteConflict", "DeleteConflict", None]
    iam.a_key_twice_is_refused(trial)
    aws.answers["iam:DeleteRole"] = lambda _: answers.pop(0)
    trial.scratch.clean()
    assert trial.scratch.left() == []
    assert things(aws) == []


def test_what_an_earlier_run_left_is_listed_too(trial: Trial, aws: AnsweringAws) -> None:
    aws.client("iam").create_user(UserName="rolecall-contract-old", Path=PATH)
    (left,) = trial.scratch.left()
    assert left.endswith("rolecall-contract-old")


def test_what_cannot_be_listed_may_be_there(trial: Trial, aws: AnsweringAws) -> None:
    denied: Answers | str = "AccessDenied"
    aws.answers["iam:ListUsers"] = denied
    (left,) = trial.scratch.left()
    assert "perhaps more" in left


def test_many_wrong_things_are_counted_and_a_few_are_named() -> None:
    assert judged(["a", "b", "c", "d", "e"], "", "").seen == "a, b, c and 2 more"
    assert judged(["a", "b", "c"], "", "").seen == "a, b, c"
