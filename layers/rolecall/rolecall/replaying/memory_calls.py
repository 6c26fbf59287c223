"""What each AWS call does to an account in memory, and what it answers."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rolecall.errors import RemedyError
from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.passwords import answered
from rolecall.model.subjects import SubjectRef

State = dict[Facet, Any]
Effect = Callable[[State, Mapping[str, Any]], None]


class Holder(Protocol):
    """An account that calls are made in: all of its subjects, and what time it is."""

    account: str
    now: str
    state: dict[SubjectRef, State]
    paths: dict[SubjectRef, str]

    def add(self, ref: SubjectRef, state: Mapping[Facet, Any], path: str = "/") -> SubjectRef:
        """Put a subject there; facets that are not given are empty."""


def _put(facet: Facet, key: str, value: str) -> Effect:
    def put(state: State, parameters: Mapping[str, Any]) -> None:
        text = parameters[value]
        name = text.rpartition("/")[2] if value == "PolicyArn" else text
        state[facet] = {**state[facet], parameters[key]: name}

    return put


def _drop(facet: Facet, key: str) -> Effect:
    def drop(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = {k: v for k, v in state[facet].items() if k != parameters[key]}

    return drop


def _status_in(facet: Facet, key: str) -> Effect:
    def switch(state: State, parameters: Mapping[str, Any]) -> None:
        one = state[facet][parameters[key]] | {"status": parameters["Status"]}
        state[facet] = {**state[facet], parameters[key]: one}

    return switch


def _join(facet: Facet, key: str) -> Effect:
    def join(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = sorted({*state[facet], parameters[key]})

    return join


def _leave(facet: Facet, key: str) -> Effect:
    def leave(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = [name for name in state[facet] if name != parameters[key]]

    return leave


def _set_tags(facet: Facet) -> Effect:
    def set_(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = state[facet] | {tag["Key"]: tag["Value"] for tag in parameters["Tags"]}

    return set_


def _drop_tags(facet: Facet) -> Effect:
    def drop(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = {k: v for k, v in state[facet].items() if k not in parameters["TagKeys"]}

    return drop


def _set_boundary(facet: Facet) -> Effect:
    def set_(state: State, parameters: Mapping[str, Any]) -> None:
        state[facet] = state[facet] | {"boundary": parameters.get("PermissionsBoundary")}

    return set_


def _update_role(state: State, parameters: Mapping[str, Any]) -> None:
    names = {"seconds": "MaxSessionDuration", "description": "Description"}
    given = {key: parameters[name] for key, name in names.items() if name in parameters}
    state[Facet.ROLE_SESSION_LIMIT] = state[Facet.ROLE_SESSION_LIMIT] | given


def _set_default_version(state: State, parameters: Mapping[str, Any]) -> None:
    versions, chosen = state[Facet.POLICY_VERSIONS], parameters["VersionId"]
    state[Facet.POLICY_VERSIONS] = {
        id_: version | {"default": id_ == chosen} for id_, version in versions.items()
    }
    state[Facet.POLICY_DOCUMENT] = versions[chosen]["text"]


def _set_password_policy(state: State, parameters: Mapping[str, Any]) -> None:
    state[Facet.ACCOUNT_PASSWORD_POLICY] = answered(parameters)


def _delete_password_policy(state: State, _: Mapping[str, Any]) -> None:
    state[Facet.ACCOUNT_PASSWORD_POLICY] = None


def _set_trust(state: State, parameters: Mapping[str, Any]) -> None:
    state[Facet.ROLE_TRUST] = parameters["PolicyDocument"]


# What changes one subject alone: which parameter names it, and what becomes of its state.
_ON_ONE: Mapping[str, tuple[str, Effect]] = {
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
    "iam:AttachRolePolicy": (
        "RoleName",
        _put(Facet.ROLE_ATTACHED_POLICIES, "PolicyArn", "PolicyArn"),
    ),
    "iam:DetachRolePolicy": ("RoleName", _drop(Facet.ROLE_ATTACHED_POLICIES, "PolicyArn")),
    "iam:UpdateAssumeRolePolicy": ("RoleName", _set_trust),
    "iam:UpdateRole": ("RoleName", _update_role),
    "iam:TagRole": ("RoleName", _set_tags(Facet.ROLE_TAGS)),
    "iam:UntagRole": ("RoleName", _drop_tags(Facet.ROLE_TAGS)),
    "iam:TagUser": ("UserName", _set_tags(Facet.USER_TAGS)),
    "iam:UntagUser": ("UserName", _drop_tags(Facet.USER_TAGS)),
    "iam:PutRolePermissionsBoundary": ("RoleName", _set_boundary(Facet.ROLE_IDENTITY)),
    "iam:DeleteRolePermissionsBoundary": ("RoleName", _set_boundary(Facet.ROLE_IDENTITY)),
    "iam:PutUserPermissionsBoundary": ("UserName", _set_boundary(Facet.USER_IDENTITY)),
    "iam:DeleteUserPermissionsBoundary": ("UserName", _set_boundary(Facet.USER_IDENTITY)),
    "iam:SetDefaultPolicyVersion": ("PolicyArn", _set_default_version),
    "iam:UpdateAccountPasswordPolicy": ("", _set_password_policy),
    "iam:DeleteAccountPasswordPolicy": ("", _delete_password_policy),
}
# What a group must have lost before it can be deleted (IAM API reference, DeleteGroup).
_IN_THE_WAY = (
    Facet.GROUP_MEMBERS,
    Facet.GROUP_INLINE_POLICIES,
    Facet.GROUP_ATTACHED_POLICIES,
)
_MEMBERSHIP = {"iam:AddUserToGroup": _join, "iam:RemoveUserFromGroup": _leave}
_KIND = {
    "UserName": "user",
    "GroupName": "group",
    "RoleName": "role",
    "PolicyArn": "policy",
    "": "account",
}


def _create_group(holder: Holder, call: Call, _: str) -> Mapping[str, Any]:
    """A group is made bare."""
    ref = SubjectRef("group", call.parameters["GroupName"], holder.account)
    if ref in holder.state:
        raise RemedyError("AWS refuses iam:CreateGroup: EntityAlreadyExists")
    identity = {Facet.GROUP_IDENTITY: {"created": holder.now}}
    holder.add(ref, identity, call.parameters.get("Path", "/"))
    return {}


def _delete_group(holder: Holder, call: Call, _: str) -> Mapping[str, Any]:
    """A group is deleted only when it is bare again."""
    ref = SubjectRef("group", call.parameters["GroupName"], holder.account)
    if any(holder.state.get(ref, {}).get(facet) for facet in _IN_THE_WAY):
        raise RemedyError("AWS refuses iam:DeleteGroup: DeleteConflict")
    return _forget(holder, ref)


def _change_membership(holder: Holder, call: Call, _: str) -> Mapping[str, Any]:
    """Who is in which group shows on both sides."""
    change = _MEMBERSHIP[call.name]
    user, group = call.parameters["UserName"], call.parameters["GroupName"]
    for ref, facet, key in (
        (SubjectRef("user", user, holder.account), Facet.USER_GROUPS, "GroupName"),
        (SubjectRef("group", group, holder.account), Facet.GROUP_MEMBERS, "UserName"),
    ):
        if ref in holder.state:
            change(facet, key)(holder.state[ref], call.parameters)
    return {}


def _create_policy(holder: Holder, call: Call, _: str) -> Mapping[str, Any]:
    """The very same policy may be there already, as for the caller of a real account."""
    path, name = call.parameters.get("Path", "/"), call.parameters["PolicyName"]
    arn = f"arn:aws:iam::{holder.account}:policy{path}{name}"
    ref = SubjectRef("policy", arn, holder.account)
    document = call.parameters["PolicyDocument"]
    if ref not in holder.state:
        version = {"text": document, "created": holder.now, "default": True}
        known = {Facet.POLICY_DOCUMENT: document, Facet.POLICY_VERSIONS: {"v1": version}}
        holder.add(ref, known, path)
    if holder.state[ref][Facet.POLICY_DOCUMENT] != document:
        raise RemedyError(f"AWS refuses {call.name}: EntityAlreadyExists")
    return {"Policy": {"Arn": arn}}


def _delete_policy(holder: Holder, call: Call, _: str) -> Mapping[str, Any]:
    return _forget(holder, SubjectRef("policy", call.parameters["PolicyArn"], holder.account))


def _forget(holder: Holder, ref: SubjectRef) -> Mapping[str, Any]:
    holder.state.pop(ref, None)
    holder.paths.pop(ref, None)
    return {}


def _update_identity_pool(holder: Holder, call: Call, region: str) -> Mapping[str, Any]:
    """What the call leaves out becomes what it is in a new pool."""
    settings = dict(call.parameters)
    ref = SubjectRef("identity-pool", settings.pop("IdentityPoolId"), holder.account, region)
    if ref in holder.state:
        holder.state[ref][Facet.IDENTITY_POOL_SETTINGS] = settings
    return {}


def _associate(holder: Holder, call: Call, region: str) -> Mapping[str, Any]:
    instance, profile = call.parameters["InstanceId"], call.parameters["IamInstanceProfile"]
    arn = f"arn:aws:iam::{holder.account}:instance-profile/{profile['Name']}"
    ref = SubjectRef("instance", instance, holder.account, region)
    holder.state[ref][Facet.INSTANCE_PROFILE] = arn
    # One profile per instance, so the association may carry the instance's own number.
    association = instance.replace("i-", "iip-assoc-", 1)
    return {"IamInstanceProfileAssociation": {"AssociationId": association}}


def _disassociate(holder: Holder, call: Call, region: str) -> Mapping[str, Any]:
    instance = call.parameters["AssociationId"].replace("iip-assoc-", "i-", 1)
    ref = SubjectRef("instance", instance, holder.account, region)
    holder.state[ref][Facet.INSTANCE_PROFILE] = None
    return {}


# What makes or deletes a subject, shows on two, or has an answer.
_ON_MORE: Mapping[str, Callable[[Holder, Call, str], Mapping[str, Any]]] = {
    "iam:CreateGroup": _create_group,
    "iam:DeleteGroup": _delete_group,
    "iam:AddUserToGroup": _change_membership,
    "iam:RemoveUserFromGroup": _change_membership,
    "iam:CreatePolicy": _create_policy,
    "iam:DeletePolicy": _delete_policy,
    "cognito-identity:UpdateIdentityPool": _update_identity_pool,
    "ec2:AssociateIamInstanceProfile": _associate,
    "ec2:DisassociateIamInstanceProfile": _disassociate,
}


def made(holder: Holder, call: Call, region: str) -> Mapping[str, Any]:
    """Make one call; its answer is empty when the subject is gone.

    Raises:
        KeyError: the call is not one of those that are known here.
        RemedyError: what is made is there already, or a group is deleted that is not bare.
    """
    if make := _ON_MORE.get(call.name):
        return make(holder, call, region)
    parameter, change = _ON_ONE[call.name]
    name = call.parameters[parameter] if parameter else holder.account
    ref = SubjectRef(_KIND[parameter], name, holder.account)
    if ref in holder.state:
        change(holder.state[ref], call.parameters)
    return {}
