"""The strict form of the settings file: every key known, every value of its kind, all in plain words.

Used where settings are built and checked. What it lets through is shipped beside the file in a form
that loads without it (see `rolecall.settings.files`).
"""

import difflib
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from rolecall.errors import SettingsError
from rolecall.model.scales import Mode
from rolecall.settings.exemptions import objection
from rolecall.settings.models import (
    CapsModel,
    ConventionModel,
    DefaultsModel,
    ExemptionModel,
    IdentityProviderModel,
    JobRoleModel,
    OrganizationModel,
    SettingsModel,
    SweepModel,
    ThirdPartyModel,
)


class OptionLike(Protocol):
    """What the schema needs to know of a convention's option."""

    @property
    def default(self) -> str | bool | int | tuple[str, ...]:
        """The value when the settings do not say; its type is the option's type."""

    @property
    def to_act(self) -> bool:
        """Whether it must be set before the convention may act."""

    @property
    def is_pattern(self) -> bool:
        """Whether it is a regular expression."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it may have; none where it may have any."""


class ConventionLike(Protocol):
    """What the schema needs to know of a convention."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Its options by name."""

    @property
    def ships_as(self) -> Mode:
        """Its mode where the settings do not name it; `notify` leaves that to their defaults."""


_KEYS = {
    (): tuple(SettingsModel.model_fields),
    ("defaults",): tuple(DefaultsModel.model_fields),
    ("caps",): tuple(CapsModel.model_fields),
    ("sweep",): tuple(SweepModel.model_fields),
    ("organization",): tuple(OrganizationModel.model_fields),
    ("exemptions",): tuple(ExemptionModel.model_fields),
}
_ENTRIES: Mapping[str, type[BaseModel]] = {
    "job_roles": JobRoleModel,
    "third_parties": ThirdPartyModel,
    "identity_providers": IdentityProviderModel,
}


def _nearest(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.0)
    return f"did you mean {close[0]}?" if close else "remove it."


def _place(error: ErrorDetails) -> tuple[str | int, ...]:
    return tuple(part for part in error["loc"] if part != "[key]")


def _known_at(place: tuple[str | int, ...]) -> tuple[str, ...]:
    if model := _ENTRIES.get(str(place[0]) if place else ""):  # whose next part is an entry's name
        return tuple(model.model_fields)
    return _KEYS.get(tuple(str(part) for part in place if not isinstance(part, int)), ())


def _sentence(error: ErrorDetails) -> str:
    place = _place(error)
    where = ".".join(str(part) for part in place)
    if error["type"] == "extra_forbidden":
        known = _known_at(place[:-1])
        return f"{where} is not a known key; {_nearest(str(place[-1]), known)}"
    if error["type"] == "missing":
        return f"{where} is missing; add it."
    if place[0] in ("accounts", "third_parties") and place != error["loc"]:  # about the key
        return f'{where}: quote the account id, twelve digits as text, such as "111122223333".'
    return f"{where}: {error['msg'][0].lower()}{error['msg'][1:]}."


