"""The `rolecall` command."""

import sys

import typer

from rolecall.errors import RolecallError
from rolecall_cli import (
    backtest,
    baseline,
    cases,
    demo,
    explain_policy,
    local,
    replay,
    settings,
    sweep,
    undo,
)
from rolecall_cli.doctor.command import doctor
from rolecall_cli.errors import UsageError

app = typer.Typer(
    name="rolecall",
    help="Roll call for an AWS account's groups and roles.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("replay")(replay.replay)
app.command("backtest")(backtest.backtest)
app.command("sweep")(sweep.sweep)
app.command("explain-policy")(explain_policy.explain_policy)
app.command("cases")(cases.cases)
app.command("undo")(undo.undo)
app.command("approve")(cases.approve)
app.command("exempt")(cases.exempt)
app.command("case")(cases.case)
app.command("pause")(cases.pause)
app.command("resume")(cases.resume)
app.command("doctor")(doctor)
app.add_typer(local.app, name="local")
app.add_typer(settings.app, name="settings")
app.add_typer(baseline.app, name="baseline")


def main() -> None:
    """Run the command; an error of ours is one sentence on standard error."""
    try:
        app()
    except RolecallError as error:
        print(f"rolecall: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, UsageError) else 1)
