"""Judges the whole account from lists, and looks closer only where a list is not enough."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from rolecall.convention import Convention
from rolecall.detection.judging import Judgement
from rolecall.errors import UnsettledError
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject as make_subject
from rolecall.model.scales import Mode
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.ports import Inventory, Listed, Reader
from rolecall.registry import Registry
from rolecall.settings import Settings

# The states of the drifts that are known of a subject and convention, however often each.
Known = Callable[[SubjectRef, str], Counter[str]]


def nothing_known(_: SubjectRef, __: str) -> Counter[str]:
    """That nothing is known yet."""
    return Counter()


class Looker:
    """Judges every subject of the account.

    A list may be hours old or leave parts out: what it shows there is a sketch. Where a sketch shows
    just what is known already, nothing is new; where it shows anything else, the subject itself is read.
    So calls grow with pages and with news, and not with subjects.

    Attributes:
        errors: What conventions raised and what could not be read; one does not silence the others.
    """

    def __init__(
        self, settings: Settings, registry: Registry, inventory: Inventory, reader: Reader
    ) -> None:
        self._inventory = inventory
        self._reader = reader
        self.errors: list[Exception] = []
        self.conventions = tuple(
            one for one in registry if one.needs and settings.mode(one.id) is not Mode.OFF
        )
        self._blind: set[tuple[str, str]] = set()
        self._unreadable: set[Facet] = set()
        self._needed: dict[str, set[Facet]] = {}
        self._by_kind: dict[str, list[tuple[Convention, tuple[Facet, ...]]]] = {}
        for convention in self.conventions:
            for kind in convention.kinds():
                needs = convention.needs_of(kind)
                self._by_kind.setdefault(kind, []).append((convention, needs))
                self._needed.setdefault(kind, set()).update(needs)

    def listed(self) -> Iterator[Listed]:
        """Yield every subject that a convention judges, always in the same order."""
        yield from self._inventory.listed(
            {
                facet
                for kind in self._by_kind
                for one in self.conventions
                for facet in one.reads(kind)
            }
        )
        self.errors += self._inventory.errors

    def look(self, listed: Listed, known: Known = nothing_known) -> tuple[Judgement, ...]:
        """What is certain of one subject, by lists that are exact or by reading the subject itself.

        Raises:
            ThrottledError: it cannot be read now.
        """
        ref, subject = listed.subject.ref, self._completed(listed.subject)
        certain: list[Judgement] = []
        unsure: list[Convention] = []
        for convention, needs in self._by_kind.get(ref.kind, ()):
            if subject is None or not subject.knows(needs):
                continue
            drifts = self._drifts(convention, ref, subject)
            if listed.sketched.isdisjoint(needs):
                certain.append(Judgement(convention, ref, subject, drifts))
            elif Counter(drift.state for drift in drifts) != known(ref, convention.id):
                unsure.append(convention)
        return (*certain, *self._closer(ref, unsure))

    def _completed(self, listed: Subject) -> Subject | None:
        """The subject with what no list carries, as far as it can be read; None where it is gone."""
        missing = self._needed[listed.ref.kind] - listed.state.keys() - self._unreadable
        if not missing:
            return listed
        try:
            # All at once, for several facets may come with one call.
            found = self._reader.read(listed.ref, missing)
        except UnsettledError as error:
            if len(missing) == 1:
                # It will not be let read the next one's either, and need not try ten thousand times.
                self._unreadable |= missing
                self.errors.append(error)
                return listed
            return self._one_by_one(listed, missing)
        return _with(listed, found)

    def _one_by_one(self, listed: Subject, missing: set[Facet]) -> Subject | None:
        """The subject with each facet that can be read: one that cannot must not hide the others."""
        completed: Subject | None = listed
        for facet in sorted(missing):
            if completed is None:
                return None
            try:
                completed = _with(completed, self._reader.read(listed.ref, (facet,)))
            except UnsettledError as error:
                self._unreadable.add(facet)
                self.errors.append(error)
        return completed

    def look_at(self, ref: SubjectRef, convention: Convention) -> Judgement | None:
        """Judge a subject by reading it, whether or not a list shows it; None where it cannot be read."""
        return next(self._closer(ref, (convention,)), None)

    def missing(self, account: str, seen: Callable[[SubjectRef], bool]) -> Iterator[Judgement]:
        """Yield what is wrong with the subjects that must be there and that no list shows."""
        for convention in self.conventions:
            for ref in convention.expects(account):
                if not seen(ref):
                    yield from self._closer(ref, (convention,))

    def _closer(self, ref: SubjectRef, unsure: Iterable[Convention]) -> Iterator[Judgement]:
        conventions = tuple(one for one in unsure if (one.id, ref.kind) not in self._blind)
        if not conventions:
            return
        try:
            subject = self._reader.read(
                ref, {facet for convention in conventions for facet in convention.reads(ref.kind)}
            )
        except UnsettledError as error:
            if len(conventions) == 1:
                self._blind.add((conventions[0].id, ref.kind))
                self.errors.append(error)
                return
            for convention in conventions:
                yield from self._closer(ref, (convention,))
            return
        for convention in conventions:
            drifts = self._drifts(convention, ref, subject)
            yield Judgement(convention, ref, subject, drifts)

    def _drifts(
        self, convention: Convention, ref: SubjectRef, subject: Subject | None
    ) -> tuple[Drift, ...]:
        try:
            return tuple(convention.judge(ref, subject))
        except Exception as error:  # one convention must not silence the others
            self.errors.append(error)
            return ()


def _with(listed: Subject, found: Subject | None) -> Subject | None:
    """What a list shows of a subject together with what reading it found; None where it is gone."""
    if found is None:
        return None
    state = {**listed.state, **found.state}
    return make_subject(listed.ref, state, listed.path, listed.unique_id, listed.at)
