"""A condition restricts only when it truly does."""

from typing import Any

import pytest

from rolecall.policy.bounds import IDENTITY_KEYS
from rolecall.policy.conditions import normalise, restricts

ORG = "o-a1b2c3d4e5"
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


def conditions_restrict(element: object, *keys: str) -> bool:
    conditions, problem = normalise(element)
    assert problem is None
    return restricts(conditions, keys or IDENTITY_KEYS)


@pytest.mark.parametrize(
    "element",
    [
        {"StringEquals": {"aws:PrincipalOrgID": ORG}},
        {"stringequals": {"AWS:principalorgid": [ORG]}},
        {"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": ORG}},
        {"StringLike": {"aws:PrincipalOrgID": ORG}},
        {"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": ORG}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [f"{ORG}/r-ab12/*"]}},
        {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, "444455556666"]}},
        {"StringEquals": {"aws:PrincipalAccount": 111122223333}},
        {"ArnEquals": {"aws:PrincipalArn": ROLE}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:*:iam::{ACCOUNT}:*"}},
        {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:*"}},
        {"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE123:*"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:*"}},
        {"StringEquals": {"aws:SourceOrgID": ORG}},
        # With the key demanded, what passes for its absence bites after all.
        {
            "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
            "Null": {"aws:PrincipalOrgID": "false"},
        },
        {
            "ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/*"},
            "Null": {"aws:PrincipalOrgPaths": False},
        },
        # One that restricts is enough beside any that do not.
        {"StringEquals": {"aws:PrincipalOrgID": ORG}, "StringLike": {"aws:PrincipalArn": "*"}},
    ],
)
def test_a_definite_owner_restricts(element: object) -> None:
    assert conditions_restrict(element)


@pytest.mark.parametrize(
    "element",
    [
        {},
        {"StringEquals": {}},
        {"StringEquals": {"aws:PrincipalOrgID": []}},
        {"StringEquals": {"aws:PrincipalOrgID": ""}},
        {"StringEquals": {"aws:PrincipalOrgID": "*"}},
        {"StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}},
        {"StringEquals": {"aws:PrincipalOrgID": [ORG, "${aws:PrincipalOrgID}"]}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringLike": {"aws:PrincipalOrgID": f"{ORG}*"}},
        {"StringLike": {"aws:PrincipalOrgID": [ORG, "*"]}},
        {"StringNotEquals": {"aws:PrincipalOrgID": ORG}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": ORG}},
        {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": f"{ORG}/*"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-ab12/*"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}*"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "/*"}},
        {"StringLike": {"aws:PrincipalAccount": "1111*"}},
        {"StringLike": {"aws:PrincipalArn": "*"}},
        {"StringLike": {"aws:PrincipalArn": "?*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT[:-1]}?:role/deploy"}},
        # A path such as "/:iam::111122223333:role/" would fit these.
        {"StringLike": {"aws:PrincipalArn": f"arn:*:iam::{ACCOUNT}:role/deploy"}},
        {"StringLike": {"aws:PrincipalArn": f"*:{ACCOUNT}:role/deploy"}},
        {"ArnLike": {"aws:PrincipalOrgID": ORG}},
        {"NumericEquals": {"aws:PrincipalAccount": ACCOUNT}},
        {"Bool": {"aws:PrincipalOrgID": "true"}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"StringLike": {"aws:userid": "*:session"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"Resembles": {"aws:PrincipalOrgID": ORG}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}, "Null": {"aws:PrincipalOrgID": []}},
        {
            "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
            "Null": {"aws:PrincipalOrgID": "true"},
        },
        # Neither tells who it is.
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringEquals": {"sts:ExternalId": "abc123"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    ],
)
def test_what_lets_the_unknown_pass_does_not_restrict(element: object) -> None:
    assert not conditions_restrict(element)


@pytest.mark.parametrize(
    ("element", "key", "restricting"),
    [
        ({"StringEquals": {"sts:ExternalId": "abc123"}}, "sts:ExternalId", True),
        ({"StringLike": {"sts:ExternalId": "*"}}, "sts:ExternalId", False),
        ({"StringEquals": {"sts:ExternalId": ""}}, "sts:ExternalId", False),
        ({"StringEqualsIfExists": {"sts:ExternalId": "abc123"}}, "sts:ExternalId", False),
        ({"Bool": {"aws:MultiFactorAuthPresent": True}}, "aws:MultiFactorAuthPresent", True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, "aws:MultiFactorAuthPresent", False),
        (
            {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
            "aws:MultiFactorAuthPresent",
            False,
        ),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, "aws:SourceIp", True),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, "aws:SourceIp", False),
        ({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "::/0"]}}, "aws:SourceIp", False),
        ({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}, "saml:aud", True),
        ({"StringLike": {"idp.example.com:sub": "repo:org*"}}, "idp.example.com:sub", False),
        ({"StringLike": {"idp.example.com:sub": "repo:org/app"}}, "idp.example.com:sub", True),
        ({"StringEquals": {"idp.example.com:aud": "x"}}, "idp.example.com:sub", False),
    ],
)
def test_the_keys_that_count_are_the_askers_choice(
    element: object, key: str, restricting: bool
) -> None:
    assert conditions_restrict(element, key) is restricting


@pytest.mark.parametrize(
    "element",
    [
        "StringEquals",
        [],
        None,
        {"StringEquals": "x"},
        {"StringEquals": {"aws:PrincipalOrgID": None}},
        {"StringEquals": {"aws:PrincipalOrgID": {"x": 1}}},
        {"StringEquals": {"aws:PrincipalOrgID": [ORG, []]}},
    ],
)
def test_a_strange_shape_is_named(element: Any) -> None:
    _, problem = normalise(element)
    assert problem


def test_an_operator_is_read_whatever_its_case_and_dress() -> None:
    ((condition,), _) = normalise({"FORANYVALUE:stringLIKEifexists": {"Aws:Key": [1, True, "x"]}})
    assert condition.label == "ForAnyValue:StringLikeIfExists"
    assert condition.key == "aws:key"
    assert condition.values == ("1", "true", "x")


@pytest.mark.parametrize("operator", ["NullIfExists", "ForAllValues:Null", "Like", "IfExists"])
def test_an_operator_that_aws_does_not_have_is_unknown(operator: str) -> None:
    ((condition,), _) = normalise({operator: {"aws:PrincipalOrgID": "false"}})
    assert condition.operator == ""
