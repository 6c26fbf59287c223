"""Job roles: what a group is for, who owns it, and what it may carry."""

from collections.abc import Mapping
from dataclasses import dataclass

# The SES console makes this group and asks in its name that nobody touches it.
SES_GROUP = "AWSSESSendingGroupDoNotRename"


@dataclass(frozen=True, slots=True)
class JobRole:
    """The entry of one group in the settings.

    Groups cannot be tagged (IAM user guide, "Tags for IAM resources"), so this is where who owns a group
    is written down.

    Attributes:
        job_role: The job that the group is for, in words.
        owner: Whom to ask about it.
        policies: ARNs of the managed policies that it may carry, where Rolecall moves users to it.
        max_members: The most users that it may have; 0 for no limit.
        policyless: Whether it may carry no policy, such as one that is used only as a scope.
    """

    job_role: str
    owner: str
    policies: tuple[str, ...] = ()
    max_members: int = 0
    policyless: bool = False


def is_registered(job_roles: Mapping[str, JobRole], group: str) -> bool:
    """Whether a group has its entry; AWS does not tell names of groups apart by their case."""
    return group.lower() in {name.lower() for name in job_roles}


def job_group(job: str, job_roles: Mapping[str, JobRole]) -> str:
    """The one group whose name or job role is this; "" where it is none, or not one only.

    Args:
        job: A job role, as a tag or the path of a user tells it.
        job_roles: The registry, by the group's name.
    """
    found = [group for group, role in job_roles.items() if job in {group, role.job_role}]
    return found[0] if len(found) == 1 else ""
