"""A role's trust says who may assume it."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift, digest
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard, user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.documents import CLOSED_TRUST, without_statement
from rolecall.policy.trust import judge_trust


class RoleNoWildcardTrust(Convention):
    """A role's trust names who may assume it.

    Why: A trust whose principal is everyone, with no condition that really restricts, hands the role's
    permissions to any AWS account in the world.

    The right way: Name the role ARNs or accounts that may assume the role; if the whole organization
    may, add a StringEquals condition on aws:PrincipalOrgID.

    The remedy: Writes the trust back without the one offending statement. When no statement would be
    left, it writes the closed trust document, which denies everyone until somebody decides. Sessions
    that are already open stay open. A trust that cannot be judged with certainty is only told.

    Undo: Writes the trust back with the text it had.
    """

    id = "role-no-wildcard-trust"
    severity = Severity.CRITICAL
    standards = (
        user_guide("AWS JSON policy elements: Principal"),
        Standard("IAM Access Analyzer", "External access findings for roles"),
    )
    watches = ("iam:CreateRole", "iam:UpdateAssumeRolePolicy")
    needs = (Facet.ROLE_TRUST,)
    remedies = ("iam:UpdateAssumeRolePolicy",)
    settled_by = ("iam:UpdateAssumeRolePolicy", "iam:DeleteRole")

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift for each statement that lets anyone in, or one for an unclear trust."""
        verdict = judge_trust(role.trust)
        # A statement is known by what it says: its place shifts when another one is removed.
        places: dict[str, list[int]] = {}
        for statement in verdict.open_statements:
            places.setdefault(statement.statement_json, []).append(statement.index)
        for statement in verdict.open_statements:
            indexes = places.pop(statement.statement_json, None)
            if indexes is None:
                continue
            left: str | None = role.trust
            for index in reversed(indexes):
                left = without_statement(left, index) if left else None
            yield self.drift(
                role.ref,
                part=f"statement {digest(statement.statement_json)[:8]}",
                says=f"The trust of the role {role.ref.name} {statement.why}.",
                found={"statement": statement.statement_json},
                expected={"trust": left or CLOSED_TRUST},
                before={"trust": role.trust},
                remediable=verdict.inconclusive is None,
            )
        if verdict.inconclusive and not verdict.open_statements:
            yield self.drift(
                role.ref,
                part="trust",
                says=f"The trust of the role {role.ref.name} cannot be judged with certainty: "
                f"{verdict.inconclusive}.",
                found={"trust": role.trust},
                remediable=False,
            )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Write the trust back without that one statement."""
        if not drift.remediable:
            return None
        role = {"RoleName": drift.subject.name}
        return Remedy(
            Step(
                do=Call(
                    "iam:UpdateAssumeRolePolicy",
                    role | {"PolicyDocument": drift.expected["trust"]},
                ),
                undo=Call(
                    "iam:UpdateAssumeRolePolicy", role | {"PolicyDocument": drift.before["trust"]}
                ),
            )
        )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that writes a trust with named principals."""
        yield (
            f"aws iam update-assume-role-policy --role-name {quote(drift.subject.name)} "
            "--policy-document file://trust.json"
        )
