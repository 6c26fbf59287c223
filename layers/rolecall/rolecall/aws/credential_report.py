"""The account's credential report: what it says of each user, hours old and without ids."""

import csv
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall.aws.readings import State
from rolecall.aws.session import Aws
from rolecall.errors import UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.times import moment, seconds

CALLS = ("iam:GenerateCredentialReport", "iam:GetCredentialReport")
# What the report says something of.
FACETS = frozenset(
    {
        Facet.USER_PASSWORD_USE,
        Facet.USER_LOGIN_PROFILE,
        Facet.USER_MFA_DEVICES,
        Facet.USER_ACCESS_KEYS,
        Facet.USER_ACCESS_KEY_DATES,
        Facet.USER_ACCESS_KEY_USE,
        Facet.USER_SIGNING_CERTIFICATES,
    }
)
# What stands for the serial number of an MFA device, which the report does not tell.
SOME_DEVICE = "from the credential report"

_NOT_YET = frozenset({"ReportInProgress", "ReportNotPresent", "ReportExpired"})
_PAUSE = 2.0
_WAIT = 60.0
_SLOTS = (1, 2)
_COLUMNS = frozenset(
    {
        "user",
        "user_creation_time",
        "password_enabled",
        "password_last_used",
        "password_last_changed",
        "mfa_active",
        *(f"access_key_{slot}_active" for slot in _SLOTS),
        *(f"access_key_{slot}_last_rotated" for slot in _SLOTS),
        *(f"access_key_{slot}_last_used_date" for slot in _SLOTS),
        *(f"cert_{slot}_active" for slot in _SLOTS),
        *(f"cert_{slot}_last_rotated" for slot in _SLOTS),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """What the report says of one user.

    Attributes:
        created: When the user was made, or None: who has the name since is somebody else.
        state: Facets, with `access key 1` and so on where there should be ids. When a key or password
            was made is when it was made or last changed, so it may be older than it looks; AWS may
            leave out a key that is inactive.
    """

    created: str | None
    state: State


def fetch(aws: Aws, now: Callable[[], float], sleep: Callable[[float], None]) -> bytes:
    """The report as AWS keeps it, which may be four hours old; waits a minute for a new one.

    Raises:
        ClientError: AWS does not give it, or has not made it in that time.
    """
    client = aws.client("iam")
    end = now() + _WAIT
    while True:
        try:
            client.generate_credential_report()  # nothing happens where there is one, or one is made
        except ClientError as error:
            if code_of(error) != "LimitExceeded":
                raise
        try:
            content: bytes = client.get_credential_report()["Content"]
        except ClientError as error:
            if code_of(error) not in _NOT_YET or now() >= end:
                raise
            sleep(_PAUSE)
        else:
            return content


def parse(content: bytes) -> dict[str, Row]:
    """What the report says, by user name; root is none.

    A row that is longer or shorter than the header says nothing.

    Raises:
        UnsettledError: it lacks a column.
    """
    rows = csv.DictReader(io.StringIO(content.decode(errors="replace"), newline=""))
    missing = _COLUMNS.difference(rows.fieldnames or ())
    if missing:
        raise UnsettledError(f"The credential report has no column {min(missing)}; trying again.")
    return {
        row["user"]: _row(row)
        for row in rows
        if None not in row and None not in row.values() and row["user"] != "<root_account>"
    }


def _time(text: str) -> str | None:
    # Where there is no time, a word of AWS's says why.
    at = seconds(text)
    return None if math.isnan(at) else moment(at)


def _is(text: str) -> bool:
    return text.lower() == "true"


def _statuses(row: Mapping[str, str], column: str, name: str) -> dict[int, tuple[str, str]]:
    # The name and status of each thing that is there.
    active = {slot: _is(row[f"{column}_{slot}_active"]) for slot in _SLOTS}
    return {
        slot: (f"{name} {slot}", "Active" if active[slot] else "Inactive")
        for slot in _SLOTS
        if active[slot] or _time(row[f"{column}_{slot}_last_rotated"])
    }


def _row(row: Mapping[str, str]) -> Row:
    created = _time(row["user_creation_time"])
    # What has no time is as old as it can be: that is good for a closer look.
    oldest = created or ""
    keys = _statuses(row, "access_key", "access key")
    dates = {slot: _time(row[f"access_key_{slot}_last_rotated"]) or oldest for slot in keys}
    uses = {slot: _time(row[f"access_key_{slot}_last_used_date"]) for slot in keys}
    changed = _time(row["password_last_changed"]) or oldest
    certificates = _statuses(row, "cert", "signing certificate")
    state: State = {
        Facet.USER_PASSWORD_USE: _time(row["password_last_used"]),
        Facet.USER_LOGIN_PROFILE: {"created": changed} if _is(row["password_enabled"]) else None,
        Facet.USER_MFA_DEVICES: [SOME_DEVICE] if _is(row["mfa_active"]) else [],
        Facet.USER_ACCESS_KEYS: dict(keys.values()),
        Facet.USER_ACCESS_KEY_DATES: {keys[slot][0]: date for slot, date in dates.items()},
        Facet.USER_ACCESS_KEY_USE: {keys[slot][0]: used for slot, used in uses.items()},
        Facet.USER_SIGNING_CERTIFICATES: dict(certificates.values()),
    }
    return Row(created, state)
