"""How the facets of a group are read."""

from rolecall.aws.policy_texts import DOCUMENT_CALLS, documents
from rolecall.aws.readings import State, named, pages, reads, texts, time_text
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
    return {Facet.GROUP_INLINE_POLICIES: inline_of_group(aws, ref.name)}, ""


def inline_of_group(aws: Aws, name: str) -> dict[str, str]:
    """Text of a group's inline policies by their names."""
    names = pages(aws, "iam", "list_group_policies", "PolicyNames", GroupName=name)
    get = aws.client("iam").get_group_policy
    return texts(names, lambda policy: get(GroupName=name, PolicyName=policy))


@reads(Facet.GROUP_ATTACHED_POLICIES, by=("iam:ListAttachedGroupPolicies",))
def _group_attached(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    return {Facet.GROUP_ATTACHED_POLICIES: attached_to_group(aws, ref.name)}, ""


def attached_to_group(aws: Aws, name: str) -> dict[str, str]:
    """Name of a group's managed policies by their ARNs."""
    return named(
        pages(aws, "iam", "list_attached_group_policies", "AttachedPolicies", GroupName=name)
    )


@reads(Facet.GROUP_ATTACHED_DOCUMENTS, by=("iam:ListAttachedGroupPolicies", *DOCUMENT_CALLS))
def _group_documents(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = documents(aws, attached_to_group(aws, ref.name))
    return {Facet.GROUP_ATTACHED_DOCUMENTS: found}, ""
