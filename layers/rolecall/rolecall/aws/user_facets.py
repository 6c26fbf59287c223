"""How the facets of a user are read."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.failures import is_gone
from rolecall.aws.group_facets import attached_to_group, inline_of_group
from rolecall.aws.policy_texts import DOCUMENT_CALLS, boundary_text, documents, effective
from rolecall.aws.readings import (
    State,
    boundary_of,
    groups_with,
    named,
    pages,
    reads,
    tags_of,
    texts,
    time_text,
)
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.kinds.groups import Carried
from rolecall.model.kinds.users import ServiceCredential
from rolecall.model.subjects import SubjectRef


@reads(Facet.USER_INLINE_POLICIES, by=("iam:ListUserPolicies", "iam:GetUserPolicy"))
def _user_inline(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    return {Facet.USER_INLINE_POLICIES: _inline(aws, ref.name)}, ""


def _inline(aws: Aws, name: str) -> dict[str, str]:
    names = pages(aws, "iam", "list_user_policies", "PolicyNames", UserName=name)
    get = aws.client("iam").get_user_policy
    return texts(names, lambda policy: get(UserName=name, PolicyName=policy))


@reads(Facet.USER_ATTACHED_POLICIES, by=("iam:ListAttachedUserPolicies",))
def _user_attached(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    return {Facet.USER_ATTACHED_POLICIES: _attached(aws, ref.name)}, ""


def _attached(aws: Aws, name: str) -> dict[str, str]:
    return named(
        pages(aws, "iam", "list_attached_user_policies", "AttachedPolicies", UserName=name)
    )


def _keys(aws: Aws, ref: SubjectRef) -> list[Any]:
    return pages(aws, "iam", "list_access_keys", "AccessKeyMetadata", UserName=ref.name)


@reads(Facet.USER_ACCESS_KEYS, Facet.USER_ACCESS_KEY_DATES, by=("iam:ListAccessKeys",))
def _user_keys(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _keys(aws, ref)
    return {
        Facet.USER_ACCESS_KEYS: {key["AccessKeyId"]: key["Status"] for key in found},
        Facet.USER_ACCESS_KEY_DATES: {
            key["AccessKeyId"]: time_text(key["CreateDate"]) for key in found
        },
    }, ""


@reads(Facet.USER_ACCESS_KEY_USE, by=("iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"))
def _user_key_use(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    ask = aws.client("iam").get_access_key_last_used
    used = {}
    for key in (key["AccessKeyId"] for key in _keys(aws, ref)):
        at = ask(AccessKeyId=key)["AccessKeyLastUsed"].get("LastUsedDate")
        used[key] = time_text(at) if at else None
    return {Facet.USER_ACCESS_KEY_USE: used}, ""


@reads(Facet.USER_IDENTITY, Facet.USER_PASSWORD_USE, by=("iam:GetUser",))
def _user(aws: Aws, ref: SubjectRef) -> tuple[State, str, str]:
    user = aws.client("iam").get_user(UserName=ref.name)["User"]
    used = user.get("PasswordLastUsed")
    found = {
        "created": time_text(user["CreateDate"]),
        "boundary": boundary_of(user),
    }
    use = time_text(used) if used else None
    return (
        {Facet.USER_IDENTITY: found, Facet.USER_PASSWORD_USE: use},
        user["Path"],
        user["UserId"],
    )


@reads(Facet.USER_GROUPS, by=("iam:ListGroupsForUser",))
def _user_groups(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    return {Facet.USER_GROUPS: _groups(aws, ref.name)}, ""


def _groups(aws: Aws, name: str) -> list[str]:
    found = pages(aws, "iam", "list_groups_for_user", "Groups", UserName=name)
    return [group["GroupName"] for group in found]


@reads(Facet.USER_TAGS, by=("iam:ListUserTags",))
def _user_tags(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = pages(aws, "iam", "list_user_tags", "Tags", UserName=ref.name)
    return {Facet.USER_TAGS: tags_of(found)}, ""


@reads(
    Facet.USER_POLICY_GROUPS,
    by=("iam:ListAttachedUserPolicies", "iam:ListEntitiesForPolicy"),
)
def _user_policy_groups(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _attached(aws, ref.name)
    return {Facet.USER_POLICY_GROUPS: {arn: groups_with(aws, arn) for arn in found}}, ""


@reads(
    Facet.USER_CARRYING_GROUPS,
    by=(
        "iam:ListAttachedUserPolicies",
        "iam:ListEntitiesForPolicy",
        "iam:ListAttachedGroupPolicies",
        "iam:ListGroupPolicies",
        "iam:GetGroup",
    ),
)
def _user_carrying_groups(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _attached(aws, ref.name)
    groups = {name for arn in found for name in _if_there(groups_with, aws, arn) or ()}
    carried = {name: _if_there(_carried, aws, name) for name in sorted(groups)}
    return {Facet.USER_CARRYING_GROUPS: {name: one for name, one in carried.items() if one}}, ""


def _if_there[T](read: Callable[[Aws, str], T], aws: Aws, name: str) -> T | None:
    """What is read of a group or policy; None where it went away after it was listed."""
    try:
        return read(aws, name)
    except ClientError as error:
        if not is_gone(error):
            raise
        return None


def _carried(aws: Aws, group: str) -> Carried:
    return {
        "attached": sorted(attached_to_group(aws, group)),
        "inline": pages(aws, "iam", "list_group_policies", "PolicyNames", GroupName=group),
        "members": len(pages(aws, "iam", "get_group", "Users", GroupName=group)),
    }


@reads(
    Facet.USER_EFFECTIVE_POLICIES,
    by=(
        "iam:GetUser",
        "iam:ListUserPolicies",
        "iam:GetUserPolicy",
        "iam:ListAttachedUserPolicies",
        "iam:ListGroupsForUser",
        "iam:ListGroupPolicies",
        "iam:GetGroupPolicy",
        "iam:ListAttachedGroupPolicies",
        *DOCUMENT_CALLS,
    ),
)
def _user_effective(aws: Aws, ref: SubjectRef) -> tuple[State, str, str]:
    user = aws.client("iam").get_user(UserName=ref.name)["User"]
    lent = {name: _if_there(_lent, aws, name) for name in _groups(aws, ref.name)}
    groups = {name: one for name, one in lent.items() if one}
    attached = {*_attached(aws, ref.name), *(arn for _, arns in groups.values() for arn in arns)}
    found = effective(
        _inline(aws, ref.name),
        documents(aws, sorted(attached)),
        boundary_text(aws, boundary_of(user)),
        {name: inline for name, (inline, _) in groups.items()},
    )
    return {Facet.USER_EFFECTIVE_POLICIES: found}, user["Path"], user["UserId"]


def _lent(aws: Aws, group: str) -> tuple[dict[str, str], dict[str, str]]:
    return inline_of_group(aws, group), attached_to_group(aws, group)


@reads(Facet.USER_LOGIN_PROFILE, by=("iam:GetLoginProfile",))
def _user_login_profile(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    try:
        profile = aws.client("iam").get_login_profile(UserName=ref.name)["LoginProfile"]
    except ClientError as error:
        if not is_gone(error):
            raise
        return {Facet.USER_LOGIN_PROFILE: None}, ""
    return {Facet.USER_LOGIN_PROFILE: {"created": time_text(profile["CreateDate"])}}, ""


@reads(Facet.USER_MFA_DEVICES, by=("iam:ListMFADevices",))
def _user_mfa_devices(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = pages(aws, "iam", "list_mfa_devices", "MFADevices", UserName=ref.name)
    return {Facet.USER_MFA_DEVICES: [device["SerialNumber"] for device in found]}, ""


@reads(Facet.USER_SERVICE_CREDENTIALS, by=("iam:ListServiceSpecificCredentials",))
def _user_service_credentials(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    answer = aws.client("iam").list_service_specific_credentials(UserName=ref.name)
    found = answer["ServiceSpecificCredentials"]
    return {Facet.USER_SERVICE_CREDENTIALS: dict(map(service_credential, found))}, ""


def service_credential(one: Any) -> tuple[str, ServiceCredential]:
    """The id of a service-specific credential, and what AWS says of it."""
    expires = one.get("ExpirationDate")
    return one["ServiceSpecificCredentialId"], {
        "service": one["ServiceName"],
        "status": one["Status"],
        "created": time_text(one["CreateDate"]),
        "expires": time_text(expires) if expires else None,
    }


@reads(Facet.USER_SSH_KEYS, by=("iam:ListSSHPublicKeys",))
def _user_ssh_keys(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = pages(aws, "iam", "list_ssh_public_keys", "SSHPublicKeys", UserName=ref.name)
    return {Facet.USER_SSH_KEYS: {key["SSHPublicKeyId"]: key["Status"] for key in found}}, ""


@reads(Facet.USER_SIGNING_CERTIFICATES, by=("iam:ListSigningCertificates",))
def _user_certificates(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = pages(aws, "iam", "list_signing_certificates", "Certificates", UserName=ref.name)
    return {
        Facet.USER_SIGNING_CERTIFICATES: {one["CertificateId"]: one["Status"] for one in found}
    }, ""
