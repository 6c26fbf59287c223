"""Whether an account has what an ARN of the settings names."""

from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of, is_gone
from rolecall.aws.session import Aws
from rolecall_cli.answers import Answer, failed, passed, unknown

# The call that reads one thing of a kind, the parameter that names it, and where its ARN is.
_READS = {
    "user": ("get_user", "UserName", "User"),
    "role": ("get_role", "RoleName", "Role"),
    "group": ("get_group", "GroupName", "Group"),
    "instance-profile": ("get_instance_profile", "InstanceProfileName", "InstanceProfile"),
    "policy": ("get_policy", "PolicyArn", "Policy"),
}
_INVALID = frozenset({"ValidationError", "InvalidInput"})  # no such name can exist


def account_of(arn: str) -> str:
    """The account that an ARN names."""
    return arn.split(":", 5)[4]


def existing(aws: Aws, arn: str, account: str) -> Answer:
    """Whether it is there, under exactly this ARN; unknown where that cannot be asked.

    The path counts: the remediate function's own denial names the ARN as it is written.
    """
    if account_of(arn) != account:
        return unknown(f"{arn} is of another account than {account}")
    kind, _, name = arn.split(":", 5)[5].partition("/")
    if kind == "root":
        return passed(f"{arn} is there")
    if kind not in {*_READS, "instance"}:
        return unknown(f"{arn} cannot be asked for")
    try:
        found = _instance(aws, arn, name) if kind == "instance" else _of_iam(aws, arn, kind, name)
    except ClientError as error:
        if not is_gone(error) and code_of(error) not in _INVALID:
            return unknown(f"{arn}: {error.operation_name} answers {code_of(error)}")
        found = ""
    if found == arn:
        return passed(f"{arn} is there")
    if found:
        return failed(f"{arn} is not there", f"Write it with its path: {found}.")
    return failed(f"{arn} is not there", "Correct it, make it, or take it out of protected.")


def _of_iam(aws: Aws, arn: str, kind: str, name: str) -> str:
    operation, parameter, key = _READS[kind]
    value = arn if kind == "policy" else name.rpartition("/")[2]
    answer: dict[str, Any] = getattr(aws.client("iam"), operation)(**{parameter: value})
    return str(answer[key]["Arn"])


def _instance(aws: Aws, arn: str, name: str) -> str:
    ec2 = aws.client("ec2", arn.split(":", 5)[3])
    found = ec2.describe_instances(InstanceIds=[name])["Reservations"]
    return arn if found else ""
