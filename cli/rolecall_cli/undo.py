"""`rolecall undo`: takes back what remedies did, one case or a whole bad day."""

import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rolecall.errors import CaseError, ChangedSinceError, RolecallError
from rolecall.model.subjects import SubjectRef
from rolecall.model.times import moment
from rolecall.notification.difference import between
from rolecall.ports import Entry
from rolecall.remediation.undo import UndoPlan, Why
from rolecall.remediation.undo_many import Choice, chosen, undo_all
from rolecall_cli.asking import DryRunOption, RegionOption, StackOption, YesOption, confirm
from rolecall_cli.deployed import Deployed
from rolecall_cli.errors import UsageError
from rolecall_cli.replay import call_line
from rolecall_cli.spans import seconds
from rolecall_cli.story import marked

console = Console(soft_wrap=True, highlight=False)


def undo(
    case: Annotated[
        str, typer.Argument(metavar="[CASE]", help="A case id; or say which by the options.")
    ] = "",
    *,
    since: Annotated[
        str, typer.Option(help="All that ended within this time, such as 1h or 2d.")
    ] = "",
    actor: Annotated[
        str, typer.Option(help="All whose actor contains this text, in capitals or not.")
    ] = "",
    convention: Annotated[str, typer.Option(help="All of the convention with this id.")] = "",
    reason: Annotated[
        str, typer.Option(help="Why the drift may come back; the case and the exemption keep it.")
    ] = "",
    for_: Annotated[
        str, typer.Option("--for", help="How long the drift is exempt; at most 30d.")
    ] = "24h",
    over_changes: Annotated[
        bool,
        typer.Option("--over-changes", help="Overwrite what somebody changed since; it is kept."),
    ] = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    stack: StackOption = "rolecall",
    region: RegionOption = "",
) -> None:
    """Take back what a remedy did, with your own credentials; or all that the options choose."""
    choice = Choice(moment(time.time() - seconds(since)) if since else "", actor, convention)
    if bool(case) == bool(choice):
        raise UsageError("Say which: a CASE, or some of --since, --actor and --convention.")
    if choice and over_changes:
        raise UsageError("Changes are overwritten case by case: give --over-changes a CASE.")
    hold = seconds(for_)
    deployed = Deployed(stack, region)
    if case:
        plan = _shown_plan(deployed, case, over_changes=over_changes)
        if dry_run:
            return
        why = _why(reason, deployed, hold)
        confirm("Undo it?", yes=yes)
        undone = deployed.undoer.undo(
            plan.case.id, reason=why.reason, by=why.by, hold=why.hold, over_changes=over_changes
        )
        console.print(Text(f"Case {undone.id} is {undone.reason}."))
        return
    entries = chosen(deployed.ledger, choice)
    if not entries:
        console.print("There is no remediated case like that; nothing was undone.")
        return
    Console().print(_table(entries))
    if dry_run:
        _show_refusals(deployed, entries)
        return
    why = _why(reason, deployed, hold)
    confirm(f"Undo these {len(entries)} cases?", yes=yes)
    _undo_all(deployed, entries, why)


def _show_refusals(deployed: Deployed, entries: list[Entry]) -> None:
    """Which of these would be refused now, and why."""
    for entry in entries:
        try:
            deployed.undoer.plan(entry.case.id)
        except CaseError as error:
            console.print(Text(f"{entry.case.id} would be refused: {error}"))


def _shown_plan(deployed: Deployed, case: str, *, over_changes: bool) -> UndoPlan:
    """What undo would do, for people to read before they are asked."""
    try:
        plan = deployed.undoer.plan(case, over_changes=over_changes)
    except ChangedSinceError as error:
        _show_change(error.left, error.now)
        raise
    console.print(Text(f"Case {case}: {plan.case.drift.says}"))
    if plan.overwrites is not None:
        _show_change(plan.outcome.left, plan.overwrites)
        console.print("That is overwritten, and kept in the case.")
    for call in plan.calls:
        console.print(Text(f"  will call {call_line(call.to_dict())}"))
    if plan.drifts:
        console.print("The drift comes back; it is exempt until the end of --for.")
    else:
        console.print("No drift comes back, so no exemption is needed.")
    return plan


def _show_change(left: object, now: object) -> None:
    console.print("What was changed since the remedy:")
    for line in between(left, now):
        console.print(marked(f"  {line}", line[:1]))


def _why(reason: str, deployed: Deployed, hold: float) -> Why:
    if not reason and sys.stdin.isatty():
        reason = typer.prompt("Why")
    why = Why(reason, deployed.caller, hold)
    why.check()
    return why


def _table(entries: list[Entry]) -> Table:
    table = Table(title="Will be undone, from the top")
    for column in ("case", "ended", "subject", "who", "calls"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        calls = reversed(entry.outcome.undo) if entry.outcome else ()
        row = (
            entry.case.id,
            entry.case.ended,
            _name(entry.case.drift.subject),
            entry.case.origin.actor,
            "\n".join(call_line(call) for call in calls),
        )
        table.add_row(*(Text(cell) for cell in row))
    return table


def _name(ref: SubjectRef) -> str:
    return f"{ref.kind} {ref.name}"


def _undo_all(deployed: Deployed, entries: list[Entry], why: Why) -> None:
    refused = 0
    for one in undo_all(deployed.undoer, entries, why):
        says = f"refused: {one.refused}" if one.refused else "undone"
        console.print(Text(f"{one.case.id} {_name(one.case.drift.subject)}: {says}"))
        refused += bool(one.refused)
    counts = f"{len(entries) - refused} undone, {refused} refused"
    console.print(f"{counts}.")
    if refused:
        raise RolecallError(f"Not all were undone: {counts}; see above.")
