"""What the sweep function does with its messages."""

import json
from typing import Any, cast

import pytest

from rolecall.conventions.groups.user_permissions_via_groups import UserPermissionsViaGroups
from rolecall.model.sweeps import Sweep
from rolecall.runtime import Runtime
from rolecall.runtime.sweeping import sweep
from rolecall.runtime.work import settle
from tests.runtime.doubles import message, runtime
from tests.sweeping.test_sweep import ATTACHMENT, cases, user, world
from tests.world import World

PLENTY = 600_000  # milliseconds


class Sweeps:
    """The queue of sweeps as a list."""

    def __init__(self) -> None:
        self.sent: list[tuple[Sweep, int]] = []

    def go_on(self, sweep_: Sweep, delay: int) -> None:
        self.sent.append((sweep_, delay))


def _runtime(made: World) -> tuple[Runtime, Sweeps]:
    working, _ = runtime(made)
    loose, sweeps = cast(Any, working), Sweeps()
    loose.sweeper, loose.sweeps = lambda: made.sweeper, sweeps
    return working, sweeps


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}',
        '{"source": "aws.cloudformation", "detail": {"status-details": {}}}',
    ],
)
def test_whatever_comes_begins_a_sweep_that_its_message_names(body: str) -> None:
    made = world(swept_before=False)
    working, sweeps = _runtime(made)
    sweep(working, message(body), lambda: PLENTY)
    sweep(working, message(body), lambda: PLENTY)  # the same message again
    assert [(c.origin.event_id, c.status.value) for c in made.ledger.cases()] == [
        ("s-m-0", "notified")
    ]
    assert sweeps.sent == []


def test_out_of_time_the_rest_is_handed_on_at_once_and_out_of_calls_after_a_rest() -> None:
    made = world(swept_before=False)
    for number in range(9):
        made.account.add(user(number), ATTACHMENT)
    working, sweeps = _runtime(made)
    times = iter([PLENTY] * 4)
    sweep(working, message("{}"), lambda: next(times, 0))
    ((first, delay),) = sweeps.sent
    assert (first.judged, delay) == (4, 0)
    sweep(working, message(json.dumps({"sweep": first.to_dict()})), lambda: PLENTY)
    assert len(sweeps.sent) == 1
    assert len(cases(made)) == 10 + 1  # and the digest


def test_what_events_missed_is_counted_where_it_is_found(
    lines: list[dict[str, Any]],
) -> None:
    made = world()
    for number in range(6):
        made.account.add(user(number), ATTACHMENT)
    working, _ = _runtime(made)
    sweep(working, message("{}"), lambda: PLENTY)
    assert (lines[0]["outcome"], lines[0]["missed"]) == ("swept", 2)
    for case_id, _ in made.remedies.sent:
        settle(working, message(json.dumps({"case": case_id})))
    assert [line["missed"] for line in lines[1:]] == [1] * 5


def test_what_a_convention_raises_is_an_error_of_its_own(
    lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Any:
        raise ValueError("broken")

    monkeypatch.setattr(UserPermissionsViaGroups, "drifts", broken)
    working, _ = _runtime(world(swept_before=False))
    sweep(working, message("{}"), lambda: PLENTY)
    assert [line["outcome"] for line in lines] == ["failed", "failed", "swept"]
