"""`rolecall doctor`: says what of a deployed stack is in order and what is not, and how to mend it."""

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rolecall.errors import RolecallError
from rolecall_cli.answers import Answer, State, asked, fact
from rolecall_cli.asking import RegionOption, StackOption, YesOption
from rolecall_cli.contract.run import consent, refuse_other_accounts, run
from rolecall_cli.contract.scratch import Scratch
from rolecall_cli.contract.trial import Trial
from rolecall_cli.deployed import Deployed
from rolecall_cli.doctor.checks import CHECKS
from rolecall_cli.doctor.examined import Examined
from rolecall_cli.embedded.places import checkout
from rolecall_cli.errors import EmbeddedAccountError, UsageError


def doctor(
    *,
    stack: StackOption = "rolecall",
    region: RegionOption = "",
    contract: Annotated[
        bool,
        typer.Option("--contract", help="Prove what only a real account can; makes and removes."),
    ] = False,
    account: Annotated[
        str, typer.Option(help="With --contract: the account it may write to.")
    ] = "",
    patience: Annotated[
        int, typer.Option(min=1, help="With --contract: seconds to wait for a change to arrive.")
    ] = 900,
    yes: YesOption = False,
) -> None:
    """Say what of a deployed stack is in order and what is not; reads only, without --contract."""
    deployed = Deployed(stack, region)
    _ = deployed.outputs  # that there is no such stack is said once, and not by every check
    examined = Examined(deployed, _settings_file())
    if not contract:
        if account:
            raise UsageError("--account belongs to --contract.")
        examine(examined)
        return
    refuse_other_accounts(account, examined.account)
    trial = Trial(examined, Scratch(deployed.aws), patience)
    consent(trial, yes=yes)
    # A pipeline that is cancelled ends this with SIGTERM, and must find it cleaning up as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run(trial)


def _settings_file() -> Path | None:
    try:
        path = checkout().root / "layers/settings/rolecall.yaml"
    except EmbeddedAccountError:
        return None
    return path if path.is_file() else None


def examine(stack: Examined) -> None:
    """Print the table of all checks.

    Raises:
        RolecallError: something is not in order.
    """
    answers = {fact(check): asked(check, stack) for check in CHECKS}
    Console().print(table(answers, f"{stack.deployed.name} in {stack.deployed.region}"))
    wrong = sum(answer.state is State.FAIL for answer in answers.values())
    if wrong:
        raise RolecallError(f"{wrong} of {len(answers)} are not in order; see above.")


def table(answers: dict[str, Answer], title: str) -> Table:
    """The answers as a table; what is in order needs no fix."""
    shown = Table(title=title)
    for column in ("", "fact", "seen", "fix"):
        shown.add_column(column, overflow="fold")
    for said, answer in answers.items():
        state = Text(answer.state, style=answer.state.style)
        shown.add_row(state, Text(said), Text(answer.seen), Text(answer.fix))
    return shown
