"""What the use cases need from outside, as interfaces. Adapters and in-memory fakes fulfil them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Protocol, Self

from rolecall.model.baselines import Baseline
from rolecall.model.calls import Call
from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.model.stories import LedgerExemption, Move, Telling
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.model.sweeps import LastSweep


class Reader(Protocol):
    """Reads the live state of the account."""

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject with these facets of its state now, or None when it is gone."""

    def unique_id(self, ref: SubjectRef) -> str | None:
        """The subject's unique id now; "" where it is not known, None where no account can be asked."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A subject as the lists of the whole account show it.

    Attributes:
        subject: It, with the facets that the lists carry.
        sketched: Those of its facets that are hours old or leave parts out. What they show of a drift is
            good enough to look closer, and not to say so.
    """

    subject: Subject
    sketched: frozenset[Facet] = frozenset()


class Inventory(Protocol):
    """Lists the whole account, with calls that grow with pages and not with subjects."""

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        """Yield every subject that has some of these facets, by kind and name, with what lists carry.

        Raises:
            RetryError: AWS does not answer now, or does not let this role list.
        """

    @property
    def errors(self) -> Sequence[Exception]:
        """Why some kinds could not be listed, of which then nothing is said."""

    @property
    def spent(self) -> int:
        """AWS calls made so far, by it and by whoever shares its clients."""


class Caller(Protocol):
    """Makes the AWS calls of a remedy or an undo."""

    def make(self, call: Call, region: str) -> Mapping[str, Any]:
        """Make one call and return its answer; the answer is empty when the thing is gone already.

        Raises:
            RetryError: AWS is throttling or not ready; the same call may succeed later.
            RemedyError: the call is refused, and trying again will not help.
        """


class AccessChecker(Protocol):
    """Compares what policies grant, for a second opinion."""

    def new_access(self, text: str, than: str) -> str:
        """Why a policy of a resource may grant what another one does not; "" when it does not.

        Args:
            text: The policy in question.
            than: The one that it is compared with.

        Raises:
            RetryError: nobody answers now.
            RemedyError: the answer is refused, and asking again will not help.
        """


class Bus(Protocol):
    """Tells everyone who listens where a case stands."""

    def publish(self, case: Case) -> None:
        """Publish the case in its present state."""


class Remedies(Protocol):
    """Hands a case over to be settled: re-judged, then told or put right."""

    def send(self, case_id: str, delay: int) -> None:
        """Hand the case over, after a delay in seconds (at most a week)."""


class Opening(Enum):
    """What became of an attempt to open a case."""

    OPENED = "opened"
    REPEATED = "repeated"  # the same record again: what follows is safe to send again
    KNOWN = "known"  # the same drift is known through another record
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be done: written before the deed.

    Attributes:
        earlier: What was about to be done before in the same case, oldest first: a worker died, or
            the drift came back. Never forgotten, for any of it may have been done.
    """

    snapshot: Mapping[str, Any]
    remedy: tuple[Mapping[str, Any], ...]
    at: str
    earlier: tuple[Self, ...] = ()

    def then(self, intent: "Intent") -> "Intent":
        """The next intent of the same case, which remembers this one."""
        return replace(intent, earlier=(*self.earlier, replace(self, earlier=())))

    def to_dict(self) -> dict[str, Any]:
        """The intent as JSON-able data."""
        return {
            "snapshot": dict(self.snapshot),
            "remedy": list(self.remedy),
            "at": self.at,
            "earlier": [intent.to_dict() for intent in self.earlier],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The intent that `to_dict` described."""
        earlier = tuple(cls.from_dict(one) for one in data["earlier"])
        return cls(data["snapshot"], tuple(data["remedy"]), data["at"], earlier)


@dataclass(frozen=True, slots=True)
class Cap:
    """How many writes of one sort an hour may bring.

    Attributes:
        sort: What is counted, in a word that people read: `account`, `convention`, ...
        bucket: Which one of that sort, and which hour.
        limit: The most that may be made.
    """

    sort: str
    bucket: str
    limit: int


# Seconds that the clocks of two workers may be apart, and that a time loses when it is written.
APART = 6.0


