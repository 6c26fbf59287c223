"""The built form is used while it is fresh, and only then."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rolecall.errors import SettingsError
from rolecall.model.scales import Mode
from rolecall.registry import convention_classes
from rolecall.settings import Settings
from rolecall.settings.files import BUILT, FORM, NAME, build, find, fingerprint, load
from tests.samples import ROOT
from tests.settings.yaml import text

ID = "user-permissions-via-groups"
OBSERVE, NOTIFY = text("defaults: {mode: observe}\n"), text("defaults: {mode: notify}\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A settings file that says observe."""
    path = tmp_path / NAME
    path.write_text(OBSERVE)
    return path


def _load(path: Path) -> Settings:
    return load(path, convention_classes)


def test_a_fresh_built_form_decides(path: Path) -> None:
    # It says something else than the text, which only a test can bring about.
    built = json.loads(build(NOTIFY, convention_classes()))
    built["of"] = fingerprint(OBSERVE)
    path.with_name(BUILT).write_text(json.dumps(built))
    assert _load(path).mode(ID) is Mode.NOTIFY


_STALE = {
    "of another text": build(NOTIFY, convention_classes()),
    "cut off": build(OBSERVE, convention_classes())[:-20],
    "a list": "[]",
    "null": "null",
    "empty": "",
    "without settings": json.dumps({"of": fingerprint(OBSERVE), "form": FORM}),
    "with settings of another shape": json.dumps(
        {"of": fingerprint(OBSERVE), "form": FORM, "settings": []}
    ),
    "of an older form": json.dumps({"of": fingerprint(OBSERVE), "form": 1, "settings": {}}),
    "not UTF-8": "\udcff",
}


@pytest.mark.parametrize("built", _STALE.values(), ids=_STALE.keys())
def test_where_the_built_form_is_stale_or_broken_the_text_decides(path: Path, built: str) -> None:
    path.with_name(BUILT).write_bytes(built.encode(errors="surrogateescape"))
    assert _load(path).mode(ID) is Mode.OBSERVE


def test_without_a_built_form_the_text_decides(path: Path) -> None:
    assert _load(path).mode(ID) is Mode.OBSERVE


def test_the_version_names_exactly_this_text(path: Path) -> None:
    version = _load(path).version
    assert version == fingerprint(OBSERVE)[:12]
    path.write_text(NOTIFY)
    assert _load(path).version != version


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"version: ["])
def test_what_cannot_be_read_is_a_settings_error(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(SettingsError):
        _load(path)


def test_a_wrong_text_is_an_error_even_beside_the_built_form_of_another(path: Path) -> None:
    path.with_name(BUILT).write_text(build(OBSERVE, convention_classes()))
    path.write_text(OBSERVE + "nonsense: 1\n")
    with pytest.raises(SettingsError, match="nonsense"):
        _load(path)


def test_the_settings_are_found_along_the_import_path(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", ["/nowhere", str(path.parent)])
    assert find() == path
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    with pytest.raises(SettingsError, match="deploy the settings layer"):
        find()


def test_a_fresh_built_form_is_loaded_without_yaml_and_without_pydantic(path: Path) -> None:
    path.with_name(BUILT).write_text(build(OBSERVE, convention_classes()))
    code = (
        "import sys; from pathlib import Path; from rolecall.settings.files import load;"
        "from rolecall.registry import convention_classes;"
        f"print(load(Path({str(path)!r}), convention_classes).version);"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'pydantic', 'ruamel', 'rolecall'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.split("\n")[:2] == [fingerprint(OBSERVE)[:12], "['rolecall']"]


@pytest.mark.peer(
    75, "policy-guard: the shipped rules match everything, the tests use another shape"
)
def test_the_shipped_settings_come_with_their_fresh_built_form() -> None:
    shipped = ROOT / "layers/settings" / NAME
    built = json.loads(shipped.with_name(BUILT).read_text())
    assert built["of"] == fingerprint(shipped.read_text())
