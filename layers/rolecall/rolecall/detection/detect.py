"""The use case of the detect function: a change comes in, cases and what follows from them go out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rolecall.detection.deciding import Facts
from rolecall.detection.finding import Finding, decided, findings
from rolecall.detection.judging import Judgement, failed, judge_all, not_there_yet
from rolecall.detection.opening import Opener
from rolecall.detection.own import NO_ROLES, OwnChanges, OwnRoles
from rolecall.errors import UnsettledError
from rolecall.model.cases import Origin
from rolecall.model.changes import Change, Rejected
from rolecall.model.pointing import all_subjects
from rolecall.model.scales import Mode
from rolecall.model.times import moment
from rolecall.ports import Bus, Ledger, Reader, Remedies
from rolecall.registry import Registry
from rolecall.settings import Settings

CLEAN = "clean"
REJECTED = "rejected"
OWN = "own"


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one record: exactly one outcome, for the log and the counts."""

    outcome: str
    cases: tuple[str, ...] = ()
    reason: str = ""


def unwatched(change: Change, registry: Registry) -> str:
    """That no convention watches this call, in a sentence; "" when one does."""
    if registry.watching(change.call) or registry.settled(change.call):
        return ""
    return f"No convention watches {change.call}, so nothing was judged."


class Detector:
    """Judges changes against the live account and opens cases."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        reader: Reader,
        ledger: Ledger,
        bus: Bus,
        remedies: Remedies,
        clock: Callable[[], float],
        own: OwnRoles = NO_ROLES,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._reader = reader
        self._ledger = ledger
        self._opener = Opener(settings, reader, ledger, bus, remedies, clock)
        self._clock = clock
        self._own = OwnChanges(own, registry, ledger)

    def findings(self, change: Change) -> tuple[list[Finding], list[Rejected]]:
        """What a change led to and what would be done about it. Reads, and writes nothing."""
        today = moment(self._clock())[:10]
        change = self._own.marked(change)
        if self._own.intended(change):
            return [], []
        return findings(change, self._settings, self._registry, self._reader, today)

    def unwatched(self, change: Change) -> str:
        """Why nothing was judged, in a sentence; "" when a convention watches this call."""
        if self._own.marked(change).own:
            return "A role of Rolecall's own made it, so it is matched to intents and not judged."
        return unwatched(change, self._registry)

    def detect(self, change: Change) -> Seen:
        """Judge a change, open the cases it calls for and send what follows.

        Raises:
            ExceptionGroup: what conventions raised, after what the others found has its cases.
            UnsettledError: a subject is not there yet; the record is to be seen again.
        """
        change = self._own.marked(change)
        if self._own.intended(change):
            return Seen(OWN)
        today = moment(self._clock())[:10]
        judged, rejected, errors = judge_all(
            change, self._registry, self._settings, self._reader.read
        )
        errors += self._settle(change, judged)
        facts = Facts(today, through=change.through)
        found = decided(judged, self._settings, self._reader, facts)
        origin = Origin.of(change)
        outcomes = [self._opener.open(finding, origin) for finding in found]
        if errors:
            raise failed(change, errors)
        if early := not_there_yet(judged, change, self._clock()):
            raise UnsettledError(f"The {early} is not there yet, or no more; looking again.")
        if rejected:
            return Seen(REJECTED, tuple(id_ for id_, *_ in outcomes), rejected[0].reason)
        if not outcomes:
            return Seen(CLEAN, reason=self.unwatched(change))
        _, outcome, reason = outcomes[0]
        return Seen(outcome, tuple(id_ for id_, *_ in outcomes), reason)

    def _settle(self, change: Change, judged: Iterable[Judgement]) -> list[Exception]:
        """End the cases whose drift is gone, by what was read to judge the change if that is enough."""
        errors: list[Exception] = []
        if change.error or change.own:
            return errors
        seen = {one.ref: one.subject for one in judged if one.convention.needs}
        for convention in self._registry.settled(change.call):
            if self._settings.mode(convention.id) is Mode.OFF:
                continue  # it is not looked at, here either
            for ref in all_subjects(change, convention.kinds()):
                # All that it reads when it opens a case: with less, a drift that stands would not show.
                wanted = convention.reads(ref.kind)
                subject = seen.get(ref)
                if ref not in seen or (subject and not subject.knows(wanted)):
                    subject = self._reader.read(ref, wanted)
                try:
                    still = {drift.key for drift in convention.judge(ref, subject)}
                except Exception as error:  # one convention must not silence the others
                    errors.append(error)
                    continue
                self._ledger.settle(ref, convention.id, still, moment(self._clock()))
        return errors
