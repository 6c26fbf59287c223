"""Policy JSON as text: strict reading within limits, and one way of writing."""

import json
import math
from typing import Any, Final

# "Length Constraints: ... Maximum length of 131072" (IAM API: CreatePolicy, PolicyDocument).
_LONGEST: Final = 131_072
# The deepest place of a policy is a condition value: document, list, statement, condition,
# operator, list.
_DEEPEST: Final = 12


class ShapeError(ValueError):
    """The text has a shape that IAM does not describe; `documents` turns it into a problem."""


def canonical(value: object) -> str:
    """Write JSON in the one form in which equal documents are equal texts."""
    # ASCII, so that a lone surrogate in a policy cannot make a later encoding fail.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def load(text: str) -> tuple[dict[str, Any], str | None]:
    """Read a JSON object; the second part names a key that is there twice."""
    repeated: list[str] = []

    def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # Keys that differ by case alone are the same key to IAM, and json would keep the last in
        # silence.
        found = dict(pairs)
        if len({key.lower() for key in found}) == len(pairs):
            return found
        seen: set[str] = set()
        for key, _ in pairs:
            if key.lower() in seen:
                name = ELEMENTS.get(key.lower())  # any other name is the writer's text, not ours
                repeated.append(f'the key "{name}"' if name else "a key")
            seen.add(key.lower())
        return found

    if len(text) > _LONGEST:
        raise ShapeError("it is longer than any policy that IAM takes")
    try:
        raw = json.loads(
            text, object_pairs_hook=as_object, parse_constant=_refuse, parse_float=_finite
        )
    except RecursionError as error:
        raise ShapeError("it is nested too deeply") from error
    except ValueError as error:  # a number of too many digits comes as a plain ValueError
        raise ShapeError("it is not JSON") from error
    if not isinstance(raw, dict):
        raise ShapeError("it is not a JSON object")
    if not _shallow(raw):
        raise ShapeError("it is nested too deeply")
    return raw, f"{repeated[0]} is there twice" if repeated else None


def same_document(left: str, right: str) -> bool:
    """Say whether two texts surely are the same document: the same JSON, whatever its spacing."""
    if left == right:
        return True
    try:
        (one, twice), (other, again) = load(left), load(right)
    except ShapeError:
        return False
    return one == other and not twice and not again


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _shallow(raw: object) -> bool:
    level = [raw]
    for _ in range(_DEEPEST):
        level = [child for parent in level for child in _inside(parent)]
        if not level:
            return True
    return False


def _inside(parent: Any) -> list[object]:
    """What an object or a list holds that may hold something itself."""
    values = parent.values() if isinstance(parent, dict) else parent
    return [value for value in values if isinstance(value, dict | list)]


STATEMENT = {
    name.lower(): name
    for name in (
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    )
}
ELEMENTS = STATEMENT | {"version": "Version", "id": "Id", "statement": "Statement"}
