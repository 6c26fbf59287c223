"""A role's trust is the one that people have accepted."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import attack
from rolecall.model.steps import trust_written
from rolecall.model.subjects import Subject
from rolecall.policy.comparing import Difference, compare


class RoleTrustBaseline(Convention):
    """A role's trust is the one that people have accepted.

    Why: Who may write a role's trust may let himself in, and a back door that names a known account
    breaks no other convention. What tells it is that nobody has accepted it.

    The right way: Change a trust where it is written, in the role's own template or pipeline, and accept
    it when it was reviewed: `rolecall baseline accept ARN --reason ...`. A role of which nothing was
    accepted is not judged. Statements are compared whatever their order and the spacing between them.

    The remedy: None, unless the trust was accepted with `--restore`: then that text is written back. This
    may give access to whoever was taken out, so it is declared as granting, and somebody else than who
    made the change must approve it where it is approved. A trust that names a deleted principal is only
    told, for AWS would not take it back.

    Undo: Writes the trust back with the text it had.
    """

    id = "role-trust-baseline"
    severity = Severity.MEDIUM
    standards = (attack("T1098"),)
    watches = ("iam:UpdateAssumeRolePolicy",)
    needs = (Facet.ROLE_TRUST, Facet.ROLE_TRUST_REVIEWED)
    remedies = ("iam:UpdateAssumeRolePolicy",)
    settled_by = ("iam:UpdateAssumeRolePolicy", "iam:DeleteRole")
    widens = True
    ships_as = Mode.OFF

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift where the trust is not what was accepted."""
        reviewed = role.trust_reviewed
        if reviewed is None:
            return
        difference = compare(reviewed["text"], role.trust)
        if not difference:
            return
        remediable = reviewed["restore"] and not difference.gone
        yield self.drift(
            role.ref,
            part="trust",
            says=_says(role.ref.name, difference),
            found={"trust": role.trust},
            expected={"trust": reviewed["text"]},
            before={"trust": role.trust},
            remediable=remediable,
        )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Write back what was accepted."""
        if not drift.remediable:
            return None
        return Remedy(trust_written(drift.subject, drift.expected["trust"], drift.before["trust"]))

    def part(self, role: Role, drift: Drift) -> dict[str, str]:  # noqa: ARG002
        """The whole trust: a remedy can only write it whole."""
        return {Facet.ROLE_TRUST.value: role.trust}

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how the change is accepted, and how it is taken back by hand."""
        yield f"rolecall baseline accept {drift.subject.arn} --reason REVIEW   # if it is good"
        yield (
            f"aws iam update-assume-role-policy --role-name {quote(drift.subject.name)} "
            "--policy-document file://accepted.json   # if it is not"
        )


def _says(name: str, difference: Difference) -> str:
    told = f"The trust of the role {name} is not the one that was accepted"
    if difference.problem:
        return f"{told}: {difference.problem}."
    parts = []
    if difference.let_in:
        parts.append(f"it now names {', '.join(difference.let_in)}")
    if difference.shut_out:
        parts.append(f"it no longer names {', '.join(difference.shut_out)}")
    if not parts:
        parts.append("it names the same principals under other conditions or calls")
    gone = f"; {difference.gone} is gone, so AWS would not take it back" if difference.gone else ""
    return f"{told}: {' and '.join(parts)}{gone}."
