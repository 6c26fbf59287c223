"""What the credential report says, and how long it is waited for."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from rolecall.aws.credential_report import SOME_DEVICE, fetch, parse
from rolecall.aws.session import Aws
from rolecall.errors import UnsettledError
from rolecall.model.facets import Facet
from tests.aws.account import stubbed
from tests.fakes import Clock

HEADER = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
    "additional_credentials_info",
]
NOTHING = dict.fromkeys(HEADER, "N/A") | {
    "user": "bob",
    "arn": "arn:aws:iam::111122223333:user/bob",
    "user_creation_time": "2024-01-01T00:00:00+00:00",
    "password_enabled": "false",
    "mfa_active": "false",
    "access_key_1_active": "false",
    "access_key_2_active": "false",
    "cert_1_active": "false",
    "cert_2_active": "false",
}
MADE = "2024-01-01T00:00:00Z"


def report(*rows: dict[str, str], header: list[str] = HEADER) -> bytes:
    """The report with these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def test_a_user_without_credentials_has_none() -> None:
    row = parse(report(NOTHING))["bob"]
    assert row.created == MADE
    assert row.state == {
        Facet.USER_PASSWORD_USE: None,
        Facet.USER_LOGIN_PROFILE: None,
        Facet.USER_MFA_DEVICES: [],
        Facet.USER_ACCESS_KEYS: {},
        Facet.USER_ACCESS_KEY_DATES: {},
        Facet.USER_ACCESS_KEY_USE: {},
        Facet.USER_SIGNING_CERTIFICATES: {},
    }


def test_every_credential_shows_without_its_id() -> None:
    full = NOTHING | {
        "password_enabled": "true",
        "password_last_used": "2026-11-02T12:00:00+02:00",
        "password_last_changed": "2025-01-01T00:00:00+00:00",
        "mfa_active": "TRUE",
        "access_key_1_last_rotated": "2025-02-01T00:00:00+00:00",
        "access_key_2_active": "true",
        "access_key_2_last_rotated": "2025-03-01T00:00:00+00:00",
        "access_key_2_last_used_date": "2026-04-01T00:00:00+00:00",
        "cert_1_active": "true",
        "cert_1_last_rotated": "2025-05-01T00:00:00+00:00",
        "cert_2_last_rotated": "2025-06-01T00:00:00+00:00",
    }
    row = parse(report(full))["bob"]
    assert row.state == {
        Facet.USER_PASSWORD_USE: "2026-11-02T10:00:00Z",
        Facet.USER_LOGIN_PROFILE: {"created": "2025-01-01T00:00:00Z"},
        Facet.USER_MFA_DEVICES: [SOME_DEVICE],
        Facet.USER_ACCESS_KEYS: {"access key 1": "Inactive", "access key 2": "Active"},
        Facet.USER_ACCESS_KEY_DATES: {
            "access key 1": "2025-02-01T00:00:00Z",
            "access key 2": "2025-03-01T00:00:00Z",
        },
        Facet.USER_ACCESS_KEY_USE: {
            "access key 1": None,
            "access key 2": "2026-04-01T00:00:00Z",
        },
        Facet.USER_SIGNING_CERTIFICATES: {
            "signing certificate 1": "Active",
            "signing certificate 2": "Inactive",
        },
    }


@pytest.mark.parametrize("word", ["N/A", "no_information", "not_supported"])
def test_what_has_no_time_is_as_old_as_the_user_and_was_not_used(word: str) -> None:
    known = {"password_enabled": "true", "access_key_1_active": "true"}
    times = ("password_last_used", "password_last_changed")
    key = ("access_key_1_last_rotated", "access_key_1_last_used_date")
    row = parse(report(NOTHING | known | dict.fromkeys(times + key, word)))["bob"]
    assert row.state[Facet.USER_PASSWORD_USE] is None
    assert row.state[Facet.USER_LOGIN_PROFILE] == {"created": MADE}
    assert row.state[Facet.USER_ACCESS_KEY_DATES] == {"access key 1": MADE}
    assert row.state[Facet.USER_ACCESS_KEY_USE] == {"access key 1": None}


def test_root_is_no_user() -> None:
    root = NOTHING | {"user": "<root_account>", "password_enabled": "not_supported"}
    assert list(parse(report(root, NOTHING))) == ["bob"]


