"""How the facets of a group are read."""

from botocore.exceptions import ClientError

from rolecall.aws.failures import is_gone
from rolecall.aws.readings import State, default_version, named, pages, reads, texts, time_text
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef


@reads(Facet.GROUP_IDENTITY, Facet.GROUP_MEMBERS, by=("iam:GetGroup",))
def _group(aws: Aws, ref: SubjectRef) -> tuple[State, str, str]:
    found = list(aws.client("iam").get_paginator("get_group").paginate(GroupName=ref.name))
    group = found[0]["Group"]
    return (
        {
            Facet.GROUP_IDENTITY: {"created": time_text(group["CreateDate"])},
            Facet.GROUP_MEMBERS: [user["UserName"] for page in found for user in page["Users"]],
        },
        group["Path"],
        group["GroupId"],
    )


@reads(Facet.GROUP_INLINE_POLICIES, by=("iam:ListGroupPolicies", "iam:GetGroupPolicy"))
def _group_inline(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    names = pages(aws, "iam", "list_group_policies", "PolicyNames", GroupName=ref.name)
    get = aws.client("iam").get_group_policy
    found = texts(names, lambda name: get(GroupName=ref.name, PolicyName=name))
    return {Facet.GROUP_INLINE_POLICIES: found}, ""


@reads(Facet.GROUP_ATTACHED_POLICIES, by=("iam:ListAttachedGroupPolicies",))
def _group_attached(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = pages(
        aws, "iam", "list_attached_group_policies", "AttachedPolicies", GroupName=ref.name
    )
    return {Facet.GROUP_ATTACHED_POLICIES: named(found)}, ""


@reads(
    Facet.GROUP_ATTACHED_DOCUMENTS,
    by=("iam:ListAttachedGroupPolicies", "iam:GetPolicy", "iam:GetPolicyVersion"),
)
def _group_documents(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    attached = pages(
        aws, "iam", "list_attached_group_policies", "AttachedPolicies", GroupName=ref.name
    )
    found = {}
    for arn in named(attached):
        try:
            found[arn], _ = default_version(aws, arn)
        except ClientError as error:
            if not is_gone(error):
                raise
    return {Facet.GROUP_ATTACHED_DOCUMENTS: found}, ""
