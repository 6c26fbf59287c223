"""A policy names the roles that its holder may pass, and to whom."""

from collections.abc import Iterable

from rolecall.model.kinds.roles import Role
from rolecall.model.platform_roles import is_platform_role
from rolecall.model.scales import Severity
from rolecall.model.standards import attack, user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.findings import Finding
from rolecall.policy.stars import passes_every_role
from rolecall.policy_convention import PolicyConvention


class PolicyNoPassroleStar(PolicyConvention):
    """No policy that the account wrote lets its holder pass every role to whatever service takes one.

    Why: Whoever may pass a role to a service has its rights: he starts a function, an instance or a
    stack with the strongest role that the service may assume, and lets it work for him.

    The right way: Allow iam:PassRole on the ARNs of the roles that the job passes, under a condition on
    iam:PassedToService.

    The remedy: Makes the latest earlier version of a managed policy that is clean the default one, after
    somebody has approved it; where there is none, and for an inline policy, it only tells. `iam:*`,
    `iam:Pass*` and a NotAction that leaves it in grant it, too; `role/*` is every role as well as `*`
    is. What narrows it is the service, the resource that the role will be of, or a tag of the role; a
    wildcard there does not. Inline policies of roles that a platform deploys with are spared. An
    earlier version may grant something else that the live one does not, so this is declared as
    granting.

    Undo: Makes the same version the default one again.
    """

    id = "policy-no-passrole-star"
    severity = Severity.HIGH
    standards = (
        user_guide("Grant a user permissions to pass a role to an AWS service"),
        attack("T1098.003"),
    )
    by_itself = False
    example = (
        '{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::ACCOUNT:role/ROLE", '
        '"Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}'
    )

    def findings(self, text: str, account: str) -> Iterable[Finding]:
        """The statements that let every role be passed."""
        return passes_every_role(text, account)

    def spares(self, subject: Subject) -> bool:
        """Whether it is a role that a platform deploys with."""
        return isinstance(subject, Role) and is_platform_role(subject.ref, subject.path)
