"""The demo says what is missing, and what is too much."""

import pytest

from rolecall.model.cases import Status
from rolecall_cli.demo.verdict import Seen, failures, is_complete, unexplained
from rolecall_cli.demo.watch import Told
from tests.cli.demo.seen import DRIFT, EVENT, case, drift, look_alike, posts, told

BOTH = (Status.PENDING, Status.REMEDIATED)


def test_what_went_as_it_must_has_no_failures() -> None:
    assert failures(drift()) == failures(look_alike()) == []


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (drift(told=(), posts=()), "no case was opened"),
        (drift(posts=posts(Status.PENDING)), 'no alert "put right" arrived in Slack'),
        (drift(posts=()), 'no alert "pending" arrived in Slack'),
        (drift(told=told(Status.PENDING)), "its case is pending and not remediated"),
        (drift(posts=posts(*BOTH, Status.PENDING)), 'the alert "pending" came 2 times'),
        (drift(found=["AdministratorAccess"]), "does not show that bob has no policy of his own"),
        (
            drift(told=(*told(*BOTH), Told(13.0, case(Status.REMEDIATED, id="c-aaaaaaaaaaaa")))),
            "2 cases were opened and not one",
        ),
        (look_alike(told=told(Status.NOTIFIED)), "it is harmless, and yet a case was notified"),
        (look_alike(posts=posts(Status.NOTIFIED)), "it is harmless, and yet Slack got: 🔴 HIGH"),
        (look_alike(judged=()), "its records were not judged in time"),
        (look_alike(found=["AdministratorAccess"]), "gives ['AdministratorAccess'] and not []"),
    ],
)
def test_a_failure_is_named_in_one_sentence(seen: Seen, says: str) -> None:
    (sentence,) = failures(seen)
    assert sentence.startswith(f"When {seen.scene.title}: ")
    assert says in sentence
    assert sentence.endswith(".")


def test_a_case_that_failed_says_why() -> None:
    failed = Told(11.0, case(Status.FAILED, reason="AWS denies iam:DetachUserPolicy"))
    (sentence,) = failures(drift(told=(*told(Status.PENDING), failed)))
    assert "its case is failed (AWS denies iam:DetachUserPolicy) and not remediated" in sentence


def test_a_scene_is_complete_when_every_state_is_told_and_has_arrived() -> None:
    assert not is_complete(DRIFT, (), ())
    assert not is_complete(DRIFT, told(*BOTH), posts(Status.PENDING))
    assert not is_complete(DRIFT, told(Status.PENDING), posts(*BOTH))
    assert is_complete(DRIFT, told(*BOTH), posts(*BOTH))


def test_a_case_that_no_scene_explains_is_named() -> None:
    assert unexplained(told(*BOTH), [drift()]) == []
    (sentence,) = unexplained(told(Status.NOTIFIED), [drift(records=(f"not-{EVENT}",))])
    assert "a case was notified: The policy AdministratorAccess" in sentence


def test_times_are_counted_from_the_deed() -> None:
    assert (drift().alerted, drift().settled) == (0.5, 2.0)
    assert (look_alike().alerted, look_alike().settled) == (None, 0.25)
    assert drift(end=0.0).settled is None
