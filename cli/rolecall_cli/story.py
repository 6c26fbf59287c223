"""The whole story of a case, as `rolecall case` shows it."""

import json
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from rolecall.notification.message import message
from rolecall.ports import Entry
from rolecall_cli.replay import call_line

console = Console(soft_wrap=True, highlight=False)


def story(entry: Entry, stack: str) -> Iterator[str]:
    """Yield the lines of a case's story: what people were told, and what the ledger holds beside it."""
    told = message(entry.case, stack)
    yield f"{told.mark} {told.word}: {told.says}"
    yield f"{told.place} · {told.state}"
    for part in told.parts:
        yield ""
        if part.title:
            yield part.title
        yield from (f"  {line}" for line in (*part.text, *part.lines))
    if entry.intent:
        yield ""
        yield f"Written down before anything was done, at {entry.intent.at}"
        for facet, value in entry.intent.snapshot.items():
            yield f"  {facet}: {json.dumps(value)}"
        yield from (f"  would call {call_line(step['do'])}" for step in entry.intent.remedy)
    if entry.outcome:
        yield ""
        yield f"Done and verified at {entry.outcome.at}"
        yield from (f"  taken back by {call_line(call)}" for call in entry.outcome.undo)
    yield ""
    yield " · ".join(f"{name}: {value}" for name, value in told.footer)


def print_story(entry: Entry, stack: str) -> None:
    """Print a case's story."""
    for line in story(entry, stack):
        console.print(Text(line))
