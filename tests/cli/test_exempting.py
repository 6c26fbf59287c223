"""`rolecall exempt` prints an entry that the settings take as it is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rolecall.detection.expiring import subject_of
from rolecall.errors import CaseError
from rolecall.model.drifts import Drift
from rolecall.model.subjects import SubjectRef
from rolecall_cli.exempting import entry
from rolecall_cli.settings import checked
from tests.states import ACCOUNT, UNIQUE_IDS, ref

IDS = {
    "user": "user-permissions-via-groups",
    "group": "group-has-policy",
    "role": "role-no-wildcard-trust",
    "instance": "ec2-launched-with-profile",
    "account": "root-usage",
}


def _ask(ref: SubjectRef) -> str:
    return UNIQUE_IDS[ref.kind]


def _entry(of: SubjectRef, reason: str = "CHG-4711") -> str:
    drift = Drift(IDS[of.kind], of, "p", "It is so.", None)
    ends = datetime.now(UTC).date() + timedelta(days=365)
    return entry("EX-c-1", drift, _ask, reason, "payments", ends)


@pytest.mark.parametrize("kind", IDS)
def test_what_is_printed_is_settings_with_all_parts(kind: str) -> None:
    text = f"version: 1\nexemptions:\n{_entry(ref(kind))}\n"
    (found,) = checked(text, datetime.now(UTC).date(), "x")["exemptions"]
    assert found == {
        "id": "EX-c-1",
        "convention": [IDS[kind]],
        "subject": ref(kind).arn,
        "unique_id": UNIQUE_IDS.get(kind, ""),
        "reason": "CHG-4711",
        "owner": "payments",
        "expires": str(datetime.now(UTC).date() + timedelta(days=365)),
    }


def test_a_pattern_that_ends_soon_is_printed_as_the_pattern_it_is() -> None:
    printed = _entry(subject_of(f"arn:aws:iam::{ACCOUNT}:user/ci-*"))
    assert "unique_id" not in printed
    assert f'subject: "arn:aws:iam::{ACCOUNT}:user/ci-*"' in printed


def test_a_reason_cannot_break_out_of_its_quotes() -> None:
    text = f"version: 1\nexemptions:\n{_entry(ref('user'), 'x" \n  - y: #')}\n"
    (found,) = checked(text, datetime.now(UTC).date(), "x")["exemptions"]
    assert found["reason"] == 'x" \n  - y: #'


def test_who_is_gone_cannot_be_exempt() -> None:
    drift = Drift(IDS["user"], ref("user"), "p", "It is so.", None)
    with pytest.raises(CaseError, match="without its unique id"):
        entry("EX-1", drift, lambda _: "", "why", "who", date(2027, 1, 1))
