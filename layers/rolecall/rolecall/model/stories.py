"""What the ledger keeps beside a case, so that its story can be told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from rolecall.model.cases import Case, Status


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Move:
    """That a case came to another place.

    Attributes:
        at: When, in seconds since the epoch.
        reason: Why, and by whom where people moved it.
    """

    at: float
    status: Status
    reason: str = field(default="", kw_only=True)

    def to_dict(self) -> dict[str, str]:
        """The move as JSON-able data, its time as text."""
        return {"at": _moment(self.at), "status": self.status.value, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Telling:
    """That a channel told where a case stood.

    Attributes:
        at: When, in seconds since the epoch.
    """

    at: float
    status: Status
    channel: str

    def to_dict(self) -> dict[str, str]:
        """The telling as JSON-able data, its time as text."""
        return {"at": _moment(self.at), "status": self.status.value, "channel": self.channel}


@dataclass(frozen=True, slots=True)
class LedgerExemption:
    """The exemption that an undo leaves in the ledger, so that its drift is not put right again.

    Attributes:
        case: The case that was undone.
        subject: The subject's ARN.
        part: Which part of the subject may drift; no other may.
        until: Its end, in seconds since the epoch.
    """

    case: str
    convention: str
    subject: str
    part: str
    reason: str
    owner: str
    until: float

    @classmethod
    def of(cls, case: Case, *, reason: str, owner: str, until: float) -> Self:
        """The exemption of a case's drift."""
        drift = case.drift
        return cls(case.id, drift.convention, drift.subject.arn, drift.part, reason, owner, until)

    @property
    def end(self) -> str:
        """Its end, as text."""
        return _moment(self.until)

    def __str__(self) -> str:
        return f"exemption of {self.owner} until {self.end}: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """The exemption as JSON-able data."""
        return {name: getattr(self, name) for name in self.__slots__}
