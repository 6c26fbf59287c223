"""`rolecall backtest`: what would have happened, from recorded events."""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rolecall.registry import Registry
from rolecall.replaying.backtest import Backtest, PastDrift
from rolecall.replaying.files import files_under, records_in
from rolecall_cli.errors import UsageError
from rolecall_cli.replay import shipped_settings

SHOWN_REASONS = 5


class Format(StrEnum):
    """How drifts are printed."""

    TABLE = "table"
    JSONL = "jsonl"


def backtest(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders of recorded events.")],
    *,
    settings: Annotated[
        Path | None, typer.Option(help="Another settings file than this checkout's.")
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="A table, or one JSON object a line per drift.")
    ] = Format.TABLE,
) -> None:
    """Judge recorded events: CloudTrail files, events, lists, JSON Lines, .gz of these, and folders."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.")
    if settings and not settings.is_file():
        raise UsageError(f"There is no settings file {settings}.")
    loaded = shipped_settings(settings)
    run = Backtest(Registry(loaded.options, loaded.registered), loaded)
    drifts = run.run(_placed(paths))
    if format_ is Format.JSONL:
        for drift in drifts:
            sys.stdout.write(json.dumps(drift.to_dict()) + "\n")
        sys.stdout.flush()
    else:
        _table(drifts)
    for at, reason in run.reasons[:SHOWN_REASONS]:
        print(
            f"rejected {at}: {reason}".encode("ascii", "backslashreplace").decode(), file=sys.stderr
        )
    if len(run.reasons) > SHOWN_REASONS:
        print(f"... and {len(run.reasons) - SHOWN_REASONS} more rejected", file=sys.stderr)
    print(run.closing_line, file=sys.stderr)


def _placed(paths: list[Path]) -> Iterator[tuple[str, Any]]:
    for given in paths:
        for path in files_under(given):
            for position, value in records_in(path):
                yield f"{path}:{position}", value


def _table(drifts: Iterator[PastDrift]) -> None:
    from rich.console import Console  # noqa: PLC0415  # not needed for JSON Lines
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title="What would have happened")
    for column in ("when", "severity", "convention", "what", "who", "decision", "at"):
        table.add_column(column, overflow="fold")
    for past in drifts:
        row = (
            past.change.time,
            past.severity.value,
            past.drift.convention,
            past.drift.says,
            str(past.change.actor),
            past.decision,
            past.at,
        )
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
