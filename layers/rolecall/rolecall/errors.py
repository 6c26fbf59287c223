"""The errors of Rolecall, as one tree.

RolecallError                  anything that stops a piece of work, in one sentence for people
├── ConventionError            a convention is declared wrongly
├── SettingsError              the settings cannot be used; nothing is written while that lasts
├── CaseError                  the case asked for is not there, or is not in a state to do this
│   ├── UndoRefusedError       what was done cannot be taken back, or nobody says why it should be
│   │   └── ChangedSinceError  somebody changed the part since, and undo would overwrite that
│   └── ApprovalVoidError      what was approved is not what is there, or the answer came too late
├── RetryError                 not now: the message goes back to its queue
│   ├── LeaseHeldError         another worker holds the case
│   ├── UnsettledError         AWS is not ready for the call yet (an instance still pending)
│   └── ThrottledError         AWS asks us to slow down
├── HeldBackError              a write is allowed, but not now: it is told instead
│   ├── PausedError            somebody has paused all writes
│   ├── CappedError            so many writes were made already that people must look first
│   ├── UnguardedError         after the write, nobody might be left who can administer IAM
│   └── DoubtedError           after the write, somebody might have access who had none
├── RemedyError                a remedy could not be carried out, and trying again will not help
│   └── UnmodifiableError      AWS keeps the subject for itself and lets nobody change it
└── DeliveryError              an alert did not reach its channel; the message goes back
    └── SecretError            the channel's secret is missing or is not what it should be
"""


class RolecallError(Exception):
    """Anything that stops a piece of work, told in one sentence that says what to do."""


class ConventionError(RolecallError):
    """A convention is declared wrongly."""


class SettingsError(RolecallError):
    """The settings cannot be used.

    Attributes:
        place: The key that is wrong, from the top of the file; empty where none is known.
    """

    def __init__(self, message: str, place: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.place = place


class CaseError(RolecallError):
    """The case asked for is not there, or is not in a state to do this."""


class UndoRefusedError(CaseError):
    """What was done cannot be taken back, or nobody says why it should be."""


class ChangedSinceError(UndoRefusedError):
    """Somebody changed the part since, and undo would overwrite that.

    Attributes:
        left: What the remedy left, as JSON-able data.
        now: What the part is now.
    """

    def __init__(self, message: str, *, left: object, now: object) -> None:
        super().__init__(message)
        self.left = left
        self.now = now


class ApprovalVoidError(CaseError):
    """What was approved is not what is there, or the answer came too late."""


class RetryError(RolecallError):
    """Not now: the message goes back to its queue.

    Attributes:
        after: Seconds after which it may come back; 0 where nobody can say.
    """

    def __init__(self, message: str, *, after: int = 0) -> None:
        super().__init__(message)
        self.after = after


class LeaseHeldError(RetryError):
    """Another worker holds the case."""


class UnsettledError(RetryError):
    """AWS is not ready for the call yet."""


class ThrottledError(RetryError):
    """AWS asks us to slow down."""


class HeldBackError(RolecallError):
    """A write is allowed, but not now: it is told instead."""


class PausedError(HeldBackError):
    """Somebody has paused all writes."""


class CappedError(HeldBackError):
    """So many writes were made already that people must look first.

    Attributes:
        sort: Which sort of cap it is: `account`, `convention`, ...; `stop` for a stopped subject.
    """

    def __init__(self, message: str, sort: str) -> None:
        super().__init__(message)
        self.sort = sort


class UnguardedError(HeldBackError):
    """After the write, nobody might be left who can administer IAM."""


class DoubtedError(HeldBackError):
    """After the write, somebody might have access who had none."""


class SweepError(RolecallError):
    """A sweep cannot come to its end."""


class RemedyError(RolecallError):
    """A remedy could not be carried out, and trying again will not help."""


class UnmodifiableError(RemedyError):
    """AWS keeps the subject for itself and lets nobody change it."""


class DeliveryError(RolecallError):
    """An alert did not reach its channel."""


class SecretError(DeliveryError):
    """The channel's secret is missing or is not what it should be."""
