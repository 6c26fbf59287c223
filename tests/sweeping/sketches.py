"""An account whose lists are as AWS gives them: some parts hours old, some not there at all."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.ports import Listed
from rolecall.replaying.memory import MemoryAccount


class SketchedAccount(MemoryAccount):
    """An account that counts what is read of it beside its lists.

    Attributes:
        reads: Which subjects were read, in their order.
        old: What the lists show of some subjects instead of their state.
    """

    sketched = frozenset({Facet.USER_ACCESS_KEYS})
    unlisted = frozenset({Facet.USER_SSH_KEYS})

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[SubjectRef] = []
        self.old: dict[SubjectRef, dict[Facet, Any]] = {}

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        """Yield every subject as the lists show it."""
        for whole in super().listed(facets):
            of = whole.subject
            state = copy.deepcopy(dict(of.state)) | self.old.get(of.ref, {})
            shown = {facet: value for facet, value in state.items() if facet not in self.unlisted}
            yield Listed(subject(of.ref, shown, of.path, at=of.at), self.sketched)

    @property
    def spent(self) -> int:
        """One call for each reading."""
        return len(self.reads)

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject now; a look at all of it is a list's."""
        wanted = set(facets)
        if len(wanted) < len(self.state.get(ref, wanted)):
            self.reads.append(ref)
        return super().read(ref, wanted)
