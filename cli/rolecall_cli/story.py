"""The whole story of a case, as `rolecall case` shows it."""

import difflib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from rolecall.model.stories import LedgerExemption, Telling
from rolecall.notification.commands import next_commands
from rolecall.notification.difference import TOO_DEEP, parsed
from rolecall.notification.message import message
from rolecall.ports import Entry, Intent, Ledger
from rolecall_cli.replay import call_line

_STYLES = {"-": "red", "+": "green", "@": "cyan"}
_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Story:
    """A case with all that the ledger keeps beside it.

    Attributes:
        exemption: What its undo left, over or not; None when there is none.
        told: What was told of it, the oldest first.
    """

    entry: Entry
    exemption: LedgerExemption | None = None
    told: Sequence[Telling] = ()

    @classmethod
    def of(cls, ledger: Ledger, case_id: str) -> "Story":
        """The story of a case.

        Raises:
            CaseError: there is no such case.
        """
        entry = ledger.get(case_id)
        exemption = ledger.exemption(entry.case)
        ours = exemption if exemption and exemption.case == case_id else None
        told = sorted(ledger.told_of(case_id), key=lambda telling: telling.at)
        return cls(entry, ours, told)

    def to_dict(self, stack: str) -> dict[str, Any]:
        """The story as JSON-able data, with what to do next as shell lines."""
        entry = self.entry
        return {
            "case": entry.case.to_dict(),
            "history": [move.to_dict() for move in entry.history],
            "intent": entry.intent.to_dict() if entry.intent else None,
            "outcome": entry.outcome.to_dict() if entry.outcome else None,
            "exemption": self.exemption.to_dict() if self.exemption else None,
            "told": [telling.to_dict() for telling in self.told],
            "next": list(next_commands(entry.case, stack)),
        }

    def lines(self, stack: str) -> Iterator[Text]:
        """Yield its lines: what people were told, and what the ledger holds beside it."""
        told = message(self.entry.case, stack)
        yield Text(f"{told.mark} {told.word}: {told.says}", style="bold")
        yield Text(f"{told.place} · {told.state}")
        for part in told.parts:
            # The state is shown below, whole; the commands are what people look for at the end.
            if part.title not in {"Before → after", "Next"}:
                yield from _part(part.title, (*part.text, *part.lines))
        yield from self._states()
        yield from self._deeds()
        yield from _part("Where it stood", [_moved(move.to_dict()) for move in self.entry.history])
        yield from _part("Who was told", [_moved(telling.to_dict()) for telling in self.told])
        if self.exemption:
            over = ", which is over" if self.exemption.until < time.time() else ""
            yield from _part("Exempt", [f"{self.exemption}{over}"])
        yield from _part("Next", next_commands(self.entry.case, stack))
        yield Text("")
        yield Text(" · ".join(f"{name}: {value}" for name, value in told.footer))

    def _states(self) -> Iterator[Text]:
        """Yield how the part was before and after, as a diff."""
        drift, outcome = self.entry.case.drift, self.entry.outcome
        if outcome:
            yield from _changed("Before → after the remedy", outcome.before, outcome.left)
            if outcome.overwritten is not None:
                yield from _changed(
                    "Changed by somebody since, and overwritten by the undo",
                    outcome.left,
                    outcome.overwritten,
                )
        elif drift.remediable or drift.expected is not None:
            before = drift.found if drift.before is None else drift.before
            yield from _changed("Now → what it should be", before, drift.expected)

    def _deeds(self) -> Iterator[Text]:
        intent, outcome = self.entry.intent, self.entry.outcome
        intents: tuple[Intent, ...] = (*intent.earlier, intent) if intent else ()
        for one in intents:
            yield from _part(
                f"Written down before anything was done, at {one.at}",
                [f"would call {call_line(step['do'])}" for step in one.remedy],
            )
        if outcome:
            yield from _part(
                f"Done at {outcome.at}",
                [f"taken back by {call_line(call)}" for call in outcome.undo],
            )
            if outcome.undoing:
                yield from _part(f"Undo begun at {outcome.undoing}", [""])


def _part(title: str, lines: Sequence[str]) -> Iterator[Text]:
    if not lines:
        return
    yield Text("")
    if title:
        yield Text(title, style="bold")
    yield from (Text(f"  {line}") for line in lines if line)


def _moved(what: Mapping[str, str]) -> str:
    """When, where it stood, and why or on which channel."""
    return "  ".join(value for value in what.values() if value)


def _changed(title: str, old: Any, new: Any) -> Iterator[Text]:
    lines = unified(old, new)
    if lines:
        yield Text("")
        yield Text(title, style="bold")
        yield from (marked(f"  {line}", line[:1]) for line in lines)


def marked(line: str, mark: str) -> Text:
    """A line of a difference in the colour of its mark."""
    return Text(line, style=_STYLES.get(mark, ""))


def unified(old: Any, new: Any) -> list[str]:
    """The difference of two values as a unified diff; policy documents are written out as JSON."""
    try:
        found = list(difflib.unified_diff(_pretty(old), _pretty(new), lineterm="", n=_CONTEXT))
    except RecursionError:
        return [TOO_DEEP]
    return found[2:]  # the first two would name files


def _pretty(value: Any) -> list[str]:
    if value is None:
        return []
    return json.dumps(_opened(value), indent=2, ensure_ascii=False).splitlines()


def _opened(value: Any) -> Any:
    """A value with the policy documents in it as what they say."""
    value = parsed(value)
    if isinstance(value, Mapping):
        return {key: _opened(inner) for key, inner in value.items()}
    return [_opened(inner) for inner in value] if isinstance(value, list) else value
