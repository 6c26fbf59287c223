"""What grants administration is seen however it is spelled, and a doubt is called one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.policy.administration import ADMINISTERING, administers, known_text
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.strangers import Answer
from tests.policy.test_documents import odd_documents

ACCOUNT = "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
OFFICE = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.UNSURE


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def but(*actions: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "NotAction": list(actions), "Resource": "*"} | more


def text_of(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        # However it is spelled.
        ([allow("*")], YES),
        ([allow("*:*")], YES),
        ([allow("iam:*")], YES),
        ([allow("IAM:*")], YES),
        ([allow("i?m:**")], YES),
        ([allow(["s3:Get*", "iam:*"])], YES),
        ([allow("iam:*", ["*"])], YES),
        ([allow(["iam:*"], ["arn:aws:s3:::a", f"{IAM}:*"])], YES),
        ([allow("iam:*", "arn:*:iam::*:*")], YES),
        ([allow("iam:*", "arn:aws-cn:iam::*:*")], YES),
        ([allow("iam:*", [f"{IAM}:user/*", f"{IAM}:role/*"])], YES),
        ([allow(list(ADMINISTERING))], YES),
        ([allow(one) for one in ADMINISTERING], YES),
        ([allow(["iam:A*", "iam:C*"]), allow(["iam:P*", "iam:U*"])], YES),
        ([but("s3:DeleteBucket")], YES),
        ([but("s3:*", "iam:Get*")], YES),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::logs/*"}], YES),
        ([allow("*", Condition=MFA)], YES),
        ([allow("*", Condition={"Bool": {"AWS:SecureTransport": True}})], YES),
        # What does not.
        ([allow("s3:*")], NO),
        ([allow("iam:Get*"), allow("iam:List*")], NO),
        ([allow("iam:AttachUserPolicy")], NO),
        ([allow("iam*")], YES),
        ([allow("iam:")], NO),
        ([but("iam:*", "organizations:*")], NO),
        ([but("IAM:*"), allow("iam:Get*")], NO),
        ([but("*")], NO),
        ([allow("iam:*", f"{IAM}:user/${{aws:username}}")], NO),
        ([allow("iam:*", f"{IAM}:role/app-*")], NO),
        ([allow("iam:*", "arn:aws:iam::444455556666:*")], NO),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "*"}], NO),
        ([{"Effect": "Allow", "Action": "*", "NotResource": ["arn:aws:iam::*:*"]}], NO),
        ([but("s3:PutObject", Resource="arn:aws:s3:::logs/*")], NO),
        ([deny("*")], NO),
        ([allow("*"), deny("*")], NO),
        ([allow("*"), deny("iam:*")], NO),
        ([allow("*"), but("s3:*", effect="Deny")], NO),
        # A Deny that leaves it whole.
        ([allow("*"), deny("s3:*")], YES),
        ([allow("*"), deny("iam:*", f"{IAM}:role/rolecall/*")], YES),
        ([allow("*"), deny("*", Condition=NO_MFA)], YES),
        ([allow("*"), deny("*", Condition=NO_MFA | OFFICE)], YES),
        # Doubts: whoever takes one call out of all has not given little.
        ([allow("*"), deny("iam:CreateUser")], UNSURE),
        ([allow("*"), deny("iam:*", Condition=OFFICE)], UNSURE),
        ([but("iam:CreateUser")], UNSURE),
        ([allow("iam:*", f"{IAM}:user/*")], UNSURE),
        ([allow("*", Condition=OFFICE)], UNSURE),
        ([allow("*", Condition=MFA | OFFICE)], UNSURE),
        ([allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})], UNSURE),
        ([allow("*", Condition={"DateLessThan": {"aws:CurrentTime": "2026-12-01"}})], UNSURE),
        ([allow("*", Condition=OFFICE), allow("iam:*")], YES),
    ],
)
def test_what_a_document_grants_decides_and_not_its_words(
    statements: list[Any], answer: Answer
) -> None:
    assert grants_administration([text_of(*statements)], ACCOUNT) is answer
    assert grants_administration([text_of(*reversed(statements))], ACCOUNT) is answer
    split = [text_of(one) for one in statements]
    assert grants_administration(split, ACCOUNT) is answer


@pytest.mark.parametrize("text", ["", "no policy", "[]", "{}", '{"Statement": [7]}', "[" * 10_000])
def test_a_text_that_cannot_be_judged_is_a_doubt_whatever_stands_beside_it(text: str) -> None:
    assert grants_administration([text], ACCOUNT) is UNSURE
    assert grants_administration([text_of(allow()), text], ACCOUNT) is UNSURE


def test_who_has_no_policy_has_nothing() -> None:
    assert grants_administration([], ACCOUNT) is NO


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("name", ["AdministratorAccess", "IAMFullAccess"])
def test_aws_own_administrators_policies_are_known_in_any_partition(
    partition: str, name: str
) -> None:
    text = known_text(f"arn:{partition}:iam::aws:policy/{name}")
    assert text
    assert grants_administration([text], ACCOUNT) is YES
    assert known_text(f"arn:{partition}:iam::{ACCOUNT}:policy/{name}") is None


actions = st.sampled_from(
    ["*", "iam:*", "iam:A*", "iam:Create*", "iam:P*", "iam:U*", "s3:*", *ADMINISTERING]
)
statements = st.builds(
    lambda effect, element, listed: {"Effect": effect, element: listed, "Resource": "*"},
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "NotAction"]),
    st.lists(actions, min_size=1, max_size=4),
)
documents = st.lists(statements, min_size=1, max_size=4)


@given(documents)
def test_case_order_lists_and_splitting_change_nothing(drawn: list[dict[str, Any]]) -> None:
    answer = grants_administration([text_of(*drawn)], ACCOUNT)
    upper = [
        {
            key: [v.upper() for v in value] if "Action" in key else value
            for key, value in one.items()
        }
        for one in drawn
    ]
    assert grants_administration([text_of(*upper)], ACCOUNT) is answer
    lower_keys = [{key.lower(): value for key, value in one.items()} for one in drawn]
    assert grants_administration([text_of(*reversed(lower_keys))], ACCOUNT) is answer
    split = [
        text_of({**one, "Action": action}) if "Action" in one else text_of(one)
        for one in drawn
        for action in one.get("Action", [""])
    ]
    assert grants_administration(split, ACCOUNT) is answer


@given(documents, statements)
def test_an_allow_more_grants_no_less_and_a_deny_more_grants_no_more(
    drawn: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    order = [NO, UNSURE, YES]
    before = order.index(grants_administration([text_of(*drawn)], ACCOUNT))
    after = order.index(grants_administration([text_of(*drawn, more)], ACCOUNT))
    assert after >= before if more["Effect"] == "Allow" else after <= before


@given(documents)
def test_who_surely_administers_is_granted_administration(drawn: list[dict[str, Any]]) -> None:
    text = text_of(*drawn)
    assert administers([text]) is (grants_administration([text], ACCOUNT) is YES)


@given(st.lists(odd_documents.map(json.dumps) | st.text(), max_size=3))
def test_no_text_makes_it_fail(texts: list[str]) -> None:
    assert grants_administration(texts, ACCOUNT) in Answer
