"""All conventions, found by folder. Nothing is listed; a convention is there when its file is there."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from rolecall import conventions
from rolecall.convention import ActivityConvention, Convention
from rolecall.errors import ConventionError
from rolecall.model.registered import Registered


def _modules() -> Iterator[str]:
    for family in pkgutil.iter_modules(conventions.__path__, f"{conventions.__name__}."):
        package = importlib.import_module(family.name)
        for module in pkgutil.iter_modules(package.__path__, f"{family.name}."):
            yield module.name


def _class_in(name: str) -> type[Convention]:
    module = importlib.import_module(name)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Convention) and value.__module__ == name
    ]
    if len(found) != 1:
        raise ConventionError(f"{name} holds {len(found)} conventions; a file holds exactly one.")
    expected = name.rpartition(".")[2].replace("_", "-")
    if found[0].id != expected:
        raise ConventionError(f"{name} has the id {found[0].id}; it must be {expected}.")
    return found[0]


@cache
def convention_classes() -> Mapping[str, type[Convention]]:
    """Every convention's class by id, in the order of their ids.

    Raises:
        ConventionError: a file without exactly one convention, a wrong id, or the same id twice.
    """
    found: dict[str, type[Convention]] = {}
    for name in _modules():
        convention = _class_in(name)
        if convention.id in found:
            raise ConventionError(f"The id {convention.id} is used twice; ids are unique.")
        found[convention.id] = convention
    return dict(sorted(found.items()))


class Registry:
    """The conventions with their options, and which of them a call makes look."""

    def __init__(
        self,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        registered: Registered | None = None,
    ) -> None:
        options = options or {}
        self.conventions: Mapping[str, Convention] = {
            id_: convention(options.get(id_), registered)
            for id_, convention in convention_classes().items()
        }
        self.activity: tuple[ActivityConvention, ...] = tuple(
            c for c in self.conventions.values() if isinstance(c, ActivityConvention)
        )
        watchers: dict[str, list[Convention]] = {}
        for convention in self.conventions.values():
            for call in convention.watches:
                watchers.setdefault(call, []).append(convention)
        self._watchers = {call: tuple(found) for call, found in watchers.items()}
        settled: dict[str, list[Convention]] = {}
        for convention in self.conventions.values():
            for call in convention.settled_by:
                settled.setdefault(call, []).append(convention)
        self._settled = {call: tuple(found) for call, found in settled.items()}

    def __iter__(self) -> Iterator[Convention]:
        return iter(self.conventions.values())

    def __getitem__(self, id_: str) -> Convention:
        return self.conventions[id_]

    def get(self, id_: str) -> Convention | None:
        """The convention with this id, or None when it is not there any more."""
        return self.conventions.get(id_)

    def watching(self, call: str) -> tuple[Convention, ...]:
        """The state conventions that this call makes look."""
        return self._watchers.get(call, ())

    def settled(self, call: str) -> tuple[Convention, ...]:
        """The state conventions whose open cases this call may end."""
        return self._settled.get(call, ())