def _load(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    try:
        return yaml.load(StringIO(text))
    except DuplicateKeyError as error:
        problem = str(error.problem).replace("\n", " ")
        raise SettingsError(f"The settings say a key twice: {problem}. Keep one.") from error
    except RecursionError:
        raise SettingsError(
            "The settings are not YAML that can be read: nested too deep."
        ) from None
    except (YAMLError, ValueError) as error:  # ValueError: a day or a number that cannot be
        problem = " ".join(str(error).split())
        raise SettingsError(f"The settings are not YAML: {problem}") from error


_KINDS = {bool: "true or false", int: "a number", str: "a text"}


def _option(id_: str, key: str, value: Any, option: OptionLike) -> Any:
    where, place = f"conventions.{id_}.{key}", ("conventions", id_, key)
    if isinstance(option.default, tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        raise SettingsError(f"The settings: {where} must be a list of texts.", place)
    if type(value) is not type(option.default):
        kind = _KINDS[type(option.default)]
        raise SettingsError(f"The settings: {where} must be {kind}.", place)
    if option.is_pattern:
        try:
            re.compile(str(value))
        except re.error as error:
            raise SettingsError(
                f"The settings: {where} is no regular expression: {error}.", place
            ) from error
    if option.choices and value not in option.choices:
        known = ", ".join(f'"{choice}"' for choice in option.choices)
        raise SettingsError(f"The settings: {where} must be one of {known}.", place)
    return value


def _convention(id_: str, entry: Any, known: Mapping[str, ConventionLike]) -> dict[str, Any]:
    if id_ not in known:
        raise SettingsError(
            f"The settings: conventions.{id_} is not a known convention; "
            f"{_nearest(id_, tuple(known))}",
            ("conventions", id_),
        )
    if not isinstance(entry, Mapping):
        raise SettingsError(
            f"The settings: conventions.{id_} must be a mapping, such as mode: notify.",
            ("conventions", id_),
        )
    shared = tuple(name for name in ConventionModel.model_fields if name != "options")
    options = known[id_].options
    plain: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for key, value in entry.items():
        if key in shared:
            plain[key] = value
        elif key in options:
            own[key] = _option(id_, key, value, options[key])
        else:
            raise SettingsError(
                f"The settings: conventions.{id_}.{key} is not a known key; "
                f"{_nearest(str(key), (*shared, *options))}",
                ("conventions", id_, str(key)),
            )
    return plain | {"options": own}


def _check_exemption(
    number: int, exemption: ExemptionModel, known: Mapping[str, ConventionLike]
) -> None:
    for convention in exemption.convention:
        if convention not in known:
            raise SettingsError(
                f"The settings: exemption {exemption.id} names the unknown convention "
                f"{convention}; {_nearest(convention, tuple(known))}",
                ("exemptions", number, "convention"),
            )
    if against := objection(exemption.subject, exemption.unique_id):
        key, why = against
        raise SettingsError(
            f"The settings: exemption {exemption.id}, {key}: {why}", ("exemptions", number, key)
        )


def _check_whole(model: SettingsModel, known: Mapping[str, ConventionLike]) -> None:
    for number, exemption in enumerate(model.exemptions):
        _check_exemption(number, exemption, known)
    for id_, convention in known.items():
        entry = model.conventions.get(id_, ConventionModel())
        mode = entry.mode or (convention.ships_as is Mode.OFF and Mode.OFF) or model.defaults.mode
        if not mode.at_least(Mode.APPROVE):
            continue
        if not model.protected:
            raise SettingsError(
                f"The settings let {id_} act but protect nobody: name your break-glass principals "
                "under protected first.",
                ("protected",),
            )
        for name, option in options_to_act(convention):
            if not entry.options.get(name, option.default):
                raise SettingsError(
                    f"The settings let {id_} act but do not say its {name}: "
                    f"set conventions.{id_}.{name} first.",
                    ("conventions", id_, name),
                )


def _with_modes(data: dict[str, Any], known: Mapping[str, ConventionLike]) -> dict[str, Any]:
    """The data in which every convention that ships as off and is not named is off."""
    for id_, convention in known.items():
        if convention.ships_as is Mode.OFF:
            entry = data["conventions"].setdefault(id_, ConventionModel().model_dump(mode="json"))
            entry["mode"] = entry["mode"] or Mode.OFF.value
    return data


def options_to_act(convention: ConventionLike) -> list[tuple[str, OptionLike]]:
    """The options that a convention must have before it may act."""
    return [(name, option) for name, option in convention.options.items() if option.to_act]


def validate(text: str, known: Mapping[str, ConventionLike]) -> dict[str, Any]:
    """The settings of a YAML text as plain validated data.

    Args:
        text: The whole settings file.
        known: The conventions by id.

    Raises:
        SettingsError: in one sentence, what is wrong at which key and what to do.
    """
    raw = _load(text)
    if not isinstance(raw, dict):
        raise SettingsError("The settings are empty; start with version: 1.")
    conventions = raw.get("conventions", {})
    if isinstance(conventions, Mapping):
        raw = raw | {
            "conventions": {
                str(id_): _convention(str(id_), entry, known) for id_, entry in conventions.items()
            }
        }
    try:
        model = SettingsModel.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"The settings: {_sentence(first)}", _place(first)) from error
    _check_whole(model, known)
    return _with_modes(model.model_dump(mode="json"), known)
