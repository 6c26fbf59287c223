"""Every type of userIdentity has its actor, and every other value has one too."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.model.actors import Actor, actor
from tests.model.hostile import any_text, json_values

ACCOUNT = "111122223333"
STS = f"arn:aws:sts::{ACCOUNT}"


def _session(issuer: str = "", mfa: str = "false") -> dict[str, Any]:
    context: dict[str, Any] = {"attributes": {"mfaAuthenticated": mfa}}
    if issuer:
        context["sessionIssuer"] = {"type": "Role", "userName": issuer}
    return context


_CASES: dict[str, tuple[dict[str, Any], tuple[str, str, str], str]] = {
    "root": (
        {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT},
        ("root", "root", ""),
        f"root of account {ACCOUNT}",
    ),
    "root without an account": ({"type": "Root"}, ("root", "root", ""), "root"),
    "user": (
        {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice", "userName": "alice"},
        ("user", "alice", ""),
        "user alice",
    ),
    "user known by its ARN only": (
        {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice"},
        ("user", "alice", ""),
        "user alice",
    ),
    "role": (
        {
            "type": "AssumedRole",
            "arn": f"{STS}:assumed-role/deploy/run-7",
            "sessionContext": _session("deploy"),
        },
        ("assumed role", "run-7", "deploy"),
        "run-7 as role deploy",
    ),
    "role without its issuer": (
        {"type": "AssumedRole", "arn": f"{STS}:assumed-role/deploy/run-7"},
        ("assumed role", "run-7", "deploy"),
        "run-7 as role deploy",
    ),
    "role known by its principal id only": (
        {"type": "AssumedRole", "principalId": "AROAEXAMPLE:run-7"},
        ("assumed role", "run-7", ""),
        "run-7",
    ),
    "role without anything": (
        {"type": "AssumedRole"},
        ("assumed role", "whom the record does not name", ""),
        "whom the record does not name",
    ),
    "service-linked role": (
        {
            "type": "AssumedRole",
            "arn": f"{STS}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
            "sessionContext": _session("AWSServiceRoleForAutoScaling"),
        },
        ("assumed role", "AutoScaling", "AWSServiceRoleForAutoScaling"),
        "AutoScaling as role AWSServiceRoleForAutoScaling",
    ),
    "Identity Center": (
        {
            "type": "AssumedRole",
            "arn": f"{STS}:assumed-role/AWSReservedSSO_Ops_Admin_0123456789abcdef/a@example.com",
            "sessionContext": _session("AWSReservedSSO_Ops_Admin_0123456789abcdef"),
        },
        ("Identity Center user", "a@example.com", "Ops_Admin"),
        "a@example.com (Ops_Admin)",
    ),
    "Identity Center without its digits": (
        {
            "type": "AssumedRole",
            "arn": f"{STS}:assumed-role/AWSReservedSSO_Admin/a@example.com",
            "sessionContext": _session("AWSReservedSSO_Admin"),
        },
        ("Identity Center user", "a@example.com", "AWSReservedSSO_Admin"),
        "a@example.com (AWSReservedSSO_Admin)",
    ),
    "Identity Center directory": (
        {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "0b1c", "identityStoreArn": "x"}},
        ("Identity Center user", "0b1c", "directory"),
        "0b1c (directory)",
    ),
    "federated user": (
        {"type": "FederatedUser", "arn": f"{STS}:federated-user/carol", "principalId": "1:carol"},
        ("federated user", "carol", ""),
        "federated user carol",
    ),
    "web identity": (
        {
            "type": "WebIdentityUser",
            "principalId": "oidc:aud:sub",
            "userName": "repo:example/app",
            "identityProvider": "token.actions.githubusercontent.com",
        },
        ("web identity", "repo:example/app from token.actions.githubusercontent.com", ""),
        "web identity repo:example/app from token.actions.githubusercontent.com",
    ),
    "SAML": (
        {"type": "SAMLUser", "principalId": "x:dora", "userName": "dora@example.com"},
        ("SAML", "dora@example.com", ""),
        "SAML dora@example.com",
    ),
    "another account": (
        {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "444455556666"},
        ("AWS account", "444455556666", ""),
        "AWS account 444455556666",
    ),
    "service": (
        {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
        ("AWS service", "ec2.amazonaws.com", ""),
        "AWS service ec2.amazonaws.com",
    ),
    "service known by its address only": (
        {"type": "AWSService"},
        ("AWS service", "192.0.2.1", ""),
        "AWS service 192.0.2.1",
    ),
    "unknown": (
        {"type": "Unknown", "principalId": "anonymous"},
        ("unknown", "anonymous", ""),
        "unknown anonymous",
    ),
    "of a type still to be invented": (
        {"type": "Robot", "userName": "r2"},
        ("unknown", "r2", ""),
        "unknown r2",
    ),
}


@pytest.mark.peer(
    70, "Cloud Custodian #7950, #3691: assumed role, SSO session and principal id confused"
)
@pytest.mark.parametrize(("identity", "who", "text"), _CASES.values(), ids=_CASES.keys())
def test_each_type_has_its_actor(
    identity: dict[str, Any], who: tuple[str, str, str], text: str
) -> None:
    found = actor(identity, "192.0.2.1")
    assert (found.kind, found.name, found.role) == who
    assert str(found) == text


@pytest.mark.parametrize("missing", [None, "", 7, [], "Root"])
def test_a_missing_identity_is_an_unknown_actor(missing: Any) -> None:
    assert actor(missing) == Actor("unknown", "whom the record does not name")


@pytest.mark.parametrize(("said", "mfa"), [("true", True), ("false", False), ("", False)])
def test_the_second_factor_is_told_as_the_record_says(said: str, mfa: bool) -> None:
    assert actor({"type": "IAMUser", "sessionContext": _session(mfa=said)}).mfa is mfa


@pytest.mark.peer(70, "iambic: a change by an AWS service raises")
@given(json_values, any_text)
def test_any_value_has_an_actor_that_can_be_named(value: Any, source: str) -> None:
    found = actor(value, source)
    assert found.kind
    assert isinstance(str(found), str)


@given(
    kind=st.sampled_from([identity["type"] for identity, _, _ in _CASES.values()]),
    value=json_values,
)
def test_a_type_with_hostile_parts_still_has_its_actor(kind: str, value: Any) -> None:
    parts = ("arn", "accountId", "userName", "principalId", "sessionContext", "onBehalfOf")
    found = actor({"type": kind} | dict.fromkeys(parts, value))
    assert isinstance(found.name, str)
    assert isinstance(found.arn, str)
