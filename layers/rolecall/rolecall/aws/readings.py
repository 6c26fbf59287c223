"""What a reading is: one way to read some facets of a subject, and the calls that it makes.

Permissions of the functions are generated from the calls named with each reading.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.failures import is_gone
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef

State = dict[Facet, Any]
# The state, then path and unique id as far as the answer tells them.
Read = Callable[[Aws, SubjectRef], tuple[State, *tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read some facets.

    Attributes:
        facets: The facets it reads.
        calls: The AWS calls it makes.
        read: Reads them, and the subject's path and unique id where the answer tells them.
    """

    facets: tuple[Facet, ...]
    calls: tuple[str, ...]
    read: Read


READINGS: list[Reading] = []


def reads(*facets: Facet, by: tuple[str, ...]) -> Callable[[Read], Read]:
    """Register a function as the reading of these facets."""

    def register(read: Read) -> Read:
        READINGS.append(Reading(facets, by, read))
        return read

    return register


def pages(aws: Aws, service: str, operation: str, key: str, **parameters: Any) -> list[Any]:
    """All items of a list that AWS gives in pages."""
    paginator = aws.client(service).get_paginator(operation)
    return [item for page in paginator.paginate(**parameters) for item in page[key]]


def texts(names: Iterable[str], get: Callable[[str], Any]) -> dict[str, str]:
    """Policy text by name; a policy that went away after it was listed is not there."""
    found = {}
    for name in names:
        try:
            found[name] = policy_text(get(name)["PolicyDocument"])
        except ClientError as error:
            if not is_gone(error):
                raise
    return found


def policy_text(document: Any) -> str:
    """The text of a policy, exactly as it was written."""
    # IAM answers with percent-encoded text (RFC 3986); the embedded account may answer with plain.
    text = str(document)
    return text if text.lstrip().startswith("{") else unquoted(text)


def unquoted(text: str) -> str:
    """Percent-encoded text as it was, just as `urllib.parse.unquote` has it.

    That one takes several times as long, most of what a sweep takes: policies are full of the same few
    signs between their words.
    """
    parts = _ESCAPED.split(text)
    parts[1::2] = map(_signs, parts[1::2])
    return "".join(parts)


_ESCAPED = re.compile("((?:%[0-9A-Fa-f]{2})+)")


@lru_cache(maxsize=1024)
def _signs(escaped: str) -> str:
    return bytes.fromhex(escaped.replace("%", "")).decode(errors="replace")


def time_text(time: datetime) -> str:
    """A time of an answer as Rolecall writes times."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def named(answer: Iterable[Any]) -> dict[str, str]:
    """Policy name by policy ARN, of attached policies."""
    return {policy["PolicyArn"]: policy["PolicyName"] for policy in answer}


def tags_of(tags: Iterable[Any]) -> dict[str, str]:
    """Value by tag key."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def boundary_of(item: Any) -> str | None:
    """ARN of the permissions boundary of a user or role, or None."""
    found: str | None = item.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return found


def groups_with(aws: Aws, arn: str) -> list[str]:
    """Names of the groups that carry a policy."""
    found = pages(
        aws,
        "iam",
        "list_entities_for_policy",
        "PolicyGroups",
        PolicyArn=arn,
        EntityFilter="Group",
    )
    return [group["GroupName"] for group in found]
