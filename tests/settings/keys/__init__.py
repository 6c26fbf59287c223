"""What the keys change: those of conventions stand in the modules here, a module for each family."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from rolecall.settings import Settings

# A file without the key, one with it, the question, and the answers to it.
Change = tuple[str, str, Callable[[Settings], Any], Any, Any]


def of_conventions() -> dict[str, Change]:
    """The keys of conventions, as `<convention>.<option>`."""
    found: dict[str, Change] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        found |= importlib.import_module(module.name).CHANGES
    return found
