"""The emulator's own evaluator, written by others, comes to the same answers."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rolecall.policy.administration import ADMINISTERING
from rolecall.policy.documents import parse_document
from rolecall.policy.full_administration import grants_administration
from rolecall.policy.matching import matches
from rolecall.policy.strangers import Answer
from rolecall.policy.trust import judge_trust
from tests.policy.evaluator import Request, answers, identity, matching, trust


def test_the_oracle_can_say_yes_and_no() -> None:
    assert answers([matching("a*", "ab"), matching("a*", "b")]) == [True, False]


wild = st.text(alphabet="aB*?:.", max_size=8)


@settings(max_examples=40)
@given(pairs=st.lists(st.tuples(wild, wild), min_size=1, max_size=50))
def test_it_matches_wildcards_alike(pairs: list[tuple[str, str]]) -> None:
    theirs = answers([matching(pattern, text) for pattern, text in pairs])
    assert [matches(pattern, text) for pattern, text in pairs] == theirs


CALLS = ("iam:PutUserPolicy", "iam:GetUser", "sts:AssumeRole", "s3:GetObject")
patterns = st.sampled_from(
    ["*", "iam:*", "IAM:put*", "i?m:*User*", "sts:AssumeRole", "s*:*Role", "s3:GetObject", "s3:Get"]
) | st.text(alphabet="iams:*?GPU", min_size=1, max_size=6)
permissions = st.builds(
    lambda effect, element, listed: {"Effect": effect, element: listed, "Resource": "*"},
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["Action", "NotAction"]),
    patterns | st.lists(patterns, min_size=1, max_size=3),
)


def decision(document: str, call: str) -> str:
    effects = {one.effect for one in parse_document(document).statements if one.covers(call)}
    if "Deny" in effects:
        return "Deny"
    return "Allow" if effects else "ImplicitDeny"


@settings(max_examples=60)
@given(drawn=st.lists(st.lists(permissions, min_size=1, max_size=3), min_size=1, max_size=8))
def test_it_reads_allows_and_denies_alike(
    drawn: list[list[dict[str, Any]]],
) -> None:
    asked = [(json.dumps({"Statement": one}), call) for one in drawn for call in CALLS]
    theirs = answers([identity([document], None, Request(call)) for document, call in asked])
    assert [decision(document, call) for document, call in asked] == theirs


@settings(max_examples=60)
@given(drawn=st.lists(st.lists(permissions, min_size=1, max_size=4), min_size=1, max_size=8))
def test_what_grants_administration_is_allowed_every_administering_call_and_what_does_not_is_not(
    drawn: list[list[dict[str, Any]]],
) -> None:
    documents = [json.dumps({"Statement": one}) for one in drawn]
    asked = [(document, call) for document in documents for call in ADMINISTERING]
    theirs = iter(answers([identity([document], None, Request(call)) for document, call in asked]))
    for document in documents:
        allowed = [next(theirs) == "Allow" for _ in ADMINISTERING]
        assert (grants_administration([document], ACCOUNT) is Answer.YES) is all(allowed)


# Strangers: from an account without an organization or of another one, with what they may bring along.
STRANGERS = [
    (f"arn:aws:iam::999999999999:{name}", organization | factor | chosen)
    for name in ("user/stranger", "role/deploy", "root")
    for organization in (
        {},
        {"aws:principalorgid": "o-zzzzzzzzzz", "aws:principalorgpaths": ["o-zzzzzzzzzz/r-zzzz/"]},
    )
    for factor in (
        {},
        {"aws:multifactorauthpresent": "false"},
        {"aws:multifactorauthpresent": "true", "aws:multifactorauthage": "30"},
    )
    for chosen in ({}, {"sts:externalid": "guessed", "sts:rolesessionname": "me"})
]
ORG, ACCOUNT, ROLE = "o-a1b2c3d4e5", "111122223333", "arn:aws:iam::111122223333:role/deploy"
operators = st.builds(
    lambda qualifier, operator, suffix: f"{qualifier}{operator}{suffix}",
    st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(
        ["StringEquals", "StringLike", "ArnLike", "StringNotEquals", "StringNotLike", "ArnNotLike"]
    ),
    st.sampled_from(["", "", "IfExists"]),
)
tests_of_identity = st.sampled_from(
    [
        {"aws:PrincipalOrgID": ORG},
        {"aws:PrincipalOrgID": "*"},
        {"aws:PrincipalOrgID": ["o-*", ORG]},
        {"aws:PrincipalOrgPaths": [f"{ORG}/*"]},
        {"aws:PrincipalAccount": ACCOUNT},
        {"aws:PrincipalAccount": [ACCOUNT, "*"]},
        {"aws:PrincipalArn": ROLE},
        {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"},
        {"aws:PrincipalArn": "arn:aws:iam::111122223333:*"},
        {"aws:SourceAccount": ACCOUNT},
        {"sts:ExternalId": "abc123"},
        {"sts:ExternalId": "*"},
    ]
)
other_tests = st.sampled_from(
    [
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.5"]}},
        {"Null": {"aws:PrincipalOrgID": "true"}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"Null": {"aws:PrincipalOrgPaths": False}},
    ]
)
conditions = st.none() | st.builds(
    lambda first, second, others: first | second | others,
    st.dictionaries(operators, tests_of_identity, min_size=1, max_size=1),
    st.dictionaries(operators, tests_of_identity, max_size=1),
    other_tests,
)
# The oracle knows neither NotPrincipal nor a token under {"AWS": "*"}: both stay with the tables.
trust_statements = st.builds(
    lambda effect, principal, action, condition: (
        {"Effect": effect, "Principal": principal, "Action": action}
        | ({"Condition": condition} if condition else {})
    ),
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["*", {"AWS": "*"}, {"AWS": ROLE}, {"AWS": ACCOUNT}]),
    st.sampled_from(["sts:*", "STS:Assume*", "*", ["s3:*", "sts:A*"], "sts:TagSession"]),
    conditions,
)
trusts = st.lists(trust_statements, min_size=1, max_size=3).map(
    lambda statements: json.dumps({"Version": "2012-10-17", "Statement": statements})
)


@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(trusts, min_size=1, max_size=20))
def test_what_is_open_lets_a_stranger_in_and_what_is_clean_does_not(
    drawn: list[str],
) -> None:
    batch = [
        trust(document, Request("sts:AssumeRole", caller=caller, keys=keys))
        for document in drawn
        for caller, keys in STRANGERS
    ]
    theirs = answers(batch)
    for place, document in enumerate(drawn):
        verdict = judge_trust(document)
        gets_in = any(theirs[place * len(STRANGERS) : (place + 1) * len(STRANGERS)])
        if verdict.open_statements:
            assert gets_in, (document, verdict)
        elif not verdict.inconclusive:
            assert not gets_in, document
