"""No policy of the account is all of its rights."""

from collections.abc import Iterable

from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_NO_FULL_ADMIN, config_rule, security_hub
from rolecall.policy.findings import Finding
from rolecall.policy.wildcards import grants_everything
from rolecall.policy_convention import PolicyConvention


class PolicyNoFullAdmin(PolicyConvention):
    """No policy that the account wrote grants full administration, or all of IAM.

    Why: Whoever is given such a policy, today or by mistake in a year, holds the account. All of IAM is
    the same: it lets its holder give itself the rest.

    The right way: Grant the services that a job needs. For administrators attach AWS's own
    AdministratorAccess, which everybody recognises, to the break-glass role alone.

    The remedy: Makes the latest earlier version of a managed policy that is clean the default one; where
    there is none, and for an inline policy, it only tells. It is judged by what it lets its holder do:
    `*` and `*:*`, `iam:*`, NotAction, and what several statements grant together. A policy that is used
    as a boundary alone grants nothing. Where a condition may restrict it, or a Deny takes some of it
    away, it is only told. An earlier version may grant something else that the live one does not, so
    this is declared as granting.

    Undo: Makes the same version the default one again.
    """

    id = "policy-no-full-admin"
    severity = Severity.HIGH
    standards = (
        CIS_NO_FULL_ADMIN,
        security_hub("IAM.1"),
        config_rule("iam-policy-no-statements-with-admin-access"),
    )
    example = (
        '{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], '
        '"Resource": "arn:aws:s3:::BUCKET/*"}'
    )

    def findings(self, text: str, account: str) -> Iterable[Finding]:
        """What makes it full administration."""
        return grants_everything(text, account)
