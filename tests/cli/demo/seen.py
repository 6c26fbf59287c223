"""Scenes, cases and posts for the demo's tests, made without any account."""

from dataclasses import replace
from typing import Any

from rolecall.channels.slack_blocks import payload
from rolecall.model.cases import Case, Status
from rolecall.notification.message import message
from rolecall_cli.demo.deeds import ADMIN, attach, attached
from rolecall_cli.demo.scene import Scene
from rolecall_cli.demo.verdict import Seen
from rolecall_cli.demo.watch import Judged, Post, Told
from tests.notification.cases import STACK
from tests.notification.cases import attached as case_of_bob

EVENT = "5f0c1d2e-3a4b-4c5d-8e6f-7a8b9c0d1e2f"
DRIFT = Scene(
    "dave",
    "attaches a policy to bob",
    (attach("bob", ADMIN),),
    Status.REMEDIATED,
    attached("bob", says="bob has no policy of his own"),
)
LOOK_ALIKE = replace(DRIFT, what="does no harm", ends=None)


def case(status: Status, **changes: Any) -> Case:
    """The case of that drift at one place of its life."""
    return replace(case_of_bob().moved(status), **changes)


def body(status: Status) -> dict[str, Any]:
    """What Slack gets about it."""
    return payload(message(case(status), STACK))


def told(*statuses: Status) -> tuple[Told, ...]:
    return tuple(Told(10.0 + at, case(status)) for at, status in enumerate(statuses))


def posts(*statuses: Status) -> tuple[Post, ...]:
    return tuple(Post(10.5 + at, body(status)) for at, status in enumerate(statuses))


def drift(**changes: Any) -> Seen:
    """A drift that went as it must."""
    states = (Status.PENDING, Status.REMEDIATED)
    well = Seen(DRIFT, 10.0, (EVENT,), told(*states), posts(*states), [], end=12.0)
    return replace(well, **changes)


def look_alike(**changes: Any) -> Seen:
    """A look-alike about which Rolecall stayed silent."""
    well = Seen(LOOK_ALIKE, 10.0, found=[], judged=(Judged(10.25, "clean"),), end=10.25)
    return replace(well, **changes)
