"""Who signs people in by a SAML metadata document, and what cannot be told of it for certain."""

import base64
import hashlib

import pytest

from rolecall.policy.saml_metadata import signers
from tests.states import saml_metadata

ENCODED = base64.b64encode(b"first").decode()
FIRST, SECOND = (hashlib.sha256(text).hexdigest() for text in (b"first", b"second"))
KEY = (
    '<KeyDescriptor use="{use}"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
    "<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
)
GOOD = saml_metadata("first")


def _more(use: str, content: bytes) -> str:
    certificate = base64.b64encode(content).decode()
    key = KEY.format(use=use, certificate=certificate)
    return GOOD.replace("</IDPSSODescriptor>", f"{key}</IDPSSODescriptor>")


def test_entity_and_signing_certificate_are_read() -> None:
    found = signers(GOOD)
    assert found
    assert found.to_dict() == {"entities": ["https://idp.example.com"], "certificates": [FIRST]}


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n\t"),
        GOOD.replace(ENCODED, f"\n {ENCODED[:3]}\n{ENCODED[3:]}\t"),
        GOOD.replace(ENCODED, "&#x5a;" + ENCODED[1:]),
        GOOD.replace(ENCODED, f"<![CDATA[{ENCODED}]]>"),
        GOOD.replace("<EntityDescriptor xmlns=", "<m:EntityDescriptor xmlns:m=")
        .replace("<IDPSSO", "<m:IDPSSO")
        .replace("<KeyDesc", "<m:KeyDesc")
        .replace("</IDPSSO", "</m:IDPSSO")
        .replace("</KeyDesc", "</m:KeyDesc")
        .replace("</Entity", "</m:Entity"),
        f'<?xml version="1.0" encoding="UTF-8"?>{GOOD}<!-- later -->',
        _more("encryption", b"second"),
    ],
    ids=["spaces", "folded", "reference", "cdata", "prefix", "declaration", "encryption"],
)
def test_what_is_only_written_otherwise_is_the_same(text: str) -> None:
    assert signers(text) == signers(GOOD)


@pytest.mark.parametrize("use", ["signing", "other"])
def test_every_certificate_that_may_sign_counts(use: str) -> None:
    found = signers(_more(use, b"second"))
    assert found
    assert set(found.certificates) == {FIRST, SECOND}


def test_a_certificate_without_a_use_may_sign() -> None:
    found = signers(_more("signing", b"second").replace(' use="signing"', ""))
    assert found
    assert set(found.certificates) == {FIRST, SECOND}


def test_a_certificate_that_signs_the_document_itself_signs_nobody_in() -> None:
    of_document = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyInfo><X509Data>'
        "<X509Certificate>c2Vjb25k</X509Certificate></X509Data></KeyInfo></Signature>"
    )
    assert signers(GOOD.replace("<IDPSSO", f"{of_document}<IDPSSO", 1)) == signers(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<no metadata>",
        f"<!DOCTYPE x>{GOOD}",
        f'<!DOCTYPE x [<!ENTITY a "first">]>{GOOD}',
        f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{GOOD}',
        GOOD + GOOD,
        GOOD.replace("https://idp.example.com", ""),
        GOOD.replace("2.0:metadata", "1.0:metadata"),
        GOOD.replace("IDPSSODescriptor", "SPSSODescriptor"),
        GOOD.replace(ENCODED, "no base64!"),
        GOOD.replace(ENCODED, ""),
        _more("signing", b""),
        GOOD.replace("idp.example.com", "\ud800"),
        GOOD.replace("idp.example.com", "\0"),
        GOOD + " " * 1_000_000,
        "<a>" * 200_000,
    ],
    ids=lambda text: text[:24],
)
def test_what_cannot_be_read_for_certain_tells_nobody(text: str) -> None:
    assert signers(text) is None
