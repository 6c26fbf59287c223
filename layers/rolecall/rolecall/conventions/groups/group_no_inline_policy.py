"""What a group may do stands in policies that can be seen, compared and used again."""

from collections.abc import Iterator

from rolecall.convention import Convention
from rolecall.model.calls import Remedy
from rolecall.model.converting import convert_commands, converted, managed_arn
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import SES_GROUP
from rolecall.model.kinds.groups import Group
from rolecall.model.scales import Severity
from rolecall.model.standards import config_rule, user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.documents import denies_only
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.strangers import Answer

_OWN = "Rolecall-"


class GroupNoInlinePolicy(Convention):
    """A group carries managed policies only.

    Why: An inline policy is hidden in its group: it has no versions to go back to, no other group can
    carry it, and no list of policies shows it.

    The right way: Make it a managed policy of the account, reviewed and versioned, and attach it to
    the group.

    The remedy: Converts it: creates a managed policy with the same text, attaches it to the group, and
    only then deletes the inline one, so that the members keep their permissions throughout; where the
    group carries as many policies as it may, nothing is deleted. The path of the new policy names the
    group; its name is made of those of the group and the policy and a hash of the text. A policy of this
    name and text that is there already is used; with another text it is left alone, and nothing is
    deleted. An inline policy that lets its holder administer IAM, that only denies, or that cannot be
    judged is only told.

    Undo: Puts the inline policy back with the same text, detaches the managed one, and deletes it.
    """

    id = "group-no-inline-policy"
    severity = Severity.LOW
    standards = (
        config_rule("iam-no-inline-policy-check"),
        user_guide("Choose between managed policies and inline policies"),
    )
    watches = ("iam:PutGroupPolicy",)
    needs = (Facet.GROUP_INLINE_POLICIES,)
    remedies = ("iam:CreatePolicy", "iam:AttachGroupPolicy", "iam:DeleteGroupPolicy")
    settled_by = ("iam:DeleteGroupPolicy", "iam:DeleteGroup")
    widens = True

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """The attached policies: their ARNs tell the partition that the account is in."""
        return (Facet.GROUP_ATTACHED_POLICIES,)

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift for each inline policy."""
        if group.ref.name == SES_GROUP:
            return
        attached = group.state.get(Facet.GROUP_ATTACHED_POLICIES, {})
        for name, text in group.inline_policies.items():
            if name.startswith(_OWN):
                continue
            harmless = grants_administration([text], group.ref.account) is Answer.NO
            yield self.drift(
                group.ref,
                part=name,
                says=f"The group {group.ref.name} holds the inline policy {name}.",
                found={"document": text},
                expected={"attached": managed_arn(group.ref, name, text, attached)},
                remediable=harmless and not denies_only(text),
            )

    def remedy(self, drift: Drift) -> Remedy:
        """Convert the inline policy into a managed one."""
        return converted(drift, drift.found["document"], drift.expected["attached"])

    def part(self, group: Group, drift: Drift) -> str | None:
        """The text of that inline policy, or None."""
        return group.inline_policies.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the commands that convert it."""
        yield from convert_commands(drift, drift.expected["attached"])
