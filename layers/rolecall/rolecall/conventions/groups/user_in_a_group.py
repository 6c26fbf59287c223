"""A user is in a group."""

from collections.abc import Iterator

from rolecall.convention import Convention, Option
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.group_commands import join_command
from rolecall.model.job_roles import job_group
from rolecall.model.kinds.users import User
from rolecall.model.scales import Severity
from rolecall.model.standards import config_rule, user_guide
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.console_users import is_console_user
from rolecall.policy.matching import fits_any


class UserInAGroup(Convention):
    """A user is in at least one group.

    Why: Permissions hang on groups. A user in none of them either can do nothing, and nobody needs it, or
    gets its permissions some other way, which no review of the groups shows.

    The right way: Add the user to the group of its job. A workload gets a role instead, and no user.

    The remedy: None: joining a group grants, so which one is a decision for people. A service user that
    is meant to be in no group is named in `groupless`, and needs a permissions boundary, for anyone can
    choose such a name. A user of the SES or Bedrock console is left alone where it holds just what the
    console gives it.

    Undo: Nothing to take back.
    """

    id = "user-in-a-group"
    severity = Severity.MEDIUM
    standards = (config_rule("iam-user-group-membership-check"), user_guide("IAM user groups"))
    # DeleteGroup names no user; who was in the group had to leave it before.
    watches = ("iam:CreateUser", "iam:RemoveUserFromGroup")
    needs = (Facet.USER_IDENTITY, Facet.USER_GROUPS)
    related_needs = (Facet.USER_TAGS,)
    # A user is made first and added to its group a moment later, and leaves it just before it is deleted.
    grace = 900
    settled_by = ("iam:AddUserToGroup", "iam:DeleteUser")
    options = {  # noqa: RUF012  # declared as data, like the rest
        "groupless": Option(
            (), "Names, with `*`, of users that may be in no group while they have a boundary."
        ),
        "job_role_tag": Option("job-role", "The tag that names a user's job role or group."),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """What tells a user of the SES or Bedrock console from one that only has such a name."""
        return (Facet.USER_INLINE_POLICIES, Facet.USER_ATTACHED_POLICIES)

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift when the user is in no group and is not meant to be in none."""
        if user.groups or self._is_groupless(user) or self._is_of_console(user):
            return
        yield self.drift(
            user.ref,
            part="groups",
            says=f"The user {user.ref.name} is in no group.",
            found=[],
            expected="at least one group",
        )

    def _is_groupless(self, user: User) -> bool:
        named = fits_any(self.option("groupless"), user.ref.name)
        return named and bool(user.identity.get("boundary"))

    def _is_of_console(self, user: User) -> bool:
        return user.knows(self.wants(user.kind)) and is_console_user(
            user.ref.name, user.inline_policies, user.attached_policies
        )

    def related(self, drift: Drift) -> SubjectRef:
        """The user itself: a tag may name its job role."""
        return drift.subject

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield the groups to choose from, and the command that joins the one of the user's job."""
        job = related.tags.get(self.option("job_role_tag"), "") if isinstance(related, User) else ""
        group = job_group(job, self.job_roles)
        if group:
            yield f"Its tag names the job role {job}, whose group is {group}."
        elif self.job_roles:
            known = (f"{name} ({role.job_role})" for name, role in sorted(self.job_roles.items()))
            yield f"Groups of job roles: {', '.join(known)}."
        yield join_command(drift.subject.name, group or "GROUP")
