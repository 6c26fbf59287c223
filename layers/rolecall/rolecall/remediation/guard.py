"""The last-admin guard: no remedy may leave the account without a principal that can administer IAM.

The break-glass principals of the settings are the witnesses; the first that proves it is enough.
"""

from collections.abc import Iterator, Sequence

from rolecall.convention import is_taking
from rolecall.errors import UnguardedError
from rolecall.model.calls import Call, Remedy
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.policy.administration import administers, known_text, lets_in
from rolecall.ports import Reader

# What it reads of a witness and of what the witness has its policies from, by kind.
INLINE = {
    "user": Facet.USER_INLINE_POLICIES,
    "group": Facet.GROUP_INLINE_POLICIES,
    "role": Facet.ROLE_INLINE_POLICIES,
}
ATTACHED = {
    "user": Facet.USER_ATTACHED_POLICIES,
    "group": Facet.GROUP_ATTACHED_POLICIES,
    "role": Facet.ROLE_ATTACHED_POLICIES,
}
MORE = {"user": (Facet.USER_GROUPS,), "role": (Facet.ROLE_TRUST,)}
FACETS = (
    *INLINE.values(),
    *ATTACHED.values(),
    *(facet for facets in MORE.values() for facet in facets),
    Facet.POLICY_DOCUMENT,
)
_SET_VERSION = "iam:SetDefaultPolicyVersion"
_NAMES = {"user": "UserName", "group": "GroupName", "role": "RoleName"}


class Guard:
    """Looks for a witness before a remedy.

    Args:
        protected: ARNs of the break-glass principals.
        reader: Reads the live state.
    """

    def __init__(self, protected: Sequence[str], reader: Reader) -> None:
        self._protected = protected
        self._reader = reader

    def check(self, subject: SubjectRef, remedy: Remedy) -> None:
        """Let the remedy pass when somebody could still administer IAM after it.

        Raises:
            UnguardedError: no break-glass principal proves it.
            RetryError: the account cannot be read now.
        """
        made = [step.do for step in remedy]
        taking = any(is_taking(call.name) for call in made)
        if taking and not any(self._stays(one, made) for one in self._witnesses(subject.account)):
            raise UnguardedError(
                "none of the break-glass principals in the settings' `protected` exists and can "
                "surely administer IAM after this; nothing was written. Give one of them "
                "AdministratorAccess, or name one that has it"
            )

    def _witnesses(self, account: str) -> Iterator[SubjectRef]:
        for arn in self._protected:
            kind, _, name = arn.rpartition(":")[2].partition("/")
            if f":iam::{account}:" in arn and kind in MORE:
                yield SubjectRef(kind, name.rpartition("/")[2], account)

    def _stays(self, witness: SubjectRef, made: Sequence[Call]) -> bool:
        if any(_names(call, witness) for call in made if is_taking(call.name)):
            return False
        texts = self._texts(witness, made)
        return texts is not None and administers(texts)

    def _texts(self, ref: SubjectRef, made: Sequence[Call]) -> list[str] | None:
        """All policies that will still be there, its groups' too; None where that is not certain."""
        inline, attached = INLINE[ref.kind], ATTACHED[ref.kind]
        found = self._reader.read(ref, (inline, attached, *MORE.get(ref.kind, ())))
        if found is None or (ref.kind == "role" and not lets_in(found.state[Facet.ROLE_TRUST])):
            return None
        calls = [call for call in made if _names(call, ref) and is_taking(call.name)]
        if any(call.name.startswith("iam:Attach") and _names(call, ref) for call in made):
            calls = []  # what goes under one name comes back under another, and denies as before
        if any(not call.parameters.keys() & {"PolicyArn", "PolicyName"} for call in calls):
            return None  # the whole of it goes, or changes in a way that is not known here
        gone = {call.parameters.get("PolicyName") for call in calls}
        texts: list[str] = [text for name, text in found.state[inline].items() if name not in gone]
        taken = {call.parameters.get("PolicyArn") for call in calls}
        changed = {call.parameters["PolicyArn"] for call in made if call.name == _SET_VERSION}
        for arn in found.state[attached].keys() - taken:
            if arn in changed:
                return None  # what its other version says is not read here
            text = known_text(arn) or self._document(arn, ref.account)
            if text is None:
                return None
            texts.append(text)
        for name in found.state.get(Facet.USER_GROUPS, ()):
            more = self._texts(SubjectRef("group", name, ref.account), made)
            if more is None:
                return None
            texts += more
        return texts

    def _document(self, arn: str, account: str) -> str | None:
        policy = self._reader.read(SubjectRef("policy", arn, account), (Facet.POLICY_DOCUMENT,))
        return policy.state[Facet.POLICY_DOCUMENT] if policy else None


def _names(call: Call, ref: SubjectRef) -> bool:
    name = call.parameters.get(_NAMES[ref.kind])
    return isinstance(name, str) and name.casefold() == ref.name.casefold()
