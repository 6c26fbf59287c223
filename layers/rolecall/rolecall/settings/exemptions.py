"""Reviewed exceptions: whom each one covers, and how long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import eq

from rolecall.model.drifts import Drift
from rolecall.model.subjects import SubjectRef
from rolecall.policy.matching import matches

LONGEST = timedelta(days=366)  # a year, so that somebody looks at it again
SOON = timedelta(days=14)  # before its end, people are told
# How the unique id of a subject begins, by its kind (IAM user guide, "IAM identifiers"). These can be
# deleted and made again under the same name; an instance has its id as its name.
ID_BEGINS = {"user": "AIDA", "role": "AROA", "group": "AGPA"}


@dataclass(frozen=True, slots=True)
class Exemption:
    """A reviewed exception.

    Attributes:
        convention: The ids of the conventions that it is about.
        subject: The ARN of one subject, or one with `*` in its name.
        expires: Its last day, ISO date.
        unique_id: The unique id that the subject must have; "" where it has none, or for a pattern.
    """

    id: str
    convention: tuple[str, ...]
    subject: str
    reason: str
    owner: str
    expires: str
    unique_id: str = ""

    def covers(self, drift: Drift) -> bool:
        """Whether it is about this convention and names this subject; its unique id is not looked at."""
        named = same_subject(self.subject, drift.subject, by=matches)
        return named and drift.convention in self.convention

    def left(self, today: str) -> timedelta:
        """How long it lasts from this day (ISO date); below nothing once it is over."""
        return date.fromisoformat(self.expires) - date.fromisoformat(today)

    def is_over(self, today: str) -> bool:
        """Whether its last day has passed."""
        return self.left(today) < timedelta(0)

    def ends_soon(self, today: str) -> bool:
        """Whether people are to hear now that it ends."""
        return timedelta(0) <= self.left(today) <= SOON


def same_subject(arn: str, ref: SubjectRef, by: Callable[[str, str], bool] = eq) -> bool:
    """Whether an ARN, with or without a path, names this subject.

    The last element of an IAM name is unique in its account whatever the path and the case of its
    letters, so neither is compared; the account is. An account is in one partition only.

    Args:
        arn: The ARN.
        ref: The subject.
        by: Whether the ARN's name, in lower case, is this name.
    """
    parts = arn.casefold().split(":", 5)
    own = ref.arn.casefold().split(":", 5)
    if len(parts) != len(own) or parts[2:5] != own[2:5]:
        return False
    kind, _, name = parts[5].partition("/")
    own_kind, _, own_name = own[5].partition("/")
    return kind == own_kind and by(name.rpartition("/")[2], own_name.rpartition("/")[2])


def objection(subject: str, unique_id: str) -> tuple[str, str] | None:
    """What speaks against exempting this subject: the key, and a sentence's end; None when nothing does.

    Args:
        subject: An ARN, perhaps with `*` in what follows its kind.
        unique_id: What the settings say under `unique_id`, or "".
    """
    kind, _, name = subject.split(":", 5)[5].partition("/")
    begins = ID_BEGINS.get(kind, "") if subject.split(":")[2] == "iam" else ""
    if "?" in name:
        return "subject", "no name holds a ?, and only * stands for anything; write the name."
    if "*" in name:
        return _against_pattern(name, begins, unique_id)
    if not begins and unique_id:
        return "unique_id", f"this {kind} has no unique id beside its ARN; remove it."
    if not unique_id.startswith(begins) or (begins and unique_id == begins):
        return (
            "unique_id",
            f"say the {kind}'s unique id ({begins}…), for one made again under this name is another; "
            "rolecall exempt CASE prints it.",
        )
    return None


def _against_pattern(name: str, begins: str, unique_id: str) -> tuple[str, str] | None:
    if not begins:
        return "subject", "only names of users, roles and groups may hold a *; write the whole ARN."
    if "/" in name:
        return "subject", "a path does not narrow a name with a *; write the name without its path."
    if not name.strip("*"):
        return "subject", "a name that is only * exempts everybody; write more of the name."
    if unique_id:
        return (
            "unique_id",
            "a name with a * is no single subject, so it has no unique id; remove it.",
        )
    return None
