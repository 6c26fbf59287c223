"""A trust in Amazon Cognito names the identity pool and the way people came."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard
from rolecall.model.subjects import Subject
from rolecall.policy.cognito import pool_findings
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.trust_convention import TrustConvention


class CognitoTrustAudAmr(TrustConvention):
    """A role for identities of Amazon Cognito names the identity pool, and guests or those signed in.

    Why: All pools of all accounts have the same principal. Without the pool's id, whoever makes a pool in
    an account of his own may assume the role; without `amr`, guests come in where only people who signed
    in are meant.

    The right way: Both conditions: StringEquals on `cognito-identity.amazonaws.com:aud` with the pool's
    id, and ForAnyValue:StringLike on `cognito-identity.amazonaws.com:amr` with `authenticated` or
    `unauthenticated`, one role for each.

    The remedy: Writes the trust back without Cognito in that statement, and without the statement where
    it names nobody else. A pattern of pools, a role for both ways, and what was not understood for
    certain are only told.

    Undo: Writes the trust back with the text it had.
    """

    id = "cognito-trust-aud-amr"
    severity = Severity.CRITICAL
    standards = (Standard("Amazon Cognito Developer Guide", "Role trust and permissions"),)

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        """Yield where any pool, or guests beside those who signed in, come in."""
        return pool_findings(trust)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how pool and way are named."""
        yield (
            '"Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "REGION:POOL-ID"}, '
            '"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}} '
            "in trust.json"
        )
        yield from super().advice(drift, related)
