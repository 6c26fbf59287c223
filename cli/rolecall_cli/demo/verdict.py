"""Whether a scene ended as it must. Pure: what was seen comes in, what is wrong goes out in sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rolecall.model.cases import Status
from rolecall.notification.telling import state
from rolecall_cli.demo.scene import Scene
from rolecall_cli.demo.watch import Judged, Post, Told

SILENT = "silent"
# Before it acts, Rolecall tells what it will do.
_STATES = {Status.REMEDIATED: (Status.PENDING, Status.REMEDIATED)}


@dataclass(frozen=True)
class Seen:
    """All that was seen of a scene.

    Attributes:
        scene: The scene.
        start: When the deed was done.
        records: The ids of the records it left.
        told: What the bus told of its cases.
        posts: What Slack got about them.
        found: What the live account showed in the end; None where there is nothing to look at.
        judged: How detect judged its records.
        end: When the end was verified, or, where Rolecall stays silent, when it had judged.
    """

    scene: Scene
    start: float
    records: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    posts: tuple[Post, ...] = ()
    found: Any = None
    judged: tuple[Judged, ...] = ()
    end: float = 0.0

    @property
    def expected(self) -> str:
        """What must come of it, in a word or two."""
        return self.scene.ends or SILENT

    @property
    def came(self) -> str:
        """What came of it, in a word or two."""
        return self.told[-1].case.status if self.told else SILENT

    @property
    def alerted(self) -> float | None:
        """Seconds from the deed to its first alert."""
        return self.posts[0].at - self.start if self.posts else None

    @property
    def settled(self) -> float | None:
        """Seconds from the deed to its verified end."""
        return self.end - self.start if self.end else None


def unexplained(told: Iterable[Told], seen: Iterable[Seen]) -> list[str]:
    """What was told of no deed of the scenes, in sentences."""
    known = {record for one in seen for record in one.records}
    return [
        f"Nobody in the scenes did it, and yet a case was {one.case.status}: {one.case.drift.says}"
        for one in told
        if one.case.origin.event_id not in known
    ]


def is_complete(scene: Scene, told: tuple[Told, ...], posts: tuple[Post, ...]) -> bool:
    """Whether everything that the scene calls for was said."""
    wanted = _STATES.get(scene.ends, (scene.ends,)) if scene.ends else ()
    heard = {t.case.status for t in told}
    arrived = {(post.case_id, post.state) for post in posts}
    return heard >= set(wanted) and arrived >= {(t.case.id, state(t.case)) for t in told}


def failures(seen: Seen) -> list[str]:
    """What is missing or too much, in one sentence; empty when all is well."""
    found = "; ".join(_failures(seen))
    return [f"When {seen.scene.title}: {found}."] if found else []


def _failures(seen: Seen) -> Iterator[str]:
    scene = seen.scene
    if scene.ends is None:
        yield from _noise(seen)
    else:
        yield from _gaps(seen, scene.ends)
    repeats = Counter((post.case_id, post.state) for post in seen.posts)
    for (_, word), times in repeats.items():
        if times > 1:
            yield f'the alert "{word}" came {times} times'
    if scene.after and seen.found != scene.after.expected:
        yield (
            f"the account does not show that {scene.after.says}: {scene.after.call} gives "
            f"{seen.found} and not {scene.after.expected}"
        )


def _noise(seen: Seen) -> Iterator[str]:
    for told in seen.told:
        yield f"it is harmless, and yet a case was {told.case.status} ({told.case.drift.says})"
    for post in seen.posts:
        yield f"it is harmless, and yet Slack got: {post.headline}"
    if len(seen.judged) < len(seen.scene.deeds):
        yield "its records were not judged in time"


def _gaps(seen: Seen, ends: Status) -> Iterator[str]:
    cases = {told.case.id for told in seen.told}
    if not cases:
        yield "no case was opened"
        return
    if len(cases) > 1:
        yield f"{len(cases)} cases were opened and not one"
    last = seen.told[-1].case
    if last.status is not ends:
        reason = f" ({last.reason})" if last.reason else ""
        yield f"its case is {last.status}{reason} and not {ends}"
    arrived = {(post.case_id, post.state) for post in seen.posts}
    for told in seen.told:
        if (told.case.id, state(told.case)) not in arrived:
            yield f'no alert "{state(told.case)}" arrived in Slack'
