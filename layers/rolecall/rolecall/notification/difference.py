"""What a drift changed, as a few lines: before on the left of an arrow, after on its right."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.model.drifts import Drift

MAX_LINES = 10
_MAX_LINE = 160
_FITS = 66  # characters that a value may have to stand on one line
_READABLE = 20_000  # a longer text is shown as it stands, and cut
_COMPARABLE = 200  # items of a longer list are not compared one by one
_NOTHING = object()
TOO_DEEP = "… nested too deep to show"


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice, and a parsed value would hide one of them")
    return found


def parsed(value: Any) -> Any:
    """A policy's text as what it says; any other value as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith("{") or len(value) > _READABLE:
        return value
    try:
        return json.loads(value, object_pairs_hook=_without_repeats)
    except ValueError:
        return value


def _compact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(value: Any, label: str, pad: str = "") -> Iterator[str]:
    text = f"{pad}{label}{_compact(value)}"
    if len(text) <= _FITS or not isinstance(value, Mapping | list) or not value:
        yield text
        return
    yield f"{pad}{label}".rstrip()
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _lines(item, f"{key}: ", pad + "  ")
    else:
        for item in value:
            yield from _lines(item, "", pad + "  ")


def _marked(mark: str, path: str, value: Any) -> Iterator[str]:
    for line in _lines(value, f"{path}: " if path else ""):
        yield f"{mark} {line}"


def _changes(path: str, old: Any, new: Any) -> Iterator[str]:
    old, new = parsed(old), parsed(new)
    if old == new:
        return
    mappings = [value for value in (old, new) if isinstance(value, Mapping)]
    others = {id(value) for value in (old, new)} - {id(value) for value in mappings}
    # One side may be nothing at the top only: below, what is wholly new or gone is shown whole.
    if len(mappings) == 2 or (mappings and not path and others == {id(_NOTHING)}):  # noqa: PLR2004
        keys = dict.fromkeys(key for value in mappings for key in value)
        left, right = (v if isinstance(v, Mapping) else {} for v in (old, new))
        for key in keys:
            inner = f"{path}.{key}" if path else str(key)
            yield from _changes(inner, left.get(key, _NOTHING), right.get(key, _NOTHING))
        return
    if isinstance(old, list) and isinstance(new, list) and len(old) + len(new) <= _COMPARABLE:
        removed = [item for item in old if item not in new]
        added = [item for item in new if item not in old]
        if removed or added:
            for item in removed:
                yield from _marked("-", path, item)
            for item in added:
                yield from _marked("+", path, item)
            return
    if old is not _NOTHING:
        yield from _marked("-", path, old)
    if new is not _NOTHING:
        yield from _marked("+", path, new)


def _cut(lines: list[str]) -> tuple[str, ...]:
    short = [line if len(line) <= _MAX_LINE else f"{line[: _MAX_LINE - 1]}…" for line in lines]
    if len(short) <= MAX_LINES:
        return tuple(short)
    more = len(short) - MAX_LINES + 1
    return (*short[: MAX_LINES - 1], f"… {more} more lines")


def difference(drift: Drift) -> tuple[str, ...]:
    """What to take away (`-`) and what to add (`+`), in at most `MAX_LINES` lines.

    A drift that nothing would put right has no after: what was found is shown without marks.
    """
    try:
        if drift.expected is None and not drift.remediable:
            return _cut([line[2:] for line in _changes("", drift.found, _NOTHING)])
        old = drift.found if drift.before is None else drift.before
        return between(old, drift.expected)
    except RecursionError:
        return (TOO_DEEP,)


def between(old: Any, new: Any) -> tuple[str, ...]:
    """What to take away from a value (`-`) and add to it (`+`) to get another, in as many lines."""
    try:
        old, new = (_NOTHING if value in (None, [], {}) else value for value in (old, new))
        return _cut(list(_changes("", old, new)))
    except RecursionError:
        return (TOO_DEEP,)
