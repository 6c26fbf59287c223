"""The two scales: how bad a drift is, and how far a convention may go."""

from enum import StrEnum


class _Scale(StrEnum):
    """Words in ascending order, compared by place and not by spelling."""

    rank: int

    def __init__(self, _word: str) -> None:
        # Place on the scale, from 0: so many words were there before. Asked for with every record.
        self.rank = len(type(self).__members__)

    def at_least(self, other: "_Scale") -> bool:
        """Whether this word stands at or above the other."""
        return self.rank >= other.rank


class Severity(_Scale):
    """How bad a drift is."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Mode(_Scale):
    """What a convention may do."""

    OFF = "off"
    OBSERVE = "observe"
    NOTIFY = "notify"
    APPROVE = "approve"
    REMEDIATE = "remediate"

    def capped(self, ceiling: "Mode") -> "Mode":
        """The lower of the two modes."""
        return self if ceiling.at_least(self) else ceiling
