"""The end of the demo: a table of all scenes, and where the time went."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from rolecall_cli.demo.screen import Screen, span
from rolecall_cli.demo.verdict import Seen, failures

NEXT = """\
Try next:
  .venv/bin/rolecall local up        this account, to play with
  .venv/bin/rolecall replay events/root-usage/drift-console-login.json --local
  make test                          everything, this demo included
"""


def table(seen: Sequence[Seen]) -> Table:
    """Each deed: what was expected, what came of it, and after what time."""
    found = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold underline")
    found.add_column("")
    found.add_column("deed", overflow="fold")
    for name in ("expected", "seen"):
        found.add_column(name, no_wrap=True)
    for name in ("alert", "settled"):
        found.add_column(name, no_wrap=True, justify="right")
    for one in seen:
        wrong = failures(one)
        style = "red" if wrong else "green"
        times = (span(one.alerted), span(one.settled))
        row = ("NO" if wrong else "ok", one.scene.title, one.expected, one.came, *times)
        found.add_row(*(Text(cell, style=style if at != 1 else "") for at, cell in enumerate(row)))
    return found


def spent(parts: Mapping[str, float], whole: float) -> str:
    """Where the time went, in one sentence."""
    each = ", ".join(f"{name} {span(seconds)}" for name, seconds in parts.items())
    return f"Time: {each}; {span(whole)} in all."


def show(screen: Screen, seen: Sequence[Seen], whole: float) -> None:
    """Show the end."""
    screen.act("What was expected, and what came")
    screen.console.print(table(seen))
    right = sum(not failures(one) for one in seen)
    screen.say(f"{right} of {len(seen)} went as they must. {spent(screen.spent, whole)}")
