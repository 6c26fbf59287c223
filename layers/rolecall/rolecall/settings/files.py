"""Where the settings lie, and how they are loaded.

The reviewed file is `rolecall.yaml`. Beside it lies `rolecall.json`: the same settings, validated when
they were built, with the hash of the text they came from. A function loads the second one, which needs
no YAML and no pydantic; when it is stale or missing, the first one is validated on the spot.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rolecall.errors import SettingsError
from rolecall.settings.settings import Settings

NAME = "rolecall.yaml"
BUILT = "rolecall.json"
FORM = 3  # grows when the built form changes: one that older code built is built anew

Known = Callable[[], Mapping[str, Any]]


def fingerprint(text: str) -> str:
    """The hash that ties a built form to its text."""
    return hashlib.sha256(text.encode()).hexdigest()


def find() -> Path:
    """The settings file along `sys.path`: a layer's root in Lambda and on the embedded account.

    Raises:
        SettingsError: there is none.
    """
    for entry in sys.path:
        path = Path(entry) / NAME
        if path.is_file():
            return path
    raise SettingsError(
        f"There is no {NAME} along the import path: deploy the settings layer with the functions."
    )


def build(text: str, known: Mapping[str, Any]) -> str:
    """The built form of a settings text, as JSON text."""
    from rolecall.settings.schema import validate  # noqa: PLC0415  # pydantic stays off the cold path

    built = {"of": fingerprint(text), "form": FORM, "settings": validate(text, known)}
    return json.dumps(built, indent=1) + "\n"


def of_built(built: str) -> Settings:
    """The settings of a built form."""
    data = json.loads(built)
    return Settings(data["settings"], data["of"][:12])


def load(path: Path, known: Known) -> Settings:
    """The settings of a file, by its built form where that is fresh.

    Raises:
        SettingsError: the file cannot be read or is wrong; nothing may be written while that lasts.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}.") from error
    mark = fingerprint(text)
    try:
        built = json.loads(path.with_name(BUILT).read_text(encoding="utf-8"))
        if (built["of"], built["form"]) == (mark, FORM):
            return Settings(built["settings"], mark[:12])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # No fresh built form: the text itself decides, below.
    return of_built(build(text, known()))
