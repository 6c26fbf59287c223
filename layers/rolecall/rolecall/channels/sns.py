"""SNS: one topic for people, in plain text, and one for machines, in JSON.

They are two, because SNS sends message attributes, by which machines filter, only with messages that
are the same for every protocol.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from rolecall.channels.escaping import ascii_line, visible
from rolecall.model.cases import Case
from rolecall.notification.message import Message

COLUMNS = 72
MAX_SUBJECT = 100
# SNS takes 256 KB, attributes included.
MAX_BYTES = 250_000
_CUT = "\n… (cut: the message was too long)\n"


class Publish(Protocol):
    """Publishes one message to a topic."""

    def __call__(
        self,
        topic_arn: str,
        message: str,
        subject: str | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """Publish it.

        Raises:
            DeliveryError: SNS refused it.
        """


def subject(message: Message) -> str:
    """The subject of an e-mail: printable ASCII, at most `MAX_SUBJECT` characters."""
    head = f"[{message.word}] {message.place.partition(' (')[0]}: "
    tail = f" ({message.state}) {message.case_id}"
    head, tail = ascii_line(head, 40), ascii_line(tail, 50)
    room = MAX_SUBJECT - len(head) - len(tail)
    return head + ascii_line(message.says.removeprefix("The ").rstrip("."), room) + tail


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        visible(text),
        COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent,
        # An ARN or a name that is longer than a line is still to be copied whole.
        break_long_words=False,
        break_on_hyphens=False,
    )


def _paragraphs(message: Message) -> Iterator[str]:
    yield _wrapped(f"{message.mark} {message.word}: {message.says}")
    yield f"Account: {visible(message.place)}"
    for part in message.parts:
        indent = "  " if part.title else ""
        lines = [part.title] if part.title else []
        lines += [_wrapped(text, indent) for text in part.text]
        lines += [f"  {visible(line)}" for line in part.lines]
        yield "\n".join(lines)
    yield "--\n" + "\n".join(f"{name}: {visible(value)}" for name, value in message.footer)


def plain_text(message: Message) -> str:
    """The message as the text of an e-mail."""
    text = "\n\n".join(_paragraphs(message)) + "\n"
    raw = text.encode()
    if len(raw) <= MAX_BYTES:
        return text
    return raw[: MAX_BYTES - len(_CUT.encode())].decode(errors="ignore") + _CUT


def machine_text(case: Case) -> str:
    """The case as JSON; its largest values give way to a mark where it would be too long."""
    data: dict[str, Any] = case.to_dict()
    text = json.dumps(data, separators=(",", ":"))
    cut = []
    for path in ("drift.before", "remedy", "drift.found", "drift.expected", "advice", "drift.says"):
        if len(text) <= MAX_BYTES:
            break
        *outer, key = path.split(".")
        within = data[outer[0]] if outer else data
        within[key] = [] if isinstance(within[key], list) else ""
        cut.append(path)
        text = json.dumps(data | {"cut": cut}, separators=(",", ":"))
    return text


class PeopleTopic:
    """The topic for people: e-mail and the like."""

    name = "people"

    def __init__(self, publish: Publish, topic_arn: str) -> None:
        self._publish = publish
        self._topic_arn = topic_arn

    def deliver(self, message: Message, case: Case) -> None:  # noqa: ARG002  # people read the message
        """Tell the case in plain text.

        Raises:
            DeliveryError: SNS refused it.
        """
        self._publish(self._topic_arn, plain_text(message), subject(message))


class MachineTopic:
    """The topic for machines, which filter by the message's attributes."""

    name = "machines"

    def __init__(self, publish: Publish, topic_arn: str) -> None:
        self._publish = publish
        self._topic_arn = topic_arn

    def deliver(self, message: Message, case: Case) -> None:  # noqa: ARG002  # machines read the case
        """Tell the case in JSON.

        Raises:
            DeliveryError: SNS refused it.
        """
        attributes = {
            "severity": case.severity.value,
            "convention": case.drift.convention,
            "account": case.drift.subject.account,
            "owner": case.owner,
            "status": case.status.value,
            "mode": case.mode.value,
        }
        # SNS refuses an attribute without a value.
        self._publish(
            self._topic_arn,
            machine_text(case),
            None,
            {name: visible(value) for name, value in attributes.items() if value},
        )
