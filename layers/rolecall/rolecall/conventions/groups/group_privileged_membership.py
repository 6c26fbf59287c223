"""Who is privileged is written down."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.groups import Group
from rolecall.model.parts import at, text
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard, attack
from rolecall.model.subjects import Subject
from rolecall.policy.administration import known_texts
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.matching import fits_any
from rolecall.policy.strangers import Answer


class GroupPrivilegedMembership(Convention):
    """Only users who are on the roll are in a group that can administer IAM.

    Why: Whoever may add users to a group of administrators can make himself one with a single call,
    and no policy changes by it, so that whoever watches policies sees nothing.

    The right way: Ask for the job through whoever may give it, and add the user to `members`: that
    list is the roll of privileged people, and every member of such a group who is not on it is a
    drift. A role that is assumed with a second factor, for a time, is better still than being a
    member for good.

    The remedy: Removes the one user from the group. It is meant for who added himself; whom somebody
    else added is only told unless `remove` is "all". Who is in `changers` may add anybody. A sweep
    cannot tell who added whom: it tells every member who is not on the roll, and where the settings
    let it act it removes them. A member whom the settings protect is never removed.

    Undo: Adds the user to the group again.
    """

    id = "group-privileged-membership"
    severity = Severity.CRITICAL
    standards = (
        attack("T1098.003"),
        Standard("Rhino Security Labs", "AWS privilege escalation: AddUserToGroup", (("", "13"),)),
    )
    watches = ("iam:AddUserToGroup",)
    needs = (Facet.GROUP_MEMBERS, Facet.GROUP_INLINE_POLICIES, Facet.GROUP_ATTACHED_POLICIES)
    remedies = ("iam:RemoveUserFromGroup",)
    settled_by = ("iam:RemoveUserFromGroup", "iam:DeleteUser", "iam:DeleteGroup")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "members": Option(
            (), "Names of users, or patterns with `*`, who may be in such a group: the roll."
        ),
        "changers": Option(
            (), "Names of roles or users, or patterns with `*`, who may add anybody to one."
        ),
        "remove": Option(
            "self", 'Whom to remove: "self", who added himself, or "all".', choices=("self", "all")
        ),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """What the attached policies say; without it only AWS's own of this sort are known."""
        return (Facet.GROUP_ATTACHED_DOCUMENTS,)

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift for each member of a privileged group who is not on the roll."""
        answer = grants_administration(_texts(group), group.ref.account)
        if answer is Answer.NO:
            return
        can = "can" if answer is Answer.YES else "may be able to"
        for member in group.members:
            if not _fits(member, self.option("members")):
                yield self.drift(
                    group.ref,
                    part=member,
                    says=f"The user {member} is in the group {group.ref.name}, which {can} administer "
                    "IAM, and is not on the roll.",
                    found={"member": member},
                    remediable=answer is Answer.YES,
                )

    def brought(self, drift: Drift, change: Change) -> Drift | None:
        """The drift about whom this change added; no others, and none where its actor may add them."""
        added = (text(at(change.request, "userName")) or "").lower()
        if added != drift.part.lower():
            return None  # another change brought that one, or a sweep tells it
        actors = list(_actors(change))
        if any(_fits(name, self.option("changers")) for _, name in actors):
            return None
        by_himself = ("user", added) in [(kind, name.lower()) for kind, name in actors]
        removes = by_himself or self.option("remove") == "all"
        says = f"{drift.says} He added himself." if by_himself else drift.says
        return replace(drift, says=says, remediable=drift.remediable and removes)

    def remedy(self, drift: Drift) -> Remedy:
        """Take that one user out of the group."""
        names = {"GroupName": drift.subject.name, "UserName": drift.part}
        return Remedy(
            Step(do=Call("iam:RemoveUserFromGroup", names), undo=Call("iam:AddUserToGroup", names))
        )

    def part(self, group: Group, drift: Drift) -> str | None:
        """The member's name while he is one, or None."""
        return drift.part if drift.part in group.members else None

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the two ways out."""
        group, user = quote(drift.subject.name), quote(drift.part)
        yield f"aws iam remove-user-from-group --group-name {group} --user-name {user}"
        yield f"Or, if {drift.part} is to be privileged, put him on the roll: `members` in the settings."


def _texts(group: Group) -> Iterator[str]:
    """What is known of the group's policies."""
    documents = group.state.get(Facet.GROUP_ATTACHED_DOCUMENTS, {})
    yield from known_texts(group.attached_policies, documents).values()
    yield from group.inline_policies.values()


def _fits(name: str, patterns: Iterable[str]) -> bool:
    # IAM tells names apart without regard to case.
    return fits_any(map(str.lower, patterns), name.lower())


def _actors(change: Change) -> Iterator[tuple[str, str]]:
    """Kind and name of the user or role that made the change. What a session calls itself is no name."""
    if change.actor.kind == "user":
        yield "user", change.actor.name
    kind, _, name = change.issuer.rpartition(":")[2].partition("/")
    if kind in ("user", "role"):
        yield kind, name.rpartition("/")[2]
