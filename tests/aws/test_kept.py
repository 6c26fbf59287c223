"""What AWS answered is kept for an hour, and no longer."""

from rolecall.aws.kept import Kept
from tests.fakes import Clock


def test_an_answer_is_kept_for_an_hour() -> None:
    clock, answers = Clock(1000), iter("abc")
    kept = Kept(clock)
    assert kept.get("x", lambda: next(answers)) == "a"
    clock.now += 3599
    assert kept.get("x", lambda: next(answers)) == "a"
    clock.now += 1
    assert kept.get("x", lambda: next(answers)) == "b"


def test_answers_are_kept_apart_and_nothing_is_an_answer_too() -> None:
    kept = Kept(Clock(1000))
    assert kept.get("x", lambda: None) is None
    assert kept.get("y", lambda: "y") == "y"
    assert kept.get("x", lambda: "x") is None
    kept.forget()
    assert kept.get("x", lambda: "x") == "x"


def test_a_clock_that_is_set_back_keeps_nothing() -> None:
    clock, answers = Clock(1000), iter("ab")
    kept = Kept(clock)
    assert kept.get("x", lambda: next(answers)) == "a"
    clock.now -= 1
    assert kept.get("x", lambda: next(answers)) == "b"
