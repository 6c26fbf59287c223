"""A group is written down with its job and its owner."""

import json
from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import SES_GROUP, is_registered
from rolecall.model.kinds.groups import Group
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject, SubjectRef

_REGISTRATION, _EXISTENCE = "registration", "existence"


class GroupJobRoleRegistered(Convention):
    """Every group is registered with its job and its owner, and every registered group is there.

    Why: Groups cannot be tagged, so nothing in the account says what a group is for and whom to ask about
    it. A group that nobody wrote down is reviewed by nobody; one that was deleted takes a whole job's
    permissions away.

    The right way: Write the group down in the settings' `job_roles` with its job, its owner and the
    policies it may carry, in the change that makes it; or use the registered group that already
    carries those policies. When a job ends, take its entry away and then the group. The name of a group
    is compared whatever its case, as AWS does it. The group that the SES console makes need not be
    registered.

    The remedy: None: it is the settings that say less or more than the account.

    Undo: Nothing to take back.
    """

    id = "group-job-role-registered"
    severity = Severity.LOW
    standards = (user_guide("IAM user groups"),)
    watches = ("iam:CreateGroup", "iam:UpdateGroup", "iam:DeleteGroup")
    needs = (Facet.GROUP_IDENTITY,)
    related_needs = (Facet.GROUP_ATTACHED_POLICIES,)
    ships_as = Mode.OFF
    # A group is made anew by deleting it first, and a new one may get another name in the next step.
    grace = 900

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift when nobody wrote the group down."""
        name = group.ref.name
        if name == SES_GROUP or is_registered(self.job_roles, name):
            return
        yield self.drift(
            group.ref,
            part=_REGISTRATION,
            says=f"The group {name} is not registered: nothing says what it is for and who owns it.",
            found={"registered": False},
            expected="an entry in the settings' job_roles",
        )

    def absent(self, ref: SubjectRef) -> Iterator[Drift]:
        """Yield one drift when a registered group is not there."""
        if is_registered(self.job_roles, ref.name):
            yield self.drift(
                ref,
                part=_EXISTENCE,
                says=f"The group {ref.name} is registered, and is not there.",
                found={"there": False},
                expected="the group, or no entry in the settings' job_roles",
            )

    def expects(self, account: str) -> Iterator[SubjectRef]:
        """Yield every registered group."""
        for name in self.job_roles:
            yield SubjectRef("group", name, account)

    def related(self, drift: Drift) -> SubjectRef | None:
        """The unregistered group itself: what it carries tells which registered group would do."""
        return drift.subject if drift.part == _REGISTRATION else None

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield the entry that is missing and who carries the same, or how to make the group anew."""
        name = drift.subject.name
        if drift.part == _EXISTENCE:
            yield f"aws iam create-group --group-name {quote(name)}"
            for arn in self._policies(name):
                yield f"aws iam attach-group-policy --group-name {quote(name)} --policy-arn {quote(arn)}"
            yield f"Or take {name} out of the settings' job_roles, if its job is gone."
            return
        carried = sorted(related.attached_policies) if isinstance(related, Group) else []
        entry = {"job_role": "JOB", "owner": "OWNER"} | ({"policies": carried} if carried else {})
        yield "Write it down in the settings:"
        yield f"job_roles: {json.dumps({name: entry})}"
        for other, role in self.job_roles.items():
            if carried and set(carried) <= set(role.policies):
                yield f"Or use {other} ({role.job_role}, of {role.owner}): it carries the same policies."

    def _policies(self, name: str) -> tuple[str, ...]:
        same = (role for known, role in self.job_roles.items() if known.lower() == name.lower())
        return next(same).policies
