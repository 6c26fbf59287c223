"""Policies that grant everything, or everything of a service, however they spell it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.policy.actions import changing
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.strangers import Answer
from rolecall.policy.wildcards import grants_everything, grants_whole_services
from tests.policy.test_documents import odd_documents
from tests.policy.test_full_administration import (
    ACCOUNT,
    IAM,
    MFA,
    OFFICE,
    allow,
    but,
    deny,
    documents,
    text_of,
)

SURE, DOUBT = [(0, True)], [(0, False)]


def found_in(findings: Any) -> list[tuple[int, bool]]:
    return [(one.index, one.sure) for one in findings]


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([allow("*")], SURE),
        ([allow("*:*")], SURE),
        ([allow(["s3:Get*", "iam:*"])], SURE),
        ([but("s3:DeleteBucket")], SURE),
        ([allow("s3:*"), allow("*"), allow("iam:*")], [(1, True), (2, True)]),
        ([allow(["iam:A*", "iam:C*"]), allow(["iam:P*", "iam:U*"])], [(-1, True)]),
        ([allow("*", Condition=MFA)], SURE),
        ([allow("*", Condition=OFFICE)], DOUBT),
        ([allow("*", Condition=OFFICE), allow("iam:*")], [(1, True)]),
        ([allow("*"), deny("iam:CreateUser")], DOUBT),
        ([allow("*"), deny("iam:*")], []),
        ([but("iam:*", "organizations:*")], []),
        ([allow("s3:*")], []),
    ],
)
def test_full_administration_is_found_where_it_is_granted(
    statements: list[dict[str, Any]], found: list[tuple[int, bool]]
) -> None:
    assert found_in(grants_everything(text_of(*statements), ACCOUNT)) == found


def test_it_says_whether_it_is_everything_or_iam() -> None:
    (all_,) = grants_everything(text_of(allow("*")), ACCOUNT)
    assert all_.why == "lets its holder make every call on everything"
    for statement in (allow("iam:*"), but("s3:*")):
        (iam,) = grants_everything(text_of(statement), ACCOUNT)
        assert iam.why == "lets its holder administer IAM, and so give itself all the rest"


@pytest.mark.parametrize("text", ["{", "", text_of(allow("*", ["x" * 30_000]))])
def test_a_text_that_cannot_be_judged_is_told_and_never_sure(text: str) -> None:
    (finding,) = grants_everything(text, ACCOUNT)
    assert (finding.index, finding.sure) == (-1, False)
    assert finding.why.startswith("cannot be judged: ")
    assert grants_whole_services(text, ACCOUNT) == ()


@given(documents)
def test_there_is_a_finding_exactly_where_administration_is_granted(
    drawn: list[dict[str, Any]],
) -> None:
    text = text_of(*drawn)
    answer = grants_administration([text], ACCOUNT)
    findings = grants_everything(text, ACCOUNT)
    assert bool(findings) is (answer is not Answer.NO)
    assert {one.sure for one in findings} <= {answer is Answer.YES}


@given(odd_documents.map(json.dumps) | st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    grants_everything(text, ACCOUNT)
    grants_whole_services(text, ACCOUNT)


S3 = [f"s3:{name}" for name in changing("s3")]


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([allow("s3:*")], SURE),
        ([allow("S3:**")], SURE),
        ([allow(["ec2:Describe*", "s3:*"])], SURE),
        ([allow("nosuchservice:*")], SURE),
        ([allow("s?:*")], SURE),
        ([allow("s3:*", "arn:aws:s3:::*")], SURE),
        ([allow("dynamodb:*", "arn:aws:dynamodb:*:*:*")], SURE),
        ([allow("s3:*", "arn:aws:s3:::logs/*")], []),
        ([allow("dynamodb:*", "arn:aws:dynamodb:*:*:table/*")], []),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::logs"}], SURE),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::*"}], []),
        # By what it says, not by how.
        ([allow(S3)], SURE),
        ([allow(S3[1:])], SURE),
        ([allow(S3[: len(S3) // 2])], []),
        ([allow(["s3:Get*", "s3:List*"])], []),
        ([allow([f"s3:{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"])], SURE),
        ([allow(["s3:Put*", "s3:Delete*", "s3:Create*"])], []),
        # The only call of a small service, written out, is no wildcard.
        ([allow("rds-db:connect")], []),
        ([allow("rds-db:*")], SURE),
        ([allow("pricing:Get*")], []),
        # Everything but.
        ([but("iam:*", "organizations:*")], SURE),
        ([but("*:Delete*")], []),
        ([but("*")], []),
        # What is full administration is told of elsewhere.
        ([allow("*")], []),
        ([allow("iam:*")], []),
        ([but("s3:DeleteBucket")], []),
        ([allow("iam:*"), allow("s3:*")], [(1, True)]),
        ([allow("s3:*", Condition=MFA)], SURE),
        ([allow("s3:*", Condition=OFFICE)], DOUBT),
        ([allow("s3:*"), deny("s3:*")], []),
        ([allow("s3:*"), deny("s3:DeleteBucket")], SURE),
        ([allow("s3:*"), deny("s3:*", "arn:aws:s3:::logs/*")], DOUBT),
        ([allow("s3:*"), deny("*", Condition=OFFICE)], DOUBT),
        ([allow("*", f"{IAM}:role/*")], []),
    ],
)
def test_a_whole_service_is_found_where_it_is_granted(
    statements: list[dict[str, Any]], found: list[tuple[int, bool]]
) -> None:
    assert found_in(grants_whole_services(text_of(*statements), ACCOUNT)) == found


def test_it_names_the_services() -> None:
    (one,) = grants_whole_services(text_of(allow(["s3:*", "ec2:*"])), ACCOUNT)
    assert one.why == "grants everything of ec2, s3"
    wide = [f"{service}:*" for service in ("s3", "ec2", "sqs", "sns", "kms", "ecs", "rds")]
    (many,) = grants_whole_services(text_of(allow(wide)), ACCOUNT)
    assert many.why == "grants everything of ec2, ecs, kms, rds, s3 and others"
    (rest,) = grants_whole_services(text_of(but("iam:*")), ACCOUNT)
    assert rest.why == "grants every call but those it names, by NotAction"
