"""What a sweep of a large account costs beside AWS's own time: its lists parsed and judged, in memory.

python -m benchmarks.sweeping        prints the figures as JSON

Run as a process of its own, for its peak of memory is only its own there.
"""

import csv
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from benchmarks.errors import BenchmarkError
from rolecall.aws.inventory import AwsInventory
from rolecall.aws.kept import Kept
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry, convention_classes
from rolecall.settings import Settings
from rolecall.settings.files import build
from rolecall.sweeping.looking import Looker

USERS, GROUPS, ROLES, POLICIES = 10_000, 1_000, 5_000, 1_000
VERSIONS = 5  # of each policy, the most there may be
ACCOUNT = "111122223333"
_AWS = "arn:aws:iam::aws:policy/"
_NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
_ADMIN = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_PLAIN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": f"arn:aws:s3:::b{n}/*",
        }
        for n in range(20)
    ],
}
_COLUMNS = (
    "user",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "mfa_active",
    *(
        f"access_key_{slot}_{what}"
        for slot in (1, 2)
        for what in ("active", "last_rotated", "last_used_date")
    ),
    *(f"cert_{slot}_{what}" for slot in (1, 2) for what in ("active", "last_rotated")),
)
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@dataclass(frozen=True)
class Sweeping:
    """What was measured.

    Attributes:
        seconds: Of the processor, from the lists as botocore gives them to the last verdict.
        peak_mb: The process's peak, the interpreter and the lists as they came included.
        judged: How many subjects.
        closer: How many closer looks there were: one at the SSH keys of each user, which no list carries,
            and one where a sketch shows news.
    """

    seconds: float
    peak_mb: float
    judged: int
    closer: int


def measure() -> Sweeping:
    """Measure in a process of its own.

    Raises:
        BenchmarkError: it did not end well.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sweeping"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkError(f"The sweep could not be measured: {done.stderr[-500:]}")
    return Sweeping(**json.loads(done.stdout))


def _text(document: Any) -> str:
    return quote(json.dumps(document))


def _attached(*names: str) -> list[dict[str, str]]:
    return [{"PolicyName": name.rpartition("/")[2], "PolicyArn": name} for name in names]


def _own(number: int) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/policy-{number:05}"


def _user(number: int) -> dict[str, Any]:
    drifts = number % 100 == 0
    inline = [{"PolicyName": "for-now", "PolicyDocument": _text(_PLAIN)}] if drifts else []
    return {
        "UserName": f"user-{number:05}",
        "UserId": f"AIDAEXAMPLE{number:010}",
        "Path": "/",
        "CreateDate": _NOW - timedelta(days=400),
        "GroupList": [f"group-{(number + n) % GROUPS:04}" for n in range(2)],
        "UserPolicyList": inline,
        "AttachedManagedPolicies": [],
        "Tags": [{"Key": "job-role", "Value": "engineer"}],
    }


def _group(number: int) -> dict[str, Any]:
    return {
        "GroupName": f"group-{number:04}",
        "GroupId": f"AGPAEXAMPLE{number:010}",
        "Path": "/",
        "CreateDate": _NOW - timedelta(days=400),
        "GroupPolicyList": [],
        "AttachedManagedPolicies": _attached(_own(number), f"{_AWS}ReadOnlyAccess"),
    }


def _role(number: int) -> dict[str, Any]:
    return {
        "RoleName": f"role-{number:05}",
        "RoleId": f"AROAEXAMPLE{number:010}",
        "Path": "/",
        "CreateDate": _NOW - timedelta(days=400),
        "AssumeRolePolicyDocument": _text(_TRUST),
        "RolePolicyList": [{"PolicyName": "app", "PolicyDocument": _text(_PLAIN)}],
        "AttachedManagedPolicies": _attached(_own(number % POLICIES), f"{_AWS}ReadOnlyAccess"),
        "PermissionsBoundary": {"PermissionsBoundaryArn": _own((number + 1) % POLICIES)},
        "RoleLastUsed": {"LastUsedDate": _NOW - timedelta(days=number % 300)},
        "Tags": [{"Key": "team", "Value": f"team-{number % 100}"}],
        "InstanceProfileList": [],
    }


def _policy(number: int) -> dict[str, Any]:
    text = _text(_PLAIN if number % 50 else _ADMIN)
    return {
        "Arn": _own(number) if number < POLICIES else f"{_AWS}ReadOnlyAccess",
        "Path": "/",
        "AttachmentCount": 1,
        "PolicyVersionList": [
            {
                "VersionId": f"v{id_}",
                "IsDefaultVersion": id_ == VERSIONS,
                "CreateDate": _NOW - timedelta(days=400 - id_),
                "Document": text,
            }
            for id_ in range(1, VERSIONS + 1)
        ],
    }


def _limit(number: int) -> dict[str, Any]:
    return {"RoleId": f"AROAEXAMPLE{number:010}", "MaxSessionDuration": 3600}


def _account(number: int) -> dict[str, Any]:
    return {"Id": f"{number:012}", "State": "ACTIVE"}


# What each list holds: where it stands in the answer, how one is made, and how many there are.
Section = tuple[str, Callable[[int], dict[str, Any]], int]
_LISTED: Mapping[str, tuple[Section, ...]] = {
    "get_account_authorization_details": (
        ("UserDetailList", _user, USERS),
        ("GroupDetailList", _group, GROUPS),
        ("RoleDetailList", _role, ROLES),
        ("Policies", _policy, POLICIES + 1),
    ),
    "list_roles": (("Roles", _limit, ROLES),),
    "list_accounts": (("Accounts", _account, 500),),
}


@dataclass(frozen=True)
class Pages:
    """A paginator."""

    lists: "Lists"
    sections: tuple[Section, ...]

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        """Yield the pages."""
        return self.lists.pages(self.sections)


class Lists:
    """An account of some size, as AWS's lists give it: page by page, made while they are asked for."""

    requests = 0
    region = "us-east-1"

    def __init__(self) -> None:
        self.making = 0.0  # seconds of the processor that making the pages took
        self.kept = Kept()

    def client(self, _: str, __: str = "") -> "Lists":
        """The one client of everything."""
        return self

    def get_paginator(self, operation: str) -> "Pages":
        """The paginator of a list."""
        return Pages(self, _LISTED[operation])

    def pages(self, sections: Iterable[Section]) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list."""
        for key, make, count in sections:
            for first in range(0, count, 1000):
                begun = time.process_time()
                last = min(first + 1000, count)
                page = {key: [make(number) for number in range(first, last)]}
                self.making += time.process_time() - begun
                yield page

    def generate_credential_report(self) -> None:
        """It is there."""

    def get_credential_report(self) -> dict[str, bytes]:
        """The report, in which one user of a hundred has an old key."""
        text, made = io.StringIO(), (_NOW - timedelta(days=400)).isoformat()
        rows = csv.DictWriter(text, _COLUMNS, restval="N/A")
        rows.writeheader()
        for number in range(USERS):
            key = number % 100 == 1
            rows.writerow(
                {
                    "user": f"user-{number:05}",
                    "user_creation_time": made,
                    "password_enabled": "false",
                    "mfa_active": "false",
                    "access_key_1_active": str(key).lower(),
                    "access_key_1_last_rotated": made if key else "N/A",
                    "access_key_2_active": "false",
                    "cert_1_active": "false",
                    "cert_2_active": "false",
                }
            )
        return {"Content": text.getvalue().encode()}

    def list_service_specific_credentials(self, **_: Any) -> dict[str, Any]:
        """Nobody has one."""
        return {"ServiceSpecificCredentials": [], "IsTruncated": False}


_NOTHING = {Facet.USER_LOGIN_PROFILE: None, Facet.USER_PASSWORD_USE: None}


class Closer:
    """Counts the closer looks, at which nothing is there; AWS's time is not measured here."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject, without any credential or anything that people have accepted."""
        self.asked += 1
        wanted: dict[Facet, Any] = {
            facet: None if facet.is_reviewed else _NOTHING.get(facet, {}) for facet in facets
        }
        return subject(ref, wanted)

    def unique_id(self, _: SubjectRef) -> str:
        """Not known."""
        return ""


def main() -> int:
    """Sweep once and print the figures."""
    text = "version: 1\n"
    settings = Settings(json.loads(build(text, convention_classes()))["settings"], "bench")
    closer, judged = Closer(), 0
    aws, begun = Lists(), time.process_time()
    lists = AwsInventory(cast(Aws, aws), ACCOUNT)
    kinds = {"user", "group", "role", "policy"}
    looker = Looker(settings, Registry(settings.options), lists, closer)
    facets = {f for f in Facet if f.kind in kinds}
    for listed in lists.listed(facets):
        looker.look(listed)
        judged += 1
    taken = time.process_time() - begun - aws.making
    if judged != USERS + GROUPS + ROLES + POLICIES + 1 or looker.errors:
        raise BenchmarkError(f"{judged} subjects were judged, with {len(looker.errors)} errors.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(asdict(Sweeping(taken, peak, judged, closer.asked))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
