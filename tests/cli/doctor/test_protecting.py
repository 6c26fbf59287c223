"""`rolecall settings check` refuses to protect nobody: offline by the accounts, `--live` by asking."""

from datetime import date

import pytest

from rolecall.errors import RolecallError, SettingsError
from rolecall_cli.contract.trial import statement
from rolecall_cli.deployed import Deployed
from rolecall_cli.settings import checked, live_warnings
from tests.cli.doctor.account import ACCOUNT, AnsweringAws

TODAY = date(2026, 11, 25)
BREAK_GLASS = f"arn:aws:iam::{ACCOUNT}:user/break-glass"
ADMINS = f"arn:aws:iam::{ACCOUNT}:group/admins"
ELSEWHERE = "arn:aws:iam::444455556666:role/break-glass"


def text(*arns: str, accounts: str = "{}") -> str:
    lines = "".join(f"  - {arn}\n" for arn in arns)
    return f"version: 1\naccounts: {accounts}\nprotected:\n{lines}"


def warned(settings: str, stack: Deployed) -> list[str]:
    """The lines that are printed."""
    found = checked(settings, TODAY, "rolecall.yaml")
    return list(live_warnings(found, settings, "rolecall.yaml", stack))


def test_a_protected_arn_of_an_account_that_is_not_named_is_refused_with_its_place() -> None:
    settings = text(BREAK_GLASS, ELSEWHERE, accounts=f'{{"{ACCOUNT}": production}}')
    with pytest.raises(SettingsError) as caught:
        checked(settings, TODAY, "rolecall.yaml")
    assert str(caught.value).startswith("rolecall.yaml:5:5: ")
    assert "444455556666, which accounts does not name" in str(caught.value)


def test_without_names_of_accounts_any_account_may_be_protected() -> None:
    assert checked(text(BREAK_GLASS, ELSEWHERE), TODAY, "rolecall.yaml")


def test_when_nothing_protected_exists_the_settings_are_refused_with_the_place(
    deployed: Deployed,
) -> None:
    with pytest.raises(SettingsError) as caught:
        warned(text(BREAK_GLASS, ADMINS), deployed)
    assert str(caught.value).startswith("rolecall.yaml:4:5: None of what is protected exists")
    assert f"{BREAK_GLASS} is not there. Correct it" in str(caught.value)


def test_each_one_that_does_not_exist_is_a_line_of_its_own(
    deployed: Deployed, aws: AnsweringAws
) -> None:
    aws.client("iam").create_group(GroupName="admins")
    lines = warned(text(BREAK_GLASS, ADMINS, ELSEWHERE), deployed)
    assert [line.partition(" ")[0] for line in lines] == [
        "rolecall.yaml:4:5:",
        "rolecall.yaml:6:5:",
    ]
    assert "fail: " in lines[0]
    assert "unknown: " in lines[1]
    assert "another account" in lines[1]


@pytest.mark.parametrize(
    "resource",
    ["root", "group/admins", "instance-profile/base", "policy/boundary", "role/team/ops"],
)
def test_whatever_exists_is_found_by_its_kind(
    deployed: Deployed, aws: AnsweringAws, resource: str
) -> None:
    client = aws.client("iam")
    client.create_group(GroupName="admins")
    client.create_instance_profile(InstanceProfileName="base")
    client.create_policy(PolicyName="boundary", PolicyDocument=statement("Deny", "*"))
    client.create_role(RoleName="ops", Path="/team/", AssumeRolePolicyDocument="{}")
    assert warned(text(f"arn:aws:iam::{ACCOUNT}:{resource}"), deployed) == []


def test_an_instance_is_looked_for_in_its_region(deployed: Deployed, aws: AnsweringAws) -> None:
    arn = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0123456789abcdef0"
    aws.answers["ec2:DescribeInstances"] = {"Reservations": [{"Instances": [{}]}]}
    assert warned(text(arn), deployed) == []
    aws.answers["ec2:DescribeInstances"] = "InvalidInstanceID.NotFound"
    with pytest.raises(SettingsError):
        warned(text(arn), deployed)


def test_a_kind_that_cannot_be_asked_for_is_not_taken_as_missing(deployed: Deployed) -> None:
    (line,) = warned(text(f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"), deployed)
    assert "unknown: " in line


def test_a_name_that_cannot_exist_does_not(deployed: Deployed, aws: AnsweringAws) -> None:
    aws.answers["iam:GetUser"] = "ValidationError"
    with pytest.raises(SettingsError, match="None of what is protected"):
        warned(text(f"arn:aws:iam::{ACCOUNT}:user/break-*"), deployed)


def test_an_account_that_cannot_be_asked_is_one_sentence(
    deployed: Deployed, aws: AnsweringAws
) -> None:
    aws.answers["sts:GetCallerIdentity"] = "ExpiredToken"
    with pytest.raises(RolecallError, match="cannot be asked"):
        warned(text(BREAK_GLASS), deployed)
