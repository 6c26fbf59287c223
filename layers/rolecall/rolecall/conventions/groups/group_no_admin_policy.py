"""A group carries the permissions of a job, and no job is all of them."""

from collections.abc import Iterator

from rolecall.convention import Convention, Option
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.groups import Group
from rolecall.model.policy_commands import attach_command, delete_command, detach_command
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_NO_FULL_ADMIN, config_rule
from rolecall.model.steps import deleted, detached
from rolecall.model.subjects import Subject
from rolecall.policy.administration import known_texts
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.strangers import Answer


class GroupNoAdminPolicy(Convention):
    """No policy of a group grants full administration, or all of IAM.

    Why: Whoever holds all rights, or all of IAM, holds the account; through a group every member
    holds it, at every moment, with every access key. One stolen key of one member is then enough.

    The right way: Attach the policy of the job to the group. Let administrators assume a role, with a
    second factor, for the time in which they need it. A group that shall stay one of administrators
    is named in `permitted`, or has the policy among the `policies` of its entry in the settings'
    `job_roles`.

    The remedy: Detaches the one managed policy, or deletes the one inline policy, that grants it. It
    is judged by what it lets its holder do, however it is spelled. Where that is not certain, because
    a condition may restrict it, a Deny takes some of it away, or the text cannot be judged, it is
    only told. The last-admin guard holds: without a break-glass principal that can administer IAM
    afterwards, nothing is written.

    Undo: Attaches the same managed policy, or puts back the inline policy with the same text.
    """

    id = "group-no-admin-policy"
    severity = Severity.HIGH
    standards = (CIS_NO_FULL_ADMIN, config_rule("iam-policy-blacklisted-check"))
    watches = ("iam:AttachGroupPolicy", "iam:PutGroupPolicy")
    needs = (Facet.GROUP_INLINE_POLICIES, Facet.GROUP_ATTACHED_POLICIES)
    remedies = ("iam:DetachGroupPolicy", "iam:DeleteGroupPolicy")
    settled_by = ("iam:DetachGroupPolicy", "iam:DeleteGroupPolicy", "iam:DeleteGroup")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "permitted": Option((), "Names of groups that may carry such a policy."),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """What the attached policies say; without it only AWS's own of this sort are known."""
        return (Facet.GROUP_ATTACHED_DOCUMENTS,)

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift for each policy that grants it, or may."""
        if group.ref.name.lower() in map(str.lower, self.option("permitted")):
            return
        registered = self.job_roles.get(group.ref.name)
        documents = group.state.get(Facet.GROUP_ATTACHED_DOCUMENTS, {})
        for arn, text in known_texts(group.attached_policies, documents).items():
            if not (registered and arn in registered.policies):
                which = f"the policy {group.attached_policies[arn]}"
                yield from self._judged(group, arn, which, text, {"attached": arn})
        for name, text in group.inline_policies.items():
            yield from self._judged(
                group, name, f"the inline policy {name}", text, {"inline": text}
            )

    def _judged(
        self, group: Group, part: str, which: str, text: str, found: dict[str, str]
    ) -> Iterator[Drift]:
        answer = grants_administration([text], group.ref.account)
        if answer is Answer.NO:
            return
        sure = answer is Answer.YES
        yield self.drift(
            group.ref,
            part=part,
            says=f"The group {group.ref.name} carries {which}, which "
            + ("lets" if sure else "may let")
            + " its members administer IAM"
            + ("." if sure else ": that cannot be judged with certainty."),
            found=found,
            remediable=sure,
        )

    def remedy(self, drift: Drift) -> Remedy:
        """Take that one policy off the group."""
        if "attached" in drift.found:
            return Remedy(detached(drift.subject, drift.part))
        return Remedy(deleted(drift.subject, drift.part, drift.found["inline"]))

    def part(self, group: Group, drift: Drift) -> str | None:
        """The text or name of that policy on the group, or None."""
        policies = group.attached_policies if "attached" in drift.found else group.inline_policies
        return policies.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the commands that put the policy of the job in its place."""
        group = drift.subject
        yield attach_command(group, "POLICY_OF_THE_JOB")
        take_off = detach_command if "attached" in drift.found else delete_command
        yield take_off(group, drift.part)
