"""What no setting reaches: each row of the tables, and its look-alikes."""

from typing import Any

import pytest

from rolecall.model.drifts import Drift
from rolecall.model.subjects import SubjectRef
from rolecall.protection import is_protective, protection
from tests.settings.yaml import text
from tests.states import ACCOUNT
from tests.world import settings

SETTINGS = settings(text())
DENIES = '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
MIXED = (
    '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},'
    '{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
)


def why(kind: str, name: str, path: str = "/", found: Any = None) -> str:
    drift = Drift("any", SubjectRef(kind, name, ACCOUNT), "p", "It is so.", found)
    return protection(drift, path, SETTINGS)


@pytest.mark.parametrize("path", ["/aws-service-role/", "/aws-reserved/sso/", "/rolecall/"])
def test_what_lies_under_a_reserved_path_is_protected_without_a_setting(path: str) -> None:
    assert path in why("role", "any", path)
    assert why("role", "any", f"/x{path}") == ""


ORGANISATION = [
    "OrganizationAccountAccessRole",
    "AWSControlTowerExecution",
    "AWSCloudFormationStackSetExecutionRole",
    f"stacksets-exec-{'0a' * 16}",
]


@pytest.mark.parametrize("name", ORGANISATION)
def test_the_roles_of_the_organisation_are_protected_at_their_path_only(name: str) -> None:
    assert why("role", name)
    assert why("role", name, "/team/") == ""
    assert why("role", name, "") == ""
    assert why("user", name) == ""
    assert why("role", f"{name}2") == ""


@pytest.mark.parametrize("name", ["stacksets-exec-mine", "AWSServiceRoleForX", "rolecall"])
def test_a_look_alike_is_not_spared(name: str) -> None:
    assert why("role", name) == ""


def test_the_provider_of_identity_center_is_protected() -> None:
    assert why("saml-provider", "AWSSSO_0123456789abcdef_DO_NOT_DELETE")
    assert why("saml-provider", "AWSSSO_mine") == ""


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("suffix", ["", "V2", "V3"])
def test_a_quarantine_by_aws_is_never_lifted(partition: str, suffix: str) -> None:
    arn = f"arn:{partition}:iam::aws:policy/AWSCompromisedKeyQuarantine{suffix}"
    assert why("user", "bob", found={"attached": arn})


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111122223333:policy/AWSDenyAll",
        "arn:aws:iam::aws:policy/x/AWSDenyAll",
        "arn:aws:iam::aws:policy/AWSDenyAllOfIt",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "AWSDenyAll",
        "",
    ],
)
def test_only_a_policy_of_aws_itself_is_taken_for_a_quarantine(arn: str) -> None:
    assert not is_protective(arn)
    assert why("user", "bob", found={"attached": arn}) == ""


def test_a_policy_that_only_denies_is_protected() -> None:
    assert why("group", "team", found={"inline": DENIES})
    assert why("group", "team", found={"inline": MIXED}) == ""
