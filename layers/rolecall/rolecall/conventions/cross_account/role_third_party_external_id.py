"""Third parties assume roles with an external id."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.platform_roles import reaches_account
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.cross_account import external_id_findings
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.known_accounts import known_accounts
from rolecall.trust_convention import ToldTrustConvention


class RoleThirdPartyExternalId(ToldTrustConvention):
    """A role that an account outside the organization may assume asks for that party's external id.

    Why: A vendor assumes the roles of many customers. Without an external id that the vendor made for
    you, another customer can give your role's name as his own, and the vendor works in your account on
    his behalf: the confused deputy.

    The right way: StringEquals on sts:ExternalId with the id that the vendor gave you and no other
    customer. It is no secret. A pattern, an empty text and one's own account number are no bound, for
    anybody can have them. Accounts of the organization need none, nor does a role by which a platform
    reaches the account, such as OrganizationAccountAccessRole.

    The remedy: None: the id must come from the vendor.

    Undo: Nothing to take back.
    """

    id = "role-third-party-external-id"
    severity = Severity.HIGH
    standards = (user_guide("Access to AWS accounts owned by third parties"),)

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """The organization's accounts, where the settings have them read."""
        return (Facet.ROLE_ORGANIZATION_ACCOUNTS,) if self.registered.organization.read else ()

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:
        """Yield the third parties that need not tell on whose behalf they come."""
        if not reaches_account(role.ref, role.path):
            yield from external_id_findings(trust, known_accounts(role, self.registered))

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how the id is asked for."""
        yield '"Condition": {"StringEquals": {"sts:ExternalId": "ID-FROM-THE-VENDOR"}} in trust.json'
        yield from super().advice(drift, related)
