"""Which roles a platform needs as they are, and which only look like one of them."""

import pytest

from rolecall.model.platform_roles import is_platform_role, reaches_account
from rolecall.model.subjects import SubjectRef
from tests.states import ACCOUNT

REACHING = [
    "OrganizationAccountAccessRole",
    "AWSControlTowerExecution",
    "AWSCloudFormationStackSetExecutionRole",
    f"stacksets-exec-{'0a' * 16}",
]
DEPLOYING = [
    f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-us-east-1",
    f"cdk-my_team-cfn-exec-role-{ACCOUNT}-us-gov-west-1",
]
LOOK_ALIKES = [
    "OrganizationAccountAccessRole2",
    "organizationaccountaccessrole",
    "stacksets-exec-mine",
    f"cdk-hnb659fds-deploy-role-{ACCOUNT}-us-east-1",
    "cdk-hnb659fds-cfn-exec-role-444455556666-us-east-1",
    f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-",
    f"cdk-longer-than-ten-cfn-exec-role-{ACCOUNT}-us-east-1",
    "cdk-mine-cfn-exec-role-mine",
]


def role(name: str) -> SubjectRef:
    return SubjectRef("role", name, ACCOUNT)


@pytest.mark.parametrize("name", REACHING)
def test_a_role_by_which_a_platform_reaches_the_account_is_one(name: str) -> None:
    assert reaches_account(role(name), "/")
    assert is_platform_role(role(name), "/")


@pytest.mark.parametrize("name", DEPLOYING)
def test_a_role_by_which_one_deploys_is_one_and_reaches_nothing(name: str) -> None:
    assert is_platform_role(role(name), "/")
    assert not reaches_account(role(name), "/")


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_none(name: str) -> None:
    assert not is_platform_role(role(name), "/")


@pytest.mark.parametrize("name", [*REACHING, *DEPLOYING])
def test_at_another_path_it_is_a_look_alike(name: str) -> None:
    assert is_platform_role(role(name), "")  # a record tells no path
    assert not is_platform_role(role(name), "/team/")
