"""What Rolecall's own roles did: matched to the intents of cases, and never judged as a new drift.

A call that no intent foretold is somebody else's under our role; a convention tells it. A record
decides nothing else here: whoever forges one can silence or tell that record, and no other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from rolecall.model.calls import Call
from rolecall.model.changes import Change, Rejected
from rolecall.model.parts import at, text
from rolecall.model.pointing import is_name, kinds_of, ref_of, subjects
from rolecall.model.policy_paths import holder_of
from rolecall.model.subjects import SubjectRef
from rolecall.model.times import seconds
from rolecall.policy.reading import same_document
from rolecall.ports import Ledger
from rolecall.registry import Registry

_CLOCKS_DIFFER = 60.0  # seconds at most between the function's clock and CloudTrail's
# How the ARN of a subject calls its kind, where that is another word.
_NOUN = {"identity-pool": "identitypool"}
# A case whose worker died may lie in the dead letters so long before it goes on under its intent.
_LONGEST = 14 * 86_400.0


@dataclass(frozen=True, slots=True)
class OwnRoles:
    """The roles of this stack, by the ARN that a record names as the session's issuer.

    Attributes:
        all: Every function's role.
        remediate: The one that makes remedies.
    """

    all: frozenset[str] = frozenset()
    remediate: str = ""

    @classmethod
    def of(cls, listed: str, remediate: str) -> Self:
        """The roles of a list with commas; an empty name is nobody's."""
        return cls(frozenset(filter(None, listed.split(","))), remediate)


NO_ROLES = OwnRoles()


class OwnChanges:
    """Knows the changes that Rolecall's own roles made, and which of them were intended."""

    def __init__(self, roles: OwnRoles, registry: Registry, ledger: Ledger) -> None:
        self._roles = roles
        self._registry = registry
        self._ledger = ledger

    def marked(self, change: Change) -> Change:
        """The change, marked as our own when a role of this stack made it."""
        return replace(change, own=True) if change.issuer in self._roles.all else change

    def intended(self, change: Change) -> bool:
        """Whether an intent of a case foretold exactly this call, by the role that makes remedies."""
        if not change.own or change.issuer != self._roles.remediate:
            return False
        at = seconds(change.time)
        return any(
            -_CLOCKS_DIFFER <= at - seconds(written) <= _LONGEST and _is(call, change)
            for ref in self._subjects(change)
            for written, call in self._ledger.intended(ref)
        )

    def _subjects(self, change: Change) -> Iterator[SubjectRef]:
        kinds = {
            kind
            for convention in self._registry
            if change.call in convention.remedies
            for kind in kinds_of(change.call, convention.kinds())
        }
        for kind in sorted(kinds):
            refs = subjects(change, kind)
            if not isinstance(refs, Rejected):
                yield from refs
            elif _says_nothing(change):
                yield from _refused(change, kind)
            elif is_name(kind, holder := _made_for(change, kind)):
                yield SubjectRef(kind, holder, change.account)


def _says_nothing(change: Change) -> bool:
    # IAM's records leave out the parameters of a call that was denied.
    return change.request is None and change.error.startswith("AccessDenied")


def _made_for(change: Change, kind: str) -> str:
    """The group or role that a policy is made for; "" where the change makes none."""
    path = text(at(change.request, "path")) if change.call == "iam:CreatePolicy" else None
    return holder_of(path or "", kind)


def _refused(change: Change, kind: str) -> Iterator[SubjectRef]:
    """Yield the subject that a denial names: `on resource: user bob`, or its ARN."""
    message = change.record.get("errorMessage")
    found = re.search(
        rf"on resource: (?:arn:[a-z-]+:[a-z-]+:[a-z0-9-]*:\d{{12}}:)?{_NOUN.get(kind, kind)}[ /](\S+)",
        message if isinstance(message, str) else "",
    )
    name = found[1].rpartition("/")[2] if found else ""
    if is_name(kind, name):
        yield ref_of(change, kind, name)


def _is(call: Call, change: Change) -> bool:
    if call.name != change.call:
        return False
    if _says_nothing(change):
        return True
    request = change.request or {}
    # EC2's later calls wrap their parameters.
    given = request.get(f"{change.call.partition(':')[2]}Request", request)
    return _same(call.parameters, given)


def _same(meant: Any, made: Any) -> bool:
    """Whether two values are the same but for the case of a key's first letter, and JSON's spacing."""
    if isinstance(meant, Mapping) and isinstance(made, Mapping):
        left, right = _keyed(meant), _keyed(made)
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(meant, list) and isinstance(made, list):
        return len(meant) == len(made) and all(map(_same, meant, made))
    return bool(meant == made) or (
        isinstance(meant, str) and isinstance(made, str) and same_document(meant, made)
    )


def _keyed(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key[:1].lower() + key[1:]: item for key, item in value.items()}
