"""What a role may do stands in policies that can be seen, compared and used again."""

from collections.abc import Iterator

from rolecall.convention import Convention
from rolecall.model.calls import Remedy
from rolecall.model.converting import convert_commands, converted, managed_arn
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import config_rule, user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.documents import denies_only
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.strangers import Answer
from rolecall.protection import whose

# What stops somebody: Rolecall's own, and what the console writes to revoke a role's sessions.
_OWN, _REVOKES = "Rolecall-", "AWSRevokeOlderSessions"


class RoleNoInlinePolicy(Convention):
    """A role carries managed policies only.

    Why: An inline policy is hidden in its role: it has no versions to go back to, no other role can
    carry it, and no list of policies shows it.

    The right way: Make it a managed policy of the account, reviewed and versioned, and attach it to the
    role. SAM, the CDK and Amplify write inline policies unless told otherwise: an account that lives
    by them leaves this convention off. What stops somebody is left alone where it bears the name that
    Rolecall or the console's button gives it, and does nothing but deny.

    The remedy: Converts it: creates a managed policy with the same text, attaches it to the role, and
    only then deletes the inline one, so that the role keeps its permissions throughout; where the role
    carries as many policies as it may, nothing is deleted. The path of the new policy names the role; its
    name is made of those of the role and the policy and a hash of the text. A policy of this name and
    text that is there already is used; with another text it is left alone, and nothing is deleted. An
    inline policy that lets its holder administer IAM, that only denies, or that cannot be judged is
    only told.

    Undo: Puts the inline policy back with the same text, detaches the managed one, and deletes it.
    """

    id = "role-no-inline-policy"
    severity = Severity.INFO
    standards = (
        config_rule("iam-no-inline-policy-check"),
        user_guide("Choose between managed policies and inline policies"),
    )
    watches = ("iam:PutRolePolicy",)
    needs = (Facet.ROLE_INLINE_POLICIES,)
    remedies = ("iam:CreatePolicy", "iam:AttachRolePolicy", "iam:DeleteRolePolicy")
    settled_by = ("iam:DeleteRolePolicy", "iam:DeleteRole")
    ships_as = Mode.OFF  # what deploys roles writes inline policies by default
    widens = True

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """The attached policies, whose ARNs tell the partition, and what tells where the role lies."""
        return (Facet.ROLE_ATTACHED_POLICIES, Facet.ROLE_IDENTITY)

    def drifts(self, role: Role) -> Iterator[Drift]:
        """Yield one drift for each inline policy but those that stop somebody."""
        if whose(role.path):
            return
        attached = role.state.get(Facet.ROLE_ATTACHED_POLICIES, {})
        for name, text in role.inline_policies.items():
            stops = denies_only(text)
            if stops and (name == _REVOKES or name.startswith(_OWN)):
                continue
            harmless = grants_administration([text], role.ref.account) is Answer.NO
            yield self.drift(
                role.ref,
                part=name,
                says=f"The role {role.ref.name} holds the inline policy {name}.",
                found={"document": text},
                expected={"attached": managed_arn(role.ref, name, text, attached)},
                remediable=harmless and not stops,
            )

    def remedy(self, drift: Drift) -> Remedy:
        """Convert the inline policy into a managed one."""
        return converted(drift, drift.found["document"], drift.expected["attached"])

    def part(self, role: Role, drift: Drift) -> str | None:
        """The text of that inline policy, or None."""
        return role.inline_policies.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the commands that convert it."""
        yield from convert_commands(drift, drift.expected["attached"])
