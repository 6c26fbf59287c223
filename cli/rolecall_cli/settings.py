"""`rolecall settings check`: says before a deploy what is wrong, where, and how to mend it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

from rolecall.errors import SettingsError
from rolecall.registry import convention_classes
from rolecall.settings.exemptions import LONGEST, SOON
from rolecall.settings.schema import validate
from rolecall_cli import protecting
from rolecall_cli.deployed import Deployed
from rolecall_cli.embedded.places import checkout
from rolecall_cli.errors import UsageError

console = Console(soft_wrap=True, highlight=False)
app = typer.Typer(help="The account's settings.", no_args_is_help=True)


@app.callback()
def settings() -> None:
    """Keep `check` a command of its own, for others will stand beside it."""


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="The settings file; otherwise this checkout's.")
    ] = None,
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Ask your account too: does what is protected exist?")
    ] = False,
) -> None:
    """Check a settings file: what is wrong, at which line and column, and what to do."""
    path = file or checkout().root / "layers/settings/rolecall.yaml"
    if not path.is_file():
        raise UsageError(f"There is no settings file {path}.")
    text = path.read_text(encoding="utf-8", errors="replace")
    today = datetime.now(UTC).date()
    found = checked(text, today, str(path))
    if live:
        for line in live_warnings(found, text, str(path), Deployed("")):
            console.print(Text(line, style="yellow"))
    for id_ in convention_classes():
        entry = found["conventions"].get(id_) or {}
        console.print(Text(f"{entry.get('mode') or found['defaults']['mode']:>10}  {id_}"))
    for exemption in ending(found, today):
        console.print(
            Text(
                f"Exemption {exemption['id']} of {exemption['owner']} ends on {exemption['expires']}",
                style="yellow",
            )
        )
    count = len(found["exemptions"])
    console.print(Text(f"{path} is in order; it has {count} exemptions. Next: make generate"))


def ending(found: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """The exemptions of validated settings that end within two weeks, the first to end first."""
    soon = [e for e in found["exemptions"] if date.fromisoformat(e["expires"]) - today <= SOON]
    return sorted(soon, key=lambda exemption: str(exemption["expires"]))


def checked(text: str, today: date, name: str) -> dict[str, Any]:
    """The validated settings of a text.

    Args:
        text: The settings.
        today: The day from which exemptions are looked at.
        name: The file's name, for the sentence.

    Raises:
        SettingsError: what is wrong, with line and column, and what to do.
    """
    with _placed(text, name):
        found = validate(text, convention_classes())
        _exemptions(found, today)
        protecting.refuse_other_accounts(found)
    return found


def live_warnings(found: dict[str, Any], text: str, name: str, deployed: Deployed) -> Iterator[str]:
    """Yield a line for each protected ARN that the operator's account does not have.

    Raises:
        SettingsError: it has none of them; with line and column, and what to do.
    """
    with _placed(text, name):
        for place, answer in protecting.warnings(found["protected"], deployed):
            line, column = position(text, place)
            yield f"{name}:{line}:{column}: {answer.state}: {answer.seen}. {answer.fix}".rstrip()


@contextmanager
def _placed(text: str, name: str) -> Iterator[None]:
    try:
        yield
    except SettingsError as error:
        cause = error.__cause__
        mark = cause.problem_mark if isinstance(cause, MarkedYAMLError) else None
        line, column = (mark.line + 1, mark.column + 1) if mark else position(text, error.place)
        raise SettingsError(f"{name}:{line}:{column}: {error}", error.place) from error


def _exemptions(found: dict[str, Any], today: date) -> None:
    for number, exemption in enumerate(found["exemptions"]):
        place = ("exemptions", number, "expires")
        left = date.fromisoformat(exemption["expires"]) - today
        if left < timedelta(0):
            raise SettingsError(
                f"Exemption {exemption['id']} ended on {exemption['expires']}: remove it, or say why "
                "it goes on and until when.",
                place,
            )
        if left > LONGEST:
            raise SettingsError(
                f"Exemption {exemption['id']} lasts until {exemption['expires']}; a year is the "
                "longest, so that somebody looks at it again.",
                place,
            )


def position(text: str, place: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column, from 1, of a key in a YAML text, or of the nearest one above it."""
    try:
        node = YAML(typ="safe", pure=True).compose(StringIO(text))
    except (YAMLError, RecursionError):
        return (1, 1)
    at = (1, 1)
    for part in place:
        if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            at = (node.start_mark.line + 1, node.start_mark.column + 1)
            continue
        if not isinstance(node, MappingNode):
            break
        pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
        if pair is None:
            break
        key, node = pair
        at = (key.start_mark.line + 1, key.start_mark.column + 1)
    return at
