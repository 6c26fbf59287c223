"""What policies grant together, and what stays a doubt."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolecall.policy import rules
from rolecall.policy.grants import Effective, grants
from rolecall.policy.resources import Reach
from rolecall.policy.strangers import Answer
from tests.policy.evaluator import Request, answers, identity
from tests.policy.test_documents import odd_documents
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

YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.UNSURE
OWN = f"{IAM}:user/${{aws:username}}"
PASS, KEY, MAKE = "iam:PassRole", "iam:CreateAccessKey", "lambda:CreateFunction"
TO_EC2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


@pytest.mark.parametrize(
    ("call", "statements", "at_all", "on_all"),
    [
        (PASS, [allow("*")], YES, YES),
        (PASS, [allow("IAM:pass*", f"{IAM}:role/*")], YES, YES),
        (PASS, [allow("iam:PassRole", "arn:*:iam::*:role/*")], YES, YES),
        (PASS, [allow("i*:PassRole", "arn:aws-cn:iam::*:role/?*")], YES, YES),
        (PASS, [allow(PASS, f"{IAM}:role/app")], YES, NO),
        (PASS, [allow(PASS, f"{IAM}:role/app-*")], YES, NO),
        (PASS, [allow(PASS, f"{IAM}:role/????")], YES, NO),
        (PASS, [allow(PASS, [f"{IAM}:user/*", f"{IAM}:group/*"])], NO, NO),
        (PASS, [allow(PASS, "arn:aws:iam::444455556666:role/app")], NO, NO),
        (PASS, [allow(PASS, "arn:aws:iam*")], YES, YES),
        (PASS, [allow("iam:GetRole")], NO, NO),
        (PASS, [but("s3:*")], YES, YES),
        (PASS, [but("s3:*", "iam:P*")], NO, NO),
        # What is left out is left out, and the rest is not.
        (PASS, [{"Effect": "Allow", "Action": PASS, "NotResource": f"{IAM}:role/admin"}], YES, YES),
        (PASS, [{"Effect": "Allow", "Action": PASS, "NotResource": f"{IAM}:role/*"}], NO, NO),
        (PASS, [allow("*"), deny(PASS, f"{IAM}:role/admin")], YES, YES),
        (PASS, [allow("*"), deny("iam:*")], NO, NO),
        (PASS, [allow("*"), deny(PASS, f"{IAM}:role/*")], NO, NO),
        (PASS, [allow("*"), but("s3:*", effect="Deny")], NO, NO),
        (PASS, [allow(PASS, f"{IAM}:role/app"), deny(PASS, f"{IAM}:role/a*")], UNSURE, NO),
        (
            PASS,
            [
                allow("*"),
                {"Effect": "Deny", "Action": PASS, "NotResource": f"{IAM}:role/app"},
            ],
            UNSURE,
            NO,
        ),
        # How somebody calls leaves all that he may do; where from may not.
        (PASS, [allow("*", Condition=MFA)], YES, YES),
        (PASS, [allow("*"), deny("*", Condition=NO_MFA)], YES, YES),
        (PASS, [allow("*", Condition=OFFICE)], UNSURE, UNSURE),
        (PASS, [allow("*"), deny("*", Condition=OFFICE)], UNSURE, UNSURE),
        (PASS, [allow("*", Condition=TO_EC2)], UNSURE, UNSURE),
        (
            PASS,
            [allow("*", Condition={"StringLikeIfExists": {"aws:PrincipalTag/a": "*"}})],
            YES,
            YES,
        ),
        (PASS, [allow("*", Condition={"StringLike": {"aws:PrincipalTag/a": "*"}})], UNSURE, UNSURE),
        # Their own only, or a name that holds more than their own.
        (KEY, [allow(KEY, OWN)], YES, NO),
        (KEY, [allow(KEY, f"{OWN}*")], YES, NO),
        (KEY, [allow("*"), deny(KEY, OWN)], YES, YES),
        # Of another service it is not known how its ARNs end.
        (MAKE, [allow("lambda:*", "arn:aws:lambda:*:*:function:app-*")], YES, NO),
        (MAKE, [allow("*"), deny(MAKE, "arn:aws:lambda:*:*:function:*")], UNSURE, UNSURE),
        (MAKE, [allow("*"), deny(MAKE, "arn:aws:s3:::*")], YES, YES),
        (
            MAKE,
            [
                {
                    "Effect": "Allow",
                    "Action": MAKE,
                    "NotResource": "arn:aws:lambda:*:*:function:*",
                }
            ],
            UNSURE,
            UNSURE,
        ),
    ],
)
def test_a_grant_reaches_as_far_as_the_statements_say(
    call: str, statements: list[dict[str, Any]], at_all: Answer, on_all: Answer
) -> None:
    text = text_of(*statements)
    assert grants([text], call, ACCOUNT) is at_all
    assert grants([text], call, ACCOUNT, on_all=True) is on_all
    apart = [text_of(one) for one in statements]
    assert grants(apart, call, ACCOUNT) is at_all


def test_their_own_user_is_less_than_some_users() -> None:
    def reach(*resources: str) -> Reach:
        return Effective([text_of(allow(KEY, list(resources)))], ACCOUNT).grant(KEY).maybe

    assert reach(OWN) is Reach.OWN
    assert reach(f"{IAM}:user/*/${{aws:username}}") is Reach.OWN
    assert reach(OWN, f"{IAM}:user/bob") is Reach.SOME
    assert reach(f"{OWN}-bot*") is Reach.SOME
    assert reach(f"{IAM}:user/${{aws:PrincipalTag/owner}}") is Reach.SOME


@pytest.mark.parametrize(
    ("limit", "at_all", "on_all"),
    [
        ([allow("*")], YES, YES),
        ([allow("s3:*")], NO, NO),
        ([allow("*"), deny("iam:*")], NO, NO),
        ([allow("*", Condition=OFFICE)], UNSURE, UNSURE),
        ([allow("*", f"{IAM}:role/app")], YES, NO),
    ],
)
def test_a_boundary_must_allow_too(
    limit: list[dict[str, Any]], at_all: Answer, on_all: Answer
) -> None:
    texts, limits = [text_of(allow("iam:*"))], [text_of(*limit)]
    assert grants(texts, PASS, ACCOUNT, limits=limits) is at_all
    assert grants(texts, PASS, ACCOUNT, on_all=True, limits=limits) is on_all


def test_a_boundary_alone_grants_nothing() -> None:
    assert grants([], PASS, ACCOUNT, limits=[text_of(allow("*"))]) is NO


def test_nobody_knows_what_some_of_the_one_and_some_of_the_other_have_in_common() -> None:
    policy, limit = text_of(allow(PASS, f"{IAM}:role/a*")), text_of(allow("*", f"{IAM}:role/*b"))
    assert grants([policy], PASS, ACCOUNT, limits=[limit]) is UNSURE


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (TO_EC2, YES),
        ({"StringEquals": {"iam:passedtoservice": ["ecs.amazonaws.com"]}}, NO),
        ({"StringLike": {"iam:PassedToService": "e*.amazonaws.com"}}, YES),
        ({"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, NO),
        ({"StringNotLike": {"iam:PassedToService": "l*"}}, YES),
        ({"StringEqualsIgnoreCase": {"iam:PassedToService": "EC2.amazonaws.com"}}, YES),
        ({"StringEquals": {"iam:PassedToService": "EC2.amazonaws.com"}}, NO),
        ({"ForAllValues:StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}}, YES),
        ({"StringLike": {"iam:PassedToService": "${aws:PrincipalTag/service}"}}, UNSURE),
        ({"Null": {"iam:PassedToService": "false"}}, YES),
        ({"Null": {"iam:PassedToService": "true"}}, NO),
        ({"NumericEquals": {"iam:PassedToService": "1"}}, UNSURE),
        (TO_EC2 | OFFICE, UNSURE),
    ],
)
def test_a_key_that_is_known_decides_its_condition(condition: Any, answer: Answer) -> None:
    known = {"iam:passedtoservice": "ec2.amazonaws.com"}
    texts = [text_of(allow(PASS, Condition=condition))]
    assert Effective(texts, ACCOUNT).grant(PASS, known).on_all is answer


@given(st.lists(odd_documents.map(json.dumps) | st.text(), min_size=1, max_size=3))
def test_what_cannot_be_judged_is_a_doubt_and_never_a_failure(texts: list[str]) -> None:
    answer = grants(texts, PASS, ACCOUNT)
    if any(rules.read(text).problem for text in texts):
        assert answer is UNSURE


# The last is as long as no pattern here is by chance.
NOBODY = "of-a-name-that-nobody-ever-wrote"
NAMES = ("app", "admin", "ops/app", "dev-1", NOBODY)
RESOURCES = [
    f"{IAM}:{kind}/{name}" for kind in ("role", "user", "group", "policy") for name in NAMES
]
CALLS = ("iam:PassRole", "iam:PutUserPolicy", "iam:AddUserToGroup", "iam:CreatePolicyVersion")
KIND_OF = dict(zip(CALLS, ("role", "user", "group", "policy"), strict=True))
actions = st.sampled_from(
    ["*", "iam:*", "IAM:p*", "iam:*Role", "iam:*Us?r*", "iam:CreatePolicyVersion", *CALLS]
)
resources = st.sampled_from(
    [
        *("*", f"{IAM}:*", f"{IAM}:role/*", "arn:aws:iam::*:user/*", f"{IAM}:????/*"),
        *("arn:aws:s3:::*", f"{IAM}:role/app", f"{IAM}:*/app", f"{IAM}:*admin", f"{IAM}:group/?*"),
        *(f"{IAM}:policy/d*", f"{IAM}:user/dev-?", f"{IAM}:role/????"),
        "arn:aws:iam::444455556666:*",
    ]
)
conditions = st.sampled_from(
    [{}] * 4
    + [MFA, NO_MFA, OFFICE, TO_EC2]
    + [
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"StringLike": {"iam:PassedToService": "*"}},
        {"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        {"Null": {"iam:PassedToService": "true"}},
        {"StringLikeIfExists": {"aws:PrincipalTag/team": "*"}},
        {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    ]
)
drawn_statements = st.builds(
    lambda effect, acts, listed, reached, named, condition: (
        {"Effect": effect, acts: listed, reached: named}
        | ({"Condition": condition} if condition else {})
    ),
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "NotAction"]),
    st.lists(actions, min_size=1, max_size=2),
    st.sampled_from(["Resource", "Resource", "NotResource"]),
    st.lists(resources, min_size=1, max_size=3),
    conditions,
)
documents = st.lists(drawn_statements, min_size=1, max_size=3).map(lambda all_: text_of(*all_))
principals = st.tuples(st.lists(documents, min_size=1, max_size=3), st.none() | documents)
KEYS = [
    {"aws:multifactorauthpresent": "true", "iam:passedtoservice": "ec2.amazonaws.com"},
    {
        "aws:multifactorauthpresent": "true",
        "iam:passedtoservice": "glue.amazonaws.com",
        "aws:principaltag/team": "red",
    },
]


@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(principals, min_size=1, max_size=6))
def test_the_emulator_agrees_on_what_is_granted(
    drawn: list[tuple[list[str], str | None]],
) -> None:
    asked = [
        (texts, limit, call, keys, [r for r in RESOURCES if f":{KIND_OF[call]}/" in r])
        for texts, limit in drawn
        for call in CALLS
        for keys in KEYS
    ]
    theirs = iter(
        answers(
            [
                identity(texts, limit, Request(call, resource, keys=keys))
                for texts, limit, call, keys, about in asked
                for resource in about
            ]
        )
    )
    for texts, limit, call, keys, about in asked:
        allowed = {resource: next(theirs) == "Allow" for resource in about}
        effective = Effective(texts, ACCOUNT, [limit] if limit else [])
        for known in ({}, {"iam:passedtoservice": keys["iam:passedtoservice"]}):
            grant = effective.grant(call, known)
            if grant.at_all is NO:
                assert not any(allowed.values()), (texts, limit, call, allowed)
            if grant.on_all is YES:
                # A name that no pattern was written for stands for every one.
                assert allowed[f"{IAM}:{KIND_OF[call]}/{NOBODY}"], (texts, limit, call, allowed)
            if grant.surely is Reach.EVERY and grant.bare:
                assert all(allowed.values()), (texts, limit, call, allowed)


def test_a_hostile_text_is_not_weighed() -> None:
    letters = "abcdefghij"
    wild = [f"iam:*{a}{b}{c}" for a in letters for b in letters for c in letters]
    assert rules.read(text_of(allow(wild))).problem
    assert rules.read(text_of(allow("*", wild))).problem
    assert rules.read(text_of(*[deny("s3:*")] * 500)).problem
    assert rules.read(text_of(allow([f"*:{one}" for one in wild[:21]]))).problem
    assert not rules.read(text_of(allow([f"*:{one}" for one in wild[:20]]))).problem
    assert not rules.read(text_of(allow(wild[:100], "*") | {"Sid": " " * 100_000})).problem
    (rule,) = rules.read(text_of(allow(f"iam:{'*' * 4_000}", "*" * 4_000))).rules
    assert (rule.heads, rule.resources) == (("iam:",), ("*",))
