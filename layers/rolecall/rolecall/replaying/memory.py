"""An account in memory: enough of IAM and EC2 to judge a sample, put it right and take it back.

It serves replays without an account, and the tests as the fake of the reader and caller ports.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rolecall.errors import RemedyError
from rolecall.model.calls import Call
from rolecall.model.changes import Change
from rolecall.model.passwords import answered
from rolecall.model.pointing import removes
from rolecall.model.recorded import recorded
from rolecall.model.subjects import Facet, Subject, SubjectRef, subject
from rolecall.ports import Listed

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
    Facet.GROUP_IDENTITY: {"created": ""},
    Facet.GROUP_MEMBERS: [],
    Facet.GROUP_INLINE_POLICIES: {},
    Facet.GROUP_ATTACHED_POLICIES: {},
    Facet.GROUP_ATTACHED_DOCUMENTS: {},
    Facet.ROLE_TRUST: "",
    Facet.ROLE_INLINE_POLICIES: {},
    Facet.ROLE_ATTACHED_POLICIES: {},
    Facet.INSTANCE_STATE: "running",
    Facet.INSTANCE_PROFILE: None,
    Facet.INSTANCE_TAGS: {},
    Facet.POLICY_GROUPS: [],
    Facet.POLICY_DOCUMENT: "",
    Facet.ACCOUNT_SUMMARY: {},
    Facet.ACCOUNT_PASSWORD_POLICY: None,
}

State = dict[Facet, Any]


def _put(facet: Facet, key: str, value: str) -> Callable[[State, Mapping[str, Any]], None]:
    def put(state: State, parameters: Mapping[str, Any]) -> None:
        text = parameters[value]
        name = text.rpartition("/")[2] if value == "PolicyArn" else text
        state[facet] = {**state[facet], parameters[key]: name}

    return put


def _drop(facet: Facet, key: str) -> Callable[[State, Mapping[str, Any]], None]:
    def drop(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = {k: v for k, v in state[facet].items() if k != parameters[key]}

    return drop


def _status_in(facet: Facet, key: str) -> Callable[[State, Mapping[str, Any]], None]:
    def switch(state: State, parameters: Mapping[str, Any]) -> None:
        one = state[facet][parameters[key]] | {"status": parameters["Status"]}
        state[facet] = {**state[facet], parameters[key]: one}

    return switch


def _join(facet: Facet, key: str) -> Callable[[State, Mapping[str, Any]], None]:
    def join(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = sorted({*state[facet], parameters[key]})

    return join


def _leave(facet: Facet, key: str) -> Callable[[State, Mapping[str, Any]], None]:
    def leave(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = [name for name in state[facet] if name != parameters[key]]

    return leave


def _set_password_policy(state: State, parameters: Mapping[str, Any]) -> None:
    state[Facet.ACCOUNT_PASSWORD_POLICY] = answered(parameters)


def _delete_password_policy(state: State, _: Mapping[str, Any]) -> None:
    state[Facet.ACCOUNT_PASSWORD_POLICY] = None


def _set_trust(state: State, parameters: Mapping[str, Any]) -> None:
    state[Facet.ROLE_TRUST] = parameters["PolicyDocument"]


# Which parameter names the subject, and what the call does to its state.
_CALLS: Mapping[str, tuple[str, Callable[[State, Mapping[str, Any]], None]]] = {
    "iam:PutUserPolicy": (
        "UserName",
        _put(Facet.USER_INLINE_POLICIES, "PolicyName", "PolicyDocument"),
    ),
    "iam:DeleteUserPolicy": ("UserName", _drop(Facet.USER_INLINE_POLICIES, "PolicyName")),
    "iam:AttachUserPolicy": (
        "UserName",
        _put(Facet.USER_ATTACHED_POLICIES, "PolicyArn", "PolicyArn"),
    ),
    "iam:DetachUserPolicy": ("UserName", _drop(Facet.USER_ATTACHED_POLICIES, "PolicyArn")),
    "iam:UpdateAccessKey": ("UserName", _put(Facet.USER_ACCESS_KEYS, "AccessKeyId", "Status")),
    "iam:PutGroupPolicy": (
        "GroupName",
        _put(Facet.GROUP_INLINE_POLICIES, "PolicyName", "PolicyDocument"),
    ),
    "iam:DeleteGroupPolicy": ("GroupName", _drop(Facet.GROUP_INLINE_POLICIES, "PolicyName")),
    "iam:AttachGroupPolicy": (
        "GroupName",
        _put(Facet.GROUP_ATTACHED_POLICIES, "PolicyArn", "PolicyArn"),
    ),
    "iam:DetachGroupPolicy": ("GroupName", _drop(Facet.GROUP_ATTACHED_POLICIES, "PolicyArn")),
    "iam:UpdateServiceSpecificCredential": (
        "UserName",
        _status_in(Facet.USER_SERVICE_CREDENTIALS, "ServiceSpecificCredentialId"),
    ),
    "iam:UpdateSSHPublicKey": ("UserName", _put(Facet.USER_SSH_KEYS, "SSHPublicKeyId", "Status")),
    "iam:UpdateSigningCertificate": (
        "UserName",
        _put(Facet.USER_SIGNING_CERTIFICATES, "CertificateId", "Status"),
    ),
    "iam:PutRolePolicy": (
        "RoleName",
        _put(Facet.ROLE_INLINE_POLICIES, "PolicyName", "PolicyDocument"),
    ),
    "iam:DeleteRolePolicy": ("RoleName", _drop(Facet.ROLE_INLINE_POLICIES, "PolicyName")),
    "iam:UpdateAssumeRolePolicy": ("RoleName", _set_trust),
    "iam:UpdateAccountPasswordPolicy": ("", _set_password_policy),
    "iam:DeleteAccountPasswordPolicy": ("", _delete_password_policy),
}
# What a group must have lost before it can be deleted (IAM API reference, DeleteGroup).
_IN_THE_WAY = (
    Facet.GROUP_MEMBERS,
    Facet.GROUP_INLINE_POLICIES,
    Facet.GROUP_ATTACHED_POLICIES,
)
_WHOLE = ("iam:CreateGroup", "iam:DeleteGroup")
_MEMBERSHIP = {"iam:AddUserToGroup": _join, "iam:RemoveUserFromGroup": _leave}
_KIND = {"UserName": "user", "GroupName": "group", "RoleName": "role", "": "account"}


class MemoryAccount:
    """An account whose whole state is a mapping of subjects to facets."""

    def __init__(self, account: str = "111122223333") -> None:
        self.account = account
        self.state: dict[SubjectRef, State] = {}
        self.paths: dict[SubjectRef, str] = {}
        self.ids: dict[SubjectRef, str] = {}
        self.now = "2026-11-02T12:00:00Z"
        self.calls: list[Call] = []

    def add(self, ref: SubjectRef, state: Mapping[Facet, Any], path: str = "/") -> SubjectRef:
        """Put a subject there; facets that are not given are empty."""
        kept = {facet: value for facet, value in _EMPTY.items() if facet.kind == ref.kind}
        self.state[ref] = copy.deepcopy(kept | dict(state))
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
            {facet: copy.deepcopy(state[facet]) for facet in facets},
            self.paths[ref],
            at=self.now,
        )

    @property
    def spent(self) -> int:
        """Nothing is called here."""
        return 0

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        """Yield every subject that has some of these facets, with all of its state."""
        kinds = {facet.kind for facet in facets}
        found = sorted(self.state, key=lambda ref: (ref.kind, ref.name))
        for ref in found:
            subject_ = self.read(ref, self.state[ref]) if ref.kind in kinds else None
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
        if call.name == "ec2:AssociateIamInstanceProfile":
            return self._associate(call, region)
        if call.name == "ec2:DisassociateIamInstanceProfile":
            return self._disassociate(call, region)
        if call.name in _MEMBERSHIP:
            return self._membership(call)
        if call.name in _WHOLE:
            return self._whole(call)
        if call.name == "iam:CreatePolicy":
            return self._create_policy(call)
        if call.name == "iam:DeletePolicy":
            gone = SubjectRef("policy", call.parameters["PolicyArn"], self.account)
            self.state.pop(gone, None)
            self.paths.pop(gone, None)
            return {}
        parameter, change = _CALLS[call.name]
        name = call.parameters[parameter] if parameter else self.account
        ref = SubjectRef(_KIND[parameter], name, self.account)
        if ref in self.state:
            change(self.state[ref], call.parameters)
        return {}

    def _whole(self, call: Call) -> Mapping[str, Any]:
        """A group is made bare, and deleted only when it is bare again."""
        ref = SubjectRef("group", call.parameters["GroupName"], self.account)
        if call.name == "iam:CreateGroup":
            if ref in self.state:
                raise RemedyError("AWS refuses iam:CreateGroup: EntityAlreadyExists")
            made = {Facet.GROUP_IDENTITY: {"created": self.now}}
            self.add(ref, made, call.parameters.get("Path", "/"))
        elif ref in self.state:
            if any(self.state[ref][facet] for facet in _IN_THE_WAY):
                raise RemedyError("AWS refuses iam:DeleteGroup: DeleteConflict")
            del self.state[ref], self.paths[ref]
        return {}

    def _membership(self, call: Call) -> Mapping[str, Any]:
        """Who is in which group shows on both sides."""
        change = _MEMBERSHIP[call.name]
        user, group = call.parameters["UserName"], call.parameters["GroupName"]
        for ref, facet, key in (
            (SubjectRef("user", user, self.account), Facet.USER_GROUPS, "GroupName"),
            (SubjectRef("group", group, self.account), Facet.GROUP_MEMBERS, "UserName"),
        ):
            if ref in self.state:
                change(facet, key)(self.state[ref], call.parameters)
        return {}

    def _create_policy(self, call: Call) -> Mapping[str, Any]:
        """The very same policy may be there already, as for the caller of a real account."""
        path, name = call.parameters.get("Path", "/"), call.parameters["PolicyName"]
        arn = f"arn:aws:iam::{self.account}:policy{path}{name}"
        ref = SubjectRef("policy", arn, self.account)
        document = call.parameters["PolicyDocument"]
        if ref not in self.state:
            self.add(ref, {Facet.POLICY_DOCUMENT: document}, path)
        if self.state[ref][Facet.POLICY_DOCUMENT] != document:
            raise RemedyError(f"AWS refuses {call.name}: EntityAlreadyExists")
        return {"Policy": {"Arn": arn}}

    def _instance(self, name: str, region: str) -> State:
        return self.state[SubjectRef("instance", name, self.account, region)]

    def _associate(self, call: Call, region: str) -> Mapping[str, Any]:
        instance, profile = call.parameters["InstanceId"], call.parameters["IamInstanceProfile"]
        arn = f"arn:aws:iam::{self.account}:instance-profile/{profile['Name']}"
        self._instance(instance, region)[Facet.INSTANCE_PROFILE] = arn
        # One profile per instance, so the association may carry the instance's own number.
        association = instance.replace("i-", "iip-assoc-", 1)
        return {"IamInstanceProfileAssociation": {"AssociationId": association}}

    def _disassociate(self, call: Call, region: str) -> Mapping[str, Any]:
        instance = call.parameters["AssociationId"].replace("iip-assoc-", "i-", 1)
        self._instance(instance, region)[Facet.INSTANCE_PROFILE] = None
        return {}
