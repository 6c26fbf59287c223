"""Users assume roles with a second factor."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.platform_roles import reaches_account
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import CIS_CONSOLE_MFA, user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.cross_account import second_factor_findings
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.trust_convention import ToldTrustConvention


class RoleHumanMfa(ToldTrustConvention):
    """A role that IAM users may assume asks for a second factor.

    Why: Long-term access keys leak. Where a role asks for a second factor, a leaked key alone does not
    reach what the role may do.

    The right way: `Bool` with aws:MultiFactorAuthPresent `true`, or NumericLessThan on
    aws:MultiFactorAuthAge; better, let people come through an identity provider. BoolIfExists lets
    long-term keys through, for they bring no such key at all. Roles, services and people from an identity
    provider bring none either and would be shut out: so only trusts that admit users are judged, which
    are those of a whole account and of named users, and neither those with an external id nor those of
    platforms, such as OrganizationAccountAccessRole. It looks only where the settings name it, for
    whole-account trusts are common.

    The remedy: None: whether people or machines come by the role only its owners know.

    Undo: Nothing to take back.
    """

    id = "role-human-mfa"
    severity = Severity.MEDIUM
    standards = (CIS_CONSOLE_MFA, user_guide("Secure API access with MFA"))
    ships_as = Mode.OFF

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:
        """Yield where users come in with long-term keys alone."""
        if not reaches_account(role.ref, role.path):
            yield from second_factor_findings(trust)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how a second factor is asked for."""
        yield '"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}} in trust.json'
        yield from super().advice(drift, related)
