"""However a file is broken, each of its records has its place, and what cannot be read says so."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rolecall.model.changes import Change, Rejected
from rolecall.model.records import parse
from rolecall.replaying.files import files_under, records_in
from tests.samples import sample

EVENT = sample("user-permissions-via-groups/drift-attach-user-policy").event
RECORD: dict[str, Any] = EVENT["detail"]
ONE = json.dumps(RECORD)


def _numbered(count: int) -> list[dict[str, Any]]:
    return [RECORD | {"eventID": f"e-{number}"} for number in range(count)]


def _lines(values: list[Any], end: str = "\n") -> str:
    return end.join(json.dumps(value) for value in values) + end


def _ids(path: Path) -> list[tuple[int, str]]:
    found = []
    for place, value in records_in(path):
        change = value if isinstance(value, Rejected) else parse(value)
        found.append((place, change.event_id if isinstance(change, Change) else "rejected"))
    return found


THREE = [(0, "e-0"), (1, "e-1"), (2, "e-2")]
_FORMS: dict[str, tuple[str, str, list[tuple[int, str]]]] = {
    "a record": ("a.json", ONE, [(0, RECORD["eventID"])]),
    "an event": ("a.json", json.dumps(EVENT, indent=2), [(0, RECORD["eventID"])]),
    "a log file": ("a.json", json.dumps({"Records": _numbered(3)}), THREE),
    "a list": ("a.json", json.dumps(_numbered(3), indent=1), THREE),
    "lines": ("a.jsonl", _lines(_numbered(3)), THREE),
    "lines under another name": ("a.ndjson", _lines(_numbered(3)), THREE),
    "lines named as one JSON": ("a.json", _lines(_numbered(3)), THREE),
    "lines with a carriage return": ("a.jsonl", _lines(_numbered(3), "\r\n"), THREE),
    "lines with gaps": ("a.jsonl", _lines(_numbered(3), "\n\n \n"), THREE),
    "lines of log files": (
        "a.jsonl",
        _lines([{"Records": _numbered(2)}, {"Records": [RECORD | {"eventID": "e-2"}]}]),
        THREE,
    ),
    "one line": ("a.jsonl", ONE, [(0, RECORD["eventID"])]),
    "a broken line among good ones": (
        "a.jsonl",
        _lines(_numbered(1)) + '{"eventID": \n' + json.dumps(RECORD | {"eventID": "e-2"}),
        [(0, "e-0"), (1, "rejected"), (2, "e-2")],
    ),
    "a broken line in a file named as one JSON": (
        "a.json",
        _lines(_numbered(1)) + '{"eventID": \n' + json.dumps(RECORD | {"eventID": "e-2"}),
        [(0, "e-0"), (1, "rejected"), (2, "e-2")],
    ),
    "values that are no records": (
        "a.jsonl",
        '7\nnull\n"text"\n',
        [(0, "rejected"), (1, "rejected"), (2, "rejected")],
    ),
    "a byte order mark": ("a.json", "\ufeff" + ONE, [(0, RECORD["eventID"])]),
    "empty": ("a.json", "", []),
    "white space": ("a.jsonl", " \n\n", []),
    "an empty list": ("a.json", "[]", []),
    "an empty log file": ("a.json", '{"Records": []}', []),
    "Records that are no list": ("a.json", '{"Records": 7}', [(0, "rejected")]),
    "half a file": ("a.json", ONE[: len(ONE) // 2], [(0, "rejected")]),
    "half a file over lines": ("a.json", json.dumps(EVENT, indent=2)[:-20], [(0, "rejected")]),
    "text": ("a.txt", "no JSON\nat all\n", [(0, "rejected")]),
    "nested too deep": ("a.json", "[" * 100_000, [(0, "rejected")]),
    "a line nested too deep": (
        "a.jsonl",
        "[" * 100_000 + "\n" + _lines(_numbered(1)),
        [(0, "rejected"), (1, "e-0")],
    ),
    "a number too long to be read": ("a.json", "9" * 5000, [(0, "rejected")]),
}


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("name", "text", "ids"), _FORMS.values(), ids=_FORMS.keys())
def test_a_file_gives_its_records_with_their_places(
    tmp_path: Path, name: str, text: str, ids: list[tuple[int, str]], *, zipped: bool
) -> None:
    path = tmp_path / (f"{name}.gz" if zipped else name)
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    assert _ids(path) == ids


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    odd = [record | {"userAgent": "a\u2028b\x85c\u2029"} for record in _numbered(3)]
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in odd))
    assert _ids(path) == THREE


def _says(path: Path) -> str:
    ((place, value),) = records_in(path)
    assert place == 0
    assert isinstance(value, Rejected)
    return value.reason


_ZIPPED = gzip.compress(ONE.encode())
_BROKEN = {
    "gzip cut off": (_ZIPPED[:-30], "cannot be read"),
    "gzip with only its head": (_ZIPPED[:12], "cannot be read"),
    "gzip with its mark only": (b"\x1f\x8b", "cannot be read"),
    "gzip with a wrong sum": (_ZIPPED[:-8] + b"\0" * 8, "cannot be read"),
    "gzip with a broken middle": (_ZIPPED[:20] + b"\xff" * 20 + _ZIPPED[40:], "cannot be read"),
    "binary": (bytes(range(256)), "is not JSON"),
    "NUL": (b"\0" * 100, "is not JSON"),
    "UTF-16": (ONE.encode("utf-16"), "is not JSON"),
}


@pytest.mark.parametrize(("data", "says"), _BROKEN.values(), ids=_BROKEN.keys())
def test_a_broken_file_is_one_rejection(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(data)
    assert says in _says(path)


def test_a_file_that_is_not_there_or_a_folder_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot be read" in _says(tmp_path / "nothing.json")
    assert "cannot be read" in _says(tmp_path)


def test_a_file_without_permission_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> bytes:
        raise PermissionError("permission denied")  # root may read everything, so not by chmod

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert "permission denied" in _says(tmp_path / "a.json")


@given(data=st.binary(max_size=80), name=st.sampled_from(["a.json", "a.jsonl", "a.json.gz"]))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_read_to_their_end(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    for content in (data, b"\x1f\x8b" + data, b"{" + data, ONE.encode() + b"\n" + data):
        path.write_bytes(content)
        places = [place for place, _ in records_in(path)]
        assert places == list(range(len(places)))


def test_a_folder_gives_its_files_in_the_order_of_their_names_without_hidden_ones(
    tmp_path: Path,
) -> None:
    for name in ("b/2.json", "b/1.json", "a.json", ".git/x.json", "b/.hidden.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(ONE)
    found = [path.relative_to(tmp_path).as_posix() for path in files_under(tmp_path)]
    assert found == ["a.json", "b/1.json", "b/2.json"]
    assert list(files_under(tmp_path / "a.json")) == [tmp_path / "a.json"]
    assert list(files_under(tmp_path / "none")) == [tmp_path / "none"]
