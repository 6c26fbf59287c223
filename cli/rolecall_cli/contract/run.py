"""Runs the contract: one line for each check, and everything it made is taken away at the end."""

import re
import sys
from collections import Counter

import typer
from rich.console import Console
from rich.text import Text

from rolecall.errors import RolecallError
from rolecall_cli.answers import Answer, State, asked, fact
from rolecall_cli.contract.checks import CHECKS
from rolecall_cli.contract.scratch import PATH
from rolecall_cli.contract.trial import Trial
from rolecall_cli.errors import UsageError

console = Console(soft_wrap=True, highlight=False)
_INTERRUPTED = 130


def refuse_other_accounts(named: str, actual: str) -> None:
    """Stop when the credentials are not of the account that was named.

    Raises:
        UsageError: none was named, or another one.
    """
    if not re.fullmatch(r"\d{12}", named):
        raise UsageError(
            "The contract writes: name the account it may write to, with --account 123456789012."
        )
    if named != actual:
        raise UsageError(
            f"These credentials are of the account {actual}, and --account names {named}: nothing "
            "was done."
        )


def consent(trial: Trial, *, yes: bool) -> None:
    """Say what will be made, and ask.

    Raises:
        UsageError: there is nobody to ask.
    """
    console.print(
        Text(
            f"In the account {trial.stack.account} this makes a user and a role {trial.scratch.name} "
            f"under {PATH}, which\nnobody can sign in to, tries calls that AWS must refuse, and takes "
            "everything away again.\nPeople who are told of cases will hear of one, about that user; "
            "it stays in the ledger."
        )
    )
    if not trial.stack.is_aws:
        console.print("This is not AWS: what follows proves the script, and nothing about AWS.")
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("There is nobody to ask here: add --yes.")
    typer.confirm("Go on?", abort=True)


def run(trial: Trial) -> None:
    """Run every check and clean up, whatever happens.

    Raises:
        RolecallError: a check failed, or something could not be taken away.
        typer.Exit: it was interrupted.
    """
    counts: Counter[State] = Counter()
    interrupted = False
    try:
        for check in CHECKS:
            answer = asked(check, trial)
            counts[answer.state] += 1
            _print(fact(check), answer)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        left = _cleaned(trial)
    console.print(Text(", ".join(f"{counts[state]} {state}" for state in State)))
    if left:
        raise RolecallError("Not everything is gone again; see above, and take it away by hand.")
    console.print("Everything that was made is gone again.")
    if interrupted:
        raise typer.Exit(_INTERRUPTED)
    if counts[State.FAIL]:
        raise RolecallError(f"{counts[State.FAIL]} checks failed; see above.")


def _cleaned(trial: Trial) -> list[str]:
    console.print("Cleaning up")
    try:
        trial.scratch.clean()
    except KeyboardInterrupt:
        console.print("Interrupted while cleaning up")
    left = trial.scratch.left()
    for what in left:
        console.print(Text(f"  left in the account: {what}", style="red"))
    return left


def _print(said: str, answer: Answer) -> None:
    line = Text(f"{answer.state:>7}  ", style=answer.state.style)
    line.append(said, style="default")
    line.append(f"\n         {answer.seen}", style="dim")
    if answer.fix:
        line.append(f"\n         {answer.fix}")
    console.print(line)
