"""A group is seen wherever a policy takes it for a caller, and nowhere else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.policy.group_principals import named_groups
from tests.policy.test_documents import anything, odd_documents

GROUP = "arn:aws:iam::111122223333:group/analysts"
ROLE = "arn:aws:iam::111122223333:role/analysts"
STORE = "arn:aws:identitystore:::group/0123456789-0123"


def text_of(**statement: Any) -> str:
    whole = {"Effect": "Allow", "Action": "s3:GetObject"} | statement
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


def under(key: str, value: Any, operator: str = "ArnLike") -> str:
    return text_of(Resource="*", Condition={operator: {key: value}})


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (text_of(Principal={"AWS": GROUP}), ["Principal"]),
        (text_of(Principal={"AWS": [ROLE, GROUP]}), ["Principal"]),
        (text_of(principal={"aws": GROUP}), ["Principal"]),
        (text_of(Principal={"AWS": "arn:aws:iam::111122223333:group/*"}), ["Principal"]),
        (text_of(NotPrincipal={"AWS": GROUP}), ["NotPrincipal"]),
        (under("aws:PrincipalArn", GROUP), ["Condition aws:PrincipalArn"]),
        (under("AWS:PRINCIPALARN", [ROLE, GROUP]), ["Condition aws:PrincipalArn"]),
        (under("aws:userid", f"{GROUP}/*", "StringLike"), ["Condition aws:userid"]),
        (
            under("aws:PrincipalArn", GROUP, "ForAnyValue:ArnNotLike"),
            ["Condition aws:PrincipalArn"],
        ),
        (under("aws:PrincipalArn", "*:group/analysts"), ["Condition aws:PrincipalArn"]),
        (
            under("aws:PrincipalArn", GROUP.replace("aws", "aws-us-gov")),
            ["Condition aws:PrincipalArn"],
        ),
        # Legal: a group that something is done to, and groups that are something else.
        (text_of(Resource=GROUP, Action="iam:AddUserToGroup"), []),
        (text_of(NotResource=GROUP), []),
        (under("iam:ResourceArn", GROUP), []),
        (under("aws:PrincipalArn", STORE), []),
        (under("aws:PrincipalArn", "*:identitystore:*:group/a"), []),
        (under("aws:PrincipalArn", "arn:aws:iam::111122223333:user/a:group/bob"), []),
        (under("aws:PrincipalArn", ROLE), []),
        (under("aws:PrincipalTag/group", "analysts", "StringEquals"), []),
        (text_of(Principal="*"), []),
        (text_of(Principal={"AWS": 7}), []),
    ],
)
def test_a_group_is_a_caller_only_in_a_principal_or_a_condition_on_who_calls(
    text: str, elements: list[str]
) -> None:
    assert [element for element, _ in named_groups(text)] == elements


def test_each_is_named_once_and_in_order_whatever_the_order_of_the_statements() -> None:
    both = [
        {"Effect": "Deny", "Action": "*", "Principal": {"AWS": GROUP}},
        {"Effect": "Allow", "Action": "*", "Principal": {"AWS": [GROUP, f"{GROUP}2"]}},
    ]
    found = [named_groups(json.dumps({"Statement": one})) for one in (both, both[::-1])]
    assert found[0] == found[1] == [("Principal", GROUP), ("Principal", f"{GROUP}2")]


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 10_000, "x" * 200_000, '{"Statement": 7}'])
def test_what_cannot_be_read_names_none(text: str) -> None:
    assert named_groups(text) == []


@given(
    st.text()
    | odd_documents.map(json.dumps)
    | st.dictionaries(
        st.sampled_from(["ArnLike", "x"]),
        st.dictionaries(st.sampled_from(["aws:PrincipalArn", "aws:userid"]), anything) | anything,
    ).map(lambda condition: text_of(Principal={"AWS": GROUP}, Condition=condition))
)
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(named_groups(text), list)
