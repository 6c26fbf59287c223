"""A role is there to do something."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.documents import parse_document
from rolecall.policy.matching import fits_any
from rolecall.protection import whose

_IDENTITY_POOLS = "cognito-identity.amazonaws.com"


class RoleHasPolicies(Convention):
    """A role carries at least one policy.

    Why: What a role may do is said by its policies. One without any lets whoever assumes it do nothing,
    and waits for somebody to attach something, while its trust is forgotten.

    The right way: Attach the policy of the job to the role, or delete it. A role may be there only to be
    named by the policies of buckets, keys and queues: name such ones in `permitted`. The roles of
    Cognito identity pools are left alone, for guests of an app may well be allowed nothing.

    The remedy: None: which policy a role should carry is a decision for people.

    Undo: Nothing to take back.
    """

    id = "role-has-policies"
    severity = Severity.INFO
    standards = (user_guide("IAM roles"),)
    watches = ("iam:CreateRole", "iam:DetachRolePolicy", "iam:DeleteRolePolicy")
    needs = (Facet.ROLE_INLINE_POLICIES, Facet.ROLE_ATTACHED_POLICIES)
    # Those that are named by resource policies only are many, and no record tells them.
    ships_as = Mode.OFF
    # A role is made first and gets its policy a moment later; this is no drift yet.
    grace = 900
    settled_by = ("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:DeleteRole")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "permitted": Option((), "Names of roles, or patterns with `*`, that may carry no policy."),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """Who may assume it: identity pools are told by it."""
        return (Facet.ROLE_TRUST,)

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift when the role carries no policy of either sort."""
        if role.inline_policies or role.attached_policies or whose(role.path):
            return
        if fits_any(self.option("permitted"), role.ref.name):
            return
        if _is_of_identity_pools(role.state.get(Facet.ROLE_TRUST, "")):
            return
        yield self.drift(
            role.ref,
            part="policies",
            says=f"The role {role.ref.name} carries no policy.",
            found=[],
            expected="at least one policy",
        )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the two ways out."""
        role = quote(drift.subject.name)
        yield f"aws iam attach-role-policy --role-name {role} --policy-arn POLICY_OF_THE_JOB"
        yield f"aws iam delete-role --role-name {role}"


def _is_of_identity_pools(trust: str) -> bool:
    statements = parse_document(trust).statements
    allowed = [one.principals for one in statements if one.effect == "Allow" and one.principals]
    named = [one.value for principals in allowed for one in principals.named]
    return bool(named) and set(named) == {_IDENTITY_POOLS}