def over(cap: Cap) -> str:
    """That a cap is reached, in words."""
    return f"the cap is {cap.limit} writes an hour for one {cap.sort}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: the calls that take it back, and the state that was left.

    Attributes:
        before: What the part was when the calls were made, as `left` is what it is since.
        undoing: Since when somebody is taking it back, or "": written before the first call.
        overwritten: What somebody had made of the part since, which an undo went over; or None.
    """

    undo: tuple[Mapping[str, Any], ...]
    left: Any
    at: str
    undoing: str = ""
    before: Any = None
    overwritten: Any = None

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON-able data."""
        return {
            "undo": list(self.undo),
            "left": self.left,
            "at": self.at,
            "undoing": self.undoing,
            "before": self.before,
            "overwritten": self.overwritten,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as the ledger keeps it.

    Attributes:
        fence: Grows with every claim; a write under an older fence is refused.
        claimed: When it was claimed, and so the time before all that its worker has read.
        until: When that claim runs out, and so the time after all that its worker may write.
        history: Where it stood, from its opening on.
    """

    case: Case
    fence: int = 0
    intent: Intent | None = None
    outcome: Outcome | None = None
    claimed: float = 0.0
    until: float = 0.0
    history: tuple[Move, ...] = ()

    @property
    def writes_whole(self) -> bool:
        """Whether its remedy writes a whole value, and so what others write into it meanwhile."""
        return self.case.drift.before is not None


class Ledger(Protocol):
    """Keeps cases, snapshots and leases. Every write is conditional."""

    def open_case(self, case: Case, now: float) -> tuple[Opening, Case]:
        """Open the case unless its drift is known; answers with the case that stands.

        Raises:
            LeaseHeldError: a worker has the case that stands in hand and may be about to end it.
        """

    def claim(self, case_id: str, now: float, lease: float) -> Entry:
        """Take the case for so many seconds, with a new fence.

        Raises:
            CaseError: there is no such case.
            LeaseHeldError: another worker holds it.
        """

    def release(self, entry: Entry) -> None:
        """Give the case back without a result."""

    def intend(self, entry: Entry, intent: Intent, caps: Sequence[Cap] = ()) -> None:
        """Write the intent and count the write: all in one step.

        The calls of this try are kept beside its subject, whether or not it is the first one.

        Raises:
            LeaseHeldError: somebody else has claimed the case since, or the remedy writes a whole value
                and another case may have written into it since this worker read it.
            PausedError: somebody has paused all writes; nothing was written.
            CappedError: one of the caps is reached or the subject is stopped; nothing was written or
                counted.
        """

    def set_stop(self, ref: SubjectRef, reason: str) -> None:
        """Stop all writes on one subject until people have looked, or end that with "" as the reason."""

    def intended(self, ref: SubjectRef) -> list[tuple[str, Call]]:
        """Every call that any try was about to make on the subject, with the time of its intent."""

    def pause(self) -> str:
        """Why all writes are paused; "" when they are not. Never from a cache."""

    def set_pause(self, reason: str) -> None:
        """Pause all writes, or end the pause with "" as the reason."""

    def conclude(self, entry: Entry, case: Case, outcome: Outcome | None) -> None:
        """Write where the case stands now and give it back.

        Raises:
            LeaseHeldError: somebody else has claimed the case since.
        """

    def settle(
        self, ref: SubjectRef, convention: str, still: Iterable[str], now: str
    ) -> list[Case]:
        """Resolve the convention's known drifts on the subject, but those with these keys."""

    def get(self, case_id: str) -> Entry:
        """The case with this id.

        Raises:
            CaseError: there is no such case.
        """

    def cases(self) -> Iterator[Case]:
        """Every case, in no order."""

    def unheard(self) -> Iterator[Case]:
        """Every case of which people should hear where it stands, and no channel has told it."""

    def exempt(self, case: Case, exemption: LedgerExemption | None) -> None:
        """Stay silent about the case's drift until the exemption's end, or end that with None."""

    def exemption(self, case: Case) -> LedgerExemption | None:
        """The exemption of the case's drift, over or not; None when there is none."""

    def exemptions(self) -> Iterator[LedgerExemption]:
        """Every exemption, over or not, in no order."""

    def told_of(self, case_id: str) -> Iterator[Telling]:
        """What was told of a case, in no order."""

    def last_sweep(self) -> LastSweep | None:
        """The last sweep that came to its end, or None."""

    def swept(self, sweep: LastSweep) -> None:
        """Remember the last sweep that came to its end."""


class Baselines(Protocol):
    """Keeps what people have accepted as the good state of subjects."""

    def baseline(self, ref: SubjectRef) -> Baseline | None:
        """What was accepted of a subject, or None."""

    def baselines(self) -> Iterator[Baseline]:
        """Every baseline, in no order."""

    def accept(self, baseline: Baseline) -> None:
        """Keep a baseline in the place of an earlier one."""

    def forget(self, ref: SubjectRef) -> None:
        """Forget what was accepted of a subject."""


class Tellings(Protocol):
    """Remembers what was told, so that one case tells once per state and channel."""

    def claim_telling(self, case_id: str, status: Status, channel: str, now: float) -> bool:
        """Take the telling; False when it was told already.

        Raises:
            LeaseHeldError: another worker is telling it.
        """

    def told(self, case_id: str, status: Status, channel: str) -> None:
        """Remember that it was told."""

    def untold(self, case_id: str, status: Status, channel: str) -> None:
        """Give a telling back that did not get there."""
