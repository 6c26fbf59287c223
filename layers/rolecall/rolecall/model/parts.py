"""Parts of records, of which any may be missing or of another kind."""

from collections.abc import Mapping
from typing import Any


def at(value: Any, *path: str) -> Any:
    """What stands at a path in nested mappings; None where the path ends early."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def text(value: Any) -> str | None:
    """The value where it is a text."""
    return value if isinstance(value, str) else None


def items(value: Any) -> list[Any]:
    """The value where it is a list; an empty one otherwise."""
    return value if isinstance(value, list) else []
