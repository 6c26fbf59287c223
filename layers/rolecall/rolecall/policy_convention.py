"""What the conventions about single policies share: which they judge, and the one remedy there is."""

from collections.abc import Iterable, Iterator, Mapping
from shlex import quote
from typing import Any, ClassVar

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift, digest
from rolecall.model.facets import Facet
from rolecall.model.kinds.groups import Group
from rolecall.model.kinds.policies import Attachments, Policy, Version, version_number
from rolecall.model.kinds.roles import Role
from rolecall.model.kinds.users import User
from rolecall.model.subjects import Subject
from rolecall.policy.documents import parse_document
from rolecall.policy.findings import Finding
from rolecall.policy.reading import canonical
from rolecall.protection import whose

_DEFAULT = "default version"
_DOUBT = " This is a doubt: a condition, a Deny or how it is written leaves it open."
_MORE: Mapping[str, tuple[Facet, ...]] = {
    "policy": (Facet.POLICY_VERSIONS, Facet.POLICY_ATTACHMENTS),
    "role": (Facet.ROLE_IDENTITY,),
}
# Rolecall's own policies stand by these names, and lie on this path.
_OWN, _OWN_PATH = "Rolecall-", ":policy/rolecall/"


class PolicyConvention(Convention, abstract=True):
    """A convention about what a single policy grants.

    A subclass says in `findings` what is wrong with the statements of a text. Managed policies of the
    account are judged, and the inline ones of users, groups and roles; AWS's own cannot be changed. The
    remedy makes an earlier version of a managed policy the default one again, where one is clean. An
    inline policy has no other version, so it is only told.

    Attributes:
        example: A statement that is right, in one line of JSON.
    """

    watches = (
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:PutUserPolicy",
        "iam:PutGroupPolicy",
        "iam:PutRolePolicy",
    )
    needs = (
        Facet.POLICY_DOCUMENT,
        Facet.USER_INLINE_POLICIES,
        Facet.GROUP_INLINE_POLICIES,
        Facet.ROLE_INLINE_POLICIES,
    )
    remedies = ("iam:SetDefaultPolicyVersion",)
    # What an earlier version grants beside may be more than the live one does.
    widens = True
    settled_by = (
        *watches,
        "iam:DeletePolicy",
        "iam:DeleteUserPolicy",
        "iam:DeleteGroupPolicy",
        "iam:DeleteRolePolicy",
    )
    example: ClassVar[str]

    def wants(self, kind: str) -> tuple[Facet, ...]:
        """The versions to go back to, whether the policy is only a boundary, and where a role lies."""
        return _MORE.get(kind, ())

    def findings(self, text: str, account: str) -> Iterable[Finding]:
        """Yield what is wrong with the statements of a text."""
        raise NotImplementedError

    def spares(self, subject: Subject) -> bool:  # noqa: ARG002
        """Whether the inline policies of a subject may be as they are."""
        return False

    def drifts(self, subject: Policy | User | Group | Role) -> Iterator[Drift]:
        """Yield one drift for each policy that breaks the convention."""
        if isinstance(subject, Policy):
            yield from self._managed(subject)
        elif not (self.spares(subject) or (isinstance(subject, Role) and whose(subject.path))):
            for name, text in subject.inline_policies.items():
                which = f"The inline policy {name} of the {subject.ref}"
                if not name.startswith(_OWN):
                    yield from self._judged(subject, name, which, text)

    def _managed(self, policy: Policy) -> Iterator[Drift]:
        arn = policy.ref.name
        counts: Attachments = policy.state.get(
            Facet.POLICY_ATTACHMENTS, {"attached": 0, "boundaries": 0}
        )
        # A boundary grants nothing, however much it allows.
        bounds = counts["boundaries"] and not counts["attached"]
        if not bounds and ":iam::aws:" not in arn and _OWN_PATH not in arn:
            which = f"The policy {arn.rpartition('/')[2]}"
            yield from self._judged(policy, _DEFAULT, which, policy.document)

    def _judged(
        self, subject: Policy | User | Group | Role, part: str, which: str, text: str
    ) -> Iterator[Drift]:
        found = list(self.findings(text, subject.ref.account)) if text else []
        if not found:
            return
        certain = [one for one in found if one.sure]
        told = " and ".join(dict.fromkeys(one.why for one in certain or found))
        versions: Mapping[str, Version] = subject.state.get(Facet.POLICY_VERSIONS, {})
        now = subject.default_version if isinstance(subject, Policy) else None
        clean = self._earlier(versions, now, subject.ref.account) if certain and now else None
        yield self.drift(
            subject.ref,
            part=part,
            says=f"{which} {told}." + ("" if certain else _DOUBT),
            found={"statements": _said(text, certain or found)},
            expected={"version": clean} if clean else None,
            before={"version": now} if clean else None,
            remediable=clean is not None,
        )

    def _earlier(self, versions: Mapping[str, Version], now: str, account: str) -> str | None:
        """The latest version before the default one that is clean."""
        before = [id_ for id_ in versions if version_number(id_) < version_number(now)]
        for id_ in sorted(before, key=version_number, reverse=True):
            text = versions[id_]["text"]
            if not parse_document(text).problem and not list(self.findings(text, account)):
                return id_
        return None

    def remedy(self, drift: Drift) -> Remedy | None:
        """Make the earlier version the default one again."""
        if not drift.remediable:
            return None
        policy, call = {"PolicyArn": drift.subject.name}, "iam:SetDefaultPolicyVersion"
        return Remedy(
            Step(
                do=Call(call, policy | {"VersionId": drift.expected["version"]}),
                undo=Call(call, policy | {"VersionId": drift.before["version"]}),
            )
        )

    def part(self, subject: Policy | User | Group | Role, drift: Drift) -> Any:
        """The version that holds, or the text of the one inline policy."""
        if isinstance(subject, Policy):
            return subject.default_version
        return subject.inline_policies.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield a statement that is right, and the command that writes it."""
        ref = drift.subject
        yield self.example.replace("ACCOUNT", ref.account)
        if ref.kind == "policy":
            yield f"aws iam list-entities-for-policy --policy-arn {quote(ref.name)}   # who has it"
            yield (
                f"aws iam create-policy-version --policy-arn {quote(ref.name)} "
                "--policy-document file://policy.json --set-as-default"
            )
        else:
            yield (
                f"aws iam put-{ref.kind}-policy --{ref.kind}-name {quote(ref.name)} "
                f"--policy-name {quote(drift.part)} --policy-document file://policy.json"
            )


def _said(text: str, findings: Iterable[Finding]) -> list[str]:
    """What the statements say: their places shift when another one is removed.

    A whole text may be long, so only its digest stands for it.
    """
    statements = parse_document(text).statements
    return sorted(
        {
            digest(text) if one.index < 0 else canonical(statements[one.index].raw)
            for one in findings
        }
    )
