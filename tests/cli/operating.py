"""A stack in memory, which the commands take for a deployed one."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner, Result

from rolecall.aws.baselines import ReviewedReader
from rolecall.remediation.approve import Approver
from rolecall.remediation.undo import Undoer
from rolecall.replaying.memory import MemoryAccount
from rolecall_cli import baseline, cases, undo
from rolecall_cli.main import app
from tests.fakes import MemoryBaselines, MemoryLedger
from tests.world import World

ALICE = "arn:aws:iam::111122223333:user/alice"


@dataclass
class MemoryDeployed:
    """As `Deployed`, over a world."""

    world: World
    name: str = "rolecall"
    caller: str = ALICE

    @property
    def ledger(self) -> MemoryLedger:
        return self.world.ledger

    @property
    def baselines(self) -> MemoryBaselines:
        return self.world.baselines

    @property
    def reader(self) -> ReviewedReader:
        return ReviewedReader(self.world.account, self.baselines)

    def inventory(self) -> MemoryAccount:
        return self.world.account

    @property
    def approver(self) -> Approver:
        return self.world.approver

    @property
    def undoer(self) -> Undoer:
        return self.world.undoer


Command = Callable[..., Result]


def operate(monkeypatch: pytest.MonkeyPatch, world: World) -> Command:
    """The command `rolecall` on this world; the clocks are that of the world."""
    for module in (baseline, cases, undo):
        monkeypatch.setattr(module, "Deployed", lambda *_: MemoryDeployed(world))
        monkeypatch.setattr(module.time, "time", world.clock)
    run = CliRunner(env={"COLUMNS": "300"})
    return lambda *arguments: run.invoke(app, list(arguments))
