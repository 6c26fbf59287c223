"""Who can assume a role is said in plain words."""

import json
from typing import Any

from rolecall.policy.assumable import Ways, lines, ways

HOST = "token.actions.githubusercontent.com"


def trust(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, action: Any = "sts:*", **elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action} | elements


def told(found: Ways) -> list[tuple[int, str, str]]:
    return [(way.index, way.who, way.call) for way in found.ways]


def test_each_principal_comes_by_the_calls_that_it_can_make() -> None:
    found = ways(
        trust(
            allow({"AWS": ["111122223333", "arn:aws:iam::444455556666:role/ci/deploy"]}),
            allow({"Service": "ec2.amazonaws.com"}),
            allow({"Federated": f"arn:aws:iam::111122223333:oidc-provider/{HOST}"}),
            allow(
                {
                    "Federated": [
                        "arn:aws:iam::111122223333:saml-provider/Corp",
                        "accounts.google.com",
                    ]
                }
            ),
            allow({"AWS": ["AROAEXAMPLEEXAMPLE123", "AIDAEXAMPLEEXAMPLE123", "what"]}),
        )
    )
    role, web, saml = (
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
    )
    assert told(found) == [
        (0, "whomever the account 111122223333 allows", role),
        (0, "the role ci/deploy of the account 444455556666", role),
        (1, "the AWS service ec2.amazonaws.com", role),
        (2, f"whoever signed in with {HOST}", web),
        (3, "whoever signed in with accounts.google.com", web),
        (3, "whoever signed in with Corp", saml),
        (4, "the deleted role AROAEXAMPLEEXAMPLE123", role),
        (4, "the deleted user AIDAEXAMPLEEXAMPLE123", role),
        (4, "whoever 'what' may be", role),
    ]
    assert found.problem is None


def test_a_wildcard_comes_by_every_call_of_its_kind() -> None:
    assert {
        (who, call.removeprefix("sts:AssumeRole")) for _, who, call in told(ways(trust(allow("*"))))
    } == {
        ("anyone", ""),
        ("anyone", "WithSAML"),
        ("anyone", "WithWebIdentity"),
    }
    assert [call for *_, call in told(ways(trust(allow({"Federated": "*"}))))] == [
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
    ]
    assert [who for _, who, _ in told(ways(trust(allow({"Service": "*"}))))] == ["any AWS service"]


def test_everyone_but_a_few_is_said_so() -> None:
    but = {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    assert told(ways(trust(but))) == [(0, "everyone but 111122223333", "sts:AssumeRole")]
    assert told(ways(trust(but | {"Action": "s3:*"}))) == []


def test_conditions_restrict_or_do_not_and_why() -> None:
    [way] = ways(
        trust(
            allow(
                {"AWS": "111122223333"},
                Condition={
                    "StringEquals": {
                        "aws:PrincipalOrgID": "o-a1b2c3d4e5",
                        "sts:ExternalId": list("abcdefg"),
                    },
                    "StringEqualsIfExists": {"aws:PrincipalAccount": "111122223333"},
                    "StringLike": {"aws:PrincipalArn": "*"},
                    "StringNotEquals": {"aws:userid": "AIDAEXAMPLEEXAMPLE123"},
                    "Bool": {"aws:SecureTransport": "true"},
                    "IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]},
                    "NotIpAddress": {"aws:SourceIp": "192.0.2.1"},
                    "StringSounds": {"aws:username": "carol"},
                    "Null": {"aws:MultiFactorAuthAge": "false"},
                },
            )
        )
    ).ways
    assert way.restricting == (
        "aws:PrincipalOrgID StringEquals o-a1b2c3d4e5",
        "sts:externalid StringEquals a or b or c or d or e or 2 more",
        "aws:sourceip NotIpAddress 192.0.2.1",
        "aws:multifactorauthage Null false",
    )
    assert way.idle == (
        "aws:PrincipalAccount StringEqualsIfExists 111122223333, but it passes when the key is absent",
        "aws:PrincipalArn StringLike *, but that is anything",
        "aws:userid StringNotEquals AIDAEXAMPLEEXAMPLE123, but it keeps out only what it names",
        "aws:securetransport Bool true, but everyone calls over TLS",
        "aws:sourceip IpAddress 0.0.0.0/0, but that is any address",
        "aws:username  carol, but AWS knows no such operator",
    )


def test_what_a_deny_leaves_is_a_condition_and_what_it_closes_is_gone() -> None:
    named = allow({"AWS": ["111122223333", "444455556666"]}, "sts:AssumeRole")
    closed = {"Effect": "Deny", "Principal": {"AWS": "444455556666"}, "Action": "sts:*"}
    unless = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    }
    [way] = ways(trust(named, closed, unless)).ways
    assert way.principal == "111122223333"
    assert way.restricting == ("aws:PrincipalOrgID StringEquals o-a1b2c3d4e5",)


def test_the_lines_are_for_people() -> None:
    unclear = {"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:*"}
    text = trust(
        allow(
            {"AWS": "111122223333"},
            "sts:AssumeRole",
            Condition={"Bool": {"aws:SecureTransport": "true"}},
        ),
        unclear,
    )
    assert list(lines(ways(text))) == [
        "Statement 0: whomever the account 111122223333 allows, by sts:AssumeRole.",
        "  No condition restricts it.",
        "  Not restricted by aws:securetransport Bool true, but everyone calls over TLS.",
        "  Something that was not understood may narrow it.",
    ]
    assert list(lines(ways("{}"))) == [
        "The trust was not understood for certain: it has no statements.",
        "Nobody can assume the role.",
    ]
    bound = allow(
        {"Service": "ec2.amazonaws.com"},
        "sts:AssumeRole",
        Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}},
    )
    assert list(lines(ways(trust(bound))))[1:] == [
        "  Only if aws:SourceAccount StringEquals 111122223333."
    ]
