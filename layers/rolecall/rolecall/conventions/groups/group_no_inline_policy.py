"""What a group may do stands in policies that can be seen, compared and used again."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift, digest
from rolecall.model.facets import Facet
from rolecall.model.group_commands import delete_command
from rolecall.model.group_paths import path_for
from rolecall.model.job_roles import SES_GROUP
from rolecall.model.kinds.groups import Group
from rolecall.model.scales import Severity
from rolecall.model.standards import config_rule, user_guide
from rolecall.model.steps import deleted
from rolecall.model.subjects import Subject
from rolecall.policy.documents import denies_only
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.strangers import Answer

_OWN = "Rolecall-"
_LONGEST = 128  # IAM API reference: CreatePolicy, PolicyName
_MARK = 16


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
        partition = next((arn.split(":")[1] for arn in attached), "aws")
        for name, text in group.inline_policies.items():
            if name.startswith(_OWN):
                continue
            managed = path_for(group.ref.name) + _managed_name(group.ref.name, name, text)
            harmless = grants_administration([text], group.ref.account) is Answer.NO
            yield self.drift(
                group.ref,
                part=name,
                says=f"The group {group.ref.name} holds the inline policy {name}.",
                found={"document": text},
                expected={"attached": f"arn:{partition}:iam::{group.ref.account}:policy{managed}"},
                remediable=harmless and not denies_only(text),
            )

    def remedy(self, drift: Drift) -> Remedy:
        """Convert the inline policy into a managed one."""
        arn = drift.expected["attached"]
        group, policy = {"GroupName": drift.subject.name}, {"PolicyArn": arn}
        document = drift.found["document"]
        return Remedy(
            Step(
                do=Call(
                    "iam:CreatePolicy",
                    {
                        "PolicyName": arn.rpartition("/")[2],
                        "Path": path_for(drift.subject.name),
                        "PolicyDocument": document,
                    },
                ),
                undo=Call("iam:DeletePolicy", policy),
            ),
            Step(
                do=Call("iam:AttachGroupPolicy", group | policy),
                undo=Call("iam:DetachGroupPolicy", group | policy),
            ),
            deleted(drift.subject, drift.part, document),
        )

    def part(self, group: Group, drift: Drift) -> str | None:
        """The text of that inline policy, or None."""
        return group.inline_policies.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the commands that convert it."""
        group, name, arn = drift.subject.name, drift.part, drift.expected["attached"]
        yield (
            f"aws iam get-group-policy --group-name {quote(group)} --policy-name {quote(name)} "
            "--query PolicyDocument > policy.json"
        )
        yield (
            f"aws iam create-policy --policy-name {quote(arn.rpartition('/')[2])} "
            f"--path {quote(path_for(group))} --policy-document file://policy.json"
        )
        yield f"aws iam attach-group-policy --group-name {quote(group)} --policy-arn {quote(arn)}"
        yield delete_command(group, name)


def _managed_name(group: str, policy: str, text: str) -> str:
    """The same for the same policy: whoever comes after a worker that died finds what it made."""
    mark = digest([group, policy, text])[:_MARK]
    return f"{f'{group}-{policy}'[: _LONGEST - _MARK - 1]}-{mark}"
