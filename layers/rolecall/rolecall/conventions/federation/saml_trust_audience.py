"""A trust in a SAML provider names the endpoint."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.saml import saml_findings
from rolecall.trust_convention import TrustConvention


class SamlTrustAudience(TrustConvention):
    """A role that SAML assertions open names the AWS sign-in endpoint that they must be made for.

    Why: A company's identity provider makes assertions for many services. Without `SAML:aud`, one that
    was made for another service, or taken from it, opens the role as well.

    The right way: Compare `SAML:aud` by StringEquals with the sign-in endpoint of the partition,
    `https://signin.aws.amazon.com/saml` and those of the Regions you use, such as
    `https://eu-west-1.signin.aws.amazon.com/saml`; China and GovCloud have others. It is the Recipient of
    the assertion, not its Audience. Roles for programs only may compare `SAML:iss`, `SAML:sub` or
    `SAML:sub_type` instead.

    The remedy: Writes the trust back without that provider in that statement, and without the statement
    where it names nobody else. Other endpoints and what was not understood for certain are only told.

    Undo: Writes the trust back with the text it had.
    """

    id = "saml-trust-audience"
    severity = Severity.MEDIUM
    standards = (user_guide("AWS SAML-based federation condition keys"),)

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        """Yield the providers whose assertions come in whatever they were made for."""
        return saml_findings(trust)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how the endpoint is named."""
        yield (
            '"Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}} '
            "in trust.json"
        )
        yield from super().advice(drift, related)
