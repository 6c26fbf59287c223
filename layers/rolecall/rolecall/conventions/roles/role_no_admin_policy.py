"""A role carries the permissions of a job, and no job is all of them."""

from collections.abc import Iterator
from dataclasses import replace

from rolecall.convention import Convention, Option
from rolecall.model.calls import Remedy
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.platform_roles import is_platform_role
from rolecall.model.policy_commands import attach_command, delete_command, detach_command
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_NO_FULL_ADMIN, attack, config_rule
from rolecall.model.steps import deleted, detached
from rolecall.model.subjects import Subject
from rolecall.policy.administration import known_texts
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.matching import fits_any
from rolecall.policy.outsiders import lets_outsiders_in
from rolecall.policy.strangers import Answer
from rolecall.protection import whose


class RoleNoAdminPolicy(Convention):
    """No policy of a role grants full administration, or all of IAM.

    Why: Whoever gets into such a role holds the account: a program that can be made to leak its
    credentials, everybody in its trust, and whoever may pass it to a service.

    The right way: Attach the policy of the job to the role, and bound it with a permissions boundary.
    Let administrators assume a role of their own, with a second factor and for the time in which they
    need it, and name that one in `permitted`. The roles by which a platform reaches the account or
    deploys into it are left alone (AWS Organizations, Control Tower, stack sets, the CDK).

    The remedy: Detaches the one managed policy, or deletes the one inline policy, that grants it. It
    goes without an approval only where the role is handed to machines or strangers: it is in an instance
    profile, or its trust lets in an account that the settings do not know as one's own, or a web
    identity. Any other role loses it when somebody has approved that, whatever the mode. What
    CloudFormation brought is only told, for a deployment may need it to its end, and so is what cannot
    be judged with certainty. The last-admin guard holds: without a break-glass principal that can
    administer IAM afterwards, nothing is written.

    Undo: Attaches the same managed policy, or puts back the inline policy with the same text.
    """

    id = "role-no-admin-policy"
    severity = Severity.CRITICAL
    standards = (
        CIS_NO_FULL_ADMIN,
        config_rule("iam-policy-blacklisted-check"),
        attack("T1098.003"),
    )
    watches = ("iam:AttachRolePolicy", "iam:PutRolePolicy")
    needs = (Facet.ROLE_INLINE_POLICIES, Facet.ROLE_ATTACHED_POLICIES)
    remedies = ("iam:DetachRolePolicy", "iam:DeleteRolePolicy")
    settled_by = ("iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "permitted": Option(
            (), "Names of roles, or patterns with `*`, that may carry such a policy."
        ),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """What the attached policies say, and who gets into the role."""
        accounts = (Facet.ROLE_ORGANIZATION_ACCOUNTS,) if self.registered.organization.read else ()
        return (
            Facet.ROLE_EFFECTIVE_POLICIES,
            Facet.ROLE_INSTANCE_PROFILES,
            Facet.ROLE_TRUST,
            *accounts,
        )

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift for each policy that grants it, or may."""
        spared = whose(role.path) or is_platform_role(role.ref, role.path)
        if spared or fits_any(self.option("permitted"), role.ref.name):
            return
        texts = role.state.get(Facet.ROLE_EFFECTIVE_POLICIES, {}).get("texts", {})
        for arn, text in known_texts(role.attached_policies, texts).items():
            which = f"the policy {role.attached_policies[arn]}"
            yield from self._judged(role, arn, which, text, {"attached": arn})
        for name, text in role.inline_policies.items():
            yield from self._judged(role, name, f"the inline policy {name}", text, {"inline": text})

    def _judged(
        self, role: Role, part: str, which: str, text: str, found: dict[str, str]
    ) -> Iterator[Drift]:
        answer = grants_administration([text], role.ref.account)
        if answer is Answer.NO:
            return
        sure = answer is Answer.YES
        exposed = self._exposed(role)
        yield self.drift(
            role.ref,
            part=part,
            says=f"The role {role.ref.name}{exposed} carries {which}, which "
            + ("lets" if sure else "may let")
            + " whoever assumes it administer IAM"
            + ("." if sure else ": that cannot be judged with certainty."),
            found=found,
            remediable=sure,
            needs_approval=not exposed,
        )

    def _exposed(self, role: Role) -> str:
        """How machines or strangers get into the role, in a few words; "" where that is not certain."""
        profiles = role.state.get(Facet.ROLE_INSTANCE_PROFILES, ())
        if profiles:
            return f", which is in the instance profile {profiles[0]},"
        trust = role.state.get(Facet.ROLE_TRUST, "")
        own = self._own_accounts(role)
        strangers = own is not None and lets_outsiders_in(trust, own)
        return ", whose trust lets strangers in," if strangers else ""

    def _own_accounts(self, role: Role) -> frozenset[str] | None:
        """Ids of the accounts that are one's own; None where they could not be read."""
        organization = self.registered.organization
        read = role.state.get(Facet.ROLE_ORGANIZATION_ACCOUNTS) if organization.read else ()
        return None if read is None else organization.accounts.union(read, {role.ref.account})

    def brought(self, drift: Drift, change: Change) -> Drift:
        """Only told where a template brought it: taking it away would break a deployment that goes on."""
        by_template = change.through == "CloudFormation"
        return replace(drift, remediable=drift.remediable and not by_template)

    def remedy(self, drift: Drift) -> Remedy:
        """Take that one policy off the role."""
        if "attached" in drift.found:
            return Remedy(detached(drift.subject, drift.part))
        return Remedy(deleted(drift.subject, drift.part, drift.found["inline"]))

    def part(self, role: Role, drift: Drift) -> str | None:
        """The text or name of that policy on the role, or None."""
        policies = role.attached_policies if "attached" in drift.found else role.inline_policies
        return policies.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the commands that put the policy of the job in its place."""
        yield attach_command(drift.subject, "POLICY_OF_THE_JOB")
        take_off = detach_command if "attached" in drift.found else delete_command
        yield take_off(drift.subject, drift.part)
