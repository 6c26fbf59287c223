"""A group has members."""

from collections.abc import Iterator
from shlex import quote
from typing import Any

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import SES_GROUP, is_registered
from rolecall.model.kinds.groups import Group
from rolecall.model.policy_commands import delete_command, detach_command
from rolecall.model.scales import Severity
from rolecall.model.standards import config_rule, user_guide
from rolecall.model.steps import deleted, detached
from rolecall.model.subjects import Subject
from rolecall.policy.documents import denies_only
from rolecall.protection import is_protective

_POLICIES = (Facet.GROUP_INLINE_POLICIES, Facet.GROUP_ATTACHED_POLICIES)
_DELETING = ("iam:DetachGroupPolicy", "iam:DeleteGroupPolicy", "iam:DeleteGroup")


class GroupNotEmpty(Convention):
    """A group has at least one member.

    Why: A group without members does nothing today and gives its permissions to whoever is put into it
    tomorrow. Old ones pile up, and nobody knows any more what they were for.

    The right way: Add the people who have the job, or delete the group when the job is gone. A new group
    is given an hour to get its members. A group that is empty on purpose, such as one for emergencies, is
    an exemption or is `protected` in the settings. The group of the SES console is left alone.

    The remedy: None, unless the option `delete_after_days` says after how many days an empty group may
    go. Then its policies are taken off and it is deleted, and only after somebody approved it, whatever
    the mode. AWS does not tell since when a group is empty, so the days are those since it was made. A
    group in the settings' `job_roles` is never deleted, nor is one with a member, nor one that carries a
    policy that only denies, for it is kept to stop somebody.

    Undo: Makes the group anew under its path, and attaches and puts back the very policies. AWS gives it
    another unique id.
    """

    id = "group-not-empty"
    severity = Severity.LOW
    standards = (config_rule("iam-group-has-users-check"), user_guide("IAM user groups"))
    watches = ("iam:CreateGroup", "iam:RemoveUserFromGroup")
    needs = (Facet.GROUP_IDENTITY, Facet.GROUP_MEMBERS)
    remedies = _DELETING
    opt_in = dict.fromkeys(_DELETING, "delete_after_days")  # as for the options
    by_itself = False
    # A group is made first and gets its members later; this is no drift yet.
    grace = 3600
    settled_by = ("iam:AddUserToGroup", "iam:DeleteGroup")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "delete_after_days": Option(
            0, "Days after its making from which an empty group may be deleted; 0 for never."
        ),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """The policies, where the group may be deleted: undo puts them back."""
        return _POLICIES if self.option("delete_after_days") else ()

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift when nobody is in the group."""
        name = group.ref.name
        if group.members or name == SES_GROUP:
            return
        days = self.option("delete_after_days")
        # An age that is not known is no age.
        may_go = (
            days > 0
            and group.days_since(group.identity["created"]) >= days
            and not is_registered(self.job_roles, name)
            and not _stops_somebody(group)
        )
        deletable = may_go and group.knows(_POLICIES)
        yield self.drift(
            group.ref,
            part="members",
            says=f"The group {name} has no members"
            + (f", and was made {days} or more days ago." if may_go else "."),
            # That it may go now is another state, which is told once.
            found={"members": []} | ({"older_than_days": days} if may_go else {}),
            expected="at least one member",
            before=_whole(group) if deletable else None,
            remediable=deletable,
        )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Take its policies off and delete it."""
        if drift.before is None:
            return None
        group = {"GroupName": drift.subject.name}
        inline = drift.before["inline"]
        return Remedy(
            *(detached(drift.subject, arn) for arn in drift.before["attached"]),
            *(deleted(drift.subject, name, inline[name]) for name in sorted(inline)),
            Step(
                Call("iam:DeleteGroup", group),
                Call("iam:CreateGroup", group | {"Path": drift.before["path"]}),
            ),
        )

    def part(self, group: Group, drift: Drift) -> dict[str, Any]:  # noqa: ARG002
        """All that was read but its age, which is another one when undo has made it anew."""
        return {f.value: v for f, v in group.state.items() if f is not Facet.GROUP_IDENTITY}

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the two ways out; what it carries is named where it was read."""
        group = drift.subject.name
        yield f"aws iam add-user-to-group --group-name {quote(group)} --user-name USER"
        yield "Or, if its job is gone, take its policies off and delete it:"
        carried = drift.before or {"attached": (), "inline": ()}
        for arn in carried["attached"]:
            yield detach_command(drift.subject, arn)
        for name in sorted(carried["inline"]):
            yield delete_command(drift.subject, name)
        yield f"aws iam delete-group --group-name {quote(group)}"


def _stops_somebody(group: Group) -> bool:
    """Whether it carries a policy that only denies, and so waits for somebody to stop."""
    return group.knows(_POLICIES) and (
        any(denies_only(text) for text in group.inline_policies.values())
        or any(is_protective(arn) for arn in group.attached_policies)
    )


def _whole(group: Group) -> dict[str, Any]:
    return {
        "path": group.path or "/",
        "attached": sorted(group.attached_policies),
        "inline": dict(group.inline_policies),
    }
