"""EventBridge rules: one for each watched AWS service, one for each activity convention."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rolecall.convention import ActivityConvention, Convention
from rolecall.model.scales import Mode
from rolecall.settings import Settings
from tools.operations import FUNCTIONS

# EventBridge: an event pattern may have 2,048 characters.
LONGEST_PATTERN = 2048
# EventBridge drops read-only events but for rules in this state (EventBridge user guide, "Events for
# read-only management events").
ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
API_CALL = "AWS API Call via CloudTrail"
# A failed call changes nothing, and these have many. Failed IAM calls pass, for some conventions are
# about them; detection ends them in code.
_FAILURES_STOPPED = ("ec2", "sts")
# Calls of these services that conventions watch may be read-only in CloudTrail's eyes.
_OF_READS = ("sts",)


def calls_by_service(conventions: Iterable[Convention]) -> dict[str, list[str]]:
    """The names of all watched calls, by service, sorted."""
    found: dict[str, set[str]] = {}
    for convention in conventions:
        for call in (*convention.watches, *convention.settled_by):
            service, _, name = call.partition(":")
            found.setdefault(service, set()).add(name)
    return {service: sorted(names) for service, names in sorted(found.items())}


def by(condition: list[Any]) -> dict[str, Any]:
    """The part of a pattern that is about the role whose session made the call."""
    return {"sessionContext": {"sessionIssuer": {"arn": condition}}}


def not_by(roles: Sequence[Any]) -> dict[str, Any]:
    """The part of a pattern that passes everybody but these roles.

    `anything-but` alone wants the field to exist, and a user's record has no sessionIssuer: the second
    branch passes those.
    """
    return by([{"anything-but": list(roles)}, {"exists": False}])


def service_pattern(service: str, names: list[str], own_roles: Sequence[Any]) -> dict[str, Any]:
    """The pattern that passes the watched calls of a service, but not those of Rolecall's own roles."""
    dated = service == "lambda"  # its record names carry API dates
    detail: dict[str, Any] = {
        "eventSource": [f"{service}.amazonaws.com"],
        "eventName": [{"prefix": name} for name in names] if dated else names,
        "userIdentity": not_by(own_roles),
    }
    if service in _FAILURES_STOPPED:
        detail["errorCode"] = [{"exists": False}]
    return {"source": [f"aws.{service}"], "detail-type": [API_CALL], "detail": detail}


def activity_pattern(convention: ActivityConvention, own_roles: Sequence[Any]) -> dict[str, Any]:
    """The convention's own pattern; where it is about Rolecall's own roles, for those only."""
    pattern = dict(convention.pattern)
    if convention.of_own_roles:
        pattern["detail"] = pattern["detail"] | {"userIdentity": by(list(own_roles))}
    return pattern


def _rule(service: str) -> str:
    """The logical name of a service's rule."""
    return f"{service.title().replace('-', '')}Changes"


def _length(pattern: Mapping[str, Any], own_roles: Sequence[Any]) -> int:
    # ARNs take the places of the references to the roles: at most 2048 by AWS, some 150 here.
    return len(json.dumps(pattern, separators=(",", ":"))) + 150 * len(own_roles)


def _service_patterns(
    service: str, names: list[str], own_roles: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """Yield the patterns of a service: one, or as many as EventBridge's limit asks for."""
    whole = service_pattern(service, names, own_roles)
    if _length(whole, own_roles) <= LONGEST_PATTERN or len(names) == 1:
        yield whole
        return
    middle = len(names) // 2
    yield from _service_patterns(service, names[:middle], own_roles)
    yield from _service_patterns(service, names[middle:], own_roles)


def patterns(
    conventions: Iterable[Convention], own_roles: Sequence[Any]
) -> dict[str, dict[str, Any]]:
    """Every pattern by the logical name of its rule.

    Raises:
        ValueError: a pattern is too long for EventBridge.
    """
    found = list(conventions)
    named: dict[str, dict[str, Any]] = {}
    for service, names in calls_by_service(found).items():
        for number, pattern in enumerate(_service_patterns(service, names, own_roles), 1):
            more = str(number) if number > 1 else ""
            named[f"{_rule(service)}{more}"] = pattern
    for convention in found:
        if isinstance(convention, ActivityConvention):
            name = f"{type(convention).__name__}Changes"
            named[name] = activity_pattern(convention, own_roles)
    for name, pattern in named.items():
        if (length := _length(pattern, own_roles)) > LONGEST_PATTERN:
            raise ValueError(f"The pattern of {name} has {length} characters; split its rule.")
    return named


def _arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def _states(conventions: Iterable[Convention]) -> dict[str, str]:
    """The state of each rule that is not simply enabled, by its logical name."""
    of_services = {_rule(service): ALL_MANAGEMENT_EVENTS for service in _OF_READS}
    return of_services | {
        f"{type(convention).__name__}Changes": ALL_MANAGEMENT_EVENTS
        for convention in conventions
        if isinstance(convention, ActivityConvention) and convention.of_reads
    }


def deployed(conventions: Iterable[Convention], settings: Settings) -> list[Convention]:
    """The conventions whose rules are deployed: a change that nobody may judge need not come in."""
    return [c for c in conventions if settings.mode(c.id) is not Mode.OFF]


def resources(conventions: Iterable[Convention], settings: Settings) -> dict[str, Any]:
    """The rules, and the policy that lets them, and nobody else, feed the changes queue."""
    looking = deployed(conventions, settings)
    named = patterns(looking, [_arn(f"{function}Role") for function in FUNCTIONS])
    states = _states(looking)
    rules: dict[str, Any] = {
        name: {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Description": f"What the conventions watch ({name})",
                "EventPattern": pattern,
                **({"State": states[name]} if name in states else {}),
                "Targets": [
                    {
                        "Id": "changes",
                        "Arn": _arn("ChangesQueue"),
                        "DeadLetterConfig": {"Arn": _arn("ChangesDeadLetters")},
                        # The body is the event itself, as the parser wants it.
                        "RetryPolicy": {
                            "MaximumEventAgeInSeconds": 86400,
                            "MaximumRetryAttempts": 185,
                        },
                    }
                ],
            },
        }
        for name, pattern in named.items()
    }
    both = [_arn("ChangesQueue"), _arn("ChangesDeadLetters")]
    statements = [
        {
            "Sid": "OnlyTheRules",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": both,
            "Condition": {
                "ArnEquals": {"aws:SourceArn": [_arn(name) for name in named]},
                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            },
        },
        {
            "Sid": "NobodyElse",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:SendMessage",
            "Resource": _arn("ChangesQueue"),
            "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}},
        },
    ]
    policy = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "ChangesQueue"}, {"Ref": "ChangesDeadLetters"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
        },
    }
    return rules | {"ChangesQueuePolicy": policy}
