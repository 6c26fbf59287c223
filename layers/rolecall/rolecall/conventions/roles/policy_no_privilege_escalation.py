"""What somebody is granted does not let him take all the rest."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.groups import Group
from rolecall.model.kinds.roles import Role
from rolecall.model.kinds.users import User
from rolecall.model.platform_roles import is_platform_role
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import Standard, attack
from rolecall.model.subjects import Subject
from rolecall.policy.escalation import Path, escalations
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.grants import Effective
from rolecall.policy.strangers import Answer

_TOLD = 3
_OWN_PATH = "/rolecall/"


class PolicyNoPrivilegeEscalation(Convention):
    """What a user, role or group is granted does not let it take all other rights.

    Why: Some calls are worth more than they seem: to write a policy, to give another user a key, or to
    pass a role to a function of one's own. Whoever is granted one of them everywhere is an administrator
    whom nobody has named one.

    The right way: Take away the one call that is named, or allow it on named resources only. Where the
    job needs it, put a permissions boundary on the principal.

    The remedy: None: which call can be spared only people know. All policies of a principal are judged
    together, inline, attached and those of its groups, with their Denies and conditions, and within its
    boundary. Only ways that are open for certain are told: not one that needs something that may not be
    there, nor a call that is allowed on named resources, under a condition that may restrict it, or on
    the user itself. Administrators have all ways and are told of elsewhere; roles that a platform needs
    are spared. A group is judged by its own policies. What a new version of a managed policy opens, the
    next sweep sees.

    Undo: Nothing to take back.
    """

    id = "policy-no-privilege-escalation"
    severity = Severity.HIGH
    standards = (
        Standard("Rhino Security Labs", "AWS IAM privilege escalation, methods 1 to 21"),
        Standard("Bishop Fox", "iam-vulnerable: IAM privilege escalation paths"),
        Standard("pathfinding.cloud", "AWS IAM privilege escalation paths"),
        attack("T1098.003"),
    )
    watches = (
        "iam:PutUserPolicy",
        "iam:PutGroupPolicy",
        "iam:PutRolePolicy",
        "iam:AttachUserPolicy",
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
    )
    needs = (
        Facet.USER_EFFECTIVE_POLICIES,
        Facet.ROLE_EFFECTIVE_POLICIES,
        Facet.GROUP_INLINE_POLICIES,
        Facet.GROUP_ATTACHED_DOCUMENTS,
    )
    ships_as = Mode.OFF
    settled_by = (
        *watches,
        *(f"iam:Delete{kind}Policy" for kind in ("User", "Group", "Role")),
        *(f"iam:Detach{kind}Policy" for kind in ("User", "Group", "Role")),
        "iam:PutUserPermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
    )

    def drifts(self, subject: User | Role | Group) -> Iterator[Drift]:
        """Yield one drift for a principal to whom a way is open."""
        if subject.path.startswith(_OWN_PATH) or (
            isinstance(subject, Role) and is_platform_role(subject.ref, subject.path)
        ):
            return
        texts, limits = _granted(subject)
        account = subject.ref.account
        if not limits and grants_administration(texts, account) is Answer.YES:
            return
        ways = [way for way in escalations(Effective(texts, account, limits)) if way.sure]
        if not ways:
            return
        yield self.drift(
            subject.ref,
            part="policies",
            says=f"The policies of the {subject.ref} together grant {_told(ways)}.",
            found={"ways": sorted(way.id for way in ways)},
            expected={"without": sorted({way.leg for way in ways})},
            remediable=False,
        )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the calls to take away, and what bounds the principal instead."""
        ref = drift.subject
        yield f"Take away, or allow on named resources only: {', '.join(drift.expected['without'])}"
        if ref.kind != "group":
            yield (
                f"aws iam put-{ref.kind}-permissions-boundary --{ref.kind}-name {quote(ref.name)} "
                "--permissions-boundary POLICY_ARN"
            )


def _granted(subject: User | Role | Group) -> tuple[list[str], list[str]]:
    """The texts of all that it may do, and of what bounds it."""
    if isinstance(subject, Group):
        documents = subject.attached_documents.values()
        return [*subject.inline_policies.values(), *documents], []
    effective = subject.effective_policies
    boundary = effective["boundary"]
    return list(effective["texts"].values()), [boundary] if boundary else []


def _told(ways: list[Path]) -> str:
    told = [f"{' and '.join(way.actions)}, which lets it {way.why}" for way in ways[:_TOLD]]
    more = len(ways) - len(told)
    if more:
        told.append("and one more way" if more == 1 else f"and {more} more ways")
    return "; ".join(told)
