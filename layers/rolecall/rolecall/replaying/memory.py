"""An account in memory: enough of IAM and EC2 to judge a sample, put it right and take it back.

It serves replays without an account, and the tests as the fake of the reader and caller ports.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rolecall.model.calls import Call
from rolecall.model.changes import Change
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.pointing import removes
from rolecall.model.recorded import recorded
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.ports import Listed
from rolecall.replaying.effective import EFFECTIVE, put_together, taken_apart
from rolecall.replaying.memory_calls import State, made
from rolecall.replaying.memory_providers import PROVIDER_CALLS

_EMPTY: Mapping[Facet, Any] = {
    Facet.USER_INLINE_POLICIES: {},
    Facet.USER_ATTACHED_POLICIES: {},
    Facet.USER_ACCESS_KEYS: {},
    Facet.USER_ACCESS_KEY_DATES: {},
    Facet.USER_ACCESS_KEY_USE: {},
    Facet.USER_IDENTITY: {"created": "", "boundary": None},
    Facet.USER_PASSWORD_USE: None,
    Facet.USER_GROUPS: [],
    Facet.USER_TAGS: {},
    Facet.USER_POLICY_GROUPS: {},
    Facet.USER_CARRYING_GROUPS: {},
    Facet.USER_LOGIN_PROFILE: None,
    Facet.USER_MFA_DEVICES: [],
    Facet.USER_SERVICE_CREDENTIALS: {},
    Facet.USER_SSH_KEYS: {},
    Facet.USER_SIGNING_CERTIFICATES: {},
    Facet.USER_EFFECTIVE_POLICIES: {"texts": {}, "boundary": None},
    Facet.GROUP_IDENTITY: {"created": ""},
    Facet.GROUP_MEMBERS: [],
    Facet.GROUP_INLINE_POLICIES: {},
    Facet.GROUP_ATTACHED_POLICIES: {},
    Facet.GROUP_ATTACHED_DOCUMENTS: {},
    Facet.ROLE_TRUST: "",
    Facet.ROLE_TRUST_REVIEWED: None,
    Facet.ROLE_IDENTITY: {"created": "", "boundary": None},
    Facet.ROLE_SESSION_LIMIT: {"seconds": 3600, "description": ""},
    Facet.ROLE_LAST_USE: None,
    Facet.ROLE_TAGS: {},
    Facet.ROLE_INLINE_POLICIES: {},
    Facet.ROLE_ATTACHED_POLICIES: {},
    Facet.ROLE_EFFECTIVE_POLICIES: {"texts": {}, "boundary": None},
    Facet.ROLE_INSTANCE_PROFILES: [],
    Facet.ROLE_ORGANIZATION_ACCOUNTS: None,
    Facet.INSTANCE_STATE: "running",
    Facet.INSTANCE_PROFILE: None,
    Facet.INSTANCE_TAGS: {},
    Facet.POLICY_GROUPS: [],
    Facet.POLICY_DOCUMENT: "",
    Facet.POLICY_VERSIONS: {},
    Facet.POLICY_ATTACHMENTS: {"attached": 0, "boundaries": 0},
    Facet.POLICY_DEFAULT_REVIEWED: None,
    Facet.OIDC_PROVIDER_SETTINGS: {"client_ids": [], "thumbprints": [], "tags": {}},
    Facet.OIDC_PROVIDER_REVIEWED: None,
    Facet.OIDC_PROVIDER_ROLES: [],
    Facet.SAML_PROVIDER_METADATA: "",
    Facet.SAML_PROVIDER_REVIEWED: None,
    Facet.TRUST_ANCHOR_SETTINGS: {"name": "", "enabled": False, "source": ""},
    Facet.IDENTITY_POOL_SETTINGS: {},
    Facet.IDENTITY_POOL_GUEST_ROLE: None,
    Facet.DELEGATION_REQUEST_SETTINGS: {},
    Facet.ACCOUNT_SUMMARY: {},
    Facet.ACCOUNT_PASSWORD_POLICY: None,
    Facet.ACCOUNT_PASSWORD_POLICY_REVIEWED: None,
    Facet.ACCOUNT_OUTBOUND_FEDERATION: {"enabled": False, "issuer": ""},
}


class MemoryAccount:
    """An account whose whole state is a mapping of subjects to facets."""

    def __init__(self, account: str = "111122223333") -> None:
        self.account = account
        self.state: dict[SubjectRef, State] = {}
        self.paths: dict[SubjectRef, str] = {}
        self.ids: dict[SubjectRef, str] = {}
        self._documents: dict[str, str] = {}  # of policies that are no subjects here
        self.now = "2026-11-02T12:00:00Z"
        self.calls: list[Call] = []
        self.errors: list[Exception] = []

    def add(self, ref: SubjectRef, state: Mapping[Facet, Any], path: str = "/") -> SubjectRef:
        """Put a subject there; facets that are not given are empty."""
        kept = {facet: value for facet, value in _EMPTY.items() if facet.kind == ref.kind}
        given, documents = taken_apart(ref.kind, state)
        self._documents |= documents
        self.state[ref] = copy.deepcopy(kept | given)
        self.paths[ref] = path
        return ref

    def stage(self, change: Change, refs: Iterable[SubjectRef]) -> None:
        """Put the subjects of a change there as its record tells them."""
        self.now = change.time
        for ref in refs:
            if not removes(change, ref.kind):
                self.add(ref, recorded(change, ref))

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject with these facets of its state, or None when it is not there."""
        if ref.kind == "account" and ref not in self.state:
            self.add(ref, {})  # there is always the account itself
        if ref not in self.state:
            return None
        state = self.state[ref]
        return subject(
            ref,
            {facet: self._found(ref.kind, state, facet) for facet in facets},
            self.paths[ref],
            at=self.now,
        )

    def _found(self, kind: str, state: State, facet: Facet) -> Any:
        if facet in EFFECTIVE:
            return put_together(kind, state, self._document)
        return copy.deepcopy(state[facet])

    def _document(self, arn: str) -> str | None:
        policy = self.state.get(SubjectRef("policy", arn, self.account), {})
        return policy.get(Facet.POLICY_DOCUMENT, self._documents.get(arn))

    @property
    def spent(self) -> int:
        """Nothing is called here."""
        return 0

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        """Yield every subject that has some of these facets, with all of its state."""
        kinds = {facet.kind for facet in facets}
        found = sorted(self.state, key=lambda ref: (ref.kind, ref.name))
        for ref in found:
            # Others may take it away while this goes on.
            subject_ = self.read(ref, self.state.get(ref, ())) if ref.kind in kinds else None
            if subject_:
                yield Listed(subject_)

    def everything(self) -> Iterator[Subject]:
        """Yield every subject with all of its state."""
        for ref, state in list(self.state.items()):
            found = self.read(ref, state)
            if found:
                yield found

    def unique_id(self, ref: SubjectRef) -> str | None:
        """The unique id that `ids` gives the subject; None for others, which a record does not tell."""
        return self.ids.get(ref)

    def make(self, call: Call, region: str) -> Mapping[str, Any]:
        """Make one call; its answer is empty when the subject is gone.

        Raises:
            KeyError: the call is not one of those it knows.
            RemedyError: what is made is there already, or a group is deleted that is not bare.
        """
        self.calls.append(call)
        return PROVIDER_CALLS.get(call.name, made)(self, call, region)
