"""The play: each scene is performed, watched and looked at; what was seen is given back."""

import time
from collections.abc import Iterable
from dataclasses import replace

from rolecall.model.cases import Status
from rolecall_cli import undo
from rolecall_cli.demo import report
from rolecall_cli.demo.build import STACK
from rolecall_cli.demo.drifts import DRIFTS, UNDO
from rolecall_cli.demo.look_alikes import LOOK_ALIKES
from rolecall_cli.demo.scene import Scene
from rolecall_cli.demo.screen import Screen
from rolecall_cli.demo.stage import Stage
from rolecall_cli.demo.surroundings import environment
from rolecall_cli.demo.verdict import Seen, is_complete, unexplained
from rolecall_cli.demo.watch import Watch
from rolecall_cli.embedded.safety import clean_environment

_PATIENCE = 60.0  # seconds; a cold start on a busy machine takes ten
_TICK = 0.2
_REASON = "bob stands in for the admins tonight"


class Play:
    """Performs scenes and watches what comes of them."""

    def __init__(self, stage: Stage, watch: Watch, screen: Screen) -> None:
        self._stage = stage
        self._watch = watch
        self._screen = screen

    def drifts(self) -> list[Seen]:
        """Perform the drifts, one after the other, each watched to its end."""
        return [self._drift(number, scene) for number, scene in enumerate(DRIFTS, 1)]

    def _drift(self, number: int, scene: Scene) -> Seen:
        report.opening(self._screen, number, scene)
        shown: set[str] = set()
        with self._screen.waiting("Rolecall is at work"):
            start, ids = self._stage.perform(scene)

            def news() -> bool:
                told, posts = self._watch.about(ids)
                report.news(self._screen, start, told, posts, shown)
                return is_complete(scene, told, posts)

            self._watch.until(news, _PATIENCE)
        found = self._stage.look(scene.after)
        seen = Seen(scene, start, ids, *self._watch.about(ids), found, end=time.monotonic())
        report.looked(self._screen, seen)
        return seen

    def look_alikes(self) -> list[Seen]:
        """Perform all the look-alikes, and wait until Rolecall has judged them and nothing is left."""
        with self._screen.waiting("Rolecall is judging them"):
            performed = [(scene, *self._stage.perform(scene)) for scene in LOOK_ALIKES]
            self._await_judged([id_ for *_, ids in performed for id_ in ids])
        return [self._silent(*one) for one in performed]

    def with_late_news(self, seen: Seen) -> Seen:
        """The same, with what was said since: a repeated record could have led to more."""
        told, posts = self._watch.about(seen.records)
        return replace(seen, told=told, posts=posts)

    def unexplained(self, seen: list[Seen]) -> list[str]:
        """What was told of no deed of the scenes."""
        return unexplained(self._watch.told, seen)

    def undo(self, seen: Seen) -> tuple[Seen, bool]:
        """Take the remedy of a case back with the command itself; tells whether people heard of it."""
        account, case_id = self._stage.account, seen.told[-1].case.id
        before = set(self._record_ids())
        self._screen.say(f'$ rolecall undo {case_id} --yes --reason "{_REASON}"', "cyan")
        start = time.monotonic()
        # The command knows the account by its environment, as on any machine of an operator.
        with environment(clean_environment() | account.environment()):
            undo.undo(case_id, reason=_REASON, yes=True, stack=STACK, region=account.region)
        ids = tuple(id_ for id_ in self._record_ids() if id_ not in before)

        def is_told() -> bool:
            return any(post.state == Status.UNDONE for post in self._watch.posts({case_id}))

        with self._screen.waiting("Rolecall sees the drift again"):
            alerted = self._watch.until(is_told, _PATIENCE)
            self._await_judged(ids)
        for post in self._watch.posts({case_id})[-1:]:
            report.alert(self._screen, start, post)
        return self._silent(UNDO, start, ids), alerted

    def _silent(self, scene: Scene, start: float, ids: tuple[str, ...]) -> Seen:
        judged = tuple(found for id_, found in self._stage.judged().items() if id_ in ids)
        end = max((one.at for one in judged), default=0.0)
        found = self._stage.look(scene.after)
        seen = Seen(scene, start, ids, *self._watch.about(ids), found, judged, end)
        report.silent(self._screen, seen)
        return seen

    def _record_ids(self) -> list[str]:
        return [str(record["eventID"]) for record in self._stage.account.trail.records()]

    def _await_judged(self, ids: Iterable[str]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not set(ids) <= self._stage.judged().keys() and time.monotonic() < deadline:
            time.sleep(_TICK)
        self._stage.quiet(_PATIENCE)
