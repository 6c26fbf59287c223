"""A user is in few groups."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.parts import at
from rolecall.model.pointing import is_name, subjects
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject, SubjectRef

# IAM user guide, "IAM and AWS STS quotas": no more can be asked for.
_MOST_OF_AWS = 10


class UserGroupSprawl(Convention):
    """A user is in no more groups than its job needs.

    Why: Groups that pile up on a user add their permissions up to what nobody has ever decided on.
    At ten groups AWS refuses the next one, mostly when it is needed at once.

    The right way: One group for one job. Where the registry of job roles tells what groups may carry, the
    message names the fewest of the user's groups that may carry all of it.

    The remedy: None: which job a user does is a decision for people.

    Undo: Nothing to take back.
    """

    id = "user-group-sprawl"
    severity = Severity.LOW
    standards = (user_guide("IAM user groups"), user_guide("IAM and AWS STS quotas"))
    watches = ("iam:AddUserToGroup",)
    needs = (Facet.USER_GROUPS,)
    related_needs = (Facet.USER_GROUPS,)
    settled_by = ("iam:RemoveUserFromGroup", "iam:DeleteUser")
    options = {  # noqa: RUF012  # declared as data, like the rest
        "most": Option(5, "The most groups that a user may be in.")
    }

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift when the user is in more groups than the settings allow."""
        count, most = len(user.groups), self.option("most")
        if count > most:
            yield self.drift(
                user.ref,
                part="groups",
                says=f"The user {user.ref.name} is in {count} groups; the most is {most}.",
                # How many and not which: one group more is news, another one in its place is not.
                found={"groups": count},
                expected={"groups": most},
            )

    def refused(self, change: Change) -> Iterator[Drift]:
        """Yield one drift when AWS refused a group because the user is in ten."""
        users = subjects(change, "user")
        if not change.error.startswith("LimitExceeded") or not isinstance(users, tuple):
            return
        group = at(change.request, "groupName")
        name = f"group {group}" if is_name("group", group) else "group"
        for user in users:
            yield self.drift(
                user,
                part="quota of groups",
                says=f"AWS refused to add the user {user.name} to the {name}: it is in {_MOST_OF_AWS} "
                "groups, and no user can be in more.",
                found={"refused": change.call},
                remediable=False,
            )

    def related(self, drift: Drift) -> SubjectRef:
        """The user itself: which groups it is in."""
        return drift.subject

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield which of its groups are enough, where that is known, and how to leave the others."""
        groups = sorted(related.groups) if isinstance(related, User) else []
        keep = self._fewest(groups)
        leave = [name for name in groups if name not in keep]
        if groups:
            yield f"It is in {', '.join(groups)}."
        if leave:
            yield f"All that the registry lets them carry, these may carry: {', '.join(keep)}."
        for group in leave or ["GROUP"]:
            yield (
                f"aws iam remove-user-from-group --user-name {quote(drift.subject.name)} "
                f"--group-name {quote(group)}"
            )

    def _fewest(self, groups: Sequence[str]) -> Sequence[str]:
        """The fewest groups that may carry what all of them may; one without known policies stays."""
        policies = {
            name: set(self.job_roles[name].policies)
            for name in groups
            if name in self.job_roles and self.job_roles[name].policies
        }
        everything = set().union(*policies.values())
        # AWS lets a user be in ten groups, so these are few.
        for size in range(len(policies)):
            for some in combinations(policies, size):
                if everything == set().union(*(policies[name] for name in some)):
                    return [name for name in groups if name in some or name not in policies]
        return groups
