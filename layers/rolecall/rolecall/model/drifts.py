"""A drift: the evidence that a subject breaks a convention."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from rolecall.model.subjects import SubjectRef


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces. Equal values have equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Drift:
    """The evidence that a subject breaks a convention.

    Attributes:
        convention: The convention's id.
        subject: The subject that breaks it.
        part: Which part of it: one policy, one key, one statement.
        says: The evidence in one sentence for people.
        found: What the part is, as JSON-able data.
        expected: What it should be, as JSON-able data; None where it should not be there.
        before: The whole value that the part stands in, where a remedy can only write the whole.
        remediable: Whether the convention's remedy may be used; an inconclusive drift is only told.
        severity: How bad it is, where it is worse or less bad than the convention's others; or "".
        needs_approval: Whether its remedy may not be used before people have approved it, in any mode.
    """

    convention: str
    subject: SubjectRef
    part: str
    says: str
    found: Any
    expected: Any = None
    before: Any = None
    remediable: bool = True
    severity: str = ""
    needs_approval: bool = False

    @property
    def key(self) -> str:
        """The same for the same part of one subject, whatever its state."""
        return f"{self.convention}#{digest(self.part)[:32]}"

    @property
    def state(self) -> str:
        """The same for the same state of the part."""
        return digest(self.found)

    def to_dict(self) -> dict[str, Any]:
        """The drift as JSON-able data."""
        return {
            "convention": self.convention,
            "subject": self.subject.to_dict(),
            "part": self.part,
            "says": self.says,
            "found": self.found,
            "expected": self.expected,
            "before": self.before,
            "remediable": self.remediable,
            "severity": self.severity,
            "needs_approval": self.needs_approval,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The drift that `to_dict` described."""
        return cls(**{**data, "subject": SubjectRef.from_dict(data["subject"])})
