"""Policies that let one pass or assume every role, however they are written."""

from typing import Any

import pytest

from rolecall.policy.stars import assumes_a_name_anywhere, assumes_every_role, passes_every_role
from tests.policy.test_full_administration import (
    ACCOUNT,
    IAM,
    MFA,
    NO_MFA,
    OFFICE,
    allow,
    but,
    deny,
    text_of,
)

PASS, ASSUME = "iam:PassRole", "sts:AssumeRole"
SURE, DOUBT = [(0, True)], [(0, False)]


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


SERVICE, TAG = "iam:PassedToService", "iam:ResourceTag/job-role"


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([allow(PASS)], SURE),
        ([allow(PASS, f"{IAM}:role/*")], SURE),
        ([allow(PASS, "arn:aws:iam::*:role/*")], SURE),
        ([allow(PASS, ["arn:aws:iam::111122223333:role/app", "arn:*:iam::*:*"])], SURE),
        # What implies it.
        ([allow("iam:*")], SURE),
        ([allow("IAM:Pass*")], SURE),
        ([allow("*")], SURE),
        ([but("s3:*")], SURE),
        ([{"Effect": "Allow", "Action": PASS, "NotResource": f"{IAM}:role/admin"}], SURE),
        # Roles that are named, by name or by path.
        ([allow(PASS, f"{IAM}:role/app")], []),
        ([allow(PASS, f"{IAM}:role/app-*")], []),
        ([allow(PASS, f"{IAM}:role/service-role/*")], []),
        ([allow(PASS, "arn:aws:s3:::*")], []),
        ([but("iam:*")], []),
        # What narrows it, and what only seems to.
        ([allow(PASS, **when("StringEquals", SERVICE, "ec2.amazonaws.com"))], []),
        ([allow(PASS, **when("StringEqualsIfExists", SERVICE, "ec2.amazonaws.com"))], []),
        ([allow(PASS, **when("StringLike", SERVICE, "ec2.*"))], []),
        ([allow(PASS, **when("StringLike", SERVICE, "*"))], SURE),
        ([allow(PASS, **when("StringLike", SERVICE, "ec2.amazonaws.com", "*"))], SURE),
        ([allow(PASS, **when("StringLike", SERVICE, "*.amazonaws.com"))], SURE),
        ([allow(PASS, **when("StringNotEquals", SERVICE, "ec2.amazonaws.com"))], DOUBT),
        ([allow(PASS, **when("ArnLike", "iam:AssociatedResourceArn", "arn:aws:ec2:*"))], []),
        ([allow(PASS, **when("ArnLike", "iam:AssociatedResourceArn", "*"))], DOUBT),
        ([allow(PASS, **when("ArnEquals", "iam:AssociatedResourceArn", "arn:aws:ec2:*"))], []),
        ([allow(PASS, **when("StringLike", "iam:AssociatedResourceARN", "arn:aws:ec2:*"))], []),
        ([allow(PASS, **when("StringEquals", TAG, "app"))], []),
        ([allow(PASS, **when("StringEqualsIfExists", TAG, "app"))], DOUBT),
        ([allow(PASS, Condition=MFA)], SURE),
        ([allow(PASS, Condition=OFFICE)], DOUBT),
        # Denies.
        ([allow("*"), deny("iam:*")], []),
        ([allow("*"), deny(PASS, f"{IAM}:role/*")], []),
        ([allow("*"), deny(PASS, f"{IAM}:role/admin")], SURE),
        ([allow("*"), {"Effect": "Deny", "Action": PASS, "NotResource": f"{IAM}:role/app"}], []),
        ([allow("*"), deny(PASS, **when("StringNotEquals", SERVICE, "ec2.amazonaws.com"))], []),
        (
            [
                allow("*"),
                deny(PASS, **when("StringNotEqualsIfExists", SERVICE, "ec2.amazonaws.com")),
            ],
            [],
        ),
        ([allow("*"), deny(PASS, **when("StringNotLike", SERVICE, "*"))], DOUBT),
        ([allow("*"), deny(PASS, **when("StringEquals", SERVICE, "ec2.amazonaws.com"))], DOUBT),
        ([allow("*"), deny("*", Condition=NO_MFA)], SURE),
        ([allow("*"), deny("*", Condition=OFFICE)], DOUBT),
        # Each statement for itself.
        ([allow("s3:Get*"), allow(PASS), allow("iam:*")], [(1, True), (2, True)]),
    ],
)
def test_passing_every_role_is_seen(
    statements: list[dict[str, Any]], found: list[tuple[int, bool]]
) -> None:
    findings = passes_every_role(text_of(*statements), ACCOUNT)
    assert [(one.index, one.sure) for one in findings] == found


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([allow(ASSUME)], SURE),
        ([allow("sts:*")], SURE),
        ([allow("STS:Assume*")], SURE),
        ([allow("*")], SURE),
        ([but("iam:*")], SURE),
        ([allow(ASSUME, "arn:aws:iam::*:role/*")], SURE),
        ([allow(ASSUME, f"{IAM}:role/*")], SURE),
        ([allow(ASSUME, f"{IAM}:role/deploy")], []),
        ([allow(ASSUME, "arn:aws:iam::*:role/deploy")], []),
        ([allow("sts:GetCallerIdentity")], []),
        ([allow("sts:AssumeRoleWithSAML")], []),
        ([allow(ASSUME, **when("StringEquals", "aws:ResourceOrgID", "o-a1b2c3d4e5"))], []),
        (
            [allow(ASSUME, **when("StringEquals", "aws:ResourceOrgID", "${aws:PrincipalOrgID}"))],
            [],
        ),
        ([allow(ASSUME, **when("StringEqualsIfExists", "aws:ResourceOrgID", "o-a1"))], DOUBT),
        ([allow(ASSUME, **when("StringLike", "aws:ResourceOrgID", "*"))], DOUBT),
        ([allow(ASSUME, **when("StringEquals", "aws:ResourceAccount", ACCOUNT))], []),
        ([allow(ASSUME, **when("StringEquals", TAG, "app"))], []),
        ([allow(ASSUME, **when("StringNotEquals", "aws:ResourceAccount", ACCOUNT))], DOUBT),
        ([allow(ASSUME, **when("StringEquals", "sts:ExternalId", "abc"))], DOUBT),
        ([allow(ASSUME, Condition=MFA)], SURE),
        ([allow(ASSUME), deny(ASSUME, **when("StringNotEquals", "aws:ResourceOrgID", "o-1"))], []),
        ([allow(ASSUME), deny("sts:*")], []),
    ],
)
def test_assuming_every_role_is_seen(
    statements: list[dict[str, Any]], found: list[tuple[int, bool]]
) -> None:
    findings = assumes_every_role(text_of(*statements), ACCOUNT)
    assert [(one.index, one.sure) for one in findings] == found


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([allow(ASSUME, "arn:aws:iam::*:role/vendor")], SURE),
        ([allow(ASSUME, ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::*:role/b-*"])], SURE),
        ([allow("*", "arn:aws:iam::*:role/vendor")], SURE),
        ([allow(ASSUME, f"{IAM}:role/vendor")], []),
        ([allow(ASSUME, "arn:aws:iam::*:user/vendor")], []),
        ([allow(ASSUME, "arn:aws:iam::*:role/*")], []),
        ([allow(ASSUME, ["arn:aws:iam::*:role/vendor", "*"])], []),
        (
            [
                allow(
                    ASSUME,
                    "arn:aws:iam::*:role/vendor",
                    **when("StringEquals", "aws:ResourceOrgID", "o-1"),
                )
            ],
            [],
        ),
        ([{"Effect": "Allow", "Action": ASSUME, "NotResource": "arn:aws:iam::*:role/vendor"}], []),
    ],
)
def test_a_fixed_name_in_any_account_is_a_find_of_its_own(
    statements: list[dict[str, Any]], found: list[tuple[int, bool]]
) -> None:
    findings = assumes_a_name_anywhere(text_of(*statements), ACCOUNT)
    assert [(one.index, one.sure) for one in findings] == found


def test_a_text_that_cannot_be_judged_is_left_to_another() -> None:
    assert passes_every_role("{", ACCOUNT) == assumes_every_role("", ACCOUNT) == ()
