"""Whether a trust surely lets somebody in who is not of one's own organization."""

import json
from typing import Any

import pytest

from rolecall.policy.outsiders import lets_outsiders_in
from tests.states import ACCOUNT

OTHER, SISTER = "444455556666", "777788889999"
ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}


def trust(principal: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"} | more


def outside(*statements: dict[str, Any]) -> bool:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return lets_outsiders_in(text, {ACCOUNT, SISTER})


@pytest.mark.parametrize(
    "statement",
    [
        trust("*"),
        trust({"AWS": OTHER}),
        trust({"AWS": [f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws-cn:iam::{OTHER}:role/x"]}),
        trust(
            {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.example.com"},
            Action="sts:AssumeRoleWithWebIdentity",
        ),
        trust(
            {"Federated": "cognito-identity.amazonaws.com"}, Action="sts:AssumeRoleWithWebIdentity"
        ),
        trust({"AWS": OTHER}, Action="sts:*"),
    ],
)
def test_strangers_are_others_accounts_web_identities_and_anyone(statement: dict[str, Any]) -> None:
    assert outside(statement)
    assert outside(trust({"Service": "ec2.amazonaws.com"}), statement)


@pytest.mark.parametrize(
    "statement",
    [
        trust({"Service": "ec2.amazonaws.com"}),
        trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        trust({"AWS": SISTER}),
        trust({"AWS": "*"}, Condition=ORGANIZATION),
        trust({"AWS": "AROAEXAMPLEGONE000001"}),
        trust({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/people"}),
        trust({"AWS": OTHER}, Action="sts:TagSession"),
    ],
)
def test_ones_own_services_accounts_and_people_are_no_strangers(statement: dict[str, Any]) -> None:
    assert not outside(statement)


def test_a_deny_or_a_text_that_cannot_be_judged_leaves_a_doubt_and_a_doubt_is_no() -> None:
    stranger = trust({"AWS": OTHER})
    assert not outside(stranger, trust({"AWS": OTHER}, "Deny"))
    assert not outside(trust({"AWS": OTHER}, "Deny"))
    assert not lets_outsiders_in("no policy", {ACCOUNT})
    assert not lets_outsiders_in("", {ACCOUNT})
