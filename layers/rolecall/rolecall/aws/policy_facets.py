"""How the facets of a managed policy are read."""

from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.failures import is_gone
from rolecall.aws.policy_texts import DOCUMENT_CALLS
from rolecall.aws.readings import State, groups_with, pages, policy_text, reads, time_text
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.kinds.policies import Attachments, Version
from rolecall.model.subjects import SubjectRef


@reads(Facet.POLICY_GROUPS, by=("iam:ListEntitiesForPolicy",))
def _policy_groups(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    return {Facet.POLICY_GROUPS: groups_with(aws, ref.name)}, ""


@reads(Facet.POLICY_DOCUMENT, Facet.POLICY_ATTACHMENTS, by=DOCUMENT_CALLS)
def _policy(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    policy = aws.client("iam").get_policy(PolicyArn=ref.name)["Policy"]
    found: State = {
        Facet.POLICY_DOCUMENT: _text(aws, ref.name, policy["DefaultVersionId"]),
        Facet.POLICY_ATTACHMENTS: attachments(policy),
    }
    return found, policy["Path"]


def _text(aws: Aws, arn: str, version: str) -> str:
    answer = aws.client("iam").get_policy_version(PolicyArn=arn, VersionId=version)
    return policy_text(answer["PolicyVersion"]["Document"])


def attachments(policy: Any) -> Attachments:
    """How many carry a policy, as AWS counts them."""
    return {
        "attached": policy.get("AttachmentCount", 0),
        "boundaries": policy.get("PermissionsBoundaryUsageCount", 0),
    }


# A reading of its own: most who want the document want none of the four older ones.
@reads(Facet.POLICY_VERSIONS, by=("iam:ListPolicyVersions", "iam:GetPolicyVersion"))
def _policy_versions(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found: dict[str, Version] = {}
    for one in pages(aws, "iam", "list_policy_versions", "Versions", PolicyArn=ref.name):
        try:
            text = _text(aws, ref.name, one["VersionId"])
        except ClientError as error:
            if not is_gone(error):
                raise
        else:
            found[one["VersionId"]] = version(one, text)
    return {Facet.POLICY_VERSIONS: found}, ""


def version(one: Any, text: str) -> Version:
    """One version of a policy, as AWS lists it."""
    return {
        "text": text,
        "created": time_text(one["CreateDate"]),
        "default": one["IsDefaultVersion"],
    }
