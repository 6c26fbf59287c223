"""What the conventions about a role's trust share: what they read, and the smallest remedy."""

from collections.abc import Iterator
from shlex import quote
from typing import Any, ClassVar, Final

from rolecall.convention import Convention, Option
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift, digest
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Reviewed, Role
from rolecall.model.steps import put, trust_written
from rolecall.model.subjects import Subject
from rolecall.policy.comparing import gone_from, grants_no_more
from rolecall.policy.documents import CLOSED_TRUST, Document, parse_document
from rolecall.policy.editing import without_principal, without_statements
from rolecall.policy.findings import Finding
from rolecall.policy.reading import canonical

_QUARANTINE: Final = "Rolecall-Quarantine"
_NOTHING: Final = canonical(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)


class TrustConvention(Convention, abstract=True):
    """A convention about a role's trust.

    A subclass says in `findings` what is wrong with the statements or principals of a trust. Its remedy
    writes the trust back without that one; without any statement left, the closed trust document.
    """

    watches: tuple[str, ...] = ("iam:CreateRole", "iam:UpdateAssumeRolePolicy")
    needs = (Facet.ROLE_TRUST,)
    remedies: ClassVar[tuple[str, ...]] = ("iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy")
    opt_in: ClassVar[dict[str, str]] = {"iam:PutRolePolicy": "end_sessions"}
    settled_by = ("iam:UpdateAssumeRolePolicy", "iam:DeleteRole")
    options: ClassVar[dict[str, Option]] = {
        "quarantine": Option(
            False,
            "Whether the remedy lets nobody in any more until somebody decides, "
            "instead of taking out what is wrong.",
        ),
        "end_sessions": Option(
            False, "Whether a quarantine also denies everything to the sessions that are open."
        ),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """The trust that people have accepted: where they want it back, the remedy writes it."""
        return (Facet.ROLE_TRUST_REVIEWED,)

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:
        """Yield what is wrong with a trust that was read without a problem."""
        raise NotImplementedError

    def unclear(self, role: Role, problem: str) -> Iterator[Drift]:  # noqa: ARG002
        """Yield what is to be told of a trust that cannot be judged; one convention tells it."""
        yield from ()

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift for each statement or principal that breaks the convention."""
        trust = parse_document(role.trust)
        if trust.problem:
            yield from self.unclear(role, trust.problem)
            return
        # A statement is known by what it says: its place shifts when another one is removed.
        same: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.findings(role, trust):
            same.setdefault((_said(trust, finding), finding.principal), []).append(finding)
        for (said, principal), found in same.items():
            yield self._drift(role, trust, said, principal, found)

    def _drift(
        self, role: Role, trust: Document, said: str, principal: str, found: list[Finding]
    ) -> Drift:
        statement = f"statement {digest(said)[:8]}" if said else "trust"
        gone = gone_from(trust)
        sure = all(one.sure for one in found) and bool(said and self.remedies)
        says = f"The trust of the role {role.ref.name} {found[0].why}."
        if sure and gone:
            says += f" Only by hand: it names {gone}, which is gone, so AWS would not take it back."
        remediable = sure and not gone
        return self.drift(
            role.ref,
            part=f"{statement}, {principal}" if principal else statement,
            says=says,
            found={"statement": said} if said else {"trust": role.trust},
            expected={"trust": self._left(role, found)} if remediable else None,
            before={"trust": role.trust} if remediable else None,
            remediable=remediable,
        )

    def _left(self, role: Role, found: list[Finding]) -> str:
        """The trust that the remedy writes."""
        if self.option("quarantine"):
            return CLOSED_TRUST
        reviewed: Reviewed | None = role.state.get(Facet.ROLE_TRUST_REVIEWED)
        if reviewed and reviewed["restore"] and self._may_restore(role, reviewed["text"]):
            return reviewed["text"]
        if not found[0].principal:
            return without_statements(role.trust, [one.index for one in found]) or CLOSED_TRUST
        left: str | None = role.trust
        # One statement may be wrong in two ways.
        for index in sorted({one.index for one in found}, reverse=True):
            left = without_principal(left, index, found[0].principal) if left else None
        return left or CLOSED_TRUST

    def _may_restore(self, role: Role, text: str) -> bool:
        """Whether what people accepted grants nothing that the live trust does not, and is good."""
        return grants_no_more(text, role.trust) and not any(
            self.findings(role, parse_document(text))
        )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Write the trust back without what is wrong."""
        if not drift.remediable:
            return None
        steps = [trust_written(drift.subject, drift.expected["trust"], drift.before["trust"])]
        if self.option("quarantine") and self.option("end_sessions"):
            steps.append(put(drift.subject, _QUARANTINE, _NOTHING))
        return Remedy(*steps)

    def part(self, role: Role, drift: Drift) -> Any:  # noqa: ARG002
        """The whole trust: a remedy can only write it whole."""
        return {Facet.ROLE_TRUST.value: role.trust}

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that writes a trust."""
        yield (
            f"aws iam update-assume-role-policy --role-name {quote(drift.subject.name)} "
            "--policy-document file://trust.json"
        )


class ToldTrustConvention(TrustConvention, abstract=True):
    """A convention about a role's trust that has no remedy: only people can know what is right."""

    remedies: ClassVar[tuple[str, ...]] = ()
    opt_in: ClassVar[dict[str, str]] = {}
    options: ClassVar[dict[str, Option]] = {}

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """Nothing beside the trust."""
        return ()


def _said(trust: Document, finding: Finding) -> str:
    """What the statement says, as if it named only the one principal; "" for the whole document."""
    if finding.index < 0:
        return ""
    raw = trust.statements[finding.index].raw
    if finding.principal:
        raw = {key: value for key, value in raw.items() if key.lower() != "principal"}
        raw |= {"Principal": finding.principal}
    return canonical(raw)
