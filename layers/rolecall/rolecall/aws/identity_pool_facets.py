"""How the facets of a Cognito identity pool are read."""

from botocore.exceptions import ClientError

from rolecall.aws.failures import is_gone
from rolecall.aws.readings import State, named, pages, reads, texts
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import GuestRole
from rolecall.model.subjects import SubjectRef

_SERVICE = "cognito-identity"


@reads(Facet.IDENTITY_POOL_SETTINGS, by=("cognito-identity:DescribeIdentityPool",))
def _settings(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    answer = aws.client(_SERVICE, ref.region).describe_identity_pool(IdentityPoolId=ref.name)
    # An empty text stands for a setting that is not set, and is not taken back as one.
    settings = {
        name: value
        for name, value in answer.items()
        if name not in ("IdentityPoolId", "ResponseMetadata") and value != ""
    }
    return {Facet.IDENTITY_POOL_SETTINGS: settings}, ""


@reads(
    Facet.IDENTITY_POOL_GUEST_ROLE,
    by=(
        "cognito-identity:GetIdentityPoolRoles",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
    ),
)
def _guest_role(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    answer = aws.client(_SERVICE, ref.region).get_identity_pool_roles(IdentityPoolId=ref.name)
    arn = answer.get("Roles", {}).get("unauthenticated", "")
    return {Facet.IDENTITY_POOL_GUEST_ROLE: _role(aws, arn.rpartition("/")[2])}, ""


def _role(aws: Aws, name: str) -> GuestRole | None:
    """What the role carries; None where there is none, or the pool names one that is gone."""
    if not name:
        return None
    iam = aws.client("iam")
    try:
        attached = pages(
            aws, "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name
        )
        inline = pages(aws, "iam", "list_role_policies", "PolicyNames", RoleName=name)
    except ClientError as error:
        if not is_gone(error):
            raise
        return None
    return {
        "name": name,
        "attached": named(attached),
        "inline": texts(
            inline, lambda policy: iam.get_role_policy(RoleName=name, PolicyName=policy)
        ),
    }
