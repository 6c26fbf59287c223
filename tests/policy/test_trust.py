"""A trust is open when someone unknown gets in."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.policy.documents import CLOSED_TRUST
from rolecall.policy.editing import without_statements
from rolecall.policy.trust import TrustVerdict, judge_trust

ORG = "o-a1b2c3d4e5"
ACCOUNT = "111122223333"
PARTNER = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
OWN_ORG = {"StringEquals": {"aws:PrincipalOrgID": ORG}}
NOT_OWN_ORG = {"StringNotEquals": {"aws:PrincipalOrgID": ORG}}
OPEN, DOUBT, CLEAN = "open", "inconclusive", "clean"


def allow(
    principal: Any = "*", condition: Any = None, *, action: Any = "sts:AssumeRole"
) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return statement if condition is None else statement | {"Condition": condition}


def deny(principal: Any = "*", condition: Any = None, *, action: Any = "sts:*") -> dict[str, Any]:
    return allow(principal, condition, action=action) | {"Effect": "Deny"}


def trust(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def name_of(verdict: TrustVerdict) -> str:
    if verdict.open_statements:
        return OPEN
    return DOUBT if verdict.inconclusive else CLEAN


def but(principal: Any, **elements: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "NotPrincipal": principal, "Action": "sts:AssumeRole"}
    return statement | elements


GITHUB = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"}
WEB = "sts:AssumeRoleWithWebIdentity"
SAML = "sts:AssumeRoleWithSAML"

VERDICTS: dict[str, tuple[list[dict[str, Any]], str]] = {
    # Whom it names.
    "anyone": ([allow()], OPEN),
    "anyone, as AWS": ([allow({"AWS": "*"})], OPEN),
    "anyone, in a list": ([allow({"AWS": [ROLE, "*"]})], OPEN),
    "any service": ([allow({"Service": "*"})], OPEN),
    "any provider": ([allow({"Federated": "*"}, action=WEB)], OPEN),
    "any kind beside a name": ([allow({"AWS": ROLE, "Service": "*"})], OPEN),
    "all but one": ([but({"AWS": ROLE})], OPEN),
    "all but everyone": ([but("*")], DOUBT),
    "one role": ([allow({"AWS": ROLE})], CLEAN),
    "one account": ([allow({"AWS": PARTNER})], CLEAN),
    "one service": ([allow({"Service": "ec2.amazonaws.com"})], CLEAN),
    "one deleted role": ([allow({"AWS": "AROAEXAMPLEEXAMPLE123"})], CLEAN),
    "root of any account": ([allow({"AWS": "arn:aws:iam::*:root"})], DOUBT),
    "any service of a name": ([allow({"Service": "*.amazonaws.com"})], DOUBT),
    "a kind unheard of": ([allow({"Everyone": "*"})], DOUBT),
    "nobody at all": ([allow({})], DOUBT),
    "no principal": ([{"Effect": "Allow", "Action": "sts:AssumeRole"}], DOUBT),
    "a resource": ([allow() | {"Resource": "*"}], DOUBT),
    "an unclear name that cannot come in": ([allow({"AWS": "x"}, action="sts:TagSession")], CLEAN),
    "an unclear name within the organization": ([allow({"AWS": "x"}, OWN_ORG)], CLEAN),
    # What it allows.
    "all of STS": ([allow(action="STS:*")], OPEN),
    "all that assumes": ([allow(action="sts:assume*")], OPEN),
    "everything": ([allow(action="*")], OPEN),
    "one of several": ([allow(action=["sts:TagSession", "sts:AssumeRole"])], OPEN),
    "anyone by token": ([allow(action=WEB)], OPEN),
    "anyone by assertion": ([allow({"AWS": "*"}, action=SAML)], OPEN),
    "tagging only": ([allow(action=["sts:TagSession", "sts:SetSourceIdentity"])], CLEAN),
    "another service": ([allow(action="s3:*")], CLEAN),
    "any service by token": ([allow({"Service": "*"}, action=WEB)], CLEAN),
    "any provider by AssumeRole": ([allow({"Federated": "*"})], CLEAN),
    "all but tagging": (
        [{"Effect": "Allow", "Principal": "*", "NotAction": "sts:TagSession"}],
        OPEN,
    ),
    "all but assuming": ([{"Effect": "Allow", "Principal": "*", "NotAction": "sts:*"}], CLEAN),
    # Conditions that bound who.
    "own organization": ([allow("*", OWN_ORG)], CLEAN),
    "all but one, in the organization": ([but({"AWS": ROLE}, Condition=OWN_ORG)], CLEAN),
    "own account": ([allow("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})], CLEAN),
    "own role": ([allow("*", {"ArnLike": {"aws:PrincipalArn": ROLE}})], CLEAN),
    "service for own account": (
        [allow({"Service": "*"}, {"StringEquals": {"aws:SourceAccount": ACCOUNT}})],
        CLEAN,
    ),
    "own organization and the world's addresses": (
        [allow("*", OWN_ORG | {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})],
        CLEAN,
    ),
    # Conditions that do not.
    "no organization is fine": (
        [allow("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}})],
        OPEN,
    ),
    "an empty set is fine": (
        [allow("*", {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": ORG}})],
        OPEN,
    ),
    "an empty set is fine for services": (
        [allow({"Service": "*"}, {"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}})],
        OPEN,
    ),
    "any address": ([allow("*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})], OPEN),
    "any address of two": (
        [allow("*", {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "::/0"]}})],
        OPEN,
    ),
    "any address but a few": ([allow("*", {"NotIpAddress": {"aws:SourceIp": "192.0.2.1"}})], OPEN),
    "any role": ([allow("*", {"StringLike": {"aws:PrincipalArn": "*"}})], OPEN),
    "any name, at least": ([allow("*", {"StringLike": {"aws:PrincipalArn": "?*"}})], OPEN),
    "any root": ([allow("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}})], OPEN),
    "a role of that name anywhere": (
        [allow("*", {"ArnEquals": {"aws:PrincipalArn": "arn:*:iam::*:role/deploy"}})],
        OPEN,
    ),
    "any organization": ([allow("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}})], OPEN),
    "some organization": ([allow("*", {"Null": {"aws:PrincipalOrgID": "false"}})], OPEN),
    "no organization": ([allow("*", {"Null": {"aws:PrincipalOrgID": "true"}})], OPEN),
    "all but the organization": ([allow("*", NOT_OWN_ORG)], OPEN),
    "all but one role by condition": (
        [allow("*", {"ArnNotLike": {"aws:PrincipalArn": ROLE}})],
        OPEN,
    ),
    "a second factor": ([allow("*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}})], OPEN),
    "no second factor": (
        [allow("*", {"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
        DOUBT,
    ),
    "some word of a second factor": (
        [allow("*", {"Null": {"aws:MultiFactorAuthPresent": "false"}})],
        OPEN,
    ),
    "some age of a second factor": (
        [allow("*", {"Null": {"aws:MultiFactorAuthAge": "false"}})],
        OPEN,
    ),
    "a second factor of no age": (
        [allow("*", {"NumericLessThan": {"aws:MultiFactorAuthAge": "0"}})],
        DOUBT,
    ),
    "a stale second factor": (
        [allow("*", {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "60"}})],
        DOUBT,
    ),
    "a fresh second factor": (
        [allow("*", {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}})],
        OPEN,
    ),
    "TLS": ([allow("*", {"Bool": {"aws:SecureTransport": True}})], OPEN),
    "any external ID": ([allow("*", {"StringLike": {"sts:ExternalId": "*"}})], OPEN),
    "an external ID if one is given": (
        [allow("*", {"StringEqualsIfExists": {"sts:ExternalId": "abc123"}})],
        OPEN,
    ),
    "any session name": ([allow("*", {"StringLike": {"sts:RoleSessionName": "*"}})], OPEN),
    "a second factor, over TLS": (
        [
            allow(
                "*",
                {"Bool": {"aws:SecureTransport": "true", "aws:MultiFactorAuthPresent": "true"}},
            )
        ],
        OPEN,
    ),
    "no condition in the condition": ([allow("*", {"StringEquals": {}})], OPEN),
    # Conditions that may.
    "external ID": ([allow("*", {"StringEquals": {"sts:ExternalId": "abc123"}})], DOUBT),
    "a network": ([allow("*", {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], DOUBT),
    "a world in two halves": (
        [allow("*", {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})],
        DOUBT,
    ),
    "all but half the world": (
        [allow("*", {"NotIpAddress": {"aws:SourceIp": "0.0.0.0/1"}})],
        DOUBT,
    ),
    "an endpoint": ([allow("*", {"StringEquals": {"aws:SourceVpce": "vpce-1a2b"}})], DOUBT),
    "a tag of the caller": (
        [allow("*", {"StringEquals": {"aws:PrincipalTag/team": "blue"}})],
        DOUBT,
    ),
    "a key unheard of": ([allow("*", {"StringEquals": {"corp:secret": "x"}})], DOUBT),
    "an operator unheard of": ([allow("*", {"Resembles": {"aws:PrincipalOrgID": ORG}})], DOUBT),
    "a star taken by its letter": (
        [allow("*", {"StringEquals": {"aws:PrincipalOrgID": "*"}})],
        DOUBT,
    ),
    "no value": ([allow("*", {"StringEquals": {"aws:PrincipalOrgID": []}})], DOUBT),
    "no age": ([allow("*", {"NumericLessThan": {"aws:MultiFactorAuthAge": []}})], DOUBT),
    "an age beyond numbers": (
        [allow("*", {"NumericLessThan": {"aws:MultiFactorAuthAge": "9" * 5000}})],
        OPEN,
    ),
    "a variable": (
        [allow("*", {"StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}})],
        DOUBT,
    ),
    "an operator for another sort of key": (
        [allow("*", {"ArnLike": {"aws:PrincipalAccount": "*"}})],
        DOUBT,
    ),
    "its negation": ([allow("*", {"ArnNotLike": {"aws:PrincipalAccount": ACCOUNT}})], DOUBT),
    "some organization, and if so then ours": (
        [
            allow(
                "*",
                {
                    "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
                    "Null": {"aws:PrincipalOrgPaths": "false"},
                },
            )
        ],
        CLEAN,
    ),
    "any paths, and if so then ours": (
        [
            allow(
                "*",
                {
                    "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
                    "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*"},
                },
            )
        ],
        CLEAN,
    ),
    "some organization of no paths": (
        [
            allow(
                "*",
                {"Null": {"aws:PrincipalOrgPaths": "false", "aws:PrincipalOrgID": "true"}},
            )
        ],
        DOUBT,
    ),
    "some organization of no id": (
        [
            allow(
                "*",
                {
                    "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*"},
                    "Null": {"aws:PrincipalOrgID": "true"},
                },
            )
        ],
        DOUBT,
    ),
    "not ours, and if so then ours": (
        [
            allow(
                "*",
                {
                    "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
                    "StringNotEquals": {"aws:PrincipalOrgID": PARTNER},
                },
            )
        ],
        OPEN,
    ),
    "all but some source": (
        [allow("*", {"ForAnyValue:StringNotEquals": {"aws:SourceAccount": ACCOUNT}})],
        DOUBT,
    ),
    "all but own source": (
        [allow("*", {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}})],
        OPEN,
    ),
    "any value but the organization's": (
        [allow("*", {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": ORG}})],
        OPEN,
    ),
    "all but a session named like the user": (
        [allow("*", {"StringNotEquals": {"sts:RoleSessionName": "${aws:username}"}})],
        DOUBT,
    ),
    "an external ID of a beginning": (
        [allow("*", {"StringLike": {"sts:ExternalId": "abc*"}})],
        DOUBT,
    ),
    "an external ID that is a star": (
        [allow("*", {"StringEquals": {"sts:ExternalId": "*"}})],
        DOUBT,
    ),
    "ours if it tells, twice": (
        [
            allow(
                "*",
                {
                    "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
                    "StringLikeIfExists": {"aws:PrincipalOrgID": ORG},
                },
            )
        ],
        OPEN,
    ),
    "any organization, and if so then ours": (
        [
            allow(
                "*",
                {
                    "StringLike": {"aws:PrincipalOrgID": "*"},
                    "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
                },
            )
        ],
        CLEAN,
    ),
    "some other value, and if so then ours": (
        [
            allow(
                "*",
                {
                    "ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": PARTNER},
                    "StringEqualsIfExists": {"aws:PrincipalOrgID": ORG},
                },
            )
        ],
        CLEAN,
    ),
    "neither of two": (
        [
            allow(
                "*",
                NOT_OWN_ORG | {"StringNotLike": {"aws:PrincipalOrgID": "o-zyxwvutsrq"}},
            )
        ],
        DOUBT,
    ),
    "all but any role": ([allow("*", {"StringNotLike": {"aws:PrincipalArn": "*"}})], DOUBT),
    "all addresses but an empty one": (
        [allow("*", {"NotIpAddress": {"aws:SourceIp": ""}})],
        DOUBT,
    ),
    "a service over TLS": (
        [allow({"Service": "*"}, {"Bool": {"aws:SecureTransport": "true"}})],
        OPEN,
    ),
    "a token from any address": (
        [allow("*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, action=WEB)],
        OPEN,
    ),
    "too short for an ARN": (
        [allow("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:role/*"}})],
        DOUBT,
    ),
    "a role and a user at once": (
        [
            allow(
                "*",
                {
                    "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"},
                    "StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"},
                },
            )
        ],
        DOUBT,
    ),
    "any role that tells its name": (
        [
            allow(
                "*",
                {
                    "StringLike": {"aws:PrincipalArn": "*"},
                    "Null": {"aws:PrincipalArn": "false"},
                },
            )
        ],
        OPEN,
    ),
    "a fact unheard of": ([allow("*", {"Bool": {"corp:fact": "true"}})], DOUBT),
    "all addresses but none": ([allow("*", {"NotIpAddress": {"aws:SourceIp": []}})], DOUBT),
    "a service with any value but the organization's": (
        [
            allow(
                {"Service": "*"},
                {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": ORG}},
            )
        ],
        DOUBT,
    ),
    "a service but of another organization": ([allow({"Service": "*"}, NOT_OWN_ORG)], OPEN),
    "all but a session name": (
        [allow("*", {"StringNotEquals": {"sts:RoleSessionName": "x"}})],
        OPEN,
    ),
    "all but any session name": (
        [allow("*", {"StringNotLike": {"sts:RoleSessionName": "*"}})],
        DOUBT,
    ),
    "all but no session name": (
        [allow("*", {"StringNotEquals": {"sts:RoleSessionName": []}})],
        DOUBT,
    ),
    "no TLS": ([allow("*", {"Bool": {"aws:SecureTransport": "false"}})], DOUBT),
    "TLS by its letters": ([allow("*", {"StringEquals": {"aws:SecureTransport": "true"}})], DOUBT),
    "a group of any account": (
        [allow("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:group/x"}})],
        DOUBT,
    ),
    "a role of another service": (
        [allow("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:s3::*:role/x"}})],
        DOUBT,
    ),
    "a role of any short name": (
        [allow("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:rol?/*"}})],
        OPEN,
    ),
    "an account if there is one": (
        [allow("*", {"StringEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT}})],
        DOUBT,
    ),
    "a linked role of any account": (
        [
            allow(
                "*",
                {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*"}},
            )
        ],
        DOUBT,
    ),
    "a claim of any provider": (
        [allow({"Federated": "*"}, {"StringEquals": {"a.example.com:sub": "x"}}, action=WEB)],
        DOUBT,
    ),
    "a second factor of a service": (
        [allow({"Service": "*"}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
        DOUBT,
    ),
    "any source of any service": (
        [allow({"Service": "*"}, {"ArnLike": {"aws:SourceArn": "*"}})],
        DOUBT,
    ),
    "a key that must be and must not be": (
        [
            allow(
                "*",
                {
                    "Null": {"aws:PrincipalOrgID": "true"},
                    "StringLike": {"aws:PrincipalOrgID": "*"},
                },
            )
        ],
        DOUBT,
    ),
    # What a Deny takes back.
    "all denied": ([allow(), deny()], CLEAN),
    "all denied, as AWS": ([allow(), deny({"AWS": "*"})], CLEAN),
    "denied before it is allowed": ([deny(), allow()], CLEAN),
    "all but tagging denied": (
        [allow(), {"Effect": "Deny", "Principal": "*", "NotAction": "sts:TagSession"}],
        CLEAN,
    ),
    "outsiders denied": ([allow(), deny("*", NOT_OWN_ORG)], CLEAN),
    "outsiders denied if they tell": (
        [allow(), deny("*", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}})],
        CLEAN,
    ),
    "outsiders denied, services spared": (
        [
            allow(),
            deny("*", NOT_OWN_ORG | {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
        ],
        CLEAN,
    ),
    "other roles denied": (
        [allow(), deny("*", {"ArnNotLike": {"aws:PrincipalArn": ROLE}})],
        CLEAN,
    ),
    "other accounts denied": (
        [allow(), deny("*", {"StringNotEquals": {"aws:PrincipalAccount": [ACCOUNT, PARTNER]}})],
        CLEAN,
    ),
    "all but one denied": (
        [allow(), {"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "Action": "sts:*"}],
        CLEAN,
    ),
    "another call denied": ([allow(), deny(action="sts:TagSession")], OPEN),
    "tokens left over": ([allow(action="sts:*"), deny(action="sts:AssumeRole")], OPEN),
    "one role denied": ([allow(), deny({"AWS": ROLE})], OPEN),
    "services denied": ([allow(), deny({"Service": "*"})], OPEN),
    "insiders denied": ([allow(), deny("*", OWN_ORG)], OPEN),
    "denied without a second factor": (
        [allow(), deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})],
        OPEN,
    ),
    "denied without TLS": ([allow(), deny("*", {"Bool": {"aws:SecureTransport": "false"}})], OPEN),
    "denied from elsewhere": (
        [allow(), deny("*", {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}})],
        DOUBT,
    ),
    "denied if any value differs": (
        [allow(), deny("*", {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": ORG}})],
        DOUBT,
    ),
    "outsiders of some organization denied": (
        [allow(), deny("*", NOT_OWN_ORG | {"Null": {"aws:PrincipalOrgID": "false"}})],
        DOUBT,
    ),
    "denied with the second factor that is asked for": (
        [
            allow("*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            deny("*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ],
        DOUBT,
    ),
    "denied without the second factor that is asked for": (
        [
            allow("*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        ],
        OPEN,
    ),
    "insiders of an unclear name denied": (
        [allow(), deny({"AWS": "arn:aws:iam::*:root"}, OWN_ORG)],
        OPEN,
    ),
    "denied on a resource": ([allow(), deny() | {"Resource": "*"}], DOUBT),
    "denied beyond a resource": ([allow(), deny() | {"NotResource": "*"}], DOUBT),
    "denied to no one named": ([allow(), {"Effect": "Deny", "Action": "sts:*"}], DOUBT),
    "insiders and the lone denied": (
        [allow(), deny("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}})],
        DOUBT,
    ),
    "denied by an operator for another sort of key": (
        [allow(), deny("*", {"ArnNotLike": {"aws:PrincipalAccount": ACCOUNT}})],
        DOUBT,
    ),
    "denied by a fact unheard of": (
        [allow(), deny("*", {"Bool": {"aws:ViaAWSService": "false"}})],
        DOUBT,
    ),
    "denied by the age of a second factor": (
        [allow(), deny("*", {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "60"}})],
        DOUBT,
    ),
    "tokens denied without a second factor": (
        [
            allow(action=WEB),
            deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        ],
        DOUBT,
    ),
    "denied by a pattern": (
        [allow(), deny("*", {"StringNotLike": {"aws:PrincipalArn": "*"}})],
        DOUBT,
    ),
    "all but nobody denied": (
        [allow(), {"Effect": "Deny", "NotPrincipal": "*", "Action": "sts:*"}],
        DOUBT,
    ),
    "an unclear name denied": ([allow(), deny({"AWS": "arn:aws:iam::*:root"})], DOUBT),
    "services under a Deny for AWS": ([allow({"Service": "*"}), deny({"AWS": "*"})], DOUBT),
    "services beyond the organization's Deny": (
        [
            allow({"Service": "*"}),
            deny("*", NOT_OWN_ORG | {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
        ],
        DOUBT,
    ),
    # The trusts that a well-known checker gets wrong, as far as wildcards go.
    "provider with an audience only": (
        [allow(GITHUB, {"StringEquals": {"token.actions.githubusercontent.com:aud": "x"}})],
        CLEAN,
    ),
    "provider with no condition": ([allow(GITHUB, action=WEB)], CLEAN),
    "partner with an external ID": (
        [allow({"AWS": PARTNER}, {"StringEquals": {"sts:ExternalId": "abc123"}})],
        CLEAN,
    ),
    "own root, no second factor": ([allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})], CLEAN),
}


@pytest.mark.peer(
    14, "Cloud Custodian: an open trust passes with 0.0.0.0/0, aws:username of * or ForAllValues"
)
@pytest.mark.parametrize(("statements", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_a_trust_is_judged_as_its_name_says(
    statements: list[dict[str, Any]], expected: str
) -> None:
    verdict = judge_trust(trust(*statements))
    assert name_of(verdict) == expected, verdict


def test_only_what_is_open_is_named_and_said_why() -> None:
    verdict = judge_trust(trust(allow({"AWS": ROLE}), allow(), allow({"Service": "*"})))
    assert [one.index for one in verdict.open_statements] == [1, 2]
    anyone, service = verdict.open_statements
    assert anyone.why == (
        'lets anyone assume the role: Principal is "*" and no condition restricts it'
    )
    assert service.why.startswith("lets any AWS service assume the role")
    assert anyone.statement_json == ('{"Action":"sts:AssumeRole","Effect":"Allow","Principal":"*"}')
    assert verdict.inconclusive is None


def test_a_condition_that_does_not_restrict_is_said() -> None:
    condition = {"forallvalues:stringequals": {"AWS:principalorgid": ORG}}
    (found,) = judge_trust(trust(allow("*", condition))).open_statements
    assert found.why == (
        'lets anyone assume the role: Principal is "*" and its conditions do not restrict who: '
        "ForAllValues:StringEquals passes when aws:PrincipalOrgID is absent"
    )


def test_what_is_certain_and_what_is_not_stand_side_by_side() -> None:
    doubtful = allow("*", {"StringEquals": {"sts:ExternalId": "abc123"}})
    verdict = judge_trust(trust(doubtful, allow()))
    assert [one.index for one in verdict.open_statements] == [1]
    assert verdict.inconclusive == (
        "statement 0: only an external ID restricts it, which anyone may learn"
    )


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (
            {"StringEquals": {"sts:ExternalId": "x"}},
            "only an external ID restricts it, which anyone may learn",
        ),
        (
            {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
            "only a network restricts it, which does not tell who it is",
        ),
        (
            {"StringLike": {"aws:principalaccount": "1111*"}},
            "a condition on aws:PrincipalAccount may bound who may come, or may not",
        ),
        (
            {"StringEquals": {"corp:secret": "x"}},
            "a condition was not understood well enough to say whom it keeps out",
        ),
    ],
)
def test_a_doubt_is_said_for_what_it_is(condition: Any, why: str) -> None:
    assert judge_trust(trust(allow("*", condition))).inconclusive == f"statement 0: {why}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"Statement": [{"Effect": "Deny", "Effect": "Allow", "Principal": "*", "Action": "*"}]}',
        trust(allow(), {"Effect": "Maybe"}),
        trust(allow()) + " " * 131_072,
    ],
)
def test_a_doubtful_document_is_never_called_open(text: str) -> None:
    verdict = judge_trust(text)
    assert verdict.open_statements == ()
    assert verdict.inconclusive


def test_no_text_of_the_document_gets_into_the_reasons() -> None:
    loud = "<!channel>"
    documents = [
        trust(allow("*", {"StringEquals": {loud: loud}})),
        trust(allow("*", {loud: {"aws:PrincipalOrgID": loud}})),
        trust(allow({loud: loud})),
        trust(allow() | {"Sid": loud}),
        trust(allow() | {loud: loud}),
        json.dumps({loud: loud}),
        '{"<!channel>": 1, "<!channel>": 2}',
    ]
    for verdict in map(judge_trust, documents):
        said = [verdict.inconclusive or "", *(one.why for one in verdict.open_statements)]
        assert any(said)
        assert not any(loud in text for text in said)


def test_the_closed_trust_is_clean() -> None:
    assert judge_trust(CLOSED_TRUST) == TrustVerdict((), None)


def test_ten_thousand_characters_of_statements_are_judged_one_by_one() -> None:
    statements = [allow(), deny({"AWS": ROLE})] * 500
    verdict = judge_trust(trust(*statements))
    assert len(verdict.open_statements) == 500


# Laws: ways of writing that change nothing must change no verdict.

conditions = st.sampled_from(
    [
        statement["Condition"]
        for statements, _ in VERDICTS.values()
        for statement in statements
        if "Condition" in statement
    ]
)
principals = st.sampled_from(
    ["*", {"AWS": "*"}, {"AWS": [ROLE, "*"]}, {"AWS": PARTNER}, {"Service": "*"}, {"AWS": "x*"}]
)
actions = st.sampled_from(["sts:AssumeRole", "sts:*", "*", WEB, "sts:TagSession", "s3:*"])
statements = st.builds(
    lambda effect, principal, listed, condition: (
        {"Effect": effect, "Principal": principal, "Action": listed}
        | ({"Condition": condition} if condition else {})
    ),
    st.sampled_from(["Allow", "Allow", "Deny"]),
    principals,
    st.lists(actions, min_size=1, max_size=3),
    st.none() | conditions,
)
trusts = st.lists(statements, min_size=1, max_size=4)


def essence(verdict: TrustVerdict) -> tuple[list[str], bool]:
    """Take what of a verdict does not depend on places and spelling."""
    return sorted(one.why for one in verdict.open_statements), verdict.inconclusive is None


def recased(value: Any, flip: random.Random) -> Any:
    """Change the case of every key, and of nothing else."""
    if isinstance(value, dict):
        change = flip.choice([str.lower, str.upper, str.swapcase])
        return {change(key): recased(inner, flip) for key, inner in value.items()}
    return [recased(inner, flip) for inner in value] if isinstance(value, list) else value


def listed(value: Any) -> Any:
    """Put every single text into a list of one, below the elements that take no list."""
    if isinstance(value, dict):
        return {key: listed(inner) for key, inner in value.items()}
    return value if isinstance(value, list) else [value]


def wrapped(statement: dict[str, Any]) -> dict[str, Any]:
    return {
        key: inner if key == "Effect" or (key, inner) == ("Principal", "*") else listed(inner)
        for key, inner in statement.items()
    }


@pytest.mark.peer(15, "Cloud Custodian: condition keys in another case are judged otherwise")
@given(trusts, st.randoms(use_true_random=False))
def test_the_case_of_keys_changes_nothing(drawn: list[dict[str, Any]], flip: random.Random) -> None:
    assert essence(judge_trust(trust(*recased(drawn, flip)))) == essence(judge_trust(trust(*drawn)))


@pytest.mark.peer(15, "Cloud Custodian: Federated given as a list is judged otherwise")
@given(trusts)
def test_a_list_of_one_is_the_one(drawn: list[dict[str, Any]]) -> None:
    in_lists = map(wrapped, drawn)
    assert essence(judge_trust(trust(*in_lists))) == essence(judge_trust(trust(*drawn)))


@given(statements)
def test_a_single_statement_needs_no_list(drawn: dict[str, Any]) -> None:
    bare = json.dumps({"Statement": drawn})
    assert judge_trust(bare) == judge_trust(trust(drawn))


@given(trusts, st.data())
def test_the_order_of_statements_changes_nothing(
    drawn: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(drawn))
    assert essence(judge_trust(trust(*shuffled))) == essence(judge_trust(trust(*drawn)))


@given(trusts)
def test_a_statement_for_each_action_says_the_same_as_one_for_all(
    drawn: list[dict[str, Any]],
) -> None:
    split = [
        statement | {"Action": action} for statement in drawn for action in statement["Action"]
    ]
    before, after = judge_trust(trust(*drawn)), judge_trust(trust(*split))
    assert {one.why for one in after.open_statements} >= {one.why for one in before.open_statements}
    # One action may leave a doubt where another, in the same statement, already lets anyone in.
    if not before.open_statements:
        assert name_of(after) == name_of(before)


@given(trusts)
def test_without_its_open_statements_a_trust_is_no_longer_open(
    drawn: list[dict[str, Any]],
) -> None:
    opened = [one.index for one in judge_trust(trust(*drawn)).open_statements]
    text = without_statements(trust(*drawn), opened)
    assert text is None or not judge_trust(text).open_statements


@given(trusts, st.none() | conditions)
def test_one_more_deny_never_opens_a_trust(drawn: list[dict[str, Any]], condition: Any) -> None:
    before = judge_trust(trust(*drawn))
    after = judge_trust(trust(*drawn, deny("*", condition)))
    opened = {one.index for one in after.open_statements}
    assert opened <= {one.index for one in before.open_statements}
    if name_of(before) == CLEAN:
        assert name_of(after) == CLEAN
    if condition is None:
        assert name_of(after) == CLEAN


@given(st.text())
def test_any_text_gets_a_verdict(text: str) -> None:
    assert judge_trust(text).inconclusive
