"""Which condition keys tell who is asking, and which values of them name a definite owner."""

from collections.abc import Callable
from dataclasses import dataclass

from rolecall.policy.matching import is_wild, matches

_STRANGER = "999999999999"
_ARN_PARTS = 6
_ACCOUNT = 4


def _whole(_value: str, *, by_part: bool) -> bool:  # noqa: ARG001 - one shape for all
    # A prefix is not an owner: "o-ab*" or "repo:org*" also fits those who merely begin alike.
    return False


def _before(mark: str) -> Callable[..., bool]:
    def bounded(value: str, *, by_part: bool) -> bool:  # noqa: ARG001 - one shape for all
        head = value.partition(mark)[0]
        return bool(head) and not is_wild(head)

    return bounded


def _account_of_arn(value: str, *, by_part: bool) -> bool:
    # ArnLike compares the six parts one by one, so a literal account is enough. In StringLike a "*"
    # runs across colons, and a path may hold colons ("/:iam::111122223333:role/"): all before must
    # be literal.
    parts = value.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or not parts[_ACCOUNT]:
        return False
    return not is_wild(parts[_ACCOUNT] if by_part else ":".join(parts[: _ACCOUNT + 1]))


@dataclass(frozen=True, slots=True)
class Key:
    """One condition key: its name, how its patterns name an owner, what a stranger would bring."""

    name: str
    bounded: Callable[..., bool] = _whole
    stranger: str | None = None  # a value that someone unknown may well have
    always: bool = False  # present in every signed request
    arn: bool = False

    def binds(self, value: str, *, by_part: bool = False) -> bool:
        """Say whether a value admits one definite owner only.

        A policy variable such as `${aws:PrincipalOrgID}` is whatever the caller brings: never a
        bound.
        """
        if not value or "${" in value:
            return False
        return not is_wild(value) or self.bounded(value, by_part=by_part)

    def admits_stranger(self, pattern: str) -> bool:
        """Say whether a pattern surely fits someone unknown."""
        if self.stranger is None or "${" in pattern:
            return False
        return matches(pattern, self.stranger) or (self.arn and _fits_own_role(pattern))


def _fits_own_role(pattern: str) -> bool:
    # With any account allowed, a stranger names a user or role of their own as the pattern asks.
    # Not so below /aws-service-role/, where only AWS makes roles and only AWS uses them.
    parts = pattern.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or "aws-service-role" in parts[-1]:
        return False
    fits = all(map(matches, parts[:-1], ("arn", "aws", "iam", "", _STRANGER)))
    starts = ("role/", "user/", "root")
    return fits and any(parts[-1].startswith(s) or matches(parts[-1], s + "x") for s in starts)


# Keys of the caller (AWS global condition context keys, "Properties of the principal"). Each has
# one owner and AWS sets it, so a caller cannot choose it.
_CALLER = (
    Key("aws:PrincipalOrgID", stranger="o-zzzzzzzzzz"),
    Key("aws:PrincipalOrgPaths", _before("/"), stranger="o-zzzzzzzzzz/r-zzzz/"),
    Key("aws:PrincipalAccount", stranger=_STRANGER, always=True),
    Key(
        "aws:PrincipalArn",
        _account_of_arn,
        stranger=f"arn:aws:iam::{_STRANGER}:user/stranger",
        always=True,
        arn=True,
    ),
    Key("aws:userid", _before(":"), stranger="AIDAZZZZZZZZZZZZZZZZZ", always=True),
)
# Keys of the resource for which an AWS service calls (same page, "Properties of the request"). A
# direct call lacks them and a caller cannot set them. There is no stranger's value: through which
# services someone else could call is not known, so a wide pattern here is a doubt and not an open
# door.
_SOURCE = (
    Key("aws:SourceAccount"),
    Key("aws:SourceArn", _account_of_arn, arn=True),
    Key("aws:SourceOrgID"),
    Key("aws:SourceOrgPaths", _before("/")),
)
IDENTITY_KEYS: dict[str, Key] = {key.name.lower(): key for key in (*_CALLER, *_SOURCE)}
