"""Texts of managed policies, and of all the policies of one principal."""

from collections.abc import Iterable, Mapping

from botocore.exceptions import ClientError

from rolecall.aws.failures import is_gone
from rolecall.aws.readings import policy_text
from rolecall.aws.session import Aws
from rolecall.errors import UnsettledError
from rolecall.model.kinds.policies import EffectivePolicies

DOCUMENT_CALLS = ("iam:GetPolicy", "iam:GetPolicyVersion")


def is_of_aws(arn: str) -> bool:
    """Whether a policy is one of AWS's own, which are the same in every account."""
    return arn.split(":")[4] == "aws"


def default_version(aws: Aws, arn: str) -> tuple[str, str]:
    """Text of a policy's default version, and the policy's path.

    AWS's own policies hang on hundreds of principals and change rarely: theirs may be an hour old.
    """
    if is_of_aws(arn):
        return aws.kept.get(arn, lambda: _default_version(aws, arn))
    return _default_version(aws, arn)


def _default_version(aws: Aws, arn: str) -> tuple[str, str]:
    client = aws.client("iam")
    policy = client.get_policy(PolicyArn=arn)["Policy"]
    version = client.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    return policy_text(version["PolicyVersion"]["Document"]), policy["Path"]


def documents(aws: Aws, arns: Iterable[str]) -> dict[str, str]:
    """Text of the default version by policy ARN; a policy that went away meanwhile is not there."""
    found = {}
    for arn in arns:
        try:
            found[arn], _ = default_version(aws, arn)
        except ClientError as error:
            if not is_gone(error):
                raise
    return found


def boundary_text(aws: Aws, arn: str | None) -> str | None:
    """Text of a permissions boundary; None where there is none.

    Raises:
        UnsettledError: it went away meanwhile: what bounds its principal now is not known.
    """
    if arn is None:
        return None
    found = documents(aws, (arn,))
    if arn not in found:
        raise UnsettledError(f"The permissions boundary {arn} went away; trying again.")
    return found[arn]


def effective(
    inline: Mapping[str, str],
    attached: Mapping[str, str],
    boundary: str | None,
    groups: Mapping[str, Mapping[str, str]] | None = None,
) -> EffectivePolicies:
    """All the policies of a user or role.

    Args:
        inline: Text by name of its inline policies.
        attached: Text by ARN of its managed policies, those of its groups included.
        boundary: Text of its permissions boundary.
        groups: Text by name of the inline policies of each of its groups, by the group's name.
    """
    own = {f"inline {name}": text for name, text in inline.items()}
    lent = {
        f"group {group} inline {name}": text
        for group, policies in (groups or {}).items()
        for name, text in policies.items()
    }
    return {"texts": own | lent | dict(attached), "boundary": boundary}
