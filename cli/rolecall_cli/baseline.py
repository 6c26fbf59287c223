"""`rolecall baseline`: what people accept as the good state of trusts, providers and policies."""

import time
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rolecall.errors import RolecallError
from rolecall.model.baselines import KINDS, Baseline, accepted, needed, restored
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.model.times import moment
from rolecall.notification.difference import between
from rolecall_cli.asking import DryRunOption, RegionOption, StackOption, YesOption, confirm
from rolecall_cli.deployed import Deployed
from rolecall_cli.errors import UsageError

app = typer.Typer(
    help="What people have accepted as the good state: trusts of roles, identity providers, "
    "default versions of policies, the account's password policy.",
    no_args_is_help=True,
)
console = Console(soft_wrap=True, highlight=False)
_ARN_PARTS = 6


def subject_of(arn: str) -> SubjectRef:
    """The subject that an ARN names.

    Raises:
        UsageError: it names none that can have a baseline.
    """
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS and parts[2] == "iam":
        kind, _, name = parts[-1].partition("/")
        if parts[-1] == "root":
            return SubjectRef("account", parts[4], parts[4])
        # A role has its name without its path; a provider's may hold slashes, as issuers do.
        found = {"policy": arn, "role": name.rpartition("/")[2]}.get(kind, name)
        if kind in KINDS and found:
            return SubjectRef(kind, found, parts[4])
    known = ", ".join(KINDS)
    raise UsageError(f"{arn} is not the ARN of one of these: {known}.")


def _live(deployed: Deployed, arns: list[str], kind: str) -> Iterator[Subject]:
    if kind:
        for listed in deployed.inventory().listed(needed(kind)):
            if listed.subject.ref.kind == kind:
                yield listed.subject
        return
    for ref in map(subject_of, arns):
        found = deployed.reader.read(ref, needed(ref.kind))
        if found is None:
            raise RolecallError(f"The {ref} is not there.")
        yield found


def _changes(old: Baseline | None, new: Baseline) -> Iterator[str]:
    for facet, value in new.values.items():
        yield from between(old.values.get(facet) if old else None, value)


@app.command()
def accept(
    arns: Annotated[
        list[str] | None, typer.Argument(metavar="ARN", help="What is accepted as it stands now.")
    ] = None,
    *,
    reason: Annotated[str, typer.Option(help="Why it is good: a ticket, a review.")],
    every: Annotated[str, typer.Option("--all", help=f"All of a kind: {', '.join(KINDS)}.")] = "",
    restore: Annotated[
        bool,
        typer.Option("--restore", help="A remedy may write it back where it was changed."),
    ] = False,
    stack: StackOption = "rolecall",
    region: RegionOption = "",
    yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Accept what is there now as the good state; it shows what differs from what was accepted."""
    if bool(arns) == bool(every):
        raise UsageError("Say what to accept: ARNs, or --all and a kind.")
    if every and every not in KINDS:
        raise UsageError(f"There are no baselines of {every}; there are of: {', '.join(KINDS)}.")
    deployed = Deployed(stack, region)
    now = moment(time.time())
    changed = []
    for found in _live(deployed, arns or [], every):
        values = accepted(found, restore=restore)
        new = Baseline(found.ref, values, deployed.caller, now, reason)
        old = deployed.baselines.baseline(found.ref)
        if old and old.values == new.values:
            continue
        console.print(
            f"{found.ref}: " + ("accepted before" if old else "accepted for the first time")
        )
        for line in _changes(old, new):
            console.print(f"  {line}", markup=False)
        changed.append(new)
    if not changed:
        console.print("Nothing differs from what was accepted.")
        return
    if dry_run:
        return
    confirm(f"Accept {len(changed)} as they stand?", yes=yes)
    for baseline in changed:
        deployed.baselines.accept(baseline)
    console.print(f"{len(changed)} accepted.")


@app.command("list")
def list_(*, stack: StackOption = "rolecall", region: RegionOption = "") -> None:
    """List what was accepted, by whom and why."""
    table = Table(title=f"Baselines of {stack}")
    for column in ("subject", "since", "by", "reason", "put back"):
        table.add_column(column, overflow="fold")
    found = Deployed(stack, region).baselines.baselines()
    for one in sorted(found, key=lambda one: (one.ref.kind, one.ref.name)):
        restores = any(map(restored, one.values.values()))
        table.add_row(str(one.ref), one.at, one.by, one.reason, "yes" if restores else "no")
    Console(highlight=False).print(table)


@app.command()
def forget(
    arn: Annotated[str, typer.Argument(metavar="ARN")],
    *,
    stack: StackOption = "rolecall",
    region: RegionOption = "",
    yes: YesOption = False,
) -> None:
    """Forget what was accepted of a subject; what is compared with it says nothing then."""
    ref = subject_of(arn)
    baselines = Deployed(stack, region).baselines
    if baselines.baseline(ref) is None:
        raise RolecallError(f"Nothing was accepted of the {ref}.")
    confirm(f"Forget what was accepted of the {ref}?", yes=yes)
    baselines.forget(ref)
