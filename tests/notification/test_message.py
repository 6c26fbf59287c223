"""What a message says in each state of a case."""

from dataclasses import replace

import pytest
from hypothesis import given

from rolecall.model.cases import Case, Status
from rolecall.model.scales import Mode, Severity
from rolecall.notification.message import Message, message
from tests.notification.cases import STACK, TOLD, attached, in_status, open_trust
from tests.notification.strategies import cases, patient


def told(case: Case) -> Message:
    return message(case, STACK)


def part(case: Case, title: str) -> tuple[str, ...]:
    return next(
        ((*found.text, *found.lines) for found in told(case).parts if found.title == title), ()
    )


def test_the_summary_says_how_bad_where_what_and_where_it_stands() -> None:
    assert told(attached()).summary == (
        "🔴 HIGH · prod (111122223333) · The policy AdministratorAccess is attached to the user bob "
        "itself. · put right"
    )


def test_an_account_without_a_name_is_called_by_its_id() -> None:
    assert told(replace(attached(), account_name="")).place == "111122223333"


def test_parts_stand_in_the_order_of_their_use() -> None:
    titles = [found.title for found in told(attached()).parts]
    assert titles == ["", "Who", "Before → after", "Why it matters", "The right way", "Next"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (
            Status.NOTIFIED,
            "Nothing was changed: the mode is notify; in the mode remediate it would be put right "
            "by iam:DetachUserPolicy.",
        ),
        (
            Status.PENDING,
            "It will be put right now by iam:DetachUserPolicy, if it is still there then.",
        ),
        (
            Status.REMEDIATED,
            "It was put right by iam:DetachUserPolicy, and seen to hold 3 s after the change.",
        ),
        (
            Status.PROTECTED,
            "Nothing was changed, because this one is protected: the settings protect it.",
        ),
        (
            Status.AWAITING_APPROVAL,
            "Nothing was changed yet: somebody must approve that it is put right "
            "by iam:DetachUserPolicy.",
        ),
        (
            Status.FAILED,
            "It could not be put right: AWS protects this one from iam:DetachUserPolicy; "
            "put it right by hand, as shown below.",
        ),
        (
            Status.UNDONE,
            "What Rolecall did was undone by alice: the audit needs it until Friday.",
        ),
    ],
)
def test_one_sentence_says_what_was_done(status: Status, sentence: str) -> None:
    assert part(in_status(status), "") == (sentence,)


def test_every_told_status_has_its_own_sentence_and_word() -> None:
    assert len({part(in_status(status), "") for status in TOLD}) == len(TOLD)
    assert len({told(in_status(status)).state for status in TOLD}) == len(TOLD)


def test_an_approval_is_named_in_the_sentence() -> None:
    case = attached().moved(Status.PENDING, reason="approved by carol")
    assert part(case, "") == (
        "It was approved by carol, and will be put right now by iam:DetachUserPolicy.",
    )


def test_a_drift_without_a_remedy_is_left_to_people() -> None:
    case = replace(in_status(Status.NOTIFIED), remedy=())
    assert part(case, "") == (
        "Nothing was changed: Rolecall has no remedy for this, so people must decide.",
    )


def test_settings_that_became_milder_are_not_blamed_on_the_mode_of_old() -> None:
    case = replace(attached().moved(Status.NOTIFIED), mode=Mode.REMEDIATE)
    assert "the settings let it only tell by now" in part(case, "")[0]


def test_an_exemption_that_ended_is_noted() -> None:
    case = attached().moved(Status.NOTIFIED, reason="exemption EX-1 ended on 2026-10-31")
    assert part(case, "")[1] == "Note: exemption EX-1 ended on 2026-10-31."


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("2026-11-02T10:00:00Z", "within a second of the change"),
        ("2026-11-02T10:01:59Z", "119 s after the change"),
        ("2026-11-02T10:02:00Z", "2 min after the change"),
        ("2026-11-02T12:00:00Z", "2 h after the change"),
    ],
)
def test_the_time_it_took_is_said_in_the_unit_that_fits(ended: str, said: str) -> None:
    assert said in part(replace(attached(), ended=ended), "")[0]


@pytest.mark.parametrize("time", ["", "yesterday", "2026-99-02T10:00:00Z", "2026-11-03T10:00:00Z"])
def test_a_time_that_makes_no_sense_is_not_counted_from(time: str) -> None:
    case = replace(attached(), origin=replace(attached().origin, time=time))
    assert part(case, "") == ("It was put right by iam:DetachUserPolicy, and seen to hold.",)


@pytest.mark.peer(
    68, "Cloud Custodian: default alerts name no actor, time, event id, before or after"
)
def test_who_did_it_through_what_from_where_and_when_is_said() -> None:
    assert part(attached(), "Who") == (
        "alice (PowerUserAccess) called iam:AttachUserPolicy through the console "
        "from 203.0.113.7 at 2026-11-02 10:00:00 UTC in us-east-1.",
    )


def test_a_replayed_record_proves_nobody() -> None:
    case = attached()
    case = replace(case, origin=replace(case.origin, replayed=True, time="2020-01-01T00:00:00Z"))
    assert part(case, "Who")[1] == "Attribution unverified: replayed by hand."
    assert "1 s after the replay" in part(case, "")[0]


def test_severity_is_a_mark_and_a_word() -> None:
    marks = {told(replace(attached(), severity=severity)).mark for severity in Severity}
    assert len(marks) == len(Severity)
    assert told(attached()).word == "HIGH"


def test_the_advice_of_the_convention_follows_why_and_the_right_way() -> None:
    case = attached()
    assert part(case, "Why it matters") == (case.advice[0],)
    right, comment, command = part(case, "The right way")
    assert right == case.advice[1]
    assert comment.startswith("# No group carries this policy yet")
    assert command.startswith("aws iam attach-group-policy ")


@pytest.mark.parametrize("advice", [(), ("Why.",), ("", "")])
def test_missing_advice_leaves_no_empty_part(advice: tuple[str, ...]) -> None:
    for found in told(replace(attached(), advice=advice)).parts:
        assert found.lines or all(found.text)
        assert found.lines or found.text


def test_the_footer_names_what_to_look_things_up_by() -> None:
    assert dict(told(attached()).footer) == {
        "Owner": "platform-oncall",
        "Case": "c-k5v3qx7m2a4d",
        "Event": "5f0c1d2e-3a4b-4c5d-8e6f-7a8b9c0d1e2f",
        "Convention": "user-permissions-via-groups",
        "Mode": "remediate",
        "Settings": "4f1d2a90b3c7",
        "Stack": "rolecall",
    }
    assert "Owner" not in dict(told(replace(attached(), owner="")).footer)


def test_a_whole_document_is_compared_where_only_the_whole_can_be_written() -> None:
    assert part(open_trust(), "Before → after") == (
        "- trust.Statement:",
        "-   Sid: Everyone",
        "-   Effect: Allow",
        "-   Principal: *",
        "-   Action: sts:AssumeRole",
    )


@patient
@given(cases)
def test_any_case_can_be_told(case: Case) -> None:
    content = told(case)
    assert content.parts[0].text
    assert all(found.text or found.lines for found in content.parts)
