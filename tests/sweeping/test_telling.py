"""What people read of what a sweep found."""

from rolecall.model.cases import Case, Status
from rolecall.notification.message import Message, message
from tests.sweeping.test_sweep import ATTACHMENT, VIA_GROUPS, only, user, world


def _told(case: Case) -> Message:
    return message(case, "rolecall")


def _part(told: Message, title: str) -> tuple[str, ...]:
    (found,) = (part.text + part.lines for part in told.parts if part.title == title)
    return found


def test_a_digest_says_how_bad_it_is_shows_the_worst_and_how_to_see_them_all() -> None:
    made = world(swept_before=False)
    for number in range(11):
        made.account.add(user(number), ATTACHMENT)
    made.sweep()
    told = _told(made.bus.published[0])
    assert told.says == "A sweep found 12 drifts that nobody was told of: 12 high."
    assert _part(told, "Next") == (
        "# see them all",
        "rolecall cases --event s-1 --stack rolecall",
    )
    assert _part(told, "Who") == ("A sweep of 2026-11-02 09:15:00 UTC found them.",)
    worst = [line for line in _part(told, "The right way") if line.startswith("# high c-")]
    assert len(worst) == 10
    assert _part(told, "")[0].startswith("Nothing was changed: each of them has a case")


def test_a_case_of_a_sweep_says_that_nobody_is_known_to_have_brought_it() -> None:
    made = world(swept_before=False)
    made.sweep()
    told = _told(made.bus.published[0])
    (who,) = _part(told, "Who")
    assert who.endswith("found it; no record of who brought it has come.")


def test_where_the_convention_may_act_it_says_why_a_sweep_did_not() -> None:
    made = world(only(VIA_GROUPS, mode="remediate"), swept_before=False)
    made.sweep()
    (case,) = made.bus.published
    assert case.status is Status.NOTIFIED
    (first,) = _part(_told(case), "")
    assert "a sweep only tells unless the settings say sweep_acts" in first
    assert "iam:DetachUserPolicy" in first
