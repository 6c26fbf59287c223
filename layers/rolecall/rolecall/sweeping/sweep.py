"""The use case of the sweep function: the whole account comes in, cases of what nobody saw go out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from rolecall.detection.deciding import Facts
from rolecall.detection.finding import decided
from rolecall.detection.judging import Judgement
from rolecall.detection.opening import LEASE, Opener
from rolecall.errors import LeaseHeldError, SweepError
from rolecall.model.cases import SWEEP, Case, Origin, Status
from rolecall.model.subjects import SubjectRef
from rolecall.model.sweeps import LastSweep, Sweep
from rolecall.model.times import moment
from rolecall.ports import Bus, Inventory, Ledger, Opening, Reader, Remedies, Tellings
from rolecall.registry import Registry
from rolecall.settings import Settings
from rolecall.sweeping.digest import digest_of
from rolecall.sweeping.looking import Looker

# The channel under which the ledger remembers that a sweep told a case, alone or in a digest.
_CHANNEL = "sweep"
HasTime = Callable[[], bool]
Standing = Mapping[tuple[str, str], list[Case]]


class SweepLedger(Ledger, Tellings, Protocol):
    """What a sweep needs of the ledger."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one run of a sweep came to.

    Attributes:
        sweep: How far it is now.
        done: Whether it is at its end. Otherwise it is to be gone on with.
        errors: What conventions raised meanwhile; one does not silence the others.
    """

    sweep: Sweep
    done: bool
    errors: tuple[Exception, ...] = ()


class Sweeper:
    """Judges the whole account, opens cases for what events missed and ends those that are untrue by now.

    A sweep opens the same case that an event would, and only tells unless the settings let it act.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        inventory: Inventory,
        reader: Reader,
        ledger: SweepLedger,
        bus: Bus,
        remedies: Remedies,
        clock: Callable[[], float],
        account: str,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._inventory = inventory
        self._reader = reader
        self._looker = Looker(settings, registry, inventory, reader)
        self._ledger = ledger
        self._opener = Opener(settings, reader, ledger, bus, remedies, clock)
        self._bus = bus
        self._remedies = remedies
        self._clock = clock
        self._account = account

    def begin(self, id_: str) -> Sweep:
        """A sweep that has not looked at anything yet."""
        return Sweep(id_, moment(self._clock()))

    def go_on(self, sweep: Sweep, has_time: HasTime) -> Swept:
        """Sweep until it is done, or until time or calls run out.

        Args:
            sweep: How far it is.
            has_time: Whether there is time for one more subject.

        Raises:
            RetryError: AWS does not answer now; the same call may succeed later.
            SweepError: the lists alone need more calls than the settings allow.
        """
        self._looker.errors.clear()
        standing = _by_subject(self._ledger.cases())
        last = self._ledger.last_sweep()
        seen: set[str] = set()
        spent = self._inventory.spent

        def may_go_on() -> bool:
            calls = self._inventory.spent - spent
            return has_time() and calls < self._settings.sweep("calls")

        done = True
        begun = sweep
        for listed in self._looker.listed():
            ref = listed.subject.ref
            seen.add(ref.key)
            if not done or _is_done(ref, sweep):
                continue  # listed only, so that what is there is not taken for gone
            if not may_go_on():
                done = False
                continue
            found = self._looker.look(listed, lambda r, c: _states(standing, r, c))
            sweep = self._take(sweep, found, standing, last)
            sweep = replace(sweep, after=f"{ref.kind}/{ref.name}", judged=sweep.judged + 1)
        if done:
            found = tuple(self._looker.missing(self._account, lambda ref: ref.key in seen))
            sweep = self._take(sweep, found, standing, last)
            sweep = self._gone(sweep, standing, seen)
        elif sweep.after == begun.after and has_time():
            raise SweepError(
                f"Listing the account took {self._inventory.spent - spent} AWS calls and left none to "
                "judge it: raise sweep.calls in the settings."
            )
        sweep = replace(sweep, calls=sweep.calls + self._inventory.spent - spent)
        if done:
            self._end(sweep)
        return Swept(sweep, done, tuple(self._looker.errors))

    def _take(
        self,
        sweep: Sweep,
        judgements: tuple[Judgement, ...],
        standing: Standing,
        last: LastSweep | None,
    ) -> Sweep:
        for judgement in judgements:
            known = standing.get((judgement.ref.key, judgement.convention.id), [])
            found = {(drift.key, drift.state) for drift in judgement.drifts}
            stands = {(case.drift.key, case.drift.state) for case in known if not _lapsed(case)}
            fresh = tuple(d for d in judgement.drifts if (d.key, d.state) not in stands)
            sweep = self._open(sweep, replace(judgement, drifts=fresh), known, last)
            untrue = [c for c in known if (c.drift.key, c.drift.state) not in found]
            sweep = self._resolve(sweep, untrue)
            self._leave_the_latest([case for case in known if case not in untrue])
        return sweep

    def _open(
        self, sweep: Sweep, judgement: Judgement, known: list[Case], last: LastSweep | None
    ) -> Sweep:
        # What no sweep has looked for before, and what is many, is told at once and together. The rest is
        # looked at again a little later, for its record may still be on its way.
        first = last is None or judgement.convention.id not in last.conventions
        many = sweep.opened >= self._settings.sweep("digest_above")
        no_event = not judgement.convention.watches
        today = moment(self._clock())[:10]
        facts = Facts(today, swept=True, first=first, waited=first or many or no_event)
        for finding in decided([judgement], self._settings, self._reader, facts):
            opening, case = self._opener.opened(finding, self._origin(sweep))
            if opening is Opening.OPENED:
                missed = many and not first and not no_event
                sweep = replace(
                    sweep, opened=sweep.opened + 1, missed=sweep.missed + (1 if missed else 0)
                )
            if opening is not Opening.SNOOZED and case.status in {Status.PENDING, Status.WAITING}:
                self._remedies.send(case.id, case.delay)
            for older in known:
                if older.drift.key == finding.drift.key and older.id != case.id:
                    self._ended(older, f"case {case.id} is about it now")
        return sweep

    def _origin(self, sweep: Sweep) -> Origin:
        return Origin(SWEEP, sweep.id, sweep.begun, "a sweep", "", "", self._account, "")

    def _resolve(self, sweep: Sweep, untrue: list[Case]) -> Sweep:
        """End the cases whose drift is gone, where reading the subject itself says so, too."""
        for case in untrue:
            convention = self._registry.get(case.drift.convention)
            if convention is None or not case.status.ends_by_itself or not _is_older(case, sweep):
                continue
            now = self._looker.look_at(case.drift.subject, convention)
            if now is None or (case.drift.key, case.drift.state) in {
                (d.key, d.state) for d in now.drifts
            }:
                continue
            if self._ended(case, "a sweep no longer finds it"):
                sweep = replace(sweep, resolved=sweep.resolved + 1)
        return sweep

    def _leave_the_latest(self, cases: list[Case]) -> None:
        """Of several cases about the same drift, end all but the last: a record may come a day later."""
        latest = {case.drift.key: case for case in sorted(cases, key=lambda case: case.opened)}
        for case in cases:
            last = latest[case.drift.key]
            if case.id != last.id and case.status.ends_by_itself:
                self._ended(case, f"case {last.id} is about it now")

    def _ended(self, case: Case, reason: str) -> bool:
        try:
            entry = self._ledger.claim(case.id, self._clock(), LEASE)
        except LeaseHeldError:
            return False  # somebody works on it, and will see that it is gone
        if entry.case.ended or not entry.case.status.ends_by_itself:
            self._ledger.release(entry)
            return False
        now = moment(self._clock())
        self._ledger.conclude(
            entry, entry.case.moved(Status.RESOLVED, reason=reason, ended=now), None
        )
        return True

    def _gone(self, sweep: Sweep, standing: Standing, seen: set[str]) -> Sweep:
        """End the cases about subjects that no list shows any more."""
        judged = {convention.id for convention in self._looker.conventions}
        for (subject, convention), cases in standing.items():
            if convention in judged and subject not in seen:
                sweep = self._resolve(sweep, cases)
        return sweep

    def _end(self, sweep: Sweep) -> None:
        untold = [
            case
            for case in self._ledger.unheard()
            if case.origin.swept  # those of a sweep that died, too
        ]
        if len(untold) <= self._settings.sweep("digest_above"):
            for case in untold:
                self._bus.publish(case)
        else:
            digest = digest_of(untold, sweep, self._settings, self._account, self._clock())
            _, told = self._ledger.open_case(digest, self._clock())
            self._bus.publish(told)
            untold.append(told)
        for case in untold:  # the next sweep need not tell them again
            if self._ledger.claim_telling(case.id, case.status, _CHANNEL, self._clock()):
                self._ledger.told(case.id, case.status, _CHANNEL)
        conventions = tuple(convention.id for convention in self._looker.conventions)
        self._ledger.swept(LastSweep(sweep, moment(self._clock()), conventions))


def _is_done(ref: SubjectRef, sweep: Sweep) -> bool:
    kind, _, name = sweep.after.partition("/")
    return (ref.kind, ref.name) <= (kind, name)


def _by_subject(cases: Iterator[Case]) -> Standing:
    """The cases that stand, by subject and convention."""
    found: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        # What was announced or only refused is no state that a sweep could find again.
        if not case.ended and not case.origin.call.startswith("rolecall:Exemption"):
            found.setdefault((case.drift.subject.key, case.drift.convention), []).append(case)
    return found


def _states(standing: Standing, ref: SubjectRef, convention: str) -> Counter[str]:
    return Counter(
        case.drift.state for case in standing.get((ref.key, convention), ()) if not _lapsed(case)
    )


def _lapsed(case: Case) -> bool:
    """Whether the case may not stand for its drift any more: its exemption may be over."""
    return case.status is Status.EXEMPT


def _is_older(case: Case, sweep: Sweep) -> bool:
    # A younger one is about what came after the lists were made.
    opened, begun = (datetime.fromisoformat(time) for time in (case.opened, sweep.begun))
    return opened < begun
