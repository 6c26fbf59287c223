"""Matches events against the patterns that the generator emits; it knows only those.

The oracle for it is the emulator's TestEventPattern, in the tests of the stack.
"""

from typing import Any


def _matches_value(condition: Any, value: Any) -> bool:
    if not isinstance(condition, dict):
        return bool(condition == value)
    ((operator, operand),) = condition.items()
    match operator:
        case "prefix":
            return isinstance(value, str) and value.startswith(operand)
        case "anything-but":
            return value is not None and value not in operand
        case "exists":
            return bool(operand) == (value is not None)
    raise AssertionError(f"the generator does not emit {operator}")


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Whether EventBridge would send the event on."""
    for key, condition in pattern.items():
        value = event.get(key) if isinstance(event, dict) else None
        if isinstance(condition, dict):
            if not matches(condition, value):
                return False
        elif not any(_matches_value(one, value) for one in condition):
            return False
    return True
