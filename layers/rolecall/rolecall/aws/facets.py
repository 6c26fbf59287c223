"""How each facet of a subject is read. The one list of facets, reading calls and code.

Those of users, groups, roles and policies stand in their own modules.
"""

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws import (  # noqa: F401  # each registers its readings
    delegation_facets,
    group_facets,
    identity_pool_facets,
    policy_facets,
    provider_facets,
    role_facets,
    user_facets,
)
from rolecall.aws.failures import is_gone
from rolecall.aws.readings import READINGS, State, reads
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef

__all__ = ["READINGS", "calls_for", "instance_state"]


@reads(
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
    return instance_state(instance, profile), ""


def instance_state(instance: Any, profile: str | None) -> State:
    """The facets of an instance, as DescribeInstances shows it."""
    return {
        Facet.INSTANCE_STATE: instance["State"]["Name"],
        Facet.INSTANCE_PROFILE: profile,
        Facet.INSTANCE_TAGS: {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])},
    }


@reads(Facet.ACCOUNT_SUMMARY, by=("iam:GetAccountSummary",))
def _account_summary(aws: Aws, _: SubjectRef) -> tuple[State, str]:
    return {Facet.ACCOUNT_SUMMARY: dict(aws.client("iam").get_account_summary()["SummaryMap"])}, ""


@reads(Facet.ACCOUNT_PASSWORD_POLICY, by=("iam:GetAccountPasswordPolicy",))
def _account_password_policy(aws: Aws, _: SubjectRef) -> tuple[State, str]:
    try:
        answer = aws.client("iam").get_account_password_policy()
    except ClientError as error:
        if not is_gone(error):
            raise
        return {Facet.ACCOUNT_PASSWORD_POLICY: None}, ""
    return {Facet.ACCOUNT_PASSWORD_POLICY: dict(answer["PasswordPolicy"])}, ""


def calls_for(facets: Iterable[Facet]) -> frozenset[str]:
    """The AWS calls that read these facets."""
    wanted = set(facets)
    return frozenset(
        call for reading in READINGS if wanted & set(reading.facets) for call in reading.calls
    )
