"""A role's trust says who may assume it."""

from collections.abc import Iterator

from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard, user_guide
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.trust import judge
from rolecall.trust_convention import TrustConvention


class RoleNoWildcardTrust(TrustConvention):
    """A role's trust names who may assume it.

    Why: A trust whose principal is everyone, with no condition that really restricts, hands the role's
    permissions to any AWS account in the world.

    The right way: Name the role ARNs or accounts that may assume the role; if the whole organization
    may, add a StringEquals condition on aws:PrincipalOrgID.

    The remedy: Writes the trust back without the one offending statement, and all else as it stands.
    When no statement would be left, it writes the closed trust document, which denies everyone until
    somebody decides; with `quarantine` it does so at once. Sessions that are already open stay open,
    but for `end_sessions`. Where people have accepted a trust and want it back
    (`rolecall baseline accept --restore`), that is written, if it grants nothing that the live one does
    not. A trust that cannot be judged with certainty is only told.

    Undo: Writes the trust back with the text it had, and takes the denial of a quarantine away.
    """

    id = "role-no-wildcard-trust"
    severity = Severity.CRITICAL
    standards = (
        user_guide("AWS JSON policy elements: Principal"),
        Standard("IAM Access Analyzer", "External access findings for roles"),
    )

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        """Yield the statements that let anyone in, or the one doubt."""
        verdict = judge(trust)
        for statement in verdict.open_statements:
            yield Finding(statement.index, statement.why, sure=verdict.inconclusive is None)
        if verdict.inconclusive and not verdict.open_statements:
            yield Finding(-1, _cannot(verdict.inconclusive), sure=False)

    def unclear(self, role: Role, problem: str) -> Iterator[Drift]:
        """Yield that a trust cannot be judged, for all conventions about trusts."""
        yield self.drift(
            role.ref,
            part="trust",
            says=f"The trust of the role {role.ref.name} {_cannot(problem)}.",
            found={"trust": role.trust},
            remediable=False,
        )


def _cannot(problem: str) -> str:
    return f"cannot be judged with certainty: {problem}"
