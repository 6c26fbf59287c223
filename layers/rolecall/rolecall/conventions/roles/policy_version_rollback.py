"""A policy does not go back to an older version that grants more."""

from collections.abc import Iterator
from shlex import quote
from typing import Any

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.policies import Policy, version_number
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_MONITOR_IAM_POLICY_CHANGES, Standard, attack
from rolecall.model.subjects import Subject
from rolecall.policy.comparing import grants_no_more

_SET = "iam:SetDefaultPolicyVersion"


class PolicyVersionRollback(Convention):
    """The default version of a policy is not an older one that grants more.

    Why: AWS keeps up to five versions of a policy. Whoever may choose among them brings back what was
    taken out, without writing a single statement: a known way to more rights.

    The right way: Write a new version, have it reviewed, and make that one the default. People accept the
    default version with `rolecall baseline accept`; without that, it is compared with the newest one.

    The remedy: Makes the version that was accepted the default one again, after somebody has approved it,
    when the default is older and grants something that the accepted one does not. Where nothing was
    accepted it only tells. They are compared statement by statement: one that is new, or a Deny that is
    missing, is more. The accepted version may grant something else, so this is declared as granting.

    Undo: Makes the older version the default one again.
    """

    id = "policy-version-rollback"
    severity = Severity.HIGH
    standards = (
        attack("T1098.003"),
        CIS_MONITOR_IAM_POLICY_CHANGES,
        Standard("Rhino Security Labs", "AWS IAM privilege escalation, method 2"),
    )
    watches = (_SET,)
    needs = (Facet.POLICY_VERSIONS, Facet.POLICY_DEFAULT_REVIEWED)
    remedies = (_SET,)
    widens = True
    by_itself = False
    settled_by = (_SET, "iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:DeletePolicy")

    def drifts(self, policy: Policy) -> Iterator[Drift]:
        """Yield one drift where the default version is a step back."""
        versions = policy.versions
        now = policy.default_version
        if now is None or ":iam::aws:" in policy.ref.name:
            return
        accepted = policy.default_reviewed if policy.default_reviewed in versions else None
        good = accepted or max(versions, key=version_number)
        if version_number(now) >= version_number(good):
            return
        if grants_no_more(versions[now]["text"], versions[good]["text"]):
            return
        yield self.drift(
            policy.ref,
            part="default version",
            says=f"The version {now} of the policy {policy.ref.name.rpartition('/')[2]} holds, which "
            f"grants what the {'accepted' if accepted else 'newest'} version {good} does not.",
            found={"version": now},
            expected={"version": good},
            before={"version": now},
            remediable=accepted is not None,
        )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Make the accepted version the default one again."""
        if not drift.remediable:
            return None
        policy = {"PolicyArn": drift.subject.name}
        return Remedy(
            Step(
                do=Call(_SET, policy | {"VersionId": drift.expected["version"]}),
                undo=Call(_SET, policy | {"VersionId": drift.before["version"]}),
            )
        )

    def part(self, policy: Policy, drift: Drift) -> Any:  # noqa: ARG002
        """The version that holds."""
        return policy.default_version

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how the two are compared, and how a new version is written."""
        arn = quote(drift.subject.name)
        for version in (drift.found["version"], drift.expected["version"]):
            yield f"aws iam get-policy-version --policy-arn {arn} --version-id {version}"
        yield (
            f"aws iam create-policy-version --policy-arn {arn} "
            "--policy-document file://policy.json --set-as-default"
        )