@pytest.mark.parametrize("column", ["mfa_active", "cert_2_active", "access_key_1_last_used_date"])
def test_a_report_without_a_column_is_not_believed(column: str) -> None:
    header = [one for one in HEADER if one != column]
    rest = {name: text for name, text in NOTHING.items() if name != column}
    with pytest.raises(UnsettledError, match=column):
        parse(report(rest, header=header))
    with pytest.raises(UnsettledError):
        parse(b"")


def test_a_row_of_another_length_says_nothing() -> None:
    text = report(NOTHING, NOTHING | {"user": "eve"}).decode()
    assert list(parse(text.replace("\nbob,", "\nb,o,b,").encode())) == ["eve"]
    assert list(parse((text + "half,a,row\n").encode())) == ["bob", "eve"]


_names = st.text("abAB01+=,.@_-", min_size=1, max_size=128)
_times = st.datetimes(datetime(2006, 1, 1), datetime(2099, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
_words = st.sampled_from(["N/A", "no_information", "not_supported"])


@given(
    st.dictionaries(_names, st.tuples(_times, st.none() | _times, st.booleans()), max_size=5),
    st.permutations(HEADER),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    _words,
    st.sampled_from(["\n", "\r\n"]),
)
def test_the_report_is_read_whatever_it_quotes_and_in_any_order(
    users: dict[str, tuple[datetime, datetime | None, bool]],
    header: list[str],
    quoting: Any,
    word: str,
    end: str,
) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator=end, quoting=quoting)
    writer.writeheader()
    for name, (made, used, mfa) in users.items():
        writer.writerow(
            NOTHING
            | {
                "user": name,
                "user_creation_time": made.isoformat(),
                "password_last_used": used.isoformat() if used else word,
                "mfa_active": str(mfa).lower(),
            }
        )
    found = parse(text.getvalue().encode())
    assert {
        name: (
            row.created,
            row.state[Facet.USER_PASSWORD_USE],
            bool(row.state[Facet.USER_MFA_DEVICES]),
        )
        for name, row in found.items()
    } == {
        name: (f"{made:%Y-%m-%dT%H:%M:%SZ}", f"{used:%Y-%m-%dT%H:%M:%SZ}" if used else None, mfa)
        for name, (made, used, mfa) in users.items()
    }


MAKE, GET = "generate_credential_report", "get_credential_report"
DONE = {"Content": b"text", "ReportFormat": "text/csv"}


@pytest.mark.parametrize(
    "answers",
    [
        [(MAKE, {"State": "COMPLETE"}), (GET, DONE)],
        [(MAKE, "LimitExceeded"), (GET, DONE)],
        [
            (MAKE, {"State": "STARTED"}),
            (GET, "ReportNotPresent"),
            (MAKE, {"State": "INPROGRESS"}),
            (GET, "ReportInProgress"),
            (MAKE, {"State": "COMPLETE"}),
            (GET, "ReportExpired"),
            (MAKE, {"State": "STARTED"}),
            (GET, DONE),
        ],
    ],
    ids=["one is there", "one was asked for too often", "one is made"],
)
def test_the_report_is_made_and_waited_for(aws: Aws, answers: list[tuple[str, Any]]) -> None:
    clock = Clock(0.0)
    with stubbed(aws, "iam", *answers):
        assert fetch(aws, clock, clock.sleep) == b"text"
    assert clock.now == 2.0 * (len(answers) // 2 - 1)


def test_the_report_is_not_waited_for_longer_than_a_minute(aws: Aws) -> None:
    clock = Clock(0.0)
    never = [(MAKE, {"State": "INPROGRESS"}), (GET, "ReportInProgress")] * 31
    with stubbed(aws, "iam", *never), pytest.raises(ClientError, match="ReportInProgress"):
        fetch(aws, clock, clock.sleep)
    assert clock.now == 60.0


@pytest.mark.parametrize("answers", [[(MAKE, "AccessDenied")], [(MAKE, {}), (GET, "AccessDenied")]])
def test_a_report_that_aws_denies_is_not_waited_for(
    aws: Aws, answers: list[tuple[str, Any]]
) -> None:
    clock = Clock(0.0)
    with stubbed(aws, "iam", *answers), pytest.raises(ClientError, match="AccessDenied"):
        fetch(aws, clock, clock.sleep)
    assert clock.now == 0.0
