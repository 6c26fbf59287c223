"""A role's trust names known accounts."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.platform_roles import reaches_account
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard, attack
from rolecall.model.subjects import Subject
from rolecall.policy.cross_account import unknown_account_findings
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.known_accounts import known_accounts
from rolecall.trust_convention import TrustConvention


class RoleTrustKnownAccounts(TrustConvention):
    """A role lets in only accounts of the organization and registered third parties.

    Why: Who has got hold of an account often leaves a way back: a role that an account of his own may
    assume. It looks like any other trust between accounts, but for the number that nobody knows.

    The right way: Name principals of the organization, or bind the trust by StringEquals to
    aws:PrincipalOrgID. Register other accounts under `third_parties`, with owner and expiry, and the
    organization under `organization`: its id, and its accounts as a list or with `read: true` from AWS.
    Deleted principals are told by role-trust-orphan-principal, and everyone by role-no-wildcard-trust.
    Of a role by which a platform reaches the account, such as OrganizationAccountAccessRole, no doubt is
    told.

    The remedy: Writes the trust back without that principal, and without the statement where it names
    nobody else. While the organization's accounts are not known, or cannot be read, it is only told.

    Undo: Writes the trust back with the text it had.
    """

    id = "role-trust-known-accounts"
    severity = Severity.CRITICAL
    standards = (
        Standard("IAM Access Analyzer", "External access findings for roles"),
        attack("T1098"),
    )

    def wants(self, kind: str) -> tuple[Facet, ...]:
        """Also the organization's accounts, where the settings have them read."""
        accounts = (Facet.ROLE_ORGANIZATION_ACCOUNTS,) if self.registered.organization.read else ()
        return (*super().wants(kind), *accounts)

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:
        """Yield the principals of accounts that nobody knows."""
        spared = reaches_account(role.ref, role.path)
        for found in unknown_account_findings(trust, known_accounts(role, self.registered)):
            # By its name it should let in the account that manages this one: that is no doubt to tell.
            if found.sure or not spared:
                yield found

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how the account is made known, and how it is taken out."""
        yield (
            'third_parties: {"ACCOUNT": {name: WHO, owner: TEAM, expires: YYYY-MM-DD}} in rolecall.yaml'
            "   # if it is good"
        )
        yield f"rolecall explain-policy {drift.subject.arn}   # who can assume it"
        yield from super().advice(drift, related)
