"""What people are told of a case. Pure, and the same for every channel.

A message holds text as it came, the account's own names among it: every channel escapes all of it.
"""

from dataclasses import dataclass

from rolecall.model.cases import Case
from rolecall.model.scales import Severity
from rolecall.notification.commands import advised, next_commands
from rolecall.notification.difference import difference
from rolecall.notification.telling import done, note, state, who

_MARKS = {
    Severity.CRITICAL: "🚨",
    Severity.HIGH: "🔴",
    Severity.MEDIUM: "🟠",
    Severity.LOW: "🟡",
    Severity.INFO: "🔵",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One titled part of a message.

    Attributes:
        title: A word or two, or "" where the text speaks for itself.
        text: Sentences.
        lines: What is read or copied line by line: a difference, commands.
    """

    title: str
    text: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What people are told of a case.

    Attributes:
        mark: The severity as an emoji.
        word: The severity as a word.
        says: What is wrong, in one sentence.
        place: The account, by the name that people know and its id.
        state: Where the case stands, in two or three words.
        case_id: The case's id.
        parts: Everything else, most useful first.
        footer: What to look things up by: names and values.
    """

    mark: str
    word: str
    says: str
    place: str
    state: str
    case_id: str
    parts: tuple[Part, ...]
    footer: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """The whole message in one line."""
        return f"{self.mark} {self.word} · {self.place} · {self.says} · {self.state}"


def _parts(case: Case, stack: str) -> list[Part]:
    why, right, *rest = (*case.advice, "", "")[: max(2, len(case.advice))]
    unverified = "Attribution unverified: replayed by hand." if case.origin.replayed else ""
    changed = "What was found" if _only_told(case) else "Before → after"
    return [
        Part("", (done(case), note(case))),
        Part("Who", (who(case), unverified)),
        Part(changed, lines=difference(case.drift)),
        Part("Why it matters", (why,)),
        Part("The right way", (right,), advised(tuple(rest))),
        Part("Next", lines=next_commands(case, stack)),
    ]


def _only_told(case: Case) -> bool:
    return case.drift.expected is None and not case.drift.remediable


def message(case: Case, stack: str) -> Message:
    """What people are told of a case.

    Args:
        case: The case in the state to tell.
        stack: The stack's name, for the commands.
    """
    origin = case.origin
    account = case.drift.subject.account
    parts = (
        Part(part.title, tuple(text for text in part.text if text), part.lines)
        for part in _parts(case, stack)
    )
    footer = (
        ("Owner", case.owner),
        ("Case", case.id),
        ("Event", origin.event_id),
        ("Convention", case.drift.convention),
        ("Mode", case.mode.value),
        ("Settings", case.settings),
        ("Stack", stack),
    )
    return Message(
        mark=_MARKS[case.severity],
        word=case.severity.upper(),
        says=case.drift.says,
        place=f"{case.account_name} ({account})" if case.account_name else account,
        state=state(case),
        case_id=case.id,
        parts=tuple(part for part in parts if part.text or part.lines),
        footer=tuple((name, value) for name, value in footer if value),
    )
