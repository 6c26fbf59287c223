"""Which provider or trust anchor a change points at, and which names are none."""

from typing import Any

import pytest

from rolecall.model.changes import Change, Rejected
from rolecall.model.pointing import is_name, removes, subjects
from rolecall.model.records import parse
from rolecall.model.subjects import SubjectRef
from tests.samples import sample
from tests.states import ACCOUNT

OIDC = sample("oidc-provider-approved/drift-create").event["detail"]
SAML = sample("saml-provider-approved/drift-certificate-swapped").event["detail"]
ANCHOR = sample("roles-anywhere-trust-anchor/drift-enable-in-another-region").event["detail"]
OMITTED = {"omitted": True, "reason": "requestParameters too large", "originalSize": 131086}


def _subjects(record: dict[str, Any], kind: str, **changed: Any) -> Any:
    change = parse(record | changed)
    assert isinstance(change, Change)
    return subjects(change, kind)


def test_a_provider_that_is_made_is_named_by_the_answer() -> None:
    (ref,) = _subjects(OIDC, "oidc-provider")
    assert ref == SubjectRef("oidc-provider", "login.example.com/oauth2/pool", ACCOUNT)
    assert ref.arn == OIDC["responseElements"]["openIDConnectProviderArn"]


def test_a_provider_whose_metadata_cloudtrail_left_out_is_named_by_the_answer() -> None:
    (ref,) = _subjects(SAML, "saml-provider", requestParameters=OMITTED)
    assert ref == SubjectRef("saml-provider", "corporate", ACCOUNT)


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_a_provider_is_named_in_every_partition(partition: str) -> None:
    arn = f"arn:{partition}:iam::{ACCOUNT}:saml-provider/corporate"
    (ref,) = _subjects(SAML, "saml-provider", requestParameters={"sAMLProviderArn": arn})
    assert ref.name == "corporate"


@pytest.mark.parametrize("answer", [None, {"trustAnchor": {"trustAnchorId": "other"}}])
def test_a_trust_anchor_is_of_the_region_of_its_record(answer: Any) -> None:
    (ref,) = _subjects(ANCHOR, "trust-anchor", responseElements=answer)
    assert ref.name == ANCHOR["requestParameters"]["trustAnchorId"]
    assert ref.region == "eu-central-1"


@pytest.mark.parametrize("named", [None, {}, {"openIDConnectProviderArn": "x"}, OMITTED])
def test_a_record_that_names_no_provider_is_rejected(named: Any) -> None:
    found = _subjects(OIDC, "oidc-provider", requestParameters=named, responseElements=None)
    assert isinstance(found, Rejected)


@pytest.mark.parametrize(
    ("kind", "name", "good"),
    [
        ("oidc-provider", "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF", True),
        ("oidc-provider", "login.example.com:8443/a%20b/", True),
        ("oidc-provider", "*.example.com", False),
        ("oidc-provider", "login.example.com/*", False),
        ("oidc-provider", "login.example.com/a b", False),
        ("oidc-provider", "login.example.com/'", False),
        ("oidc-provider", "/login.example.com", False),
        ("oidc-provider", "a" * 256, False),
        ("saml-provider", "AWSSSO_0123456789abcdef_DO_NOT_DELETE", True),
        ("saml-provider", "idp/other", False),
        ("trust-anchor", "a0a0a0a0-1111-4222-8333-444455556666", True),
        ("trust-anchor", "A0A0A0A0-1111-4222-8333-444455556666", False),
        ("trust-anchor", "a0a0a0a0-1111-4222-8333-444455556666\n", False),
        ("trust-anchor", "..", False),
    ],
)
def test_a_name_is_one_that_aws_could_have_given(kind: str, name: str, good: bool) -> None:
    assert is_name(kind, name) is good


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("iam:DeleteOpenIDConnectProvider", "oidc-provider"),
        ("iam:DeleteSAMLProvider", "saml-provider"),
        ("rolesanywhere:DeleteTrustAnchor", "trust-anchor"),
    ],
)
def test_a_deletion_takes_its_own_kind_away_and_no_other(call: str, kind: str) -> None:
    change = Change(call, "", "", ACCOUNT, "", "", None, None, {})
    kinds = ("oidc-provider", "saml-provider", "trust-anchor", "user", "role", "policy")
    assert [one for one in kinds if removes(change, one)] == [kind]
