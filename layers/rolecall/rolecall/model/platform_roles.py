"""Roles that a platform makes by a name of its own, and needs as they are.

A name is all there is to know them by: at another path, or in another form, it is a look-alike.
"""

import re
from collections.abc import Mapping
from typing import Final

from rolecall.model.subjects import SubjectRef
from rolecall.policy.matching import matches

# By whom the account is reached from outside, by the role's name.
REACHING: Final[Mapping[str, str]] = {
    "OrganizationAccountAccessRole": "AWS Organizations reaches the account by it",
    "AWSControlTowerExecution": "AWS Control Tower reaches the account by it",
    "AWSCloudFormationStackSetExecutionRole": "stack sets reach the account by it",
    # Service-managed stack sets add 32 characters to the name.
    f"stacksets-exec-{'?' * 32}": "stack sets reach the account by it",
}
# The qualifier is that of the CDK's bootstrap template, which makes one such role in each Region.
_CDK_DEPLOYS = re.compile(r"cdk-[A-Za-z0-9_-]{1,10}-cfn-exec-role-(\d{12})-[a-z]{2}[a-z0-9-]+")
# A record tells no path, and nearly all roles lie at the root.
_ROOT = ("", "/")


def reaches_account(role: SubjectRef, path: str) -> bool:
    """Whether people or services outside an account come into it by this role."""
    return path in _ROOT and any(matches(name, role.name) for name in REACHING)


def is_platform_role(role: SubjectRef, path: str) -> bool:
    """Whether a platform needs this role as it is: to reach the account, or to deploy into it."""
    deploys = _CDK_DEPLOYS.fullmatch(role.name)
    return reaches_account(role, path) or (
        path in _ROOT and deploys is not None and deploys[1] == role.account
    )
