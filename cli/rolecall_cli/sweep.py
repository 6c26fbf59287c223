"""`rolecall sweep`: the whole account, judged now."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.inventory import AwsInventory
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.detection.deciding import Facts
from rolecall.detection.finding import Finding, decided
from rolecall.errors import RolecallError
from rolecall.model.cases import Case
from rolecall.model.sweeps import LastSweep
from rolecall.ports import Inventory, Reader
from rolecall.registry import Registry
from rolecall.settings import Settings
from rolecall.sweeping.looking import Looker
from rolecall_cli.asking import RegionOption
from rolecall_cli.backtest import Format
from rolecall_cli.deployed import HOME, Deployed
from rolecall_cli.embedded import detached
from rolecall_cli.embedded.places import checkout
from rolecall_cli.errors import StackError, UsageError
from rolecall_cli.local import STACK_NAME
from rolecall_cli.replay import shipped_settings

_LOOKS_EVERY = 2  # seconds


def sweep(
    *,
    local: Annotated[
        bool, typer.Option("--local", help="Sweep the embedded account of rolecall local up.")
    ] = False,
    stack: Annotated[str, typer.Option(help="Begin a sweep of this deployed stack.")] = "",
    profile: Annotated[
        str,
        typer.Option(help="Judge the account of this AWS profile from here: read only, no stack."),
    ] = "",
    settings: Annotated[
        Path | None, typer.Option(help="Another settings file than this checkout's, for --profile.")
    ] = None,
    wait: Annotated[
        int, typer.Option(help="Seconds to wait for the end of a stack's sweep.", min=0)
    ] = 900,
    region: RegionOption = "",
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Judge the whole account by its conventions, as the schedule does every day."""
    if sum((local, bool(stack), bool(profile))) != 1:
        raise UsageError("Say what to sweep: --local, --stack NAME or --profile NAME.")
    if profile:
        loaded = shipped_settings(settings)
        around = look_around(profile, region or HOME, loaded)
        _print(around, format_)
        if around.errors or around.left:
            raise RolecallError("Not everything could be judged; see above.")
        return
    if local:
        _use_embedded_account()
    deployed = Deployed(stack or STACK_NAME, region)
    ended, opened = follow(deployed, wait)
    _print_sweep(ended, opened, format_)


def _use_embedded_account() -> None:
    running = detached.status(checkout())
    if running is None:
        raise UsageError("No embedded account runs; start one with: rolecall local up")
    os.environ |= running.account.environment()


def follow(deployed: Deployed, wait: float) -> tuple[LastSweep, list[Case]]:
    """Begin a sweep of a stack and wait for its end; what it came to, and the cases it opened.

    Raises:
        StackError: it is not at its end in time, which does not stop it.
    """
    id_ = deployed.begin_sweep()
    deadline = time.monotonic() + wait
    while True:
        last = deployed.ledger.last_sweep()
        if last and last.sweep.id == id_:
            found = [case for case in deployed.ledger.cases() if case.origin.event_id == id_]
            return last, found
        if time.monotonic() > deadline:
            raise StackError(
                f"The sweep {id_} goes on; later see: rolecall cases --event {id_} "
                f"--stack {deployed.name}"
            )
        time.sleep(_LOOKS_EVERY)


@dataclass
class Around:
    """What a look at a whole account from here came to.

    Attributes:
        findings: Each drift, and what would be done about it.
        judged: How many subjects were judged.
        left: The first subject that was not judged any more, for all calls were used; or "".
        calls: How many AWS calls it took.
        errors: What could not be read or judged, in sentences.
    """

    findings: list[Finding] = field(default_factory=list)
    judged: int = 0
    left: str = ""
    calls: int = 0
    errors: list[str] = field(default_factory=list)


def look_around(profile: str, region: str, settings: Settings) -> Around:
    """Judge the account of a profile. Reads, and writes nothing, there or here.

    Raises:
        StackError: AWS cannot be asked with this profile.
    """
    try:
        aws = Aws(region, profile=profile)
        account = str(aws.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"AWS cannot be asked with the profile {profile}: {error}.") from error
    return look(AwsInventory(aws, account), AwsReader(aws), settings, account)


def look(inventory: Inventory, reader: Reader, settings: Settings, account: str) -> Around:
    """Judge everything that an inventory lists, within the calls of the settings."""
    registry = Registry(settings.options, settings.registered)
    looker = Looker(settings, registry, inventory, reader)
    facts = Facts(datetime.now(UTC).date().isoformat(), waited=True, swept=True)
    around, seen = Around(), set()

    def judged() -> Iterator[Any]:
        for listed in looker.listed():
            ref = listed.subject.ref
            seen.add(ref.key)
            if around.left or inventory.spent >= settings.sweep("calls"):
                around.left = around.left or str(ref)
                continue
            yield from looker.look(listed)
            around.judged += 1
        yield from looker.missing(account, lambda ref: ref.key in seen)

    around.findings = list(decided(judged(), settings, reader, facts))
    around.calls = inventory.spent
    around.errors = [str(error) or repr(error) for error in looker.errors]
    return around


def _print(around: Around, format_: Format) -> None:
    ranked = sorted(
        around.findings, key=lambda one: (-one.decision.severity.rank, one.drift.convention)
    )
    if format_ is Format.JSONL:
        for finding in ranked:
            severity = finding.decision.severity.value
            print(json.dumps(finding.to_dict() | {"severity": severity}))
    else:
        rows = [
            (
                finding.decision.severity.value,
                finding.drift.convention,
                finding.drift.says,
                finding.decision.status.value,
            )
            for finding in ranked
        ]
        _table("What a sweep finds", ("severity", "convention", "what", "would be"), rows)
    counted = Counter(finding.drift.convention for finding in around.findings)
    by = ", ".join(f"{number} {convention}" for convention, number in counted.most_common())
    print(
        f"{around.judged} subjects, {len(around.findings)} drifts{f': {by}' if by else ''}; "
        f"{around.calls} AWS calls, all of them reads",
        file=sys.stderr,
    )
    for error in around.errors:
        print(f"not judged: {error}", file=sys.stderr)
    if around.left:
        print(
            f"All calls of the settings were used before {around.left}: raise sweep.calls.",
            file=sys.stderr,
        )


def _print_sweep(last: LastSweep, cases: list[Case], format_: Format) -> None:
    ranked = sorted(cases, key=lambda one: (-one.severity.rank, one.drift.convention))
    if format_ is Format.JSONL:
        for case in ranked:
            print(json.dumps(case.to_dict()))
    else:
        rows = [
            (case.id, case.severity.value, case.status.value, case.drift.says) for case in ranked
        ]
        _table(f"Sweep {last.sweep.id}", ("case", "severity", "status", "what"), rows)
    done = last.sweep
    print(
        f"{done.judged} subjects judged, {done.opened} cases opened, {done.resolved} ended, "
        f"{done.calls} AWS calls",
        file=sys.stderr,
    )


def _table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console  # noqa: PLC0415  # not needed for JSON Lines
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
