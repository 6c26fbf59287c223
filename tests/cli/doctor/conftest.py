"""A healthy stack under examination, and a trial of the contract on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from rolecall.aws.ledger import DynamoLedger
from rolecall.model.sweeps import LastSweep, Sweep
from rolecall_cli.contract.scratch import Scratch
from rolecall_cli.contract.trial import Trial
from rolecall_cli.deployed import Deployed
from rolecall_cli.doctor.examined import Examined
from tests.aws.conftest import TABLE, make_table
from tests.cli.doctor.account import LAYER, SETTINGS, AnsweringAws, healthy, layer
from tests.fakes import Clock


@pytest.fixture(scope="session")
def answering() -> AnsweringAws:
    """The clients, which take longer to make than all else here."""
    return AnsweringAws()


@pytest.fixture
def aws(answering: AnsweringAws) -> Iterator[AnsweringAws]:
    """An account with a healthy stack, swept once, and nothing else in its ledger."""
    answering.answers = healthy()
    with mock_aws():
        make_table(answering)
        ended = LastSweep(Sweep("s-1", "begun", judged=7), "2026-11-02T10:00:00Z", ())
        DynamoLedger(answering, TABLE).swept(ended)
        answering.calls.clear()
        yield answering


@pytest.fixture
def deployed(aws: AnsweringAws) -> Deployed:
    """The stack as the command line sees it."""
    found = Deployed("rolecall", "us-east-1")
    found.aws = aws
    return found


@pytest.fixture
def stack(deployed: Deployed, tmp_path: Path) -> Examined:
    """The stack, beside a checkout with the same settings."""
    (tmp_path / "rolecall.yaml").write_text(SETTINGS)
    return Examined(
        deployed, tmp_path / "rolecall.yaml", lambda at: layer() if at == LAYER else b""
    )


@pytest.fixture
def trial(stack: Examined, aws: AnsweringAws) -> Trial:
    """A run of the contract in which waiting takes no time."""
    time = Clock(0.0)
    return Trial(stack, Scratch(aws, time.sleep), 30, time, time.sleep)
