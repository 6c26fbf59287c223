"""Which drifts a change led to. One judging for events, replays and backtests alike."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rolecall.convention import ActivityConvention, Convention
from rolecall.model.changes import Change, Rejected
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.pointing import kinds_of, subjects
from rolecall.model.scales import Mode
from rolecall.model.subjects import Subject, SubjectRef
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
    if change.own:
        return  # What one of our own roles did is no new drift.
    for convention in registry.watching(change.call):
        if settings.mode(convention.id) is not Mode.OFF:
            yield convention


def not_there_yet(judged: Iterable[Judgement], change: Change, now: float) -> SubjectRef | None:
    """A subject that AWS may not show yet: it was changed a moment ago, and is not there.

    IAM and EC2 are eventually consistent (IAM user guide, "Changes that I make are not always
    immediately visible").
    """
    verb = change.call.partition(":")[2]
    if change.error or verb.startswith(_REMOVING) or not 0 <= now - _seconds(change.time) < SETTLES:
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

    A subject is read once for all the conventions that judge it, and one whose needs were not all
    read says nothing. A convention that raises does not silence the others.
    """
    judged: list[Judgement] = []
    rejected: list[Rejected] = []
    errors: list[Exception] = []

    def said(found: Iterator[Drift]) -> tuple[Drift, ...]:
        try:
            return tuple(found)
        except Exception as error:  # one convention must not silence the others
            errors.append(error)
            return ()

    looking = tuple(_looking(change, registry, settings))
    for kind, conventions in _by_kind(looking, change).items():
        refs = subjects(change, kind)
        if isinstance(refs, Rejected):
            rejected.append(refs)
            continue
        facets = {facet for convention in conventions for facet in convention.reads(kind)}
        for ref in refs:
            subject = read(ref, facets)
            judged += [
                Judgement(one, ref, subject, said(_brought(one, ref, subject, change)))
                for one in conventions
                if subject is None or subject.knows(one.needs_of(kind))
            ]
    told = [(one, said(one.refused(change))) for one in looking if change.error]
    told += [
        (activity, said(_seen(activity, change, read)))
        for activity in registry.activity
        if settings.mode(activity.id) is not Mode.OFF and activity.of_own_roles is change.own
    ]
    judged += [Judgement(one, d.subject, None, (d,)) for one, drifts in told for d in drifts]
    return judged, rejected, errors


def judge_everything(
    subjects_: Iterable[Subject], registry: Registry, settings: Settings
) -> Iterator[Judgement]:
    """Yield what the state conventions say of each subject, as far as its state is known.

    The judging of a sweep: no change brought the subjects here.
    """
    by_kind: dict[str, list[tuple[Convention, tuple[Facet, ...]]]] = {}
    for convention in registry:
        if convention.needs and settings.mode(convention.id) is not Mode.OFF:
            for kind in convention.kinds():
                by_kind.setdefault(kind, []).append((convention, convention.needs_of(kind)))
    for one in subjects_:
        for convention, needs in by_kind.get(one.ref.kind, ()):
            if one.knows(needs):
                yield Judgement(convention, one.ref, one, tuple(convention.drifts(one)))


def _by_kind(looking: Iterable[Convention], change: Change) -> Mapping[str, list[Convention]]:
    """The conventions by the kind of subject that they judge after this change."""
    found: dict[str, list[Convention]] = {}
    if change.error:
        return found  # a call that failed changed nothing
    for convention in looking:
        for kind in kinds_of(change.call, convention.kinds()):
            found.setdefault(kind, []).append(convention)
    return found


def _brought(
    convention: Convention, ref: SubjectRef, subject: Subject | None, change: Change
) -> Iterator[Drift]:
    for drift in convention.judge(ref, subject):
        brought = convention.brought(drift, change)
        if brought:
            yield brought


def _seen(activity: ActivityConvention, change: Change, read: Read) -> Iterator[Drift]:
    for drift in activity.seen(change):
        related = activity.related(drift) if activity.related_needs else None
        if activity.confirmed(drift, read(related, activity.related_needs) if related else None):
            yield drift
