"""From a change to the subjects it points at, and to what it says of their state.

Live, only the subjects are used and their state is read from the account. What the record says of
that state serves where nothing can be read: backtests, and samples replayed without an account.
"""

import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rolecall.model.changes import Change, Rejected
from rolecall.model.subjects import Facet, SubjectRef

# IAM API reference: names are alphanumeric with +=,.@_- and at most 128 characters.
_NAME = frozenset(string.ascii_letters + string.digits + "+=,.@_-")
_NAME_LENGTH = 128
_HEX = frozenset("0123456789abcdef")
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


def is_name(kind: str, name: object) -> bool:
    """Whether AWS could have given this name to a subject of this kind."""
    if not isinstance(name, str) or not name:
        return False
    if kind == "instance":
        return name.startswith("i-") and 10 <= len(name) <= 19 and _HEX.issuperset(name[2:])  # noqa: PLR2004
    return len(name) <= _NAME_LENGTH and _NAME.issuperset(name)


def _at(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _items(change: Change) -> list[Any]:
    items = _at(change.response, "instancesSet", "items")
    return items if isinstance(items, list) else []


def _names(change: Change, kind: str) -> Iterator[Any]:
    if kind == "account":
        yield change.account
    elif kind == "instance":
        items = _items(change)
        for item in items:
            yield _at(item, "instanceId")
        if not items:
            # EC2's later calls wrap their parameters and keep the API's spelling of them.
            wrapper = f"{change.call.partition(':')[2]}Request"
            yield (_at(change.request, "instanceId") or _at(change.request, wrapper, "InstanceId"))
    elif kind == "user":
        if _root_on_itself(change):
            return
        yield (
            _at(change.request, "userName")
            or _at(change.response, "accessKey", "userName")
            or _oneself(change)
        )
    else:
        yield _at(change.request, _PARAMETER.get(kind, ""))


def _omitted(change: Change) -> bool:
    return any(
        str(_at(part, "omitted")).lower() == "true" for part in (change.request, change.response)
    )


def _oneself(change: Change) -> Any:
    # Then the actor has its name. One that CloudTrail left out was there, and may be anybody's; a
    # role or root is no user.
    identity = _at(change.record, "userIdentity")
    if change.call not in _ON_ONESELF or _omitted(change) or _at(identity, "type") != "IAMUser":
        return None
    return _at(identity, "userName")


def _root_on_itself(change: Change) -> bool:
    # Root has keys and devices of its own and is no user, whatever name the answer gives it.
    return (
        change.call in _ON_ONESELF
        and _at(change.record, "userIdentity", "type") == "Root"
        and not _at(change.request, "userName")
        and not _omitted(change)
    )


def subjects(change: Change, kind: str) -> tuple[SubjectRef, ...] | Rejected:
    """The subjects of this kind that a change points at.

    A watched change always points at one, but for what root does to itself, which points at no user.
    """
    region = change.region if kind == "instance" else ""
    names = list(_names(change, kind))
    placed = kind != "instance" or (bool(region) and _REGION.issuperset(region))
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
    return tuple(SubjectRef(kind, name, change.account, region) for name in names)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _inline(change: Change, facet: Facet) -> dict[Facet, Any]:
    name = _text(_at(change.request, "policyName"))
    document = _text(_at(change.request, "policyDocument"))
    return {facet: {name: document or ""}} if name else {}


def _attached(change: Change, facet: Facet) -> dict[Facet, Any]:
    arn = _text(_at(change.request, "policyArn"))
    return {facet: {arn: arn.rpartition("/")[2]}} if arn else {}


def _user(found: dict[Facet, Any]) -> dict[Facet, Any]:
    # What else the user holds is not known, and what is not known adds no drift.
    nothing: dict[Facet, Any] = {Facet.USER_INLINE_POLICIES: {}, Facet.USER_ATTACHED_POLICIES: {}}
    return nothing | found if found else {}


def _access_key(change: Change) -> dict[Facet, Any]:
    created = _at(change.response, "accessKey")
    key = _text(_at(created, "accessKeyId")) or _text(_at(change.request, "accessKeyId"))
    status = _text(_at(created, "status")) or _text(_at(change.request, "status"))
    return {Facet.USER_ACCESS_KEYS: {key: status}} if key and status else {}


def _trust(change: Change) -> dict[Facet, Any]:
    text = _text(_at(change.request, "assumeRolePolicyDocument")) or _text(
        _at(change.request, "policyDocument")
    )
    return {Facet.ROLE_TRUST: text} if text is not None else {}


def _instance(change: Change, ref: SubjectRef) -> dict[Facet, Any]:
    for item in _items(change):
        if _at(item, "instanceId") == ref.name:
            tags = _at(item, "tagSet", "items")
            return {
                Facet.INSTANCE_STATE: _text(_at(item, "instanceState", "name")) or "pending",
                Facet.INSTANCE_PROFILE: _text(_at(item, "iamInstanceProfile", "arn")),
                Facet.INSTANCE_TAGS: {
                    str(_at(tag, "key")): str(_at(tag, "value") or "")
                    for tag in (tags if isinstance(tags, list) else [])
                },
            }
    return {}


_SAYS: Mapping[str, Callable[[Change, SubjectRef], dict[Facet, Any]]] = {
    "iam:PutUserPolicy": lambda c, _: _user(_inline(c, Facet.USER_INLINE_POLICIES)),
    "iam:AttachUserPolicy": lambda c, _: _user(_attached(c, Facet.USER_ATTACHED_POLICIES)),
    "iam:CreateAccessKey": lambda c, _: _access_key(c),
    "iam:UpdateAccessKey": lambda c, _: _access_key(c),
    "iam:CreateGroup": lambda _, __: {
        Facet.GROUP_INLINE_POLICIES: {},
        Facet.GROUP_ATTACHED_POLICIES: {},
    },
    "iam:PutGroupPolicy": lambda c, _: _inline(c, Facet.GROUP_INLINE_POLICIES),
    "iam:AttachGroupPolicy": lambda c, _: _attached(c, Facet.GROUP_ATTACHED_POLICIES),
    "iam:CreateRole": lambda c, _: _trust(c),
    "iam:UpdateAssumeRolePolicy": lambda c, _: _trust(c),
    "ec2:RunInstances": _instance,
}


def recorded(change: Change, ref: SubjectRef) -> Mapping[Facet, Any]:
    """The facets of a subject that the record itself tells; empty where it tells none."""
    says = _SAYS.get(change.call)
    return says(change, ref) if says and not change.error else {}
