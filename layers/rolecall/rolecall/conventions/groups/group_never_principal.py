"""A group is no principal: it cannot call anything."""

from collections.abc import Iterator, Mapping

from rolecall.convention import Convention
from rolecall.model.changes import Change, Rejected
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.parts import at, text
from rolecall.model.pointing import kinds_of, subjects
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.group_principals import named_groups

_REFUSED = ("MalformedPolicyDocument", "MalformedPolicyDocumentException")
# Where a document stands in a subject's state: alone, or among others by their names.
_ALONE: Mapping[Facet, str] = {
    Facet.ROLE_TRUST: "trust policy",
    Facet.POLICY_DOCUMENT: "default version",
}
_NAMED = (Facet.USER_INLINE_POLICIES, Facet.GROUP_INLINE_POLICIES, Facet.ROLE_INLINE_POLICIES)


class GroupNeverPrincipal(Convention):
    """No policy takes a group for a caller.

    Why: A group is not an identity, so it never calls anything. AWS refuses a group as Principal; but
    a condition that compares aws:PrincipalArn with the ARN of a group is accepted, and never matches
    anybody. An Allow then gives nothing, and a Deny that was to spare the group, or to stop it, does
    something else than it says.

    The right way: Name the role that the members of the group may assume, or compare a tag of the
    caller, such as aws:PrincipalTag/job-role. A group is legal as Resource, of iam:AddUserToGroup for
    example, and groups of the Identity Store are something else. Policies of buckets, keys and topics
    are not looked at.

    The remedy: None: what the policy was meant to say, people must decide. A call that AWS refused
    for its document is told with the same words.

    Undo: Nothing to take back.
    """

    id = "group-never-principal"
    severity = Severity.MEDIUM
    standards = (
        user_guide("IAM user groups"),
        user_guide("AWS JSON policy elements: Principal"),
    )
    watches = (
        "iam:CreateRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:PutUserPolicy",
        "iam:PutGroupPolicy",
        "iam:PutRolePolicy",
    )
    needs = (Facet.POLICY_DOCUMENT, *_NAMED)

    def wants(self, kind: str) -> tuple[Facet, ...]:
        """A role's trust; a record tells either that or its inline policies."""
        return (Facet.ROLE_TRUST,) if kind == "role" else ()

    def drifts(self, subject: Subject) -> Iterator[Drift]:
        """Yield one drift for each document that takes a group for a caller."""
        for facet, part in _ALONE.items():
            if facet in subject.state:
                yield from self._judged(subject.ref, part, part, subject.state[facet])
        for facet in _NAMED:
            for name, document in subject.state.get(facet, {}).items():
                yield from self._judged(subject.ref, name, f"inline policy {name}", document)

    def refused(self, change: Change) -> Iterator[Drift]:
        """Yield what a document shows that AWS refused."""
        document = text(at(change.request, "assumeRolePolicyDocument")) or text(
            at(change.request, "policyDocument")
        )
        if change.error not in _REFUSED or document is None:
            return
        named = text(at(change.request, "policyName")) or ""
        found = [subjects(change, kind) for kind in kinds_of(change.call, self.kinds())]
        for refs in found:
            # A policy that was not made has no ARN yet.
            account = SubjectRef("account", change.account, change.account)
            for ref in (account,) if isinstance(refs, Rejected) else refs:
                which = f"refused document of {change.call} {named}".strip()
                yield from self._judged(ref, which, which, document)

    def _judged(self, ref: SubjectRef, part: str, which: str, document: str) -> Iterator[Drift]:
        groups = named_groups(document)
        if groups:
            element, group = groups[0]
            yield self.drift(
                ref,
                part=part,
                says=f"The {which} of the {ref} takes the group {group} for a caller, in its {element}.",
                found={"groups": [list(one) for one in groups]},
                expected="a role, or a tag of the caller",
                remediable=False,
            )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield what to name instead of each group."""
        for element, group in drift.found["groups"]:
            name = group.rpartition("/")[2]
            if element.startswith("Condition"):
                yield (
                    f"Instead of {group} compare a tag of the caller: "
                    f'"StringEquals": {{"aws:PrincipalTag/job-role": "{name}"}}.'
                )
            else:
                yield (
                    f"Instead of {group} name a role that its members may assume: "
                    f'"AWS": "{group.replace(":group/", ":role/")}".'
                )
