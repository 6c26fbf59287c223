"""What the commands about a deployed stack ask for in the same words."""

import sys
from typing import Annotated

import typer

from rolecall_cli.errors import UsageError

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="A case id, such as c-4k2j7q…")]
StackOption = Annotated[str, typer.Option(help="The deployed stack.")]
RegionOption = Annotated[str, typer.Option(help="The stack's Region.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, and stop there.")
]


def confirm(question: str, *, yes: bool) -> None:
    """Ask a person, unless he said yes before.

    Raises:
        UsageError: there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("There is nobody to ask here: add --yes.")
    typer.confirm(question, abort=True)
