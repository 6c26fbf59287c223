"""One telling per state and channel, whatever fails."""

import pytest

from rolecall.errors import DeliveryError, LeaseHeldError
from rolecall.model.cases import Case, Status
from rolecall.notification.message import Message
from rolecall.notification.notify import Notifier
from tests.notification.cases import STACK, attached

NOW = 1_793_613_600.0


class Memory:
    """Tellings in memory."""

    def __init__(self) -> None:
        self.done: set[tuple[str, Status, str]] = set()
        self.held: set[str] = set()
        self.free: list[tuple[str, Status, str]] = []

    def claim_telling(self, case_id: str, status: Status, channel: str, now: float) -> bool:
        assert now == NOW
        if channel in self.held:
            raise LeaseHeldError(f"Case {case_id} is being told on {channel}.")
        return (case_id, status, channel) not in self.done

    def told(self, case_id: str, status: Status, channel: str) -> None:
        self.done.add((case_id, status, channel))

    def untold(self, case_id: str, status: Status, channel: str) -> None:
        self.free.append((case_id, status, channel))


class Place:
    """A channel that remembers, and fails as it is told to."""

    def __init__(self, name: str, *failures: Exception) -> None:
        self.name = name
        self.failures = list(failures)
        self.heard: list[tuple[Message, Case]] = []

    def deliver(self, message: Message, case: Case) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append((message, case))


def notifier(memory: Memory, *places: Place) -> Notifier:
    return Notifier(places, memory, lambda: NOW, STACK)


def test_every_channel_hears_the_same_message() -> None:
    first, second = Place("first"), Place("second")
    assert notifier(Memory(), first, second).notify(attached()) == ["first", "second"]
    assert first.heard == second.heard
    assert first.heard[0][1] == attached()


def test_a_case_is_told_once_per_state() -> None:
    place = Place("only")
    telling = notifier(Memory(), place)
    telling.notify(attached())
    assert telling.notify(attached()) == []
    assert telling.notify(attached().moved(Status.UNDONE)) == ["only"]
    assert len(place.heard) == 2


@pytest.mark.peer(65, "Cloud Custodian: errors of a channel are logged, and the alert is lost")
def test_a_failing_channel_does_not_silence_the_others_and_is_told_on_the_retry() -> None:
    failing, other = Place("failing", DeliveryError("down")), Place("other")
    telling = notifier(Memory(), failing, other)
    with pytest.raises(DeliveryError, match="down"):
        telling.notify(attached())
    assert (len(failing.heard), len(other.heard)) == (0, 1)
    assert telling.notify(attached()) == ["failing"]
    assert (len(failing.heard), len(other.heard)) == (1, 1)


def test_a_channel_with_a_bug_does_not_silence_the_others() -> None:
    other = Place("other")
    with pytest.raises(KeyError):
        notifier(Memory(), Place("failing", KeyError("bug")), other).notify(attached())
    assert len(other.heard) == 1


def test_several_failures_are_raised_together() -> None:
    errors = DeliveryError("one"), DeliveryError("two")
    places = [Place(str(error), error) for error in errors]
    with pytest.raises(ExceptionGroup) as raised:
        notifier(Memory(), *places).notify(attached())
    assert raised.value.exceptions == errors


def test_what_another_worker_is_telling_is_left_to_it() -> None:
    memory, held, free = Memory(), Place("held"), Place("free")
    memory.held = {"held"}
    with pytest.raises(LeaseHeldError):
        notifier(memory, held, free).notify(attached())
    assert (len(held.heard), len(free.heard)) == (0, 1)


@pytest.mark.parametrize("status", [status for status in Status if not status.is_told])
def test_a_case_that_people_need_not_hear_of_is_not_told(status: Status) -> None:
    place = Place("only")
    assert notifier(Memory(), place).notify(attached().moved(status)) == []
    assert place.heard == []


def test_a_telling_that_did_not_get_there_is_free_for_the_retry_at_once() -> None:
    memory = Memory()
    with pytest.raises(DeliveryError):
        notifier(memory, Place("only", DeliveryError("no"))).notify(attached())
    assert memory.free == [(attached().id, attached().status, "only")]
