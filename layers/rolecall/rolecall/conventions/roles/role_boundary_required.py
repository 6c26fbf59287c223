"""Who is let to make roles and users cannot make one that may do more than he."""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.kinds.users import User
from rolecall.model.platform_roles import is_platform_role
from rolecall.model.registered import Registered
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.protection import whose


class RoleBoundaryRequired(Convention):
    """A role or user under a delegated path has the permissions boundary that the settings name.

    Why: A team that may make roles can make one that may do anything, and assume it. A boundary holds
    whatever is attached later, but only where it is there, and nobody has put another in its place.

    The right way: Make them with the boundary, and let whoever may make them make none without: a
    condition on iam:PermissionsBoundary in the policy of those who create says so. `boundary` is its
    ARN and `paths` are where the delegated ones are made; without both nothing is judged. Roles of AWS
    and those by which a platform reaches the account or deploys into it are left alone.

    The remedy: Sets the boundary where there is none. Another one is only told, because this one may
    allow more in some place, unless the settings say replace_another.

    Undo: Takes the boundary away again, or sets the one that was there before.
    """

    id = "role-boundary-required"
    severity = Severity.HIGH
    standards = (user_guide("Permissions boundaries for IAM entities"),)
    watches = (
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:DeleteRolePermissionsBoundary",
        "iam:CreateUser",
        "iam:PutUserPermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
    )
    needs = (Facet.ROLE_IDENTITY, Facet.USER_IDENTITY)
    remedies = ("iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary")
    settled_by = (
        "iam:PutRolePermissionsBoundary",
        "iam:PutUserPermissionsBoundary",
        "iam:DeleteRole",
        "iam:DeleteUser",
    )
    ships_as = Mode.OFF  # it says nothing before it knows the boundary and where it must be
    options = {  # noqa: RUF012  # the annotation is on the base class
        "boundary": Option("", "ARN of the managed policy that must be the boundary.", to_act=True),
        "paths": Option(
            (), 'Paths under which it must be there, such as "/delegated/"; "/" is all.'
        ),
        "replace_another": Option(
            False, "Whether another boundary may be replaced, which may leave somebody with more."
        ),
    }

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        registered: Registered | None = None,
    ) -> None:
        super().__init__(options, registered)
        self.widens = self.option("replace_another")

    def drifts(self, subject: Role | User) -> Iterator[Drift]:
        """Yield one drift when the boundary is not the one that must be there."""
        ref, found, wanted = subject.ref, subject.identity.get("boundary"), self.option("boundary")
        if not wanted or found == wanted or not self._is_in_scope(subject):
            return
        has = f"has the permissions boundary {found}" if found else "has no permissions boundary"
        yield self.drift(
            ref,
            part="boundary",
            says=f"The {ref} {has}; it must be {wanted}.",
            found={"boundary": found},
            expected={"boundary": wanted},
            remediable=found is None or self.option("replace_another"),
        )

    def _is_in_scope(self, subject: Role | User) -> bool:
        # A record tells no path, and nearly all lie at the root.
        path = subject.path or "/"
        spared = whose(path) or (subject.kind == "role" and is_platform_role(subject.ref, path))
        return not spared and path.startswith(tuple(self.option("paths")))

    def remedy(self, drift: Drift) -> Remedy | None:
        """Set the boundary."""
        if not drift.remediable:
            return None
        kind, before = drift.subject.kind.title(), drift.found["boundary"]
        name = {f"{kind}Name": drift.subject.name}
        put = f"iam:Put{kind}PermissionsBoundary"
        undo = (
            Call(put, name | {"PermissionsBoundary": before})
            if before
            else Call(f"iam:Delete{kind}PermissionsBoundary", name)
        )
        wanted = drift.expected["boundary"]
        return Remedy(Step(do=Call(put, name | {"PermissionsBoundary": wanted}), undo=undo))

    def part(self, subject: Role | User, drift: Drift) -> str | None:  # noqa: ARG002
        """The ARN of its boundary, or None."""
        return subject.identity.get("boundary")

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that sets the boundary."""
        kind, wanted = drift.subject.kind, quote(drift.expected["boundary"])
        yield (
            f"aws iam put-{kind}-permissions-boundary --{kind}-name {quote(drift.subject.name)} "
            f"--permissions-boundary {wanted}"
        )
