"""A group carries the permissions of a job."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import SES_GROUP
from rolecall.model.kinds.groups import Group
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject


class GroupHasPolicy(Convention):
    """A group carries at least one policy.

    Why: A group exists to carry the permissions of a job. One without any policy grants nothing, and
    its members get what they need some other way.

    The right way: Attach the policy of that job to the group, or delete the group if the job is gone. One
    that is meant to carry none, such as a mere scope, is `policyless` in the settings' `job_roles`.

    The remedy: None: which policy a group should carry is a decision for people.

    Undo: Nothing to take back.
    """

    id = "group-has-policy"
    severity = Severity.LOW
    standards = (user_guide("IAM user groups"),)
    watches = ("iam:CreateGroup", "iam:DetachGroupPolicy", "iam:DeleteGroupPolicy")
    needs = (Facet.GROUP_INLINE_POLICIES, Facet.GROUP_ATTACHED_POLICIES)
    # A group is made first and gets its policy a moment later; this is no drift yet.
    grace = 900
    settled_by = ("iam:AttachGroupPolicy", "iam:PutGroupPolicy", "iam:DeleteGroup")

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift when the group carries no policy of either sort."""
        if group.inline_policies or group.attached_policies:
            return
        registered = self.job_roles.get(group.ref.name)
        if group.ref.name == SES_GROUP or (registered and registered.policyless):
            return
        yield self.drift(
            group.ref,
            part="policies",
            says=f"The group {group.ref.name} carries no policy.",
            found=[],
            expected="at least one policy",
        )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the two ways out."""
        yield f"aws iam attach-group-policy --group-name {quote(drift.subject.name)} --policy-arn POLICY"
        yield f"aws iam delete-group --group-name {quote(drift.subject.name)}"
