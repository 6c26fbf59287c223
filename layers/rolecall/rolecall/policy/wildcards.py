"""Policies that grant everything, or everything of a service, however they spell it."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rolecall.policy.actions import changing, services
from rolecall.policy.administration import ADMINISTERING
from rolecall.policy.documents import Statement
from rolecall.policy.findings import Finding
from rolecall.policy.full_administration import administration
from rolecall.policy.matching import lower_ascii
from rolecall.policy.resources import is_every
from rolecall.policy.rules import BROUGHT, Rule, read
from rolecall.policy.strangers import Answer

# Whoever lacks no more than one of so many calls of a service lacks little.
_NEARLY = 20
# Where a statement leaves open which service is meant, these stand for all.
_ANY_SERVICE = ("ec2", "iam", "s3")
_MOST_NAMED = 5
_ADMINISTERING = tuple(map(lower_ascii, ADMINISTERING))
_ANY_CALL = "\0:\0"  # that only a pattern for every call of every service fits


def grants_everything(text: str, account: str) -> tuple[Finding, ...]:
    """Find what makes a policy full administration, or all of IAM, which is the same in the end.

    Args:
        text: One policy.
        account: The account it is in.

    Returns:
        The statements that do so alone, else one finding for the whole policy: where statements do so
        together, and where the text cannot be judged.
    """
    ready = read(text)
    if ready.problem:
        return (Finding(-1, f"cannot be judged: {ready.problem}", sure=False),)
    if not _may_administer(ready.rules):
        return ()
    statements = [one.statement for one in ready.rules]
    answer = administration(statements, account)
    if answer is Answer.NO:
        return ()
    sure = answer is Answer.YES
    enough = (Answer.YES,) if sure else (Answer.YES, Answer.UNSURE)
    alone = [
        one
        for one in statements
        if one.effect == "Allow" and administration([one], account) in enough
    ]
    if not alone:
        why = "lets its holder administer IAM, by several statements together"
        return (Finding(-1, why, sure),)
    return tuple(Finding(one.index, _administers(one), sure) for one in alone)


def _may_administer(rules: Iterable[Rule]) -> bool:
    """Whether each call of an administrator is spoken of at all, which is quickly said."""
    allows = [one for one in rules if not one.denies]
    return any(one.statement.not_actions for one in allows) or all(
        any(one.speaks_of(call) for one in allows) for call in _ADMINISTERING
    )


def _administers(statement: Statement) -> str:
    if not statement.not_actions and statement.covers(_ANY_CALL):
        return "lets its holder make every call on everything"
    return "lets its holder administer IAM, and so give itself all the rest"


def grants_whole_services(text: str, account: str) -> tuple[Finding, ...]:
    """Find the statements that grant everything of a service on all of its resources.

    All but reading, listing, tagging and one call in twenty is everything, too. What is full
    administration for certain is left to `grants_everything`.

    Args:
        text: One policy.
        account: The account it is in.
    """
    rules = read(text).rules
    full = {one.index for one in grants_everything(text, account) if one.sure}
    denials = [one for one in rules if one.denies]
    return tuple(
        finding
        for one in rules
        if not one.denies and one.statement.index not in full
        for finding in _whole(one, denials, account)
    )


def _whole(rule: Rule, denials: list[Rule], account: str) -> Iterator[Finding]:
    held = rule.holds(BROUGHT)
    if held is Answer.NO:
        return
    found = {
        service: whole
        for service in _services(rule)
        if (whole := _is_whole(rule, denials, service, account)) is not Answer.NO
        and _is_wide(rule, service, account)
    }
    if not found:
        return
    sure = held is Answer.YES and Answer.YES in found.values()
    if rule.statement.not_actions:
        yield Finding(
            rule.statement.index, "grants every call but those it names, by NotAction", sure
        )
        return
    told = ", ".join([*found][:_MOST_NAMED]) + (" and others" if len(found) > _MOST_NAMED else "")
    yield Finding(rule.statement.index, f"grants everything of {told}", sure)


def _services(rule: Rule) -> list[str]:
    """The services that a statement may grant wholly."""
    if rule.statement.not_actions:
        others = (one for one in (*_ANY_SERVICE, *services()) if one not in rule.services)
        return [next(others)]
    return sorted(rule.services - {""} | set(_ANY_SERVICE if "" in rule.services else ()))


def _is_wide(rule: Rule, service: str, account: str) -> bool:
    # An ARN has no Region, or no account, where its service is global, or its names are.
    places = (f"us-east-1:{account}", f":{account}", ":")
    starts = [f"arn:aws:{service}:{place}:" for place in places]
    wide = any(is_every(one, start) for one in rule.resources for start in starts)
    return wide is not bool(rule.statement.not_resources)


def _is_whole(rule: Rule, denials: list[Rule], service: str, account: str) -> Answer:
    """Whether a statement grants nearly all calls of a service, and no Deny takes them all away."""
    calls = _calls(service)
    if not _nearly_all(rule, calls):
        return Answer.NO
    for denial in denials:
        taken = any(map(denial.speaks_of, calls))
        if taken and denial.holds(BROUGHT) is not Answer.NO:
            sure = denial.holds(BROUGHT) is Answer.YES and _is_wide(denial, service, account)
            if not sure:
                return Answer.UNSURE
            calls = tuple(call for call in calls if not denial.speaks_of(call))
    return Answer.YES if calls else Answer.NO


@lru_cache(maxsize=512)
def _calls(service: str) -> tuple[str, ...]:
    calls = tuple(f"{service}:{name}" for name in changing(service))
    # The few calls of a small service may well be named one by one.
    return calls if len(calls) >= _NEARLY else (*calls, f"{service}:\0")


def _nearly_all(rule: Rule, calls: tuple[str, ...]) -> bool:
    allowed = len(calls) // _NEARLY
    for call in calls:
        if not rule.speaks_of(call):
            allowed -= 1
            if allowed < 0:
                return False
    return True
