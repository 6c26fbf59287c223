"""An account's password policy: what AWS makes of the fields that a call gives.

A call sets the whole policy. What it leaves out falls to its default (IAM API reference,
UpdateAccountPasswordPolicy).
"""

from collections.abc import Mapping
from typing import Any, Final

SHORTEST: Final = 6

_FLAGS: Final = (
    "RequireSymbols",
    "RequireNumbers",
    "RequireUppercaseCharacters",
    "RequireLowercaseCharacters",
    "AllowUsersToChangePassword",
    "HardExpiry",
)
# An answer does not name these where they are not set, and no call may set them to 0.
_NUMBERS: Final = ("MaxPasswordAge", "PasswordReusePrevention")


def answered(given: Mapping[str, Any]) -> dict[str, Any]:
    """The policy as AWS answers it after a call with these fields, by AWS's own names.

    What is no value of its field counts as left out. `ExpirePasswords` is derived: it is answered, and
    no call takes it.
    """
    length = _number(given.get("MinimumPasswordLength")) or SHORTEST
    # CloudTrail writes some flags as text.
    flags = {name: str(given.get(name)).lower() == "true" for name in _FLAGS}
    numbers = {name: found for name in _NUMBERS if (found := _number(given.get(name)))}
    return {
        "MinimumPasswordLength": length,
        **flags,
        "ExpirePasswords": "MaxPasswordAge" in numbers,
        **numbers,
    }


def settable(policy: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with which a call sets exactly this policy: whole, and without what is derived."""
    return {name: value for name, value in answered(policy).items() if name != "ExpirePasswords"}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
