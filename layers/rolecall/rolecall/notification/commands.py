"""The exact commands that a message offers."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.model.cases import Case, Status

_MAX_COMMAND = 800
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BY_HAND = frozenset({Status.NOTIFIED, Status.FAILED})
_EXEMPTIBLE = frozenset(
    {
        Status.NOTIFIED,
        Status.PENDING,
        Status.AWAITING_APPROVAL,
        Status.FAILED,
        Status.UNDONE,
    }
)


def _kebab(name: str) -> str:
    return _WORDS.sub("-", name).lower()


def aws_command(call: Mapping[str, Any], region: str = "") -> str:
    """The AWS CLI command that makes a call of a remedy."""
    service, _, operation = str(call["call"]).partition(":")
    words = ["aws", service, _kebab(operation)]
    for key, value in call["parameters"].items():
        words += [f"--{_kebab(key)}", value if isinstance(value, str) else json.dumps(value)]
    if region and service != "iam":
        words += ["--region", region]
    return shlex.join(words)


def _by_hand(case: Case) -> Iterator[str]:
    for step in case.remedy:
        command = aws_command(step["do"], case.drift.subject.region)
        if len(command) > _MAX_COMMAND:
            command = f"# {step['do']['call']}: too long to show; case {case.id} holds it"
        yield command


def next_commands(case: Case, stack: str) -> tuple[str, ...]:
    """What to do next, as shell lines: a comment that says what for, and the command."""
    rest = f"{shlex.quote(case.id)} --stack {shlex.quote(stack)}"
    lines: list[str] = []
    if case.is_digest:
        stack_option = f"--stack {shlex.quote(stack)}"
        event = shlex.quote(case.origin.event_id)
        lines += ["# see them all", f"rolecall cases --event {event} {stack_option}"]
    if case.status is Status.REMEDIATED:
        lines += ["# take it back", f'rolecall undo {rest} --reason "..."']
    if case.status is Status.PAUSED:
        stack_option = f"--stack {shlex.quote(stack)}"
        lines += ["# end the pause", f'rolecall resume {stack_option} --reason "..."']
    if case.asks:
        lines += ["# let Rolecall put it right", f"rolecall approve {rest} --shown {case.shown}"]
    if case.status in _BY_HAND and case.remedy:
        lines += ["# put it right by hand", *_by_hand(case)]
    if case.status in _EXEMPTIBLE and not case.is_digest:
        word = "or allow" if lines else "allow"
        lines += [f"# {word} it, with a reason and an end", f"rolecall exempt {rest}"]
    return tuple(lines)


def advised(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Advice as shell lines: commands as they are, everything else as a comment."""
    return tuple(
        line if line.startswith(("aws ", "rolecall ")) else f"# {line}" for line in lines if line
    )
