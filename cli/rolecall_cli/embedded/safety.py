"""Keep the embedded account and everything it starts away from real AWS accounts."""

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from rolecall_cli.errors import RealAccountError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# The emulator draws its keys from hexadecimal digits, AWS from 32 other characters.
_EMULATED_KEY = re.compile(r"test|\d{12}|(AKIA|ASIA)[0-9A-F]{16}")
_FORGET = ("AWS_", "MINISTACK_", "TRAIL_", "LOCALSTACK_")


def refuse_real_accounts(environ: Mapping[str, str]) -> None:
    """Stop when the environment names a real endpoint, profile or key.

    Raises:
        RealAccountError: says what to unset.
    """
    reasons = []
    endpoint = environ.get("AWS_ENDPOINT_URL", "")
    if endpoint and urlsplit(endpoint).hostname not in _LOOPBACK:
        reasons.append(("AWS_ENDPOINT_URL", f"is {endpoint}, which is not this machine"))
    if profile := environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE"):
        name = "AWS_PROFILE" if environ.get("AWS_PROFILE") else "AWS_DEFAULT_PROFILE"
        reasons.append((name, f"is {profile}, which may be a real account"))
    key = environ.get("AWS_ACCESS_KEY_ID", "")
    if key and not _EMULATED_KEY.fullmatch(key):
        reasons.append(("AWS_ACCESS_KEY_ID", "is not a key of the emulator's"))
    if reasons:
        why = " and ".join(f"{name} {reason}" for name, reason in reasons)
        names = " ".join(name for name, _ in reasons)
        message = (
            f"The embedded account does not start beside a real one: {why}. Run: unset {names}"
        )
        raise RealAccountError(message)


def clean_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Copy an environment without anything that names an AWS account or Python path."""
    source = os.environ if environ is None else environ
    kept = {
        name: value
        for name, value in source.items()
        if not name.startswith(_FORGET) and name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    }
    # Not even the files in the home folder: they may name a real account too.
    nothing = os.devnull
    return kept | {
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": ",".join(filter(None, ["127.0.0.1,localhost", kept.get("NO_PROXY")])),
    }
