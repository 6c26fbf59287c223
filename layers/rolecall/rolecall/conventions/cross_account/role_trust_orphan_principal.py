"""A role's trust names principals that exist."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.cross_account import orphan_findings
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.trust_convention import ToldTrustConvention


class RoleTrustOrphanPrincipal(ToldTrustConvention):
    """A role's trust names no user or role that was deleted.

    Why: What is left of a deleted principal in a trust is its id, which lets nobody in and hides who was
    meant; in a Deny, whoever was made anew under the old name is not denied. A trust that names one
    cannot be written back once it was changed.

    The right way: Take the id out of the trust, or name who took that principal's place. Only a sweep
    tells it: IAM turns the ARN into the id some time after the deletion, and no record tells which trusts
    named it.

    The remedy: None: AWS refuses a document with the id of a deleted principal, so it could not be taken
    back.

    Undo: Nothing to take back.
    """

    id = "role-trust-orphan-principal"
    severity = Severity.LOW
    standards = (user_guide("AWS JSON policy elements: Principal"),)
    watches = ()

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        """Yield the deleted principals."""
        return orphan_findings(trust)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how the id is taken out."""
        yield "Take the id out of trust.json, or put in who is meant; then:"
        yield from super().advice(drift, related)
