"""Certificates are known by their fingerprints, however they are written."""

import hashlib

import pytest

from rolecall.policy.certificates import fingerprint, fingerprints, plain

SHA = hashlib.sha256(b"EXAMPLE").hexdigest()
PEM = "-----BEGIN CERTIFICATE-----\nRVhBTVBMRQ==\n-----END CERTIFICATE-----\n"


def test_a_fingerprint_is_that_of_the_content() -> None:
    assert fingerprint("RVhB\n TVBMRQ==") == SHA
    assert fingerprints(f"subject=/CN=example\n{PEM}") == (SHA,)


def test_all_certificates_of_a_bundle_count_each_once() -> None:
    found = fingerprints(PEM + PEM.replace("RVhB", "QUJD") + PEM)
    assert found
    assert len(found) == 2
    assert SHA in found


@pytest.mark.parametrize(
    "bundle",
    [
        "",
        "arn",
        PEM.replace("RVhB", "!"),
        PEM + PEM.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        PEM + "-----BEGIN CERTIFICATE-----\nRVhB",
        PEM.replace("RVhBTVBMRQ==", ""),
    ],
)
def test_a_bundle_that_holds_anything_else_tells_nothing(bundle: str) -> None:
    assert fingerprints(bundle) is None


def test_a_fingerprint_may_be_written_as_openssl_writes_it() -> None:
    written = ":".join(SHA[at : at + 2] for at in range(0, 64, 2)).upper()
    assert plain(written) == SHA
