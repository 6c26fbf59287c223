"""Which resources a statement speaks of: every one of a kind, some, or only the caller's own.

A kind of resource is given by how its ARNs start, such as `arn:aws:iam::111122223333:role/`. Every
resource of a kind means all but a few that are named, so a name that nobody has stands for it.
"""

import re
from collections.abc import Iterable
from enum import IntEnum

from rolecall.policy.matching import is_wild, matches

# A name that only a pattern for every name fits.
ANY_NAME = "\0" * 32
_OWN = "/${aws:username}"
_PARTITION = "arn:aws"
_PARTS = 6
_BEFORE_WILD = re.compile(r"[^*?$]*")  # up to the first wildcard or variable


class Reach(IntEnum):
    """How many resources of a kind; a wider one takes in the narrower ones."""

    NOTHING = 0
    OWN = 1
    SOME = 2
    EVERY = 3


# What the calls of IAM are about, by the first of these words that their names hold.
_IAM_KINDS = (
    ("InstanceProfile", "instance-profile/"),
    ("Group", "group/"),
    ("Role", "role/"),
    *((word, "user/") for word in ("User", "AccessKey", "LoginProfile", "MFADevice")),
    ("Policy", "policy/"),
)


def about(call: str, account: str) -> str:
    """How the ARNs of what a call is about start.

    Only IAM's own kinds are told apart; of another service it is the whole service.
    """
    service, _, name = call.partition(":")
    if call == "sts:AssumeRole":
        return f"arn:aws:iam::{account}:role/"
    if service != "iam":
        return f"arn:aws:{service}:"
    kind = next((kind for word, kind in _IAM_KINDS if word in name), "")
    return f"arn:aws:iam::{account}:{kind}"


def reach(patterns: Iterable[str], start: str) -> Reach:
    """How far patterns of a Resource or NotResource element reach among the resources of a kind."""
    return max((_reach(one, start) for one in patterns), default=Reach.NOTHING)


def is_every(pattern: str, start: str) -> bool:
    """Say whether a pattern fits every resource of a kind, in whichever partition it names."""
    if pattern == "*":
        return True
    return pattern.endswith(("*", "?")) and matches(
        pattern, _in_partition(pattern, start) + ANY_NAME
    )


def _reach(pattern: str, start: str) -> Reach:
    if pattern == "*":
        return Reach.EVERY
    # Most patterns begin otherwise, and this is quickly said.
    literal, there = _literal(pattern), _in_partition(pattern, start)
    if not literal.startswith(there) and not there.startswith(literal):
        return Reach.NOTHING
    if is_every(pattern, start):
        return Reach.EVERY
    literal, variable, _ = pattern.partition("${")
    if not _may_meet(f"{literal}*" if variable else pattern, start):
        return Reach.NOTHING
    # A name made of another variable, or of one and more, may be somebody else's.
    own = start.endswith(":user/") and pattern.endswith(_OWN)
    return Reach.OWN if own else Reach.SOME


def _may_meet(pattern: str, start: str) -> bool:
    """Whether a pattern may fit some resource of a kind."""
    start = _in_partition(pattern, start)
    parts, starts = pattern.split(":", _PARTS - 1), start.split(":", _PARTS - 1)
    if len(parts) == len(starts) == _PARTS:
        # Names hold no colon, so each part of an ARN stands for itself.
        return all(map(matches, parts[:-1], starts[:-1])) and _may_begin(parts[-1], starts[-1])
    return _may_begin(pattern, start)


def _may_begin(pattern: str, start: str) -> bool:
    """Whether a pattern may fit some text with this start: behind a star, anything may follow."""
    for wanted, there in zip(pattern, start, strict=False):
        if wanted == "*":
            return True
        if wanted not in ("?", there):
            return False
    return len(pattern) >= len(start) or pattern.endswith("*")


def _literal(pattern: str) -> str:
    found = _BEFORE_WILD.match(pattern)
    return found.group() if found else ""


def _in_partition(pattern: str, start: str) -> str:
    if pattern.startswith(f"{_PARTITION}:"):
        return start
    named = (*pattern.split(":", 2), "")[1]
    if not named or is_wild(named):
        return start
    return f"arn:{named}{start.removeprefix(_PARTITION)}"
