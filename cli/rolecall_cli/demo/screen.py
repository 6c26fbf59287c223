"""The screen: what people see while the demo runs, on a terminal or as plain lines."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

_SECOND = 1.0
_MINUTE = 60.0
_NARROW = 20
_WORD = 8
_MARGIN = 9 + 1 + _WORD + 1  # the time, the word, and a blank after each


def span(seconds: float | None) -> str:
    """A time as people read it; "" for none."""
    if seconds is None:
        return ""
    if seconds < _SECOND:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"


class Screen:
    """Shows the demo, and keeps what time each part of it took."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self.console = Console(file=file, highlight=False, emoji=False)
        if isinstance(self.console.file, TextIOWrapper):
            # A terminal that lacks a character shows another one, and the demo goes on.
            self.console.file.reconfigure(errors="replace")
        self.spent: dict[str, float] = {}

    def say(self, text: str, style: str = "") -> None:
        """Say one sentence."""
        self.wrapped(Text(text, style=style))

    def act(self, title: str) -> None:
        """Begin another part of the story."""
        self.console.print()
        self.say(title, "bold")

    def line(self, seconds: float | None, word: str, text: str, style: str = "") -> None:
        """Show one line of the story: after how long, what, and what about it."""
        lead = Text.assemble(f"{span(seconds):>9} ", (f"{word:{_WORD}} ", style))
        self.wrapped(Text(text), lead, Text(" " * _MARGIN))

    def wrapped(self, text: Text, first: Text | None = None, rest: Text | None = None) -> None:
        """Show a text in lines that fit, with something before the first line and before the rest."""
        before, below = first or Text(), rest or Text()
        room = max(self.console.width - len(below), _NARROW)
        for line in text.wrap(self.console, room):
            whole = before + line
            whole.rstrip()  # a file of the output holds no blanks at line ends
            self.console.print(whole, soft_wrap=True)
            before = below

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keep how long the block takes."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.spent[name] = time.monotonic() - start

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Callable[[str], None]]:
        """Show that something takes its time; gives what tells how far it is."""
        with self.timed(name), self._progress(title) as tell:
            yield tell
        self.line(self.spent[name], "done", title, "green")

    @contextmanager
    def _progress(self, title: str) -> Iterator[Callable[[str], None]]:
        if not self.console.is_terminal:
            yield lambda sentence: self.line(None, "…", sentence)
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
        with Progress(
            *columns, TimeElapsedColumn(), console=self.console, transient=True
        ) as progress:
            task = progress.add_task(title, total=None)
            yield lambda sentence: progress.update(task, description=sentence)

    @contextmanager
    def waiting(self, sentence: str) -> Iterator[None]:
        """Show that something is awaited."""
        if not self.console.is_terminal:
            yield
            return
        with self.console.status(Text(sentence)):
            yield
