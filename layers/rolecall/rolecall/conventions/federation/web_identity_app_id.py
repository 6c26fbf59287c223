"""A trust in Google, Facebook or Amazon names the app."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.app_ids import app_findings
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.trust_convention import TrustConvention


class WebIdentityAppId(TrustConvention):
    """A role for people who signed in with Google, Facebook or Amazon names the app they signed in to.

    Why: Anybody may register an app there. Without the app's id, whoever signed in to any app of that
    provider, or runs one, may assume the role.

    The right way: Compare `accounts.google.com:aud` (or `oaud`, of an app with several client ids),
    `graph.facebook.com:app_id` or `www.amazon.com:app_id` by StringEquals with your app's id; better,
    let an Amazon Cognito identity pool stand between. List your apps as `client_ids` under
    `identity_providers`; then any other is a drift.

    The remedy: Writes the trust back without that provider in that statement, and without the statement
    where it names nobody else. Patterns and what was not understood for certain are only told.

    Undo: Writes the trust back with the text it had.
    """

    id = "web-identity-app-id"
    severity = Severity.CRITICAL
    standards = (user_guide("AWS OIDC federation condition keys"),)

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        """Yield the providers of which any app comes in, or one that is not registered."""
        return app_findings(trust, self.registered.identity_providers)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how the app is named."""
        yield (
            '"Condition": {"StringEquals": {"accounts.google.com:aud": "APP-ID"}} in trust.json, or '
            "graph.facebook.com:app_id, www.amazon.com:app_id"
        )
        yield from super().advice(drift, related)
