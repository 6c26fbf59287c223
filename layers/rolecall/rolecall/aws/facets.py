"""How each facet of a subject is read. The one list of facets, reading calls and code.

Permissions of the functions are generated from the calls named here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from rolecall.aws.failures import is_gone
from rolecall.aws.session import Aws
from rolecall.model.subjects import Facet, SubjectRef

State = dict[Facet, Any]
# The state, then path and unique id as far as the answer tells them.
Read = Callable[[Aws, SubjectRef], tuple[State, *tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read some facets.

    Attributes:
        facets: The facets it reads.
        calls: The AWS calls it makes.
        read: Reads them, and the subject's path and unique id where the answer tells them.
    """

    facets: tuple[Facet, ...]
    calls: tuple[str, ...]
    read: Read


READINGS: list[Reading] = []


def _reads(*facets: Facet, by: tuple[str, ...]) -> Callable[[Read], Read]:
    def register(read: Read) -> Read:
        READINGS.append(Reading(facets, by, read))
        return read

    return register


def _pages(aws: Aws, service: str, operation: str, key: str, **parameters: Any) -> list[Any]:
    paginator = aws.client(service).get_paginator(operation)
    return [item for page in paginator.paginate(**parameters) for item in page[key]]


def _texts(names: Iterable[str], get: Callable[[str], Any]) -> dict[str, str]:
    """Policy text by name; a policy that went away after it was listed is not there."""
    found = {}
    for name in names:
        try:
            found[name] = _text(get(name)["PolicyDocument"])
        except ClientError as error:
            if not is_gone(error):
                raise
    return found


def _text(document: Any) -> str:
    # IAM answers with percent-encoded text (RFC 3986); the embedded account may answer with plain.
    text = str(document)
    return text if text.lstrip().startswith("{") else unquote(text)


@_reads(Facet.USER_INLINE_POLICIES, by=("iam:ListUserPolicies", "iam:GetUserPolicy"))
def _user_inline(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    names = _pages(aws, "iam", "list_user_policies", "PolicyNames", UserName=ref.name)
    get = aws.client("iam").get_user_policy
    found = _texts(names, lambda name: get(UserName=ref.name, PolicyName=name))
    return {Facet.USER_INLINE_POLICIES: found}, ""


@_reads(Facet.USER_ATTACHED_POLICIES, by=("iam:ListAttachedUserPolicies",))
def _user_attached(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _pages(aws, "iam", "list_attached_user_policies", "AttachedPolicies", UserName=ref.name)
    return {Facet.USER_ATTACHED_POLICIES: {p["PolicyArn"]: p["PolicyName"] for p in found}}, ""


@_reads(Facet.USER_ACCESS_KEYS, by=("iam:ListAccessKeys",))
def _user_keys(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _pages(aws, "iam", "list_access_keys", "AccessKeyMetadata", UserName=ref.name)
    return {Facet.USER_ACCESS_KEYS: {key["AccessKeyId"]: key["Status"] for key in found}}, ""


@_reads(Facet.USER_GROUPS, by=("iam:ListGroupsForUser",))
def _user_groups(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _pages(aws, "iam", "list_groups_for_user", "Groups", UserName=ref.name)
    return {Facet.USER_GROUPS: [group["GroupName"] for group in found]}, ""


@_reads(Facet.GROUP_INLINE_POLICIES, by=("iam:ListGroupPolicies", "iam:GetGroupPolicy"))
def _group_inline(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    names = _pages(aws, "iam", "list_group_policies", "PolicyNames", GroupName=ref.name)
    get = aws.client("iam").get_group_policy
    found = _texts(names, lambda name: get(GroupName=ref.name, PolicyName=name))
    return {Facet.GROUP_INLINE_POLICIES: found}, ""


@_reads(Facet.GROUP_ATTACHED_POLICIES, by=("iam:ListAttachedGroupPolicies",))
def _group_attached(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _pages(
        aws, "iam", "list_attached_group_policies", "AttachedPolicies", GroupName=ref.name
    )
    return {Facet.GROUP_ATTACHED_POLICIES: {p["PolicyArn"]: p["PolicyName"] for p in found}}, ""


@_reads(Facet.ROLE_TRUST, by=("iam:GetRole",))
def _role(aws: Aws, ref: SubjectRef) -> tuple[State, str, str]:
    role = aws.client("iam").get_role(RoleName=ref.name)["Role"]
    trust = _text(role["AssumeRolePolicyDocument"])
    return {Facet.ROLE_TRUST: trust}, role["Path"], role["RoleId"]


@_reads(Facet.ROLE_INLINE_POLICIES, by=("iam:ListRolePolicies", "iam:GetRolePolicy"))
def _role_inline(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    names = _pages(aws, "iam", "list_role_policies", "PolicyNames", RoleName=ref.name)
    get = aws.client("iam").get_role_policy
    found = _texts(names, lambda name: get(RoleName=ref.name, PolicyName=name))
    return {Facet.ROLE_INLINE_POLICIES: found}, ""


@_reads(Facet.ROLE_ATTACHED_POLICIES, by=("iam:ListAttachedRolePolicies",))
def _role_attached(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _pages(aws, "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=ref.name)
    return {Facet.ROLE_ATTACHED_POLICIES: {p["PolicyArn"]: p["PolicyName"] for p in found}}, ""


@_reads(
    Facet.INSTANCE_STATE,
    Facet.INSTANCE_PROFILE,
    Facet.INSTANCE_TAGS,
    by=("ec2:DescribeInstances", "ec2:DescribeIamInstanceProfileAssociations"),
)
def _instance(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    client = aws.client("ec2", ref.region)
    reservations = client.describe_instances(InstanceIds=[ref.name])["Reservations"]
    instance = reservations[0]["Instances"][0]
    profile = instance.get("IamInstanceProfile", {}).get("Arn")
    if not profile:
        # A profile that is being associated does not show on the instance yet.
        answer = client.describe_iam_instance_profile_associations(
            Filters=[
                {"Name": "instance-id", "Values": [ref.name]},
                {"Name": "state", "Values": ["associating", "associated"]},
            ]
        )
        for association in answer["IamInstanceProfileAssociations"]:
            profile = association["IamInstanceProfile"]["Arn"]
    return {
        Facet.INSTANCE_STATE: instance["State"]["Name"],
        Facet.INSTANCE_PROFILE: profile,
        Facet.INSTANCE_TAGS: {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])},
    }, ""


@_reads(Facet.POLICY_GROUPS, by=("iam:ListEntitiesForPolicy",))
def _policy_groups(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = _pages(
        aws,
        "iam",
        "list_entities_for_policy",
        "PolicyGroups",
        PolicyArn=ref.name,
        EntityFilter="Group",
    )
    return {Facet.POLICY_GROUPS: [group["GroupName"] for group in found]}, ""


@_reads(Facet.POLICY_DOCUMENT, by=("iam:GetPolicy", "iam:GetPolicyVersion"))
def _policy_document(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    client = aws.client("iam")
    policy = client.get_policy(PolicyArn=ref.name)["Policy"]
    version = client.get_policy_version(PolicyArn=ref.name, VersionId=policy["DefaultVersionId"])
    text = _text(version["PolicyVersion"]["Document"])
    return {Facet.POLICY_DOCUMENT: text}, policy["Path"]


def calls_for(facets: Iterable[Facet]) -> frozenset[str]:
    """The AWS calls that read these facets."""
    wanted = set(facets)
    return frozenset(
        call for reading in READINGS if wanted & set(reading.facets) for call in reading.calls
    )
