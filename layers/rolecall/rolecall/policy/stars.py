"""Policies that let their holder pass, or assume, every role.

Both calls are harmless on the roles that are named. On all of them, whoever holds the policy is as strong
as the strongest role of the account that a service, or he, may use.
"""

from collections.abc import Callable

from rolecall.policy.conditions import (
    ARN_LIKE,
    ARN_NOT_LIKE,
    STRING_LIKE,
    STRING_NOT_LIKE,
    Condition,
)
from rolecall.policy.findings import Finding
from rolecall.policy.matching import is_wild, lower_ascii, matches
from rolecall.policy.resources import ANY_NAME, Reach, about
from rolecall.policy.rules import BROUGHT, Rule, hold, read
from rolecall.policy.strangers import Answer

_PASS, _ASSUME = "iam:PassRole", "sts:AssumeRole"
_SERVICE = "iam:passedtoservice"
_ACCOUNT, _PARTS = 4, 6


def passes_every_role(text: str, account: str) -> tuple[Finding, ...]:
    """Find the statements that let their holder pass every role to whatever service takes one.

    A role of any name is meant by `*` and `role/*` alike, in the own account or in all. What really
    narrows it is `iam:PassedToService`, the resource that the role will be of, or a tag of the role.

    Args:
        text: One policy.
        account: The account it is in.
    """
    return _found(text, account, _PASS, _bounds_passing, "lets its holder pass every role")


def assumes_every_role(text: str, account: str) -> tuple[Finding, ...]:
    """Find the statements that let their holder assume every role that lets him in.

    What really narrows it is the organization or the account of the role, or a tag of it.

    Args:
        text: One policy.
        account: The account it is in.
    """
    return _found(text, account, _ASSUME, _bounds_role, "lets its holder assume every role")


def assumes_a_name_anywhere(text: str, account: str) -> tuple[Finding, ...]:
    """Find the statements that let their holder assume roles of a fixed name in any account.

    Vendors document it for their customers' accounts, so it is worth less than every role.

    Args:
        text: One policy.
        account: The account it is in.
    """
    why = "lets its holder assume roles of a certain name in every account"
    wide = {one.index for one in assumes_every_role(text, account)}
    found = [
        one
        for one in _allowing(text, _ASSUME)
        if not one.statement.not_resources
        and one.statement.index not in wide
        and any(map(_is_anywhere, one.resources))
    ]
    return _judged(text, account, _ASSUME, found, _bounds_role, why)


def _found(
    text: str, account: str, call: str, bounds: Callable[[Condition], bool], why: str
) -> tuple[Finding, ...]:
    start = about(call, account)
    wide = [one for one in _allowing(text, call) if one.reaches(start) is Reach.EVERY]
    return _judged(text, account, call, wide, bounds, why)


def _allowing(text: str, call: str) -> list[Rule]:
    lower = lower_ascii(call)
    return [one for one in read(text).rules if not one.denies and one.speaks_of(lower)]


def _judged(
    text: str,
    account: str,
    call: str,
    allowing: list[Rule],
    bounds: Callable[[Condition], bool],
    why: str,
) -> tuple[Finding, ...]:
    if not allowing:
        return ()
    start, lower = about(call, account), lower_ascii(call)
    denying = [
        one
        for one in read(text).rules
        if one.denies and one.speaks_of(lower) and one.reaches(start) is Reach.EVERY
    ]
    doubt = False
    for one in denying:
        # A Deny of all but a few roles, services or organizations leaves those few.
        rest = [test for test in one.statement.conditions if not _is_bound(test, bounds, deny=True)]
        denied = hold(rest, BROUGHT)
        if denied is Answer.YES:
            return ()
        doubt = doubt or denied is Answer.UNSURE
    found = []
    for one in allowing:
        if any(_is_bound(test, bounds, deny=False) for test in one.statement.conditions):
            continue
        held = hold((test for test in one.statement.conditions if not _is_open(test)), BROUGHT)
        if held is not Answer.NO:
            sure = held is Answer.YES and not doubt
            found.append(Finding(one.statement.index, why, sure))
    return tuple(found)


def _is_bound(condition: Condition, bounds: Callable[[Condition], bool], *, deny: bool) -> bool:
    """Whether a condition of an Allow holds only, or one of a Deny fails only, within a bound."""
    wanted = STRING_NOT_LIKE | ARN_NOT_LIKE if deny else STRING_LIKE | ARN_LIKE
    likens = condition.by_part or condition.operator.endswith("Like")
    named = condition.values and not any(
        likens and matches(value, f"{ANY_NAME}.amazonaws.com") for value in condition.values
    )
    return condition.operator in wanted and bool(named) and bounds(condition)


def _bounds_passing(condition: Condition) -> bool:
    # The service is there with every PassRole, so IfExists does not open it.
    return (
        condition.key == _SERVICE
        or (condition.key == "iam:associatedresourcearn" and not condition.passes_absent)
        or _bounds_role(condition)
    )


def _bounds_role(condition: Condition) -> bool:
    if condition.key == "aws:resourceaccount":
        return True  # every role has an account
    tells = condition.key in ("aws:resourceorgid", "aws:resourceorgpaths") or (
        condition.key.startswith(("iam:resourcetag/", "aws:resourcetag/"))
    )
    # A negated comparison of a Deny holds where the key is absent, and then denies.
    return tells and (not condition.passes_absent or condition.operator in STRING_NOT_LIKE)


def _is_open(condition: Condition) -> bool:
    """Whether it asks for any service at all, which every PassRole names."""
    anything = any(matches(value, f"{ANY_NAME}.amazonaws.com") for value in condition.values)
    return condition.key == _SERVICE and condition.operator == "StringLike" and anything


def _is_anywhere(pattern: str) -> bool:
    parts = pattern.split(":", _PARTS - 1)
    return len(parts) == _PARTS and is_wild(parts[_ACCOUNT]) and parts[-1].startswith("role/")
