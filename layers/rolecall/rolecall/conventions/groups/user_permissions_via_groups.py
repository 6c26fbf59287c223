"""Users get their permissions through groups."""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.group_commands import join_command
from rolecall.model.job_roles import job_group
from rolecall.model.kinds.policies import Policy
from rolecall.model.kinds.users import User
from rolecall.model.registered import Registered
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_PERMISSIONS_THROUGH_GROUPS, config_rule, security_hub
from rolecall.model.steps import deleted, detached
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.console_users import is_put_by_aws, sends_mail
from rolecall.policy.documents import denies_only

# What is read for a move: where the user belongs, where it is, and what the groups carry.
_JOB = {"tag": Facet.USER_TAGS, "path": Facet.USER_IDENTITY}  # whose reading tells the path
_FOR_A_MOVE = (Facet.USER_GROUPS, Facet.USER_CARRYING_GROUPS)


class UserPermissionsViaGroups(Convention):
    """Users get permissions only through groups.

    Why: A policy put straight on a user is missed when groups are reviewed, and stays when the user
    changes jobs. Permissions that hang on a group are reviewed once and hold for everybody in that job.

    The right way: Put the permission on the group of that job and add the user to the group; people
    are better off still with a role that they assume through Identity Center.

    The remedy: Detaches the one managed policy, or deletes the one inline policy, that was found.
    Policies that AWS itself puts on users (quarantine, deny-all, change-password, SES and Bedrock
    users) and inline policies that only deny are left alone. With `move_by` the remedy first adds the
    user to the group of its job, so that it keeps what it had. It does so where `job_roles` names exactly
    one group for that job, the group carries the policy already and nothing but the `policies` that are
    listed for it, and its `max_members` are not reached. Where any of this is not so, and for inline
    policies, it is as without the option. Whoever may tag users, or change their paths, then says
    which job they have and so what they get: let only those do it who may decide that.

    Undo: Attaches the same managed policy, or puts back the inline policy with the same text. A user that
    the remedy added to a group leaves that group again; where the group had taken the place of several
    policies, their cases are undone together, the latest first.
    """

    id = "user-permissions-via-groups"
    severity = Severity.HIGH
    standards = (
        CIS_PERMISSIONS_THROUGH_GROUPS,
        security_hub("IAM.2"),
        config_rule("iam-user-no-policies-check"),
    )
    watches = ("iam:AttachUserPolicy", "iam:PutUserPolicy")
    needs = (Facet.USER_INLINE_POLICIES, Facet.USER_ATTACHED_POLICIES)
    related_needs = (Facet.POLICY_GROUPS,)
    remedies = ("iam:AddUserToGroup", "iam:DetachUserPolicy", "iam:DeleteUserPolicy")
    opt_in = {"iam:AddUserToGroup": "move_by"}  # noqa: RUF012  # declared as data, like the rest
    settled_by = ("iam:DetachUserPolicy", "iam:DeleteUserPolicy", "iam:DeleteUser")
    options = {  # noqa: RUF012  # declared as data, like the rest
        "move_by": Option(
            "",
            "What tells a user's job, so that the remedy moves the user to the group of that job: a tag, "
            "or the last part of the path, which then is the group's name.",
            choices=("", "tag", "path"),
        ),
        "job_role_tag": Option("job-role", "The tag that names a user's job role or group."),
    }

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        registered: Registered | None = None,
    ) -> None:
        super().__init__(options, registered)
        self.widens = bool(self.option("move_by"))

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """What a move depends on; nothing more is read without one."""
        by = self.option("move_by")
        return (_JOB[by], *_FOR_A_MOVE) if by else ()

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift for each policy that hangs on the user itself."""
        for arn, name in user.attached_policies.items():
            if not is_put_by_aws(user.ref.name, arn, name):
                group = self._group_for(user, arn)
                yield self.drift(
                    user.ref,
                    part=arn,
                    says=f"The policy {name} is attached to the user {user.ref.name} itself.",
                    found={"attached": arn},
                    expected={"joins": group} if group else None,
                )
        for name, text in user.inline_policies.items():
            if not sends_mail(name, text) and not denies_only(text):
                yield self.drift(
                    user.ref,
                    part=name,
                    says=f"The user {user.ref.name} holds the inline policy {name}.",
                    found={"inline": text},
                )

    def _group_for(self, user: User, arn: str) -> str:
        """The group that the user has to join to keep the policy; "" where it may join none for it."""
        wanted = self.wants(user.kind)
        if not wanted or not user.knows(wanted):
            return ""
        group = self._job_group(user)
        carried = user.carrying_groups.get(group)
        if not carried or group in user.groups:
            return ""
        role, attached = self.job_roles[group], set(carried["attached"])
        permitted = arn in attached and attached <= set(role.policies) and not carried["inline"]
        full = 0 < role.max_members <= carried["members"]
        return group if permitted and not full else ""

    def _job_group(self, user: User) -> str:
        if self.option("move_by") == "tag":
            return job_group(user.tags.get(self.option("job_role_tag"), ""), self.job_roles)
        name = user.path.rstrip("/").rpartition("/")[2]
        return name if name in self.job_roles else ""

    def remedy(self, drift: Drift) -> Remedy:
        """Take that one policy off the user, who first joins the group that the drift names."""
        if "attached" in drift.found:
            detach = detached(drift.subject, drift.part)
            if not drift.expected:
                return Remedy(detach)
            membership = {"UserName": drift.subject.name, "GroupName": drift.expected["joins"]}
            # In this order the user never lacks what it had.
            return Remedy(
                Step(
                    do=Call("iam:AddUserToGroup", membership),
                    undo=Call("iam:RemoveUserFromGroup", membership),
                ),
                detach,
            )
        return Remedy(deleted(drift.subject, drift.part, drift.found["inline"]))

    def part(self, user: User, drift: Drift) -> str | None:
        """The text or ARN of that policy on the user, or None."""
        policies = user.attached_policies if "attached" in drift.found else user.inline_policies
        return policies.get(drift.part)

    def related(self, drift: Drift) -> SubjectRef | None:
        """The attached policy: groups that carry it are where the user belongs."""
        if "attached" not in drift.found:
            return None
        return SubjectRef("policy", drift.part, drift.subject.account)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield the groups that already carry the policy, and the command that joins one."""
        user = drift.subject.name
        if drift.expected:
            yield f"The group of its job, {drift.expected['joins']}, carries it."
            yield join_command(user, drift.expected["joins"])
        elif isinstance(related, Policy) and related.groups:
            yield f"Groups that already carry it: {', '.join(related.groups)}."
            yield join_command(user, related.groups[0])
        elif "attached" in drift.found:
            yield "No group carries this policy yet: attach it to the group of that job."
            yield f"aws iam attach-group-policy --group-name GROUP --policy-arn {quote(drift.part)}"
        else:
            yield "Put the same permissions on the group of that job, and add the user to it:"
            yield join_command(user, "GROUP")
