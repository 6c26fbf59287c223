"""Facets that the embedded account cannot show, read from answers of AWS's shape."""

from datetime import UTC, datetime
from typing import Any

import pytest

from rolecall.aws.session import Aws
from rolecall.errors import RetryError
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from tests.aws.account import BOB, read, stubbed
from tests.states import ACCOUNT

MADE = datetime(2026, 10, 1, 8, tzinfo=UTC)
ENDS = datetime(2026, 12, 1, 8, tzinfo=UTC)
ACCOUNT_REF = SubjectRef("account", ACCOUNT, ACCOUNT)


def _credential(id_: str, **more: Any) -> dict[str, Any]:
    known = {
        "UserName": "bob",
        "Status": "Active",
        "CreateDate": MADE,
        "ServiceSpecificCredentialId": id_,
        "ServiceName": "bedrock.amazonaws.com",
    }
    return known | more


def test_a_service_credential_is_read_with_its_end_or_without_one(aws: Aws) -> None:
    listed = [
        _credential("ACCAEXAMPLE000000001", ServiceCredentialAlias="bob-at-111122223333"),
        _credential("ACCAEXAMPLE000000002", ExpirationDate=ENDS, Status="Expired"),
    ]
    answer = {"ServiceSpecificCredentials": listed, "IsTruncated": False}
    with stubbed(aws, "iam", ("list_service_specific_credentials", answer)):
        found = read(aws, BOB, Facet.USER_SERVICE_CREDENTIALS)
    one = {"service": "bedrock.amazonaws.com", "created": "2026-10-01T08:00:00Z"}
    assert found.state[Facet.USER_SERVICE_CREDENTIALS] == {
        "ACCAEXAMPLE000000001": one | {"status": "Active", "expires": None},
        "ACCAEXAMPLE000000002": one | {"status": "Expired", "expires": "2026-12-01T08:00:00Z"},
    }


@pytest.mark.parametrize(
    ("facet", "operation", "wrapper", "key", "more"),
    [
        (Facet.USER_SSH_KEYS, "list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId", {}),
        (
            Facet.USER_SIGNING_CERTIFICATES,
            "list_signing_certificates",
            "Certificates",
            "CertificateId",
            {"CertificateBody": "-----BEGIN CERTIFICATE-----"},
        ),
    ],
)
def test_keys_and_certificates_are_read_with_their_status_from_all_pages(
    aws: Aws, facet: Facet, operation: str, wrapper: str, key: str, more: dict[str, Any]
) -> None:
    def page(id_: str, status: str, **rest: Any) -> dict[str, Any]:
        one = {"UserName": "bob", key: id_, "Status": status, "UploadDate": MADE} | more
        return {wrapper: [one], "IsTruncated": bool(rest)} | rest

    first, second = "EXAMPLE00000000000000001", "EXAMPLE00000000000000002"
    with stubbed(
        aws,
        "iam",
        (operation, page(first, "Active", Marker="more")),
        (operation, page(second, "Inactive")),
    ):
        found = read(aws, BOB, facet)
    assert found.state[facet] == {first: "Active", second: "Inactive"}


def test_a_password_policy_is_read_as_aws_answers_it(aws: Aws) -> None:
    policy = {
        "MinimumPasswordLength": 8,
        "RequireSymbols": True,
        "ExpirePasswords": True,
        "MaxPasswordAge": 90,
    }
    with stubbed(aws, "iam", ("get_account_password_policy", {"PasswordPolicy": policy})):
        found = read(aws, ACCOUNT_REF, Facet.ACCOUNT_PASSWORD_POLICY)
    assert found.state[Facet.ACCOUNT_PASSWORD_POLICY] == policy


def test_an_account_without_a_password_policy_has_none_and_is_there(aws: Aws) -> None:
    with stubbed(aws, "iam", ("get_account_password_policy", "NoSuchEntity")):
        found = read(aws, ACCOUNT_REF, Facet.ACCOUNT_PASSWORD_POLICY)
    assert found.state[Facet.ACCOUNT_PASSWORD_POLICY] is None


def test_a_policy_that_aws_does_not_show_now_is_not_taken_for_none(aws: Aws) -> None:
    with (
        stubbed(aws, "iam", ("get_account_password_policy", "ServiceFailure")),
        pytest.raises(RetryError),
    ):
        read(aws, ACCOUNT_REF, Facet.ACCOUNT_PASSWORD_POLICY)
