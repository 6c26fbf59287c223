"""A trust in another account names who of it."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.platform_roles import reaches_account
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.cross_account import account_wide_findings
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.known_accounts import known_accounts
from rolecall.trust_convention import ToldTrustConvention


class RoleTrustNotAccountWide(ToldTrustConvention):
    """A role that another account may assume names the roles or users of that account.

    Why: A trust in an account's root, or its bare number, means whomever the people over there allow,
    today and later.

    The right way: Name the exact role, or keep the account and add ArnLike on aws:PrincipalArn: that
    outlives the role's being made anew. Such a trust is often meant, so this looks only where the
    settings name it, and not at roles by which a platform reaches the account.

    The remedy: None: who over there needs it only they know.

    Undo: Nothing to take back.
    """

    id = "role-trust-not-account-wide"
    severity = Severity.LOW
    standards = (user_guide("AWS JSON policy elements: Principal"),)
    ships_as = Mode.OFF

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:
        """Yield the accounts that come in whole."""
        if not reaches_account(role.ref, role.path):
            yield from account_wide_findings(trust, known_accounts(role, self.registered))

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how some of an account are named."""
        yield (
            '"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::ACCOUNT:role/ROLE"}} '
            "in trust.json"
        )
        yield from super().advice(drift, related)
