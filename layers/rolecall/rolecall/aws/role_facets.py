"""How the facets of a role are read."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import code_of, meaning
from rolecall.aws.policy_texts import DOCUMENT_CALLS, boundary_text, documents, effective
from rolecall.aws.readings import (
    State,
    boundary_of,
    named,
    pages,
    policy_text,
    reads,
    tags_of,
    texts,
    time_text,
)
from rolecall.aws.session import Aws
from rolecall.errors import ThrottledError
from rolecall.model.facets import Facet
from rolecall.model.kinds.identity import Identity
from rolecall.model.kinds.roles import SessionLimit
from rolecall.model.subjects import SubjectRef

ACCOUNTS_CALL = "organizations:ListAccounts"


@reads(
    Facet.ROLE_TRUST,
    Facet.ROLE_IDENTITY,
    Facet.ROLE_SESSION_LIMIT,
    Facet.ROLE_LAST_USE,
    by=("iam:GetRole",),
)
def _role(aws: Aws, ref: SubjectRef) -> tuple[State, str, str]:
    role = aws.client("iam").get_role(RoleName=ref.name)["Role"]
    found: State = {
        Facet.ROLE_TRUST: policy_text(role["AssumeRolePolicyDocument"]),
        Facet.ROLE_IDENTITY: identity(role),
        Facet.ROLE_SESSION_LIMIT: session_limit(role),
        Facet.ROLE_LAST_USE: last_use(role),
    }
    return found, role["Path"], role["RoleId"]


def identity(role: Any) -> Identity:
    """What AWS says of the role itself."""
    return {"created": time_text(role["CreateDate"]), "boundary": boundary_of(role)}


def session_limit(role: Any) -> SessionLimit:
    """How long its sessions may last, and its description."""
    return {"seconds": role["MaxSessionDuration"], "description": role.get("Description", "")}


def last_use(role: Any) -> str | None:
    """When it was last used, as far back as AWS looks."""
    used = role.get("RoleLastUsed", {}).get("LastUsedDate")
    return time_text(used) if used else None


@reads(Facet.ROLE_TAGS, by=("iam:ListRoleTags",))
def _role_tags(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = pages(aws, "iam", "list_role_tags", "Tags", RoleName=ref.name)
    return {Facet.ROLE_TAGS: tags_of(found)}, ""


@reads(Facet.ROLE_INLINE_POLICIES, by=("iam:ListRolePolicies", "iam:GetRolePolicy"))
def _role_inline(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    return {Facet.ROLE_INLINE_POLICIES: _inline(aws, ref.name)}, ""


def _inline(aws: Aws, name: str) -> dict[str, str]:
    names = pages(aws, "iam", "list_role_policies", "PolicyNames", RoleName=name)
    get = aws.client("iam").get_role_policy
    return texts(names, lambda policy: get(RoleName=name, PolicyName=policy))


@reads(Facet.ROLE_ATTACHED_POLICIES, by=("iam:ListAttachedRolePolicies",))
def _role_attached(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    return {Facet.ROLE_ATTACHED_POLICIES: _attached(aws, ref.name)}, ""


def _attached(aws: Aws, name: str) -> dict[str, str]:
    return named(
        pages(aws, "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    )


@reads(
    Facet.ROLE_EFFECTIVE_POLICIES,
    by=(
        "iam:GetRole",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        *DOCUMENT_CALLS,
    ),
)
def _role_effective(aws: Aws, ref: SubjectRef) -> tuple[State, str, str]:
    role = aws.client("iam").get_role(RoleName=ref.name)["Role"]
    found = effective(
        _inline(aws, ref.name),
        documents(aws, _attached(aws, ref.name)),
        boundary_text(aws, boundary_of(role)),
    )
    return {Facet.ROLE_EFFECTIVE_POLICIES: found}, role["Path"], role["RoleId"]


@reads(Facet.ROLE_INSTANCE_PROFILES, by=("iam:ListInstanceProfilesForRole",))
def _role_profiles(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = pages(
        aws, "iam", "list_instance_profiles_for_role", "InstanceProfiles", RoleName=ref.name
    )
    return {Facet.ROLE_INSTANCE_PROFILES: [one["InstanceProfileName"] for one in found]}, ""


@reads(Facet.ROLE_ORGANIZATION_ACCOUNTS, by=(ACCOUNTS_CALL,))
def _role_accounts(aws: Aws, _: SubjectRef) -> tuple[State, str]:
    return {Facet.ROLE_ORGANIZATION_ACCOUNTS: organization_accounts(aws)}, ""


def organization_accounts(aws: Aws) -> list[str] | None:
    """Ids of the organization's active accounts, up to an hour old.

    None where AWS does not tell them to this account, or cannot be reached there: who then finds an
    account that it does not know tells, and does not act.

    Raises:
        RetryError: AWS does not answer now.
    """
    return aws.kept.get(ACCOUNTS_CALL, lambda: _ask_for_accounts(aws))


def _ask_for_accounts(aws: Aws) -> list[str] | None:
    try:
        found = pages(aws, "organizations", "list_accounts", "Accounts")
    except (ClientError, BotoCoreError) as error:
        problem = meaning(error, ACCOUNTS_CALL)
        if isinstance(problem, ThrottledError) or code_of(error) == "ServiceException":
            raise problem from error
        return None
    # `State` takes the place of `Status`, which AWS retires; a runtime's botocore may not know it yet.
    return [one["Id"] for one in found if one.get("State", one.get("Status")) == "ACTIVE"]
