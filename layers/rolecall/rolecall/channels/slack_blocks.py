"""A message as Slack blocks.

Sentences stand in `plain_text` objects, in which Slack reads no markup; what is copied stands in code.
Everything is escaped all the same, and every text has its budget, so that the whole stays below what
Slack takes.
"""

from collections.abc import Iterator
from typing import Any

from rolecall.channels.escaping import for_slack, json_length
from rolecall.notification.message import Message, Part

# Slack refuses a header of more than 150 characters, and blocks of about 13,200 in all.
MAX_HEADER = 150
MAX_BLOCKS = 12_000
_PLACE = 60
_TEXT = 750
_CODE = 1_500
_FOOTER = 600
_SUMMARY = 400

Block = dict[str, Any]


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _header(message: Message) -> Block:
    head, tail = f"{message.mark} {message.word} · ", f" · {for_slack(message.place, _PLACE)}"
    # An emoji may count twice.
    room = MAX_HEADER - len(head) - len(tail) - 1
    return {
        "type": "header",
        "text": _plain(head + for_slack(message.says, room, measure=len) + tail),
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(for_slack(text, _TEXT))}


def _text(part: Part) -> Block:
    lead = f"{part.title}: " if part.title else ""
    return _section(lead + " ".join(part.text))


def _code(part: Part) -> Block:
    left = _CODE
    lines: list[str] = []
    for raw in part.lines:
        line = for_slack(raw, 2 * _CODE, code=True)
        size = json_length(line) + 2
        # A command is shown whole or not at all; one that was cut is too long by far.
        if size <= left:
            lines.append(line)
            left -= size
    if len(lines) < len(part.lines):
        lines.append(f"… {len(part.lines) - len(lines)} lines left out: too long for Slack")
    # The title of lines that follow a text stands before that text already.
    title = "" if part.text else f"*{part.title}*\n"
    text = f"{title}```{'\n'.join(lines)}```"
    # verbatim: Slack makes no links of names and addresses.
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _blocks(message: Message) -> Iterator[Block]:
    header = _header(message)
    yield header
    if for_slack(message.says, _TEXT) not in header["text"]["text"]:
        yield _section(message.says)  # the header had no room for all of it
    for part in message.parts:
        if part.text:
            yield _text(part)
        if part.lines:
            yield _code(part)
    footer = " · ".join(f"{name}: {value}" for name, value in message.footer)
    yield {"type": "context", "elements": [_plain(for_slack(footer, _FOOTER))]}


def payload(message: Message) -> dict[str, Any]:
    """The body of an incoming webhook's request."""
    return {
        # What a phone shows before the message is opened.
        "text": for_slack(message.summary, _SUMMARY),
        "blocks": list(_blocks(message)),
        "unfurl_links": False,
        "unfurl_media": False,
    }
