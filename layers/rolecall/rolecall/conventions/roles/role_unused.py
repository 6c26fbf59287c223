"""A role that nobody assumes goes away."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.platform_roles import reaches_account
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import Standard, user_guide
from rolecall.model.steps import trust_written
from rolecall.model.subjects import Subject
from rolecall.policy.documents import CLOSED_TRUST, denies_only
from rolecall.policy.matching import fits_any
from rolecall.protection import whose


class RoleUnused(Convention):
    """A role was used or made within the last 90 days.

    Why: Whoever once could assume a role still can. Nobody watches one that is not used any more, so
    nobody notices when a stranger begins to use it.

    The right way: Delete it. A role that is there for the day on which all else fails, for recovery or
    as break-glass, is unused by design: name it in `permitted`. AWS remembers the use of a role for 400
    days only; one that was never used, or not for so long, is judged by when it was made.

    The remedy: None, unless the settings say close_trust: then the closed trust document is written in
    place of its trust, so that nobody can assume it any more. The role, its policies and the sessions
    that are open stay.

    Undo: Writes the trust back with the text it had.
    """

    id = "role-unused"
    severity = Severity.LOW
    standards = (
        Standard("IAM Access Analyzer", "Unused access findings for roles"),
        user_guide("Security best practices in IAM"),
    )
    watches = ()
    needs = (Facet.ROLE_LAST_USE, Facet.ROLE_IDENTITY, Facet.ROLE_TRUST)
    remedies = ("iam:UpdateAssumeRolePolicy",)
    # Who may write the trust of one role may open that of any: the function gets it only when asked to.
    opt_in = {"iam:UpdateAssumeRolePolicy": "close_trust"}  # noqa: RUF012  # as `options`
    ships_as = Mode.OFF  # the first sweep would tell many at once
    settled_by = ("iam:UpdateAssumeRolePolicy", "iam:DeleteRole")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "days": Option(90, "Days without use from which a role counts as unused."),
        "permitted": Option((), "Names of roles, or patterns with `*`, that are unused by design."),
        "close_trust": Option(False, "Whether the trust of an unused role may be closed."),
    }

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift when neither its use nor its making is recent."""
        name = role.ref.name
        spared = whose(role.path) or reaches_account(role.ref, role.path)
        if spared or fits_any(self.option("permitted"), name) or denies_only(role.trust):
            return
        used = role.last_use
        # A time that is not known has no age, and nothing is older than it.
        times = (role.identity["created"], *([] if used is None else [used]))
        if all(role.days_since(time) >= self.option("days") for time in times):
            closes = self.option("close_trust")
            was = (
                f"was last used on {used[:10]}" if used else "was not used since AWS began to count"
            )
            yield self.drift(
                role.ref,
                part="use",
                says=f"The role {name} {was}.",
                found={"last_used": used[:10] if used else None},
                expected={"trust": CLOSED_TRUST} if closes else None,
                before={"trust": role.trust} if closes else None,
                remediable=closes,
            )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Close its trust."""
        if not drift.remediable:
            return None
        return Remedy(trust_written(drift.subject, drift.expected["trust"], drift.before["trust"]))

    def part(self, role: Role, drift: Drift) -> str:  # noqa: ARG002
        """The text of its trust."""
        return role.trust

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to see what it did, and how to do without it."""
        arn, role = quote(drift.subject.arn), quote(drift.subject.name)
        yield f"aws iam generate-service-last-accessed-details --arn {arn}"
        yield f"aws iam delete-role --role-name {role}"
