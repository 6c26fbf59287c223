"""Makes the account's text harmless: names, tags and policy text are chosen by whoever may write them."""

import re
from collections.abc import Callable

# Printable as Python sees it, and yet nothing, or a blank, on the screen: the letters and marks among
# Unicode's Default_Ignorable_Code_Point, and the blank braille pattern.
_UNSEEN = frozenset(
    chr(point)
    for points in (
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
    for point in points
)
_LAST_SHORT = 0xFFFF
# file:// stands in AWS CLI commands and leads nowhere.
_LINK = re.compile(r"(?<!\bfile)://", re.ASCII | re.IGNORECASE)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CUT = "…"
_NO_BACKTICK = "\u02bc"


def _shown(character: str) -> str:
    point = ord(character)
    return f"\\u{point:04x}" if point <= _LAST_SHORT else f"\\U{point:08x}"


def visible(text: str) -> str:
    r"""The text on one line, with links broken and every unseen character shown as its number.

    Control characters, line ends, bidirectional and zero-width characters, odd blanks and lone
    surrogates become `\uXXXX`.
    """
    if not text.isprintable() or not text.isascii():
        text = "".join(
            character if character.isprintable() and character not in _UNSEEN else _shown(character)
            for character in text
        )
    return _LINK.sub("[:]//", text)


def ascii_line(text: str, limit: int) -> str:
    """The text as at most so many printable ASCII characters, with `?` for all others."""
    line = "".join(c if " " <= c <= "~" else "?" for c in text.replace("…", "..."))
    return line if len(line) <= limit else f"{line[: limit - 3]}..."


def _for_slack(character: str) -> str:
    return _ENTITIES.get(character, character)


def _for_slack_code(character: str) -> str:
    # A backtick would end the code, and there is no way to escape it.
    return _NO_BACKTICK if character == "`" else _for_slack(character)


def json_length(text: str) -> int:
    """How many characters the text takes in ASCII JSON, the longest way to count it."""
    length = 0
    for character in text:
        if character in '"\\\n':
            length += 2
        elif " " <= character <= "~":
            length += 1
        else:
            length += 6 if ord(character) <= _LAST_SHORT else 12
    return length


def for_slack(
    text: str, limit: int, *, code: bool = False, measure: Callable[[str], int] = json_length
) -> str:
    """The text on one line for a Slack text object, cut with a mark where it would be too long.

    Args:
        text: Any text.
        limit: How long it may be once it is escaped.
        code: Whether it stands between backticks.
        measure: How length is counted.
    """
    escape = _for_slack_code if code else _for_slack
    pieces = [escape(character) for character in visible(text)]
    sizes = [measure(piece) for piece in pieces]
    if sum(sizes) <= limit:
        return "".join(pieces)
    left = limit - measure(_CUT)
    kept = []
    for piece, size in zip(pieces, sizes, strict=True):
        left -= size
        if left < 0:
            break
        kept.append(piece)
    return "".join(kept) + _CUT
