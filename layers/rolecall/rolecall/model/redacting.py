"""Takes the secrets out of what was recorded, before anything is judged, stored, logged or sent.

A secret is known by the key it stands under: CloudTrail writes the session token of every
`sts:AssumeRole` in clear, and masks others only as well as each service tells it to.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

MARK = "(redacted by Rolecall)"

# How the keys of secrets end, as the models of AWS's services and forms of signing in spell them.
_ENDINGS = (
    "passwords?",
    "passphrase",
    "private key",
    "secret",
    "secret (?:access key|key|string|binary|value|hash)",
    "(?:session|security|identity|signin|access|refresh|id|auth|bearer|subject|actor) token",
    "(?:authorization|authentication|issued|trade in) token",
    "assertion",
    "saml response",
    "code verifier",
    "base32 string seed",  # of a virtual MFA device, as is the code to scan
    "qr code png",
)
# These end like a secret's key, and tell whether a sign-in was a success, and who signed in.
_OTHERS = "(?!(?:getsignintoken|subjectfromwebidentitytoken)\\b)"
# Keys of policies' conditions and of tags hold a colon or a slash, and never a secret.
_KEY = rf"{_OTHERS}(?:token|[\w.-]*(?:{'|'.join(_ENDINGS).replace(' ', '[_.-]?')}))"
_FLAGS = re.ASCII | re.IGNORECASE | re.DOTALL
_names_one = re.compile(_KEY, _FLAGS).fullmatch
# Nothing, what AWS itself put in a secret's place, and what was redacted before.
_holds_nothing = re.compile(
    rf"\**|HIDDEN_DUE_TO_SECURITY_REASONS|<sensitiveDataRemoved>|{re.escape(MARK)}", _FLAGS
).fullmatch
# A key in quotes with its value, in JSON, in JSON within a text of JSON, and where the end is missing.
# Every run begins where it cannot begin again a character later, so that no text takes long.
_PAIR = re.compile(
    rf"""(?<!\\)(?P<quote>\\*["']){_KEY}(?P=quote)\s*:\s*(?!(?:null|true|false|none)\b)"""
    r"""(?P<value>(?P<open>\\*["'])(?P<text>.*?)(?:(?<!\\)(?P=open)|\Z)|[\[{].*|[^\s,}\]]+)""",
    _FLAGS,
)
# In any other form nothing tells where a secret ends.
_REST = re.compile(rf"""(?<![\w.:/-])(?P<head>{_KEY}(?:\s*[=:>]|\\*["']\s*=)\s*).*""", _FLAGS)

_CONTAINERS = (dict, list)


def redacted(value: Any) -> Any:
    """A JSON value with `MARK` in the place of each secret, at any depth; itself if it holds none."""
    if not isinstance(value, _CONTAINERS):
        return value
    try:
        if not _may_hide(value):
            return value
    except RecursionError:
        pass  # nested too deep to look at quickly
    root, found = [value], False
    copies: list[Any] = [root]
    for held in copies:
        for key, item in held.items() if isinstance(held, dict) else enumerate(held):
            if isinstance(key, str) and _hides(key, item):
                held[key], found = MARK, True
            elif isinstance(item, _CONTAINERS):
                held[key] = item.copy()
                copies.append(held[key])
    return root[0] if found else value


def redacted_parts(record: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """A record with its parts under these keys redacted; itself if they hold no secret."""
    for key in keys:
        part = record.get(key)
        if part and (clean := redacted(part)) is not part:
            record = record | {key: clean}
    return record


def redacted_text(text: str) -> str:
    """A text without its secrets, JSON or not; itself if it holds none."""
    found = False

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # A key that stands twice counts as its last, and the text holds the first as well.
        nonlocal found
        found = found or any(_hides(key, item) for key, item in pairs)
        return dict(pairs)

    try:
        value = redacted(json.loads(text, object_pairs_hook=kept))
        text = json.dumps(value, separators=(",", ":")) if found else text
    except (ValueError, RecursionError):
        text = _REST.sub(rf"\g<head>{MARK}", text)
    return _PAIR.sub(_marked, text)


def _hides(key: str, value: Any) -> bool:
    if value is None or isinstance(value, bool) or not _is_secret(key):
        return False
    return not (isinstance(value, str) and _holds_nothing(value))


def _marked(pair: re.Match[str]) -> str:
    if pair["text"] is not None and _holds_nothing(pair["text"]):
        return pair[0]
    head = pair[0][: pair.start("value") - pair.start()]
    return f"{head}{pair['quote']}{MARK}{pair['quote']}"


def _may_hide(held: Any) -> bool:
    # Every record comes through here, and hardly any has a secret: this is the quickest way to see it.
    if isinstance(held, list):
        return any(_may_hide(item) for item in held if isinstance(item, _CONTAINERS))
    for key, item in held.items():
        if _is_secret(key):
            return True
        if (type(item) is dict or type(item) is list) and item and _may_hide(item):
            return True
    return False


@lru_cache(maxsize=1_024)  # records have the same few keys again and again
def _is_secret(key: str) -> bool:
    return _names_one(key) is not None
