"""`rolecall cases`, `case`, `approve`, `exempt`, `pause`: what people do with a stack's cases."""

import json
import time
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rolecall.errors import CaseError
from rolecall.model.cases import Status
from rolecall_cli.asking import (
    CaseArgument,
    DryRunOption,
    RegionOption,
    StackOption,
    YesOption,
    confirm,
)
from rolecall_cli.backtest import Format
from rolecall_cli.deployed import Deployed
from rolecall_cli.errors import UsageError
from rolecall_cli.exempting import entry
from rolecall_cli.replay import call_line
from rolecall_cli.story import Story

console = Console(soft_wrap=True, highlight=False)


class StoryFormat(StrEnum):
    """How a story is printed."""

    TEXT = "text"
    JSON = "json"


def cases(
    *,
    stack: StackOption = "rolecall",
    event: Annotated[
        str, typer.Option(help="Only those of this event, or of this sweep: s-…")
    ] = "",
    region: RegionOption = "",
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List the cases, newest first."""
    ledger = Deployed(stack, region).ledger
    found = sorted(ledger.cases(), key=lambda c: c.opened, reverse=True)
    found = [case for case in found if event in {"", case.origin.event_id}]
    exempt = {one.case: one for one in ledger.exemptions() if one.until >= time.time()}
    if format_ is Format.JSONL:
        for case in found:
            left = exempt.get(case.id)
            print(json.dumps(case.to_dict() | {"exemption": left.to_dict() if left else None}))
        return
    table = Table(title=f"Cases of {stack}")
    for column in ("case", "opened", "severity", "status", "what", "who"):
        table.add_column(column, overflow="fold")
    for case in found:
        row = (
            case.id,
            case.opened,
            case.severity.value,
            case.status.value
            + (f", exempt until {exempt[case.id].end}" if case.id in exempt else ""),
            case.drift.says,
            case.origin.actor,
        )
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def approve(
    case: CaseArgument,
    *,
    shown: Annotated[
        str, typer.Option(help="What the alert showed you; another state is not approved.")
    ] = "",
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    stack: StackOption = "rolecall",
    region: RegionOption = "",
) -> None:
    """Let the remedy of a case go on, as it was shown; the drift is judged again first."""
    deployed = Deployed(stack, region)
    found = deployed.approver.question(case)
    console.print(Text(f"Case {case} as shown in {found.shown}: {found.drift.says}"))
    for step in found.remedy:
        console.print(Text(f"  will call {call_line(step['do'])}"))
    if dry_run:
        return
    confirm("Approve it?", yes=yes)
    deployed.approver.approve(case, shown=shown or found.shown, by=deployed.caller)
    console.print(Text(f"Case {case} is approved and will be put right."))


def pause(
    *,
    reason: Annotated[str, typer.Option(help="Why; every held-back alert says it.")],
    stack: StackOption = "rolecall",
    region: RegionOption = "",
) -> None:
    """Stop all writes at once. Changes are still judged and told."""
    deployed = Deployed(stack, region)
    deployed.ledger.set_pause(f"{_said(reason)} ({deployed.caller})")
    console.print("All writes are paused. End it with: rolecall resume --reason TEXT")


def resume(
    *,
    reason: Annotated[str, typer.Option(help="Why it is safe to write again.")],
    stack: StackOption = "rolecall",
    region: RegionOption = "",
) -> None:
    """End the pause; cases that it held back are judged again and go on."""
    deployed = Deployed(stack, region)
    was = deployed.ledger.pause()
    if not was:
        raise CaseError("Writes are not paused, so there is nothing to resume.")
    _said(reason)
    deployed.ledger.set_pause("")
    held = [case.id for case in deployed.ledger.cases() if case.status is Status.PAUSED]
    for case_id in held:
        deployed.remedies.send(case_id, 0)
    console.print(Text(f"The pause is over ({was}); {len(held)} cases go on."))


def case(
    case_id: CaseArgument,
    *,
    stack: StackOption = "rolecall",
    region: RegionOption = "",
    format_: Annotated[StoryFormat, typer.Option("--format")] = StoryFormat.TEXT,
) -> None:
    """Show the whole story of a case: who, what, the state before and after, the calls, who was told."""
    story = Story.of(Deployed(stack, region).ledger, case_id)
    if format_ is StoryFormat.JSON:
        print(json.dumps(story.to_dict(stack)))
        return
    for line in story.lines(stack):
        console.print(line)


def _said(reason: str) -> str:
    if not reason.strip():
        raise UsageError("Say why: --reason TEXT.")
    return reason.strip()


def exempt(
    case: CaseArgument,
    *,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it lasts.")] = 30,
    reason: Annotated[str, typer.Option(help="Why; people will read it.")] = "SAY WHY",
    owner: Annotated[str, typer.Option(help="Who answers for it.")] = "SAY WHO",
    stack: StackOption = "rolecall",
    region: RegionOption = "",
) -> None:
    """Print the exemption to add to the settings file; it holds once it is reviewed and deployed."""
    deployed = Deployed(stack, region)
    drift = deployed.ledger.get(case).case.drift
    expires = datetime.now(UTC).date() + timedelta(days=days)
    print("# Add this under exemptions: in layers/settings/rolecall.yaml, then make deploy.")
    print(entry(f"EX-{case}", drift, deployed.unique_id, reason, owner, expires))
