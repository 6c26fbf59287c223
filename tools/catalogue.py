"""The conventions to browse: by family, by standard and by event; and their list for the README."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from rolecall.convention import ActivityConvention, Convention
from rolecall.model.standards import Standard
from rolecall.settings import Settings
from tools.blocks import with_block
from tools.pages import FOLDER, MARK, calls_text, ids_of, title_of

README = Path("README.md")
_FAMILY, _STANDARD, _EVENT = "README.md", "by-standard.md", "by-event.md"
_WAYS = {"by family": _FAMILY, "by standard": _STANDARD, "by event": _EVENT}
# Families in the order of a tour: from groups to what watches over Rolecall itself. One that is not
# named here comes last.
_TOUR = (
    "groups", "roles", "service_roles", "service_linked_roles", "user_roles", "federation",
    "credentials", "guards",
)  # fmt: skip


def _ways(here: str) -> str:
    ways = (way if at == here else f"[{way}]({at})" for way, at in _WAYS.items())
    return f"Browse: {' · '.join(ways)}\n"


def _package(convention: Convention) -> str:
    return type(convention).__module__.rpartition(".")[0]


def _title(package: str) -> str:
    return package.rpartition(".")[2].replace("_", " ").capitalize()


def _line(package: str) -> str:
    return (sys.modules[package].__doc__ or "").partition("\n")[0]


def families(conventions: Iterable[Convention]) -> dict[str, list[Convention]]:
    """The conventions by the name of their family's package, in the order of the tour."""
    found: dict[str, list[Convention]] = {}
    for convention in conventions:
        found.setdefault(_package(convention), []).append(convention)

    def place(package: str) -> tuple[int, str]:
        name = package.rpartition(".")[2]
        return (_TOUR.index(name) if name in _TOUR else len(_TOUR), name)

    return {package: found[package] for package in sorted(found, key=place)}


def _links(conventions: Iterable[Convention], folder: str = "") -> str:
    return ", ".join(f"[{c.id}]({folder}{c.id}.md)" for c in conventions)


def by_family(conventions: Iterable[Convention], settings: Settings) -> str:
    """The index: a table for each family."""
    lines = [MARK, "# Conventions\n", _ways(_FAMILY)]
    for package, members in families(conventions).items():
        lines.append(f"## {_title(package)}\n\n{_line(package)}\n")
        lines.append("| convention | the good state | severity | ships as | remedy |")
        lines.append("| --- | --- | --- | --- | --- |")
        for c in members:
            remedy = calls_text(c.remedies) if c.remedies else "tells only"
            lines.append(
                f"| [{c.id}]({c.id}.md) | {c.good_state()} "
                f"| {c.severity.value} | {settings.mode(c.id).value} | {remedy} |"
            )
        lines.append("")
    return "\n".join(lines)


def _order(standard: Standard) -> list[tuple[int, str]]:
    """Where a standard stands among those of its body: by its id, 1.9 before 1.10."""
    parts = re.findall(r"\d+|\D+", f"{ids_of(standard)} {standard.title}")
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def by_standard(conventions: Iterable[Convention]) -> str:
    """Which conventions meet a standard: a table for each body."""
    found: dict[str, dict[Standard, list[Convention]]] = {}
    for convention in conventions:
        for standard in convention.standards:
            found.setdefault(standard.body, {}).setdefault(standard, []).append(convention)
    lines = [MARK, "# Conventions by standard\n", _ways(_STANDARD)]
    for body, standards in sorted(found.items()):
        lines.append(f"## {body}\n\n| id | title | conventions |\n| --- | --- | --- |")
        for standard in sorted(standards, key=_order):
            links = _links(standards[standard])
            lines.append(f"| {ids_of(standard)} | {title_of(standard)} | {links} |")
        lines.append("")
    return "\n".join(lines)


def _named_calls(pattern: Mapping[str, Any]) -> Iterator[str]:
    """The calls that a pattern names in full."""
    detail = pattern.get("detail", {})
    for source in detail.get("eventSource", ()):
        for name in detail.get("eventName", ()):
            if isinstance(source, str) and isinstance(name, str):
                yield f"{source.removesuffix('.amazonaws.com')}:{name}"


def _looking(convention: Convention) -> Iterable[str]:
    if isinstance(convention, ActivityConvention):
        return _named_calls(convention.pattern)
    return convention.watches


def by_event(conventions: Iterable[Convention]) -> str:
    """Which conventions a call makes look, and whose open cases it may end."""
    found = list(conventions)
    looks: dict[str, list[Convention]] = {}
    ends: dict[str, list[Convention]] = {}
    for convention in found:
        for call in _looking(convention):
            looks.setdefault(call, []).append(convention)
        for call in convention.settled_by:
            ends.setdefault(call, []).append(convention)
    lines = [MARK, "# Conventions by event\n", _ways(_EVENT)]
    for service, calls in groupby(sorted({*looks, *ends}), key=lambda call: call.partition(":")[0]):
        lines.append(f"## {service}\n\n| call | makes look | may end open cases of |")
        lines.append("| --- | --- | --- |")
        for call in calls:
            links = _links(looks.get(call, ())), _links(ends.get(call, ()))
            lines.append(f"| `{call}` | {' | '.join(links)} |")
        lines.append("")
    activity = [c for c in found if isinstance(c, ActivityConvention)]
    lines.append("## Judged by the event itself\n\n| convention | its events |\n| --- | --- |")
    for c in activity:
        whose = "of Rolecall's own roles: " if c.of_own_roles else ""
        lines.append(f"| {_links([c])} | {whose}`{json.dumps(c.pattern)}` |")
    return "\n".join(lines) + "\n"


def readme(conventions: Iterable[Convention]) -> str:
    """What the README says that Rolecall watches: a line for each family."""
    found = list(conventions)
    acting = sum(1 for c in found if c.remedies)
    lines = [
        f"{len(found)} conventions; {acting} can put right what they find, the others tell. Their good"
        f" states and remedies:\n[by family]({FOLDER}/{_FAMILY}), [by standard]({FOLDER}/{_STANDARD}),"
        f" [by event]({FOLDER}/{_EVENT}).\n"
    ]
    for package, members in families(found).items():
        lines.append(
            f"- **{_title(package)}** ({len(members)}). {_line(package)} {_links(members, f'{FOLDER}/')}"
        )
    return "\n".join(lines) + "\n"


def generated(root: Path, conventions: Iterable[Convention], settings: Settings) -> dict[Path, str]:
    """The pages and the README by their paths; no README where a copy of the project has none."""
    found = list(conventions)
    files = {
        FOLDER / _FAMILY: by_family(found, settings),
        FOLDER / _STANDARD: by_standard(found),
        FOLDER / _EVENT: by_event(found),
    }
    if (root / README).is_file():
        text = (root / README).read_text(encoding="utf-8")
        files[README] = with_block(text, "conventions", readme(found))
    return files
