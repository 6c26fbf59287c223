"""A case: the durable record of one drift from first sight to its end."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from rolecall.model.changes import Change
from rolecall.model.drifts import Drift, digest
from rolecall.model.scales import Mode, Severity

SCHEMA_VERSION = 1
DIGEST = "sweep-digest"  # what stands for the convention where a case tells of many others
SWEEP = "rolecall:Sweep"  # what stands for the call where a sweep found the drift


class Status(StrEnum):
    """Where a case stands."""

    OBSERVED = "observed"
    WAITING = "waiting"
    NOTIFIED = "notified"
    EXEMPT = "exempt"
    PROTECTED = "protected"
    AWAITING_APPROVAL = "awaiting-approval"
    PENDING = "pending"
    VERIFYING = "verifying"
    REMEDIATED = "remediated"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    UNDONE = "undone"
    RESOLVED = "resolved"
    PAUSED = "paused"
    CAPPED = "capped"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done by Rolecall."""
        return self in {
            Status.WAITING,
            Status.PENDING,
            Status.VERIFYING,
            Status.AWAITING_APPROVAL,
            Status.PAUSED,
        }

    @property
    def ends_by_itself(self) -> bool:
        """Whether a case that stands here ends when its drift goes; one in a worker's hand does not."""
        return self in {
            Status.OBSERVED,
            Status.NOTIFIED,
            Status.AWAITING_APPROVAL,
            Status.EXEMPT,
            Status.PROTECTED,
            Status.PAUSED,
            Status.CAPPED,
        }

    @property
    def is_told(self) -> bool:
        """Whether people hear of it."""
        return self not in {
            Status.OBSERVED,
            Status.WAITING,
            Status.VERIFYING,
            Status.EXEMPT,
            Status.SUPERSEDED,
            Status.RESOLVED,
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Which change brought the drift: what its record claims, for people to read."""

    call: str
    event_id: str
    time: str
    actor: str
    through: str
    address: str
    account: str
    region: str
    replayed: bool = False

    @property
    def swept(self) -> bool:
        """Whether a sweep found the drift, and no change brought it."""
        return self.call == SWEEP

    @classmethod
    def of(cls, change: Change) -> Self:
        """The origin that a change describes."""
        return cls(
            change.call,
            change.event_id,
            change.time,
            str(change.actor),
            change.through,
            change.address,
            change.account,
            change.region,
            change.replayed,
        )

    def to_dict(self) -> dict[str, Any]:
        """The origin as JSON-able data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody lets a case be put right, as it was shown.

    Attributes:
        by: Who.
        at: When, UTC.
        shown: What was shown, as `shown` names it.
    """

    by: str
    at: str
    shown: str

    def to_dict(self) -> dict[str, str]:
        """The approval as JSON-able data."""
        return {"by": self.by, "at": self.at, "shown": self.shown}


def shown(drift: Drift, remedy: Iterable[Mapping[str, Any]]) -> str:
    """What people see of a drift and its remedy, in twelve characters: another state has others."""
    return digest([drift.found, drift.before, list(remedy)])[:12]


@dataclass(frozen=True, slots=True)
class Case:
    """The durable record of one drift.

    Attributes:
        id: `c-` and 12 characters, the same for the same drift seen through the same record.
        drift: The evidence.
        origin: Which change brought it.
        severity: How bad it is, after the settings.
        mode: What the convention might do when the case was opened.
        status: Where it stands.
        reason: Why it stands there, in one sentence, where the status does not say all.
        owner: Whom the settings name as the owner.
        settings: Version of the settings that decided.
        opened: When it was opened, UTC.
        ended: When it came to its end, UTC, or "".
        remedy: The plan, as data; empty when there is none.
        advice: The right way, and commands to get there.
        account_name: The name that people know the account by, or "".
        delay: Seconds after the opening at which it is settled.
        approval: Who let it be put right, and what he was shown; None while nobody has.
    """

    id: str
    drift: Drift
    origin: Origin
    severity: Severity
    mode: Mode
    status: Status
    reason: str = ""
    owner: str = ""
    settings: str = ""
    opened: str = ""
    ended: str = ""
    remedy: tuple[Mapping[str, Any], ...] = ()
    advice: tuple[str, ...] = ()
    account_name: str = ""
    delay: int = 0
    approval: Approval | None = None

    @property
    def is_digest(self) -> bool:
        """Whether it tells of other cases, and is about no subject of its own."""
        return self.drift.convention == DIGEST

    @property
    def asks(self) -> bool:
        """Whether somebody may let its remedy go on."""
        again = self.status is Status.NOTIFIED and self.approval is not None  # it was used up
        asks = again or self.status in {Status.AWAITING_APPROVAL, Status.CAPPED}
        return asks and bool(self.remedy)

    @property
    def shown(self) -> str:
        """What people are shown of this case, in twelve characters."""
        return shown(self.drift, self.remedy)

    def moved(self, status: Status, *, reason: str = "", ended: str = "") -> Self:
        """The same case at another place."""
        return replace(self, status=status, reason=reason, ended=ended or self.ended)

    def to_dict(self) -> dict[str, Any]:
        """The case as JSON-able data, in the versioned form that the bus and the ledger carry."""
        return {
            "schemaVersion": SCHEMA_VERSION,
            "id": self.id,
            "drift": self.drift.to_dict(),
            "origin": self.origin.to_dict(),
            "severity": self.severity.value,
            "mode": self.mode.value,
            "status": self.status.value,
            "reason": self.reason,
            "owner": self.owner,
            "settings": self.settings,
            "opened": self.opened,
            "ended": self.ended,
            "remedy": list(self.remedy),
            "advice": list(self.advice),
            "accountName": self.account_name,
            "delay": self.delay,
            "approval": self.approval.to_dict() if self.approval else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The case that `to_dict` described."""
        return cls(
            id=data["id"],
            drift=Drift.from_dict(data["drift"]),
            origin=Origin(**data["origin"]),
            severity=Severity(data["severity"]),
            mode=Mode(data["mode"]),
            status=Status(data["status"]),
            reason=data["reason"],
            owner=data["owner"],
            settings=data["settings"],
            opened=data["opened"],
            ended=data["ended"],
            remedy=tuple(data["remedy"]),
            advice=tuple(data["advice"]),
            account_name=data["accountName"],
            delay=data["delay"],
            approval=Approval(**data["approval"]) if data.get("approval") else None,
        )


def case_id(drift: Drift, event_id: str) -> str:
    """The id of the case of a drift that this record brought.

    The same record seen twice names the same case, so a repeat finds what it did before.
    """
    seed = f"{drift.subject.key}#{drift.key}#{drift.state}#{event_id}"
    # surrogatepass: a hostile event id may hold half a character, and still has its case.
    found = hashlib.sha256(seed.encode(errors="surrogatepass")).digest()
    return "c-" + base64.b32encode(found)[:12].decode().lower()
