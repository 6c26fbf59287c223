"""What GetAccountAuthorizationDetails says of each user, group, role and policy, as facets."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from rolecall.aws import policy_facets, role_facets
from rolecall.aws.policy_texts import is_of_aws
from rolecall.aws.readings import State, boundary_of, named, policy_text, tags_of, time_text
from rolecall.model.facets import Facet
from rolecall.model.kinds.groups import Carried


@dataclass(frozen=True, slots=True)
class Detail:
    """What one item of the answer says of its subject.

    Attributes:
        name: The subject's name, as a `SubjectRef` has it.
        state: Its facets, as far as the item itself carries them.
        path: Its path.
        unique_id: Its unique id; "" for a policy, as when it is read.
    """

    name: str
    state: State
    path: str
    unique_id: str = ""


def _attached(item: Any) -> dict[str, str]:
    # Thousands of subjects have the same few policies.
    found = named(item.get("AttachedManagedPolicies", []))
    return {intern(arn): intern(name) for arn, name in found.items()}


def _texts(policies: Iterable[Any]) -> dict[str, str]:
    return {one["PolicyName"]: policy_text(one["PolicyDocument"]) for one in policies}


def _user(item: Any) -> Detail:
    identity = {
        "created": time_text(item["CreateDate"]),
        "boundary": boundary_of(item),
    }
    state: State = {
        Facet.USER_IDENTITY: identity,
        Facet.USER_INLINE_POLICIES: _texts(item.get("UserPolicyList", [])),
        Facet.USER_ATTACHED_POLICIES: _attached(item),
        Facet.USER_GROUPS: [intern(name) for name in item.get("GroupList", [])],
        Facet.USER_TAGS: tags_of(item.get("Tags", [])),
    }
    return Detail(item["UserName"], state, item["Path"], item["UserId"])


def _group(item: Any) -> Detail:
    state: State = {
        Facet.GROUP_IDENTITY: {"created": time_text(item["CreateDate"])},
        Facet.GROUP_INLINE_POLICIES: _texts(item.get("GroupPolicyList", [])),
        Facet.GROUP_ATTACHED_POLICIES: _attached(item),
    }
    return Detail(item["GroupName"], state, item["Path"], item["GroupId"])


def _role(item: Any) -> Detail:
    state: State = {
        Facet.ROLE_TRUST: policy_text(item["AssumeRolePolicyDocument"]),
        Facet.ROLE_IDENTITY: role_facets.identity(item),
        Facet.ROLE_LAST_USE: role_facets.last_use(item),
        Facet.ROLE_TAGS: tags_of(item.get("Tags", [])),
        Facet.ROLE_INLINE_POLICIES: _texts(item.get("RolePolicyList", [])),
        Facet.ROLE_ATTACHED_POLICIES: _attached(item),
        Facet.ROLE_INSTANCE_PROFILES: [
            one["InstanceProfileName"] for one in item.get("InstanceProfileList", [])
        ],
    }
    return Detail(item["RoleName"], state, item["Path"], item["RoleId"])


def _policy(item: Any) -> Detail | None:
    # AWS's own policies are more than a thousand; only those that somebody has are the account's.
    attachments = policy_facets.attachments(item)
    if is_of_aws(item["Arn"]) and not any(attachments.values()):
        return None
    versions = item["PolicyVersionList"]
    texts = {one["VersionId"]: policy_text(one["Document"]) for one in versions}
    (document,) = (texts[one["VersionId"]] for one in versions if one["IsDefaultVersion"])
    state: State = {Facet.POLICY_DOCUMENT: document}
    # The embedded account tells neither how many have a policy nor when its versions were made.
    if "AttachmentCount" in item:
        state[Facet.POLICY_ATTACHMENTS] = attachments
    if all("CreateDate" in one for one in versions):
        state[Facet.POLICY_VERSIONS] = {
            one["VersionId"]: policy_facets.version(one, texts[one["VersionId"]])
            for one in versions
        }
    return Detail(intern(item["Arn"]), state, item["Path"])


@dataclass(frozen=True, slots=True)
class Section:
    """One of the lists in the answer.

    Attributes:
        filters: The words that ask for it.
        key: Where it stands in the answer.
        detail: From an item of it to what that says; None where the subject is not the account's.
    """

    filters: tuple[str, ...]
    key: str
    detail: Callable[[Any], Detail | None]


# By the kind of subject that a section lists.
SECTIONS: Mapping[str, Section] = {
    "user": Section(("User",), "UserDetailList", _user),
    "group": Section(("Group",), "GroupDetailList", _group),
    "role": Section(("Role",), "RoleDetailList", _role),
    "policy": Section(("LocalManagedPolicy", "AWSManagedPolicy"), "Policies", _policy),
}


def carriers(groups: Iterable[Detail]) -> dict[str, list[str]]:
    """Names of the groups that carry each policy, by policy ARN; in the order of the groups."""
    found: dict[str, list[str]] = {}
    for group in groups:
        for arn in group.state[Facet.GROUP_ATTACHED_POLICIES]:
            found.setdefault(arn, []).append(group.name)
    return found


def members(users: Iterable[Detail]) -> dict[str, list[str]]:
    """Names of the users in each group, by its name; in the order of the users."""
    found: dict[str, list[str]] = {}
    for user in users:
        for group in user.state[Facet.USER_GROUPS]:
            found.setdefault(group, []).append(user.name)
    return found


def contents(groups: Iterable[Detail], members: Mapping[str, list[str]]) -> dict[str, Carried]:
    """What each group carries, and how many carry it, by its name."""
    return {
        group.name: {
            "attached": sorted(group.state[Facet.GROUP_ATTACHED_POLICIES]),
            "inline": list(group.state[Facet.GROUP_INLINE_POLICIES]),
            "members": len(members.get(group.name, [])),
        }
        for group in groups
    }
