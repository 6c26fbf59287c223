"""From a change to the subjects it points at. Their state is read from the account."""

import re
import string
from collections.abc import Iterator
from typing import Any

from rolecall.model.changes import Change, Rejected
from rolecall.model.parts import at, items
from rolecall.model.subjects import SubjectRef, noun

# IAM API reference: names are alphanumeric with +=,.@_- and at most 128 characters.
_NAME = frozenset(string.ascii_letters + string.digits + "+=,.@_-")
_NAME_LENGTH = 128
_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\x21-\x7e]{1,640}")
# A URL without its scheme, as it stands in the provider's ARN; wildcards and quotes stand in none.
_PROVIDER_URL = re.compile(r"[A-Za-z0-9][\w.~:/%@!$&()+,;=-]{0,254}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = frozenset("0123456789abcdef")
# Its Region and a number (Cognito API reference).
_IDENTITY_POOL = re.compile(r"[a-z0-9-]{1,18}:[0-9a-f-]{1,36}")
_REGION = frozenset(string.ascii_lowercase + string.digits + "-")

# IAM API reference: the changes whose UserName may be left out, for whoever acts on itself.
_ON_ONESELF = frozenset(
    {
        "iam:CreateAccessKey",
        "iam:UpdateAccessKey",
        "iam:DeleteAccessKey",
        "iam:CreateLoginProfile",
        "iam:DeleteLoginProfile",
        "iam:DeactivateMFADevice",
        "iam:UpdateSigningCertificate",
        "iam:UploadSigningCertificate",
        "iam:DeleteSigningCertificate",
        "iam:DeleteServiceSpecificCredential",
        "iam:ResetServiceSpecificCredential",
        "iam:UpdateServiceSpecificCredential",
    }
)
_PARAMETER = {"user": "userName", "group": "groupName", "role": "roleName"}
# How the parameters that name a provider by its ARN are spelled.
_ARN = {"oidc-provider": "openIDConnectProviderArn", "saml-provider": "sAMLProviderArn"}
_PLACED = frozenset({"instance", "trust-anchor"})  # these are of one Region


def kinds_of(call: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these kinds of subject a call is about; where it is only one, that one."""
    if len(kinds) == 1:
        return kinds
    name = call.partition(":")[2]
    # A policy of a user is a part of the user: only a managed one is a subject itself.
    managed = re.match(r"(Create|Delete|SetDefault)Policy", name) is not None
    return tuple(kind for kind in kinds if (managed if kind == "policy" else kind.title() in name))


def removes(change: Change, kind: str) -> bool:
    """Whether a change took the subject of this kind itself away."""
    return change.call.partition(":")[2] == f"Delete{noun(kind)}" and not change.error


def is_name(kind: str, name: object) -> bool:
    """Whether AWS could have given this name to a subject of this kind."""
    if not isinstance(name, str) or not name:
        return False
    if kind == "instance":
        return name.startswith("i-") and 10 <= len(name) <= 19 and _HEX.issuperset(name[2:])  # noqa: PLR2004
    if kind == "policy":
        return _POLICY_ARN.fullmatch(name) is not None
    if kind == "oidc-provider":
        return _PROVIDER_URL.fullmatch(name) is not None
    if kind == "trust-anchor":
        return _UUID.fullmatch(name) is not None
    if kind == "identity-pool":
        return _IDENTITY_POOL.fullmatch(name) is not None
    return len(name) <= _NAME_LENGTH and _NAME.issuperset(name)


def _names(change: Change, kind: str) -> Iterator[Any]:
    if kind == "account":
        yield change.account
    elif kind == "instance":
        launched = items(at(change.response, "instancesSet", "items"))
        for item in launched:
            yield at(item, "instanceId")
        if not launched:
            # EC2's later calls wrap their parameters and keep the API's spelling of them.
            wrapper = f"{change.call.partition(':')[2]}Request"
            yield (at(change.request, "instanceId") or at(change.request, wrapper, "InstanceId"))
    elif kind == "user":
        yield (
            at(change.request, "userName")
            or at(change.response, "accessKey", "userName")
            or _oneself(change)
        )
    elif kind == "identity-pool":
        yield at(change.request, "identityPoolId") or at(change.response, "identityPoolId")
    elif kind == "policy":
        yield at(change.request, "policyArn") or at(change.response, "policy", "arn")
    elif kind in _ARN:
        arn = at(change.request, _ARN[kind]) or at(change.response, _ARN[kind])
        yield str(arn).partition(f":{kind}/")[2]
    elif kind == "trust-anchor":
        yield (
            at(change.request, "trustAnchorId")
            or at(change.response, "trustAnchor", "trustAnchorId")
        )
    else:
        parameter = _PARAMETER.get(kind, "")
        # A group or user that was renamed is found by its new name.
        renamed = f"new{parameter[:1].upper()}{parameter[1:]}"
        yield at(change.request, renamed) or at(change.request, parameter)


def _omitted(change: Change) -> bool:
    return any(
        str(at(part, "omitted")).lower() == "true" for part in (change.request, change.response)
    )


def _oneself(change: Change) -> Any:
    # Then the actor has its name. One that CloudTrail left out was there, and may be anybody's; a
    # role or root is no user.
    identity = at(change.record, "userIdentity")
    if change.call not in _ON_ONESELF or _omitted(change) or at(identity, "type") != "IAMUser":
        return None
    return at(identity, "userName")


def acting_user(change: Change) -> SubjectRef | None:
    """The IAM user who made a change; None for root, sessions and whoever has no usable name."""
    identity = at(change.record, "userIdentity")
    name = at(identity, "userName")
    if at(identity, "type") != "IAMUser" or not is_name("user", name):
        return None
    return SubjectRef("user", name, change.account)


def by_root_on_itself(change: Change) -> bool:
    """Whether root changed its own credentials: then the call names no user, and is about none."""
    return (
        change.call in _ON_ONESELF
        and not _omitted(change)
        and at(change.record, "userIdentity", "type") == "Root"
        # The answer may give it any name; the request names somebody else, or root by these words.
        and at(change.request, "userName") in (None, "", "AWS ROOT USER")
    )


def subjects(change: Change, kind: str) -> tuple[SubjectRef, ...] | Rejected:
    """The subjects of this kind that a change points at.

    A watched change points at one at least, but for root's on itself, which is about no user.
    """
    if kind == "user" and by_root_on_itself(change):
        return ()
    names = list(_names(change, kind))
    placed = kind not in _PLACED or (bool(change.region) and _REGION.issuperset(change.region))
    if kind != "account" and not (placed and all(is_name(kind, name) for name in names)):
        why = (
            "CloudTrail left out fields that were too large"
            if _omitted(change)
            else "no usable name stands where CloudTrail writes it"
        )
        return Rejected(
            f"The record of {change.call} does not say which {kind} it is about: {why}; "
            f"look at event {change.event_id} in CloudTrail.",
            change.event_id,
        )
    return tuple(ref_of(change, kind, name) for name in names)


def ref_of(change: Change, kind: str, name: str) -> SubjectRef:
    """The subject of this kind and name in the account, and where it is of one Region, in that."""
    region = change.region if kind in _PLACED else ""
    # The id of an identity pool tells where it is.
    region = name.partition(":")[0] if kind == "identity-pool" else region
    return SubjectRef(kind, name, change.account, region)


def all_subjects(change: Change, kinds: tuple[str, ...]) -> Iterator[SubjectRef]:
    """Yield the subjects of these kinds that a change points at, as far as it says which they are."""
    for kind in kinds_of(change.call, kinds):
        refs = subjects(change, kind)
        if not isinstance(refs, Rejected):
            yield from refs
