"""A Slack message as text, as its readers would see it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from rolecall_cli.demo.screen import Screen
from rolecall_cli.demo.watch import Post

_FENCE = "```"
_BAR = "  ▎ "
_STYLES = {"-": "red", "+": "green", "#": "dim"}


def lines(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a webhook's message, each with its style."""
    for block in body.get("blocks", []):
        match block["type"]:
            case "header":
                yield _shown(block["text"]["text"]), "bold"
            case "section" if block["text"]["type"] == "mrkdwn":
                yield from _marked(block["text"]["text"])
            case "section":
                yield _shown(block["text"]["text"]), ""
            case "context":
                yield " ".join(_shown(element["text"]) for element in block["elements"]), "dim"


def _marked(text: str) -> Iterator[tuple[str, str]]:
    title, _, code = text.partition(_FENCE)
    if title.strip():
        yield _shown(title.strip().strip("*")), "bold"
    for line in code.removesuffix(_FENCE).splitlines():
        yield f"  {_shown(line)}", _STYLES.get(line[:1], "cyan")


def _shown(text: str) -> str:
    # Slack knows these three entities, and no others.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def show(screen: Screen, post: Post, *, whole: bool) -> None:
    """Show a message, or its headline, with a bar at its side, as Slack shows a quotation."""
    screen.say("")
    for text, style in lines(post.body) if whole else [(_shown(post.headline), "bold")]:
        bare = text.lstrip()
        bar = Text.assemble((_BAR, "magenta"), text[: len(text) - len(bare)])
        screen.wrapped(Text(bare, style=style), bar, bar)
