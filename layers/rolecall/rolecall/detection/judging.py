"""Which drifts a change led to. One judging for events, replays and backtests alike."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rolecall.convention import Convention
from rolecall.model.changes import Change, Rejected
from rolecall.model.drifts import Drift
from rolecall.model.pointing import subjects
from rolecall.model.scales import Mode
from rolecall.model.subjects import Facet, Subject, SubjectRef
from rolecall.registry import Registry
from rolecall.settings import Settings

SETTLES = 60.0  # seconds after a change in which a subject that is missing may still show
_REMOVING = ("Delete", "Detach", "Remove", "Terminate", "Disassociate")

Read = Callable[[SubjectRef, Iterable[Facet]], Subject | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one convention says of one subject.

    Attributes:
        subject: The subject as it was read; None when it is gone, or for an activity convention.
        drifts: The evidence against it; empty when all is well.
    """

    convention: Convention
    ref: SubjectRef
    subject: Subject | None
    drifts: tuple[Drift, ...]


def _looking(change: Change, registry: Registry, settings: Settings) -> Iterator[Convention]:
    if change.error or change.own:
        return  # A call that failed changed nothing; one of our own roles is no new drift.
    for convention in registry.watching(change.call):
        if settings.mode(convention.id) is not Mode.OFF:
            yield convention


def not_there_yet(judged: Iterable[Judgement], change: Change, now: float) -> SubjectRef | None:
    """A subject that AWS may not show yet: it was changed a moment ago, and is not there.

    IAM and EC2 are eventually consistent (IAM user guide, "Changes that I make are not always
    immediately visible").
    """
    verb = change.call.partition(":")[2]
    if verb.startswith(_REMOVING) or not 0 <= now - _seconds(change.time) < SETTLES:
        return None
    return next((one.ref for one in judged if one.convention.needs and one.subject is None), None)


def _seconds(time: str) -> float:
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return math.inf  # no record tells a time to come


def judge(
    change: Change, registry: Registry, settings: Settings, read: Read
) -> tuple[list[Judgement], list[Rejected]]:
    """Everything that the conventions say about a change, and what they could not look at.

    Raises:
        ExceptionGroup: what conventions raised, after all of them had their turn.
    """
    judged, rejected, errors = judge_all(change, registry, settings, read)
    if errors:
        raise failed(change, errors)
    return judged, rejected


def failed(change: Change, errors: list[Exception]) -> ExceptionGroup[Exception]:
    """What conventions raised on a change, as one."""
    return ExceptionGroup(f"conventions failed on {change.call}", errors)


def judge_all(
    change: Change, registry: Registry, settings: Settings, read: Read
) -> tuple[list[Judgement], list[Rejected], list[Exception]]:
    """As `judge`, with what conventions raised beside what the others found.

    A subject is read once for all the conventions that judge it. A convention that raises does not
    silence the others.
    """
    judged: list[Judgement] = []
    rejected: list[Rejected] = []
    errors: list[Exception] = []
    by_kind: dict[str, list[Convention]] = {}
    for convention in _looking(change, registry, settings):
        by_kind.setdefault(convention.kind(), []).append(convention)
    for kind, conventions in by_kind.items():
        refs = subjects(change, kind)
        if isinstance(refs, Rejected):
            rejected.append(refs)
            continue
        facets = {facet for convention in conventions for facet in convention.needs}
        for ref in refs:
            subject = read(ref, facets)
            for convention in conventions:
                try:
                    drifts = tuple(convention.drifts(subject)) if subject else ()
                except Exception as error:  # one convention must not silence the others
                    errors.append(error)
                    continue
                judged.append(Judgement(convention, ref, subject, drifts))
    for activity in registry.activity:
        if settings.mode(activity.id) is Mode.OFF or activity.of_own_roles is not change.own:
            continue
        try:
            drifts = tuple(activity.seen(change))
        except Exception as error:  # as above
            errors.append(error)
            continue
        judged.extend(Judgement(activity, drift.subject, None, (drift,)) for drift in drifts)
    return judged, rejected, errors
