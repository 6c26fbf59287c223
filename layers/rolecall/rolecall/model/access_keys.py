"""What several conventions do with a user's access keys."""

from collections.abc import Iterable
from shlex import quote

from rolecall.model.calls import Call, Remedy, Step


def switched_off(user: str, keys: Iterable[str]) -> Remedy:
    """The plan that sets these access keys of a user to Inactive; none is deleted."""
    return Remedy(*(_switch_off({"UserName": user, "AccessKeyId": key}) for key in keys))


def _switch_off(key: dict[str, str]) -> Step:
    return Step(
        do=Call("iam:UpdateAccessKey", key | {"Status": "Inactive"}),
        undo=Call("iam:UpdateAccessKey", key | {"Status": "Active"}),
    )


def off_command(user: str, key: str) -> str:
    """The command line that does the same by hand for one key."""
    names = f"--user-name {quote(user)} --access-key-id {quote(key)}"
    return f"aws iam update-access-key {names} --status Inactive"
