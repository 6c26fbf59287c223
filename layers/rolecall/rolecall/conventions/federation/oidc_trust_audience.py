"""A trust in an OpenID Connect provider names the audience."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.web_identity import audience_findings
from rolecall.trust_convention import TrustConvention


class OidcTrustAudience(TrustConvention):
    """A role that an OpenID Connect provider's tokens open names the audience that they must be for.

    Why: A token says for whom it was made. Without a condition on that, a token that was handed to some
    other service opens the role as well, for that service or whoever takes it from there.

    The right way: Compare `aud` by StringEquals, under the provider's whole URL with its path, such as
    `token.actions.githubusercontent.com:aud` with `sts.amazonaws.com`. List the audiences of a provider
    as its `client_ids` under `identity_providers`; then any other is a drift. ForAllValues and IfExists
    do not bound it, for they hold without an audience.

    The remedy: Writes the trust back without that provider in that statement, and without the statement
    where it names nobody else. Whoever came in by it is shut out, so settle the others in mode notify
    first. Patterns and what was not understood for certain are only told.

    Undo: Writes the trust back with the text it had.
    """

    id = "oidc-trust-audience"
    severity = Severity.HIGH
    standards = (user_guide("Create a role for OpenID Connect federation"),)

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        """Yield the providers whose tokens come in for any audience, or an unregistered one."""
        return audience_findings(trust, self.registered.identity_providers)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how the audience is named."""
        url = drift.part.partition(":oidc-provider/")[2]
        yield f'"Condition": {{"StringEquals": {{"{url}:aud": "CLIENT-ID"}}}} in trust.json'
        yield from super().advice(drift, related)
