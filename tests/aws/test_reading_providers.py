"""Providers and trust anchors, which the embedded account shows in part, from answers of AWS's shape."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from rolecall.aws.caller import AwsCaller
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.errors import RemedyError, RetryError
from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from tests.aws.account import read, stubbed
from tests.states import ACCOUNT, SOURCES, ref

MADE = datetime(2026, 10, 1, 8, tzinfo=UTC)
OIDC, ANCHOR, THE_ACCOUNT = ref("oidc-provider"), ref("trust-anchor"), ref("account")
SAML = SubjectRef("saml-provider", "idp", ACCOUNT)
PROPAGATION = {"IdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef"}
ISSUER = "https://0123456789abcdef.tokens.sts.global.api.aws"


def _oidc(**more: Any) -> dict[str, Any]:
    known = {
        "Url": OIDC.name,
        "ClientIDList": ["build", "deploy"],
        "ThumbprintList": ["0a" * 20],
        "CreateDate": MADE,
        "Tags": [{"Key": "team", "Value": "build"}],
    }
    return known | more


@pytest.mark.parametrize("more", [{}, PROPAGATION], ids=["plain", "with propagation"])
def test_an_oidc_provider_is_read_with_all_that_making_it_anew_takes(
    aws: Aws, more: dict[str, Any]
) -> None:
    with stubbed(aws, "iam", ("get_open_id_connect_provider", _oidc(**more))):
        found = read(aws, OIDC, Facet.OIDC_PROVIDER_SETTINGS)
    assert found.state[Facet.OIDC_PROVIDER_SETTINGS] == {
        "client_ids": ["build", "deploy"],
        "thumbprints": ["0a" * 20],
        "tags": {"team": "build"},
    } | ({"propagation": more} if more else {})


def _role(name: str, *, effect: str = "Allow", **principal: Any) -> dict[str, Any]:
    trust = (
        f'{{"Statement": [{{"Effect": "{effect}", "Action": "sts:AssumeRoleWithWebIdentity", '
        f'"Principal": {principal!r}}}]}}'
    )
    return {
        "RoleName": name,
        "Path": "/",
        "RoleId": "AROAEXAMPLE0000000001",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "CreateDate": MADE,
        "AssumeRolePolicyDocument": quote(trust.replace("'", '"')),
    }


def test_the_roles_that_trust_an_oidc_provider_are_read_from_all_pages(aws: Aws) -> None:
    first = [_role("one", Federated=[OIDC.arn]), _role("other", Federated=f"{OIDC.arn}2")]
    second = [
        _role("all", Federated=OIDC.arn),
        _role("denied", effect="Deny", Federated=OIDC.arn),
        _role("aws", AWS=OIDC.arn),
    ]
    with stubbed(
        aws,
        "iam",
        ("list_roles", {"Roles": first, "IsTruncated": True, "Marker": "more"}),
        ("list_roles", {"Roles": second, "IsTruncated": False}),
    ):
        found = read(aws, OIDC, Facet.OIDC_PROVIDER_ROLES)
    assert found.state[Facet.OIDC_PROVIDER_ROLES] == ["all", "one"]


def test_saml_metadata_is_read_as_it_is_stored_at_the_path_by_which_aws_protects_its_own(
    aws: Aws,
) -> None:
    text = '<?xml version="1.0"?>\r\n<a b="%41">\t</a>\n' + " " * 1000
    with stubbed(aws, "iam", ("get_saml_provider", {"SAMLMetadataDocument": text})):
        found = read(aws, SAML, Facet.SAML_PROVIDER_METADATA)
    assert found.state[Facet.SAML_PROVIDER_METADATA] == text
    assert found.path == "/"


@pytest.mark.parametrize(
    ("data", "source"),
    [
        ({"acmPcaArn": SOURCES[0]}, SOURCES[0]),
        ({"x509CertificateData": SOURCES[1]}, SOURCES[1]),
        (None, ""),
    ],
)
def test_a_trust_anchor_is_read_with_whom_it_trusts(aws: Aws, data: Any, source: str) -> None:
    anchor: dict[str, Any] = {"trustAnchorId": ANCHOR.name, "name": "build", "enabled": True}
    anchor["source"] = {"sourceType": "ANY"} | ({"sourceData": data} if data else {})
    with stubbed(aws, "rolesanywhere", ("get_trust_anchor", {"trustAnchor": anchor})):
        found = read(aws, ANCHOR, Facet.TRUST_ANCHOR_SETTINGS)
    assert found.state[Facet.TRUST_ANCHOR_SETTINGS] == {
        "name": "build",
        "enabled": True,
        "source": source,
    }


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (
            {"IssuerIdentifier": ISSUER, "JwtVendingEnabled": True},
            {"enabled": True, "issuer": ISSUER},
        ),
        (
            {"IssuerIdentifier": ISSUER, "JwtVendingEnabled": False},
            {"enabled": False, "issuer": ISSUER},
        ),
        ("FeatureDisabled", {"enabled": False, "issuer": ""}),
    ],
)
def test_whether_the_account_hands_out_tokens_is_read_where_it_never_did_as_well(
    aws: Aws, answer: Any, state: dict[str, Any]
) -> None:
    with stubbed(aws, "iam", ("get_outbound_web_identity_federation_info", answer)):
        found = read(aws, THE_ACCOUNT, Facet.ACCOUNT_OUTBOUND_FEDERATION)
    assert found.state[Facet.ACCOUNT_OUTBOUND_FEDERATION] == state


@pytest.mark.parametrize(
    ("of", "facet", "service", "operation", "code"),
    [
        (OIDC, Facet.OIDC_PROVIDER_SETTINGS, "iam", "get_open_id_connect_provider", "NoSuchEntity"),
        (SAML, Facet.SAML_PROVIDER_METADATA, "iam", "get_saml_provider", "NoSuchEntity"),
        (
            ANCHOR,
            Facet.TRUST_ANCHOR_SETTINGS,
            "rolesanywhere",
            "get_trust_anchor",
            "ResourceNotFoundException",
        ),
    ],
)
def test_what_is_gone_is_none_and_what_may_not_be_read_is_not_taken_for_it(
    aws: Aws, of: SubjectRef, facet: Facet, service: str, operation: str, code: str
) -> None:
    with stubbed(aws, service, (operation, code)):
        assert AwsReader(aws).read(of, [facet]) is None
    with stubbed(aws, service, (operation, "AccessDenied")), pytest.raises(RetryError):
        AwsReader(aws).read(of, [facet])


def test_tokens_that_may_not_be_asked_about_are_not_taken_for_switched_off(aws: Aws) -> None:
    operation = "get_outbound_web_identity_federation_info"
    with stubbed(aws, "iam", (operation, "AccessDenied")), pytest.raises(RetryError):
        AwsReader(aws).read(THE_ACCOUNT, [Facet.ACCOUNT_OUTBOUND_FEDERATION])


@pytest.mark.parametrize(
    ("call", "operation", "code"),
    [
        (
            Call("iam:DeleteOpenIDConnectProvider", {"OpenIDConnectProviderArn": OIDC.arn}),
            "delete_open_id_connect_provider",
            "NoSuchEntity",
        ),
        (
            Call("iam:DisableOutboundWebIdentityFederation"),
            "disable_outbound_web_identity_federation",
            "FeatureDisabled",
        ),
        (
            Call("rolesanywhere:DisableTrustAnchor", {"trustAnchorId": ANCHOR.name}),
            "disable_trust_anchor",
            "ResourceNotFoundException",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Call) else "",
)
def test_what_is_gone_already_need_not_be_put_right(
    aws: Aws, call: Call, operation: str, code: str
) -> None:
    with stubbed(aws, call.name.partition(":")[0], (operation, code)):
        assert AwsCaller(aws).make(call, "us-east-1") == {}


def test_tokens_that_somebody_switched_on_meanwhile_do_not_make_an_undo_try_for_ever(
    aws: Aws,
) -> None:
    operation = "enable_outbound_web_identity_federation"
    with stubbed(aws, "iam", (operation, "FeatureEnabled")), pytest.raises(RemedyError):
        AwsCaller(aws).make(Call("iam:EnableOutboundWebIdentityFederation"), "")
