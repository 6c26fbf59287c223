"""Ways from some rights to all: judged over all that a principal may do."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolecall.policy.escalation import escalations
from rolecall.policy.escalation_paths import PATHS
from rolecall.policy.grants import Effective
from tests.policy.evaluator import Request, answers, identity
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
from tests.policy.test_grants import KEYS, NOBODY, principals

OWN = f"{IAM}:user/${{aws:username}}"
TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
LAMBDA = ["lambda:CreateFunction", "lambda:InvokeFunction"]


def ways(*statements: Any, limits: Any = ()) -> dict[str, bool]:
    effective = Effective([text_of(one) for one in statements], ACCOUNT, limits)
    return {path.id: path.sure for path in escalations(effective)}


def test_each_has_one_name_and_calls_that_are_spelled_as_aws_does() -> None:
    assert len({one.id for one in PATHS}) == len(PATHS)
    for path in PATHS:
        for call in path.calls:
            service, _, name = call.partition(":")
            assert service.islower() or service.replace("-", "").islower()
            assert name[0].isupper()


@pytest.mark.parametrize("known", PATHS, ids=lambda known: known.id)
def test_whoever_is_granted_its_calls_has_that_way_and_without_any_one_of_them_has_not(
    known: Any,
) -> None:
    assert ways(*map(allow, known.calls))[known.id] is not bool(known.existing)
    for without in known.calls:
        rest = [allow(call) for call in known.calls if call != without]
        assert known.id not in ways(*rest, allow("s3:*"))
        assert known.id not in ways(*map(allow, known.calls), deny(without))


def test_an_administrator_has_all_ways_and_a_reader_has_none() -> None:
    assert len(ways(allow("*"))) == len(PATHS)
    assert ways(allow(["iam:Get*", "iam:List*", "ec2:Describe*", "s3:*"])) == {}
    assert ways() == {}


@pytest.mark.parametrize(
    ("way", "statements", "found"),
    [
        # A self-service is none, unless it is a service of rights.
        ("create-access-key", [allow("iam:*AccessKey*", OWN)], None),
        ("update-login-profile", [allow("iam:UpdateLoginProfile", OWN)], None),
        ("create-access-key", [allow("iam:*AccessKey*", f"{IAM}:user/*")], True),
        ("create-access-key", [allow("iam:*AccessKey*", f"{IAM}:user/bots/*")], False),
        ("put-user-policy", [allow("iam:PutUserPolicy", OWN)], True),
        ("put-user-policy", [allow("iam:PutUserPolicy", f"{IAM}:user/bob")], False),
        ("put-user-policy", [allow("iam:PutUserPolicy", OWN, Condition=OFFICE)], False),
        # Some roles are not any role.
        ("put-role-policy", [allow("iam:PutRolePolicy", f"{IAM}:role/app-*")], False),
        ("lambda-create-invoke", [allow("iam:PassRole", f"{IAM}:role/a"), allow(LAMBDA)], False),
        ("lambda-create-invoke", [allow(["iam:PassRole", *LAMBDA])], True),
        (
            "lambda-create-invoke",
            [allow("iam:PassRole"), allow("lambda:*", "arn:aws:lambda:*:*:function:app-*")],
            True,
        ),
        # The service it may be passed to.
        (
            "lambda-create-invoke",
            [allow("iam:PassRole", Condition=TO_LAMBDA), allow("lambda:*")],
            True,
        ),
        (
            "ec2-run-instances",
            [allow("iam:PassRole", Condition=TO_LAMBDA), allow("ec2:*")],
            None,
        ),
        # Conditions and Denies.
        ("create-policy-version", [allow("iam:CreatePolicyVersion", Condition=MFA)], True),
        ("create-policy-version", [allow("iam:CreatePolicyVersion", Condition=OFFICE)], False),
        ("create-policy-version", [allow("iam:*"), deny("iam:*", Condition=NO_MFA)], True),
        ("create-policy-version", [allow("iam:*"), deny("iam:*Policy*")], None),
        ("create-policy-version", [but("iam:*Policy*")], None),
        (
            "attach-role-policy",
            [
                allow(
                    "iam:AttachRolePolicy",
                    Condition={"StringEquals": {"iam:PermissionsBoundary": f"{IAM}:policy/edge"}},
                )
            ],
            False,
        ),
        # What must be there already is never certain.
        ("ssm-start-session", [allow("ssm:StartSession")], False),
        ("set-default-policy-version", [allow("iam:SetDefaultPolicyVersion")], False),
    ],
)
def test_a_way_is_open_as_far_as_its_calls_are_granted(
    way: str, statements: list[dict[str, Any]], found: bool | None
) -> None:
    assert ways(*statements).get(way) is found


def test_a_boundary_closes_ways() -> None:
    assert ways(allow("*"), limits=[text_of(but("iam:*"))]).get("put-user-policy") is None
    assert ways(allow("*"), limits=[text_of(allow("iam:Put*"))])["put-user-policy"] is True


def test_the_certain_ways_come_first_and_each_names_what_to_take_away() -> None:
    found = escalations(Effective([text_of(allow("*"))], ACCOUNT))
    assert [path.sure for path in found] == sorted((path.sure for path in found), reverse=True)
    assert all(path.leg in path.actions for path in found)
    (build,) = [path for path in found if path.id == "codebuild-build"]
    assert build.leg == "iam:PassRole"
    assert build.why == "run what it likes as any role that codebuild may assume"


ALONE = {"create-policy-version": "policy", "put-user-policy": "user", "add-user-to-group": "group"}
CALL = {known.id: known.calls[0] for known in PATHS}


@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(principals, min_size=1, max_size=6))
def test_the_emulator_agrees_on_the_ways(drawn: list[tuple[list[str], str | None]]) -> None:
    asked = [
        (texts, limit, way, f"{IAM}:{kind}/{name}")
        for texts, limit in drawn
        for way, kind in ALONE.items()
        for name in (NOBODY, "app", "admin", "dev-1")
    ]
    theirs = answers(
        [
            identity(texts, limit, Request(CALL[way], resource, keys=KEYS[0]))
            for texts, limit, way, resource in asked
        ]
    )
    for (texts, limit, way, resource), decision in zip(asked, theirs, strict=True):
        effective = Effective(texts, ACCOUNT, [limit] if limit else [])
        sure = {path.id: path.sure for path in escalations(effective)}.get(way)
        if sure and resource.endswith(NOBODY):
            assert decision == "Allow", (texts, limit, way)
        if sure is None:
            assert decision != "Allow", (texts, limit, way, resource)
