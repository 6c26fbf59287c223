"""What an alert tells people to type is taken by the command as it stands."""

import shlex

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from rolecall_cli.main import app
from tests.detection.staged import world_of
from tests.samples import Sample, samples
from tests.world import ACTING


def parsed(line: str) -> None:
    """Parse a line as the command does, and do nothing.

    Raises:
        click.UsageError: the command does not take it.
    """
    command, (name, *words) = get_command(app), shlex.split(line, comments=True)
    while isinstance(command, TyperGroup):
        context = command.make_context(name, list(words))
        _, found, words = command.resolve_command(context, words)
        assert found, line
        command = found
    command.make_context(name, words)


def advised(sample: Sample) -> list[str]:
    made = world_of(sample.change, ACTING.replace("remediate", "notify"), sample.state)
    made.detector.detect(sample.change)
    lines = [line for case in made.ledger.cases() for line in case.advice]
    return [line for line in lines if line.startswith("rolecall ")]


NAMING = ("role-trust-baseline", "role-trust-known-accounts")


@pytest.mark.parametrize(
    "sample", [one for one in samples() if one.is_drift and one.convention in NAMING], ids=str
)
def test_an_alert_names_commands_that_there_are(sample: Sample) -> None:
    lines = advised(sample)
    assert lines
    for line in lines:
        parsed(line)
