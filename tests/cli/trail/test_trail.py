"""The knobs lose, repeat, delay and reorder records, and every run can be repeated."""

from collections.abc import Callable

import pytest

from rolecall_cli.trail.knobs import Knobs
from rolecall_cli.trail.trail import Event, Timer, Trail


class Later:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []

    def __call__(self, delay: float, arrive: Callable[[], None]) -> Timer:
        self.waiting.append(Waiting(delay, arrive))
        return self.waiting[-1]

    def pass_time(self) -> None:
        for waiting in sorted(self.waiting, key=lambda waiting: waiting.delay):
            waiting.arrive()


class Waiting:
    """Something that the standing clock has still to do."""

    def __init__(self, delay: float, arrive: Callable[[], None]) -> None:
        self.delay = delay
        self.arrive = arrive
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


def event(number: int) -> Event:
    return Event("aws.iam", "call", {"number": number}, "111122223333", "us-east-1")


def emitted(knobs: Knobs, how_many: int = 50) -> tuple[list[int], Trail]:
    numbers: list[int] = []
    trail = Trail(lambda e: numbers.append(e.detail["number"]), Later(), knobs)
    for number in range(how_many):
        trail.take(event(number))
    return numbers, trail


def test_with_no_knob_turned_every_record_is_emitted_once_and_at_once() -> None:
    numbers, trail = emitted(Knobs())
    assert numbers == list(range(50))
    assert trail.counters == {"emitted": 50, "dropped": 0, "duplicated": 0, "errors": 0}


def test_drop_loses_records_and_counts_them() -> None:
    numbers, trail = emitted(Knobs(drop=0.5))
    assert 0 < trail.counters["dropped"] < 50
    assert len(numbers) == trail.counters["emitted"] == 50 - trail.counters["dropped"]


def test_duplicate_repeats_records_as_often_as_copies_says() -> None:
    numbers, trail = emitted(Knobs(duplicate=1.0, copies=3), how_many=2)
    assert numbers == [0, 0, 0, 1, 1, 1]
    assert trail.counters["duplicated"] == 2


def test_the_same_seed_draws_the_same() -> None:
    knobs = Knobs(drop=0.3, duplicate=0.3, seed=7)
    assert emitted(knobs)[0] == emitted(knobs)[0]
    assert emitted(knobs)[0] != emitted(Knobs(drop=0.3, duplicate=0.3, seed=8))[0]


def test_delayed_records_arrive_later_and_out_of_order() -> None:
    numbers: list[int] = []
    later = Later()
    trail = Trail(lambda e: numbers.append(e.detail["number"]), later, Knobs(delay=1.0))
    for number in range(5):
        trail.take(event(number))
    assert (numbers, trail.pending) == ([], 5)
    assert all(0 <= waiting.delay <= 1 for waiting in later.waiting)
    later.pass_time()
    assert trail.pending == 0
    assert sorted(numbers) == list(range(5)) != numbers


def test_held_records_are_released_in_the_order_asked_for() -> None:
    numbers, trail = emitted(Knobs(hold=True), how_many=3)
    assert numbers == []
    assert trail.release([2, 0]) == 2
    assert numbers == [2, 0]
    assert [e.detail["number"] for e in trail.held] == [1]
    trail.take(event(9))
    assert trail.release(None) == 1
    assert numbers == [2, 0, 9, 1]


def test_an_order_that_names_no_held_record_releases_nothing() -> None:
    numbers, trail = emitted(Knobs(hold=True), how_many=1)
    with pytest.raises(ValueError, match="there are 1 held records"):
        trail.release([1])
    assert (numbers, len(trail.held)) == ([], 1)


def test_an_error_while_emitting_is_counted_and_goes_no_further() -> None:
    def fail(_: Event) -> None:
        message = "no bus"
        raise LookupError(message)

    trail = Trail(fail, Later(), Knobs())
    trail.take(event(0))
    assert trail.counters["errors"] == 1
    assert trail.counters["emitted"] == 0
    assert trail.last_error == "LookupError: no bus"


def test_a_reset_forgets_what_was_held_counted_and_on_its_way() -> None:
    later = Later()
    trail = Trail(lambda _: None, later, Knobs(delay=1.0))
    trail.take(event(0))
    trail.turn(Knobs(hold=True))
    trail.take(event(1))
    trail.reset(Knobs())
    assert (trail.pending, trail.held, list(trail.recorded)) == (0, [], [])
    assert all(waiting.cancelled for waiting in later.waiting)
    assert set(trail.counters.values()) == {0}


def test_knobs_are_read_from_the_environment() -> None:
    environment = {"TRAIL_DROP": "0.5", "TRAIL_SERVICES": '["iam", "sts"]', "TRAIL_HOLD": "true"}
    assert Knobs.from_environment(environment) == Knobs(
        drop=0.5, services=("iam", "sts"), hold=True
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"drops": 1}, "unknown knob 'drops'"),
        ({"drop": 2}, "drop is a probability"),
        ({"copies": 0}, "at least one copy"),
    ],
)
def test_a_knob_that_cannot_be_turned_so_is_refused(change: dict[str, int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Knobs().turned(change)
