"""Reads recorded events from files, however broken: records with their place, one at a time."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rolecall.model.changes import Rejected

_GZIP = b"\x1f\x8b"

Placed = tuple[int, Any]


def files_under(path: Path) -> Iterator[Path]:
    """The file itself, or every file in the folder and below, in the order of their names."""
    if path.is_dir():
        yield from sorted(
            found
            for found in path.rglob("*")
            if found.is_file() and not any(p.startswith(".") for p in found.relative_to(path).parts)
        )
    else:
        yield path


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith(_GZIP):
        data = gzip.decompress(data)
    return data.decode("utf-8-sig", errors="replace")


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict) and isinstance(value.get("Records"), list):
        yield from value["Records"]
    else:
        yield value


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _lines(text: str) -> Iterator[Any]:
    # Not splitlines(), which would break a text at U+2028 and its like.
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            value = _loads(line)
        except ValueError as error:
            yield Rejected(f"This line is not JSON: {error}.")
        else:
            yield from _flat(value)


def _values(text: str) -> Iterator[Any]:
    try:
        value = _loads(text)
    except json.JSONDecodeError as error:
        # One object after the other is JSON Lines; anything else is a broken file.
        if "\n" in text.strip() and error.pos > 0 and text.lstrip()[:1] in "{[":
            lines = list(_lines(text))
            if not all(isinstance(line, Rejected) for line in lines):
                yield from lines
                return
        yield Rejected(f"The file is not JSON: {error}.")
    except ValueError as error:
        yield Rejected(f"The file is not JSON: {error}.")
    else:
        yield from _flat(value)


def records_in(path: Path) -> Iterator[Placed]:
    """Each record of a file with its place in it, from 0; what cannot be read is a `Rejected`.

    Reads one record, an EventBridge event, a CloudTrail log file (`{"Records": […]}`), a list, JSON
    Lines, and each of these compressed by gzip.
    """
    try:
        text = _text(path)
    except (OSError, EOFError, zlib.error) as error:
        yield 0, Rejected(f"The file cannot be read: {error}.")
        return
    if not text.strip():
        return
    lines = path.name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))
    yield from enumerate(_lines(text) if lines else _values(text))
