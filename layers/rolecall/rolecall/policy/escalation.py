"""Ways in which a principal, with what all its policies let it do, takes every other right."""

from dataclasses import dataclass

from rolecall.policy.escalation_paths import PATHS, Known
from rolecall.policy.grants import Effective
from rolecall.policy.resources import Reach
from rolecall.policy.strangers import Answer

# A user who may do these to itself alone needs no more.
_ON_ITSELF = frozenset(
    {"iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"}
)


@dataclass(frozen=True, slots=True)
class Path:
    """One way that is open.

    Attributes:
        id: Its name for machines, such as `lambda-create-invoke`.
        actions: The calls that make it up, all of them granted.
        why: What it lets its holder do, as the rest of a sentence that begins with "which lets its
            holder ".
        leg: The call to take away, which closes it.
        sure: Whether that is certain. It is not where a call is granted on named resources, or under a
            condition, or where something strong must be there already.
    """

    id: str
    actions: tuple[str, ...]
    why: str
    leg: str
    sure: bool


def escalations(effective: Effective) -> tuple[Path, ...]:
    """Find the ways that a principal has.

    Args:
        effective: All of its policies: inline, attached, of its groups, within its boundary.

    Returns:
        Those that are open for certain first.
    """
    found = []
    for known in PATHS:
        answer = _is_open(known, effective)
        if answer is not Answer.NO:
            sure = answer is Answer.YES
            found.append(Path(known.id, known.calls, known.why, known.calls[0], sure))
    return tuple(sorted(found, key=lambda path: not path.sure))


def _is_open(known: Known, effective: Effective) -> Answer:
    answer = Answer.UNSURE if known.existing else Answer.YES
    for call in known.calls:
        granted = _is_granted(call, known.service, effective)
        if granted is Answer.NO:
            return Answer.NO
        if granted is Answer.UNSURE:
            answer = Answer.UNSURE
    return answer


def _is_granted(call: str, service: str, effective: Effective) -> Answer:
    """Whether a call is granted widely enough: one of IAM on all, any other on anything."""
    keys = {"iam:passedtoservice": service} if call == "iam:PassRole" else None
    grant = effective.grant(call, keys)
    if not call.startswith(("iam:", "sts:")):
        return grant.at_all
    if call in _ON_ITSELF and grant.surely in (Reach.OWN, Reach.EVERY):
        return Answer.YES
    if grant.maybe is Reach.OWN:
        return Answer.UNSURE if call in _ON_ITSELF else Answer.NO
    return Answer.UNSURE if grant.maybe is Reach.SOME else grant.on_all
