"""A group stands for a job."""

import re
from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import is_registered
from rolecall.model.kinds.groups import Group
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject

_WORDS = re.compile(r"[+=,.@_-]+")  # what IAM allows in a name beside letters and digits
_ENDING = "group"


class GroupNotPersonal(Convention):
    """A group stands for a job and not for one person.

    Why: A group that is named after its only member is a way round the rule that nobody has permissions
    of his own: whoever takes over that job gets another group, and the reviews of groups say nothing.

    The right way: Name the group after the job, and let the next person join it. A job that only one
    person has is fine: name its group in the settings' `job_roles`. This is a guess from names: a group
    with exactly one member counts as personal when its name, without the word group at its end, is the
    member's name or one of the words in it, whatever the case and the signs between the words. What
    follows an @ in the member's name does not count.

    The remedy: None: only people know what the job is.

    Undo: Nothing to take back.
    """

    id = "group-not-personal"
    severity = Severity.INFO
    standards = (user_guide("IAM user groups"),)
    watches = ("iam:CreateGroup", "iam:RemoveUserFromGroup")
    needs = (Facet.GROUP_MEMBERS,)
    ships_as = Mode.OFF
    # Members come and go one by one: a group of one is often about to be a group of two.
    grace = 3600
    settled_by = ("iam:AddUserToGroup", "iam:DeleteGroup")

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift when the only member gave the group its name."""
        name, members = group.ref.name, group.members
        if len(members) != 1 or is_registered(self.job_roles, name):
            return
        if _is_named_after(name, members[0]):
            yield self.drift(
                group.ref,
                part="members",
                says=f"The group {name} has one member, {members[0]}, and is named after it.",
                found={"member": members[0]},
                expected="a group that is named after a job",
            )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that gives it the name of the job, and the way to keep it."""
        yield f"aws iam update-group --group-name {quote(drift.subject.name)} --new-group-name JOB"
        yield f"If only one person has this job, name {drift.subject.name} in the settings' job_roles."


def _is_named_after(group: str, member: str) -> bool:
    words = _words(group)
    name = "".join(words[:-1] if len(words) > 1 and words[-1] == _ENDING else words)
    called = _words(member.partition("@")[0])
    return bool(name) and name in {*called, "".join(called)}


def _words(name: str) -> list[str]:
    return [word for word in _WORDS.split(name.lower()) if word]
