"""Cases to keep."""

from typing import Any

from rolecall.model.cases import Case, Origin, Status, case_id
from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.model.subjects import SubjectRef
from tests.states import ref

ORIGIN = Origin("iam:AttachUserPolicy", "e", "t", "alice", "AWS CLI", "192.0.2.1", "1", "r")


def case(
    part: str = "p",
    *,
    found: Any = "one",
    event: str = "e-1",
    status: Status = Status.NOTIFIED,
    convention: str = "user-permissions-via-groups",
    of: SubjectRef | None = None,
) -> Case:
    """A case about a part of a subject in this state, through this record."""
    drift = Drift(convention, of or ref("user"), part, "It is so.", {"inline": found})
    return Case(
        case_id(drift, event), drift, ORIGIN, Severity.HIGH, Mode.NOTIFY, status, opened="o"
    )
