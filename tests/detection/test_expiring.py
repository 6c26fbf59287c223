"""That an exemption ends is told two weeks before, once."""

import pytest

from rolecall.detection.expiring import Expiring, subject_of
from rolecall.detection.overdue import LATE
from rolecall.model.cases import Status
from rolecall.model.scales import Severity
from rolecall.model.subjects import SubjectRef
from rolecall.notification.message import message
from tests.settings.yaml import exemption, text
from tests.states import ACCOUNT, ref
from tests.world import World, settings

DAY = 86_400  # the clock begins on 2026-11-02


def _world(**parts: str) -> World:
    return World(settings(text(exemption(**parts))))


def _announced(made: World) -> list[str]:
    return Expiring(made.settings, made.ledger, made.bus, made.clock).announce()


@pytest.mark.parametrize(
    ("expires", "told"),
    [
        ("2026-11-01", False),
        ("2026-11-02", True),
        ("2026-11-16", True),
        ("2026-11-17", False),
        ("2027-03-31", False),
    ],
)
def test_an_exemption_is_announced_in_its_last_two_weeks(expires: str, *, told: bool) -> None:
    assert bool(_announced(_world(expires=expires))) is told


def test_it_says_which_exemption_of_whom_ends_when_and_is_no_great_matter() -> None:
    made = _world(expires="2026-11-10")
    (case_id,) = _announced(made)
    (case,) = made.bus.published
    assert (case.id, case.status, case.severity) == (case_id, Status.NOTIFIED, Severity.LOW)
    assert (case.owner, case.remedy, case.drift.subject) == ("platform-oncall", (), ref("user"))
    said = message(case, "rolecall")
    assert said.says == "Exemption EX-1 of platform-oncall ends on 2026-11-10."
    assert ("Owner", "platform-oncall") in said.footer
    assert f"rolecall exempt {case_id} --stack rolecall" in said.parts[-1].lines


def test_it_is_announced_once_and_again_when_it_was_renewed_and_ends_again() -> None:
    made = _world(expires="2026-11-10")
    assert len(_announced(made)) == 1
    for _ in range(3):
        made.clock.now += 2 * DAY
        assert _announced(made) == []
    made.settings = _world(expires="2026-12-10").settings
    assert _announced(made) == []
    made.clock.now += 30 * DAY
    assert len(_announced(made)) == 1
    assert len(made.bus.published) == 2


def test_two_exemptions_of_one_subject_are_two_announcements() -> None:
    both = exemption(expires="2026-11-10")
    both += exemption(id="EX-2", expires="2026-11-10").removeprefix("exemptions:\n")
    made = World(settings(text(both)))
    assert len(_announced(made)) == 2


def test_what_a_dead_worker_did_not_tell_is_told_when_it_is_late() -> None:
    made = _world(expires="2026-11-10")
    (case_id,) = _announced(made)
    made.bus.published.clear()  # it died between the two
    made.clock.now += LATE + 1
    assert made.overdue.bring_forward() == [case_id]


@pytest.mark.parametrize(
    ("arn", "of"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/team/bob", SubjectRef("user", "bob", ACCOUNT)),
        (f"arn:aws:iam::{ACCOUNT}:role/ci-*", SubjectRef("role", "ci-*", ACCOUNT)),
        (ref("account").arn, ref("account")),
        (ref("instance").arn, ref("instance")),
    ],
)
def test_the_case_is_about_whom_the_exemption_names(arn: str, of: SubjectRef) -> None:
    assert subject_of(arn) == of
