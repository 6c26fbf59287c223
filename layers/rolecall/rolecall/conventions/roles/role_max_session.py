"""A role is for a while."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role, SessionLimit
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.strangers import Answer
from rolecall.protection import whose

_LEAST = 3600  # IAM API reference: UpdateRole, MaxSessionDuration


class RoleMaxSession(Convention):
    """A session of a role ends after four hours at most, and after one hour where it can administer IAM.

    Why: A role hands out credentials that end by themselves. The longer they last, the longer a stolen
    session works after its owner has gone home, and nobody can shorten one that is open.

    The right way: Let programs ask for a new session when one ends, as every SDK does. A role that is
    assumed from the session of another one lasts an hour at most, whatever is set here. A job that
    really runs longer has an exemption.

    The remedy: Sets the role's maximum session duration to the limit, and sends the description that it
    has along, so that it is not blanked. Sessions that are open, and those that AWS services open
    themselves, are not cut.

    Undo: Sets the duration that it had before, with the same description.
    """

    id = "role-max-session"
    severity = Severity.LOW
    standards = (user_guide("IAM and AWS STS quotas"),)
    watches = ("iam:CreateRole", "iam:UpdateRole")
    needs = (Facet.ROLE_SESSION_LIMIT,)
    remedies = ("iam:UpdateRole",)
    settled_by = ("iam:UpdateRole", "iam:DeleteRole")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "seconds": Option(
            14400, "Seconds after which a session must end; 3600 is the least there is."
        ),
        "admin_seconds": Option(3600, "The same for a role that can administer IAM."),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """What the role may do; without it, it counts as one that cannot administer IAM."""
        return (Facet.ROLE_EFFECTIVE_POLICIES,)

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift when sessions may last longer than they should."""
        if whose(role.path):
            return
        administers = _administers(role)
        limit = max(_LEAST, self.option("admin_seconds" if administers else "seconds"))
        found = role.session_limit
        if found["seconds"] > limit:
            which = "role, which can administer IAM," if administers else "role"
            yield self.drift(
                role.ref,
                part="session limit",
                says=f"Sessions of the {which} {role.ref.name} may last {_hours(found['seconds'])}, "
                f"longer than {_hours(limit)}.",
                found={"seconds": found["seconds"]},
                expected={**found, "seconds": limit},
                before=dict(found),
            )

    def remedy(self, drift: Drift) -> Remedy:
        """Set the limit, with the description that is there."""
        return Remedy(
            Step(do=_set(drift, drift.expected), undo=_set(drift, drift.before)),
        )

    def part(self, role: Role, drift: Drift) -> SessionLimit:  # noqa: ARG002
        """The limit, and the description that is set with it."""
        return role.session_limit

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that sets the limit."""
        line = (
            f"aws iam update-role --role-name {quote(drift.subject.name)} "
            f"--max-session-duration {drift.expected['seconds']}"
        )
        described = drift.expected["description"]
        yield f"{line} --description {quote(described)}" if described else line


def _administers(role: Role) -> bool:
    if Facet.ROLE_EFFECTIVE_POLICIES not in role.state:
        return False
    held = role.effective_policies
    bounds = [] if held["boundary"] is None else [[held["boundary"]]]
    granted = {
        grants_administration(texts, role.ref.account)
        for texts in (held["texts"].values(), *bounds)
    }
    return granted == {Answer.YES}


def _set(drift: Drift, limit: SessionLimit) -> Call:
    return Call(
        "iam:UpdateRole",
        {
            "RoleName": drift.subject.name,
            "Description": limit["description"],
            "MaxSessionDuration": limit["seconds"],
        },
    )


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:g} h"
