"""A policy names the roles that its holder may assume."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from rolecall.model.drifts import Drift
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard, user_guide
from rolecall.policy.findings import Finding
from rolecall.policy.stars import assumes_a_name_anywhere, assumes_every_role
from rolecall.policy_convention import PolicyConvention


class PolicyNoAssumeroleStar(PolicyConvention):
    """No policy that the account wrote lets its holder assume every role.

    Why: Then only the trusts stand between its holder and every role of this account and of others, and
    a trust that names the whole account lets him in.

    The right way: List the ARNs of the roles, or bound them by a condition on aws:ResourceOrgID,
    aws:ResourceAccount or a tag of the role.

    The remedy: Makes the latest earlier version of a managed policy that is clean the default one, after
    somebody has approved it; where there is none, and for an inline policy, it only tells. `sts:*`,
    `sts:Assume*`, `*` and a NotAction that leaves it in grant it, too. A fixed name in every account is
    what vendors document for the accounts of their customers: it is told as low. An earlier version may
    grant something else that the live one does not, so this is declared as granting.

    Undo: Makes the same version the default one again.
    """

    id = "policy-no-assumerole-star"
    severity = Severity.HIGH
    standards = (
        user_guide("Grant a user permissions to switch roles"),
        Standard("Prowler", "", (("", "iam_no_custom_policy_permissive_role_assumption"),)),
    )
    by_itself = False
    example = (
        '{"Effect": "Allow", "Action": "sts:AssumeRole", '
        '"Resource": "arn:aws:iam::ACCOUNT:role/ROLE"}'
    )

    def findings(self, text: str, account: str) -> Iterable[Finding]:
        """The statements that let every role be assumed, or those of a fixed name anywhere."""
        return assumes_every_role(text, account) or assumes_a_name_anywhere(text, account)

    def drifts(self, subject: Any) -> Iterator[Drift]:
        """Yield one drift for each policy, a less bad one where the roles have a fixed name."""
        for drift in super().drifts(subject):
            text = subject.document if drift.subject.kind == "policy" else None
            text = text or subject.inline_policies[drift.part]
            vendors = not assumes_every_role(text, subject.ref.account)
            yield replace(drift, severity=Severity.LOW) if vendors else drift
