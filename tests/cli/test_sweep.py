"""`rolecall sweep`: of a stack, and of any account from here."""

import json
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner, Result

from rolecall.model.facets import Facet
from rolecall.replaying.memory import MemoryAccount
from rolecall_cli import sweep
from rolecall_cli.embedded import detached
from rolecall_cli.errors import UsageError
from rolecall_cli.main import app
from tests.cli.operating import MemoryDeployed
from tests.detection.staged import BOB
from tests.sweeping.sketches import SketchedAccount
from tests.sweeping.test_sweep import ATTACHMENT, KEYS, VIA_GROUPS, in_good_order, only, user, world
from tests.world import World, settings


@dataclass
class SweptAtOnce(MemoryDeployed):
    """A stack whose sweeps take no time."""

    sweeps: bool = True

    def begin_sweep(self) -> str:
        if self.sweeps:
            self.world.sweep("s-1")
        return "s-1"


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["sweep", *arguments])


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> World:
    """A stack in an account with one drift, which the command sweeps."""
    made = world(swept_before=False)
    monkeypatch.setattr(sweep, "Deployed", lambda *_: SweptAtOnce(made))
    return made


def test_a_stack_is_swept_and_what_it_opened_is_shown(swept: World) -> None:
    done = run("--stack", "rolecall")
    (case,) = swept.ledger.cases()
    assert case.id in done.stdout
    assert done.stderr.splitlines()[-1] == (
        "2 subjects judged, 1 cases opened, 0 ended, 0 AWS calls"
    )


def test_a_swept_stack_gives_its_cases_as_json_lines(swept: World) -> None:
    done = run("--stack", "rolecall", "--format", "jsonl")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == list(swept.ledger.kept)


def test_a_sweep_that_takes_longer_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "Deployed", lambda *_: SweptAtOnce(world(), sweeps=False))
    done = run("--stack", "rolecall", "--wait", "0")
    assert "rolecall cases --event s-1 --stack rolecall" in str(done.exception)


@pytest.mark.parametrize(
    "arguments", [(), ("--local", "--stack", "x"), ("--profile", "p", "--local")]
)
def test_it_must_be_said_what_to_sweep_and_once(arguments: tuple[str, ...]) -> None:
    assert isinstance(run(*arguments).exception, UsageError)


def test_an_embedded_account_must_run_to_be_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detached, "status", lambda _: None)
    assert "rolecall local up" in str(run("--local").exception)


def test_an_account_without_a_stack_is_judged_from_here_and_nothing_is_written() -> None:
    account = in_good_order(MemoryAccount())
    account.add(BOB, ATTACHMENT)
    around = sweep.look(account, account, settings(only(VIA_GROUPS)), account.account)
    assert [(one.drift.subject, one.drift.convention) for one in around.findings] == [
        (BOB, VIA_GROUPS)
    ]
    assert (around.judged, around.left, account.calls) == (2, "", [])


def test_from_here_too_an_old_list_is_looked_at_more_closely() -> None:
    account = SketchedAccount()
    account.add(BOB, {})
    account.old[BOB] = {Facet.USER_ACCESS_KEYS: {"access key 1": "Active"}}
    assert sweep.look(account, account, settings(only(KEYS)), account.account).findings == []
    assert account.reads == [BOB]


def test_what_is_left_when_all_calls_are_used_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = SketchedAccount()
    account.unlisted = frozenset({Facet.USER_ACCESS_KEYS})
    for number in range(150):
        account.add(user(number), {})
    text = only(KEYS).replace("conventions", "sweep: {calls: 100}\nconventions", 1)
    monkeypatch.setattr(
        sweep,
        "look_around",
        lambda _, __, found: sweep.look(account, account, found, account.account),
    )
    monkeypatch.setattr(sweep, "shipped_settings", lambda _: settings(text))
    account.reads.clear()
    done = run("--profile", "audit")
    assert "All calls of the settings were used before user user-0100" in done.stderr
    assert "100 subjects, 0 drifts; 100 AWS calls, all of them reads" in done.stderr
