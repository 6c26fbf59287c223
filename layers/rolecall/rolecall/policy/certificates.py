"""X.509 certificates, known by their fingerprints."""

import base64
import hashlib
import re
from typing import Final

_BLOCK: Final = re.compile(r"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")
_BEGIN: Final = "-----BEGIN"


def fingerprint(text: str) -> str | None:
    """The SHA-256 of a certificate in hex, from its base64; None where that is none."""
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return None
    return hashlib.sha256(content).hexdigest() if content else None


def fingerprints(bundle: str) -> tuple[str, ...] | None:
    """Those of all certificates in PEM, sorted; None where it holds none, or anything else."""
    found = [fingerprint(block) for block in _BLOCK.findall(bundle)]
    if not found or len(found) != bundle.count(_BEGIN) or None in found:
        return None
    return tuple(sorted({one for one in found if one}))


def plain(fingerprint_: str) -> str:
    """A fingerprint as it is written here, from how tools write it: with colons, in upper case."""
    return fingerprint_.replace(":", "").lower()
