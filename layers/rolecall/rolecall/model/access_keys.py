"""What several conventions do with a user's access keys."""

from collections.abc import Iterable
from shlex import quote

from rolecall.model.calls import Remedy
from rolecall.model.steps import inactive


def switched_off(user: str, keys: Iterable[str]) -> Remedy:
    """The plan that sets these access keys of a user to Inactive; none is deleted."""
    names = ({"UserName": user, "AccessKeyId": key} for key in keys)
    return Remedy(*(inactive("iam:UpdateAccessKey", one) for one in names))


def off_command(user: str, key: str) -> str:
    """The command line that does the same by hand for one key."""
    names = f"--user-name {quote(user)} --access-key-id {quote(key)}"
    return f"aws iam update-access-key {names} --status Inactive"


def last_used_command(key: str) -> str:
    """The command line that tells when and for what a key was last used."""
    return f"aws iam get-access-key-last-used --access-key-id {quote(key)}"
