"""Which credentials beside access keys are drifts, and which of them Rolecall may switch off."""

from typing import Any

import pytest

from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.recorded import recorded
from rolecall.model.scales import Severity
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.conventions.states import drifts
from tests.detection.staged import change
from tests.samples import sample
from tests.states import ACCOUNT

SERVICES, OTHERS = "no-service-specific-credentials", "no-other-long-term-credentials"
CODECOMMIT, KEYSPACES = "codecommit.amazonaws.com", "cassandra.amazonaws.com"
BEDROCK, ID = "bedrock.amazonaws.com", "ACCAEXAMPLE000000001"
SSH, CERTIFICATE = "APKAEXAMPLE000000001", "EXAMPLECERTIFICATE00000001"


def holder(name: str = "bob", **one: Any) -> Subject:
    """A user with one service-specific credential."""
    credential = {
        "service": CODECOMMIT,
        "status": "Active",
        "created": "2026-10-01T08:00:00Z",
        "expires": None,
    }
    state = {Facet.USER_SERVICE_CREDENTIALS: {ID: credential | one}}
    return subject(SubjectRef("user", name, ACCOUNT), state)


def keyed(name: str = "bob", ssh: str = "Active", certificate: str = "Active") -> Subject:
    """A user with an SSH key and a certificate."""
    return subject(
        SubjectRef("user", name, ACCOUNT),
        {
            Facet.USER_SSH_KEYS: {SSH: ssh},
            Facet.USER_SIGNING_CERTIFICATES: {CERTIFICATE: certificate},
        },
    )


def remedies(convention: str, of: Subject) -> list[list[tuple[Call, Call]]]:
    made = Registry({})[convention]
    return [[(s.do, s.undo) for s in made.remedy(d) or ()] for d in made.drifts(of)]


def advice(convention: str, of: Subject) -> str:
    made = Registry({})[convention]
    return "\n".join(line for drift in made.drifts(of) for line in made.advice(drift, None))


@pytest.mark.parametrize(
    ("status", "told"), [("Active", True), ("Inactive", False), ("Expired", False)]
)
def test_only_an_active_service_credential_drifts(status: str, *, told: bool) -> None:
    assert bool(drifts(SERVICES, holder(status=status))) is told


def test_what_identifies_its_state_is_no_id_and_no_age() -> None:
    (drift,) = drifts(SERVICES, holder())
    assert drift.found == {"service": CODECOMMIT, "status": "Active", "expires": None}
    assert drift.part == ID


def test_one_without_an_end_is_worse_and_is_switched_off() -> None:
    (drift,) = drifts(SERVICES, holder(service=BEDROCK))
    assert "for ever" in drift.says
    assert drift.severity == ""
    assert drift.remediable
    one = {"UserName": "bob", "ServiceSpecificCredentialId": ID}
    name = "iam:UpdateServiceSpecificCredential"
    assert remedies(SERVICES, holder()) == [
        [(Call(name, one | {"Status": "Inactive"}), Call(name, one | {"Status": "Active"}))]
    ]


def test_one_that_ends_by_itself_is_told_and_left_to_end() -> None:
    of = holder(service=BEDROCK, expires="2026-12-02T09:14:07Z")
    (drift,) = drifts(SERVICES, of)
    assert "until 2026-12-02T09:14:07Z" in drift.says
    assert drift.severity == Severity.MEDIUM
    assert not drift.remediable
    assert remedies(SERVICES, of) == [[]]


def test_a_user_of_the_bedrock_console_is_told_and_left_to_people() -> None:
    of = holder("BedrockAPIKey-x1y2", service=BEDROCK)
    (drift,) = drifts(SERVICES, of)
    assert not drift.remediable
    assert remedies(SERVICES, of) == [[]]


def test_a_permitted_service_is_permitted_by_its_whole_name() -> None:
    of = holder(service=KEYSPACES)
    assert not drifts(SERVICES, of, services=(KEYSPACES,))
    assert drifts(SERVICES, of, services=("cassandra",))
    assert drifts(SERVICES, holder(), services=(KEYSPACES,))


@pytest.mark.parametrize(
    ("service", "word"),
    [
        (CODECOMMIT, "aws codecommit credential-helper"),
        (BEDROCK, "short-term"),
        (KEYSPACES, "SigV4"),
        ("logs.amazonaws.com", "CloudWatch Logs"),
        ("new.amazonaws.com", "delete-service-specific-credential"),
    ],
)
def test_each_service_has_its_own_right_way(service: str, word: str) -> None:
    assert word in advice(SERVICES, holder(service=service))


@pytest.mark.parametrize("state", ["ended", "1798190047", 1798190047])
def test_a_date_of_any_form_in_a_record_is_an_end(state: Any) -> None:
    made = sample(f"{SERVICES}/drift-create-bedrock-key-that-ends")
    record = made.event["detail"]
    record["responseElements"]["serviceSpecificCredential"]["expirationDate"] = state
    of = SubjectRef("user", "assistant", ACCOUNT)
    (drift,) = drifts(SERVICES, subject(of, recorded(change(record), of)))
    assert drift.found["expires"] == str(state)


def test_an_ssh_key_and_a_certificate_are_each_switched_off_by_their_own_call() -> None:
    (ssh,), (certificate,) = remedies(OTHERS, keyed())
    assert [call.name for call in ssh] == ["iam:UpdateSSHPublicKey"] * 2
    assert [call.name for call in certificate] == ["iam:UpdateSigningCertificate"] * 2
    assert [call.parameters for call in ssh] == [
        {"UserName": "bob", "SSHPublicKeyId": SSH, "Status": status}
        for status in ("Inactive", "Active")
    ]
    assert [call.parameters for call in certificate] == [
        {"UserName": "bob", "CertificateId": CERTIFICATE, "Status": status}
        for status in ("Inactive", "Active")
    ]


def test_an_inactive_key_or_certificate_is_clean() -> None:
    assert [d.part for d in drifts(OTHERS, keyed(ssh="Inactive"))] == [CERTIFICATE]
    assert [d.part for d in drifts(OTHERS, keyed(certificate="Inactive"))] == [SSH]


def test_who_may_use_codecommit_by_ssh_keeps_the_ssh_key_and_not_the_certificate() -> None:
    found = drifts(OTHERS, keyed("git-mirror"), users=("git-*",))
    assert [drift.part for drift in found] == [CERTIFICATE]
    assert len(drifts(OTHERS, keyed("gitte"), users=("git-*",))) == 2


def test_the_advice_names_the_very_credential() -> None:
    found = advice(OTHERS, keyed())
    assert "aws codecommit credential-helper" in found
    assert f"delete-ssh-public-key --user-name bob --ssh-public-key-id {SSH}" in found
    assert f"delete-signing-certificate --user-name bob --certificate-id {CERTIFICATE}" in found


def test_the_part_is_the_status_of_the_very_credential() -> None:
    made, of = Registry({})[OTHERS], keyed(ssh="Active", certificate="Active")
    ssh, certificate = made.drifts(of)
    after = keyed(ssh="Inactive", certificate="Active")
    assert (made.part(after, ssh), made.part(after, certificate)) == ("Inactive", "Active")
