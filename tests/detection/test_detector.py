"""A change comes in; cases and what follows from them go out. One outcome for each record."""

from dataclasses import replace
from typing import Any

import pytest

from rolecall.errors import UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.stories import LedgerExemption
from rolecall.model.times import moment
from tests.detection.staged import ATTACHED, BOB, NOTIFYING, change, world, world_of
from tests.samples import sample
from tests.settings.yaml import exemption, text
from tests.states import ref

DETACH: dict[str, Any] = {"eventName": "DetachUserPolicy", "eventID": "detached"}


@pytest.mark.parametrize(
    ("mode", "outcome", "told", "sent"),
    [
        ("off", "clean", [], 0),
        ("observe", "waiting", [], 1),
        ("notify", "notified", ["notified"], 0),
        ("approve", "awaiting-approval", ["awaiting-approval"], 0),
        ("remediate", "pending", ["pending"], 1),
    ],
)
def test_a_drift_opens_a_case_and_sends_what_its_mode_asks_for(
    mode: str, outcome: str, told: list[str], sent: int
) -> None:
    made = world(text(f"conventions: {{user-permissions-via-groups: {{mode: {mode}}}}}\n"))
    seen = made.detector.detect(change())
    assert seen.outcome == outcome
    assert list(seen.cases) == list(made.ledger.kept)
    assert made.bus.statuses == told
    assert len(made.remedies.sent) == sent


@pytest.mark.peer(72, "iambic: who did it is worked out and then dropped")
def test_a_case_says_what_who_and_how_to_do_it_right() -> None:
    made = world(text(f'accounts: {{"{BOB.account}": staging}}\ndefaults: {{owner: ops}}\n'))
    made.account.add(replace(ref("user"), kind="policy", name=ATTACHED), {
        Facet.POLICY_GROUPS: ["admins"]
    })  # fmt: skip
    made.detector.detect(change())
    (case,) = made.bus.published
    assert case.drift.subject == BOB
    assert case.origin.call == "iam:AttachUserPolicy"
    assert case.origin.event_id == change().event_id
    assert (case.owner, case.account_name, case.settings) == ("ops", "staging", "test-version")
    assert case.opened == "2026-11-02T09:15:00Z"
    assert "Groups that already carry it: admins." in case.advice
    assert case.remedy[0]["do"]["call"] == "iam:DetachUserPolicy"


def test_the_same_record_again_sends_again_and_opens_nothing_new() -> None:
    made = world()
    first = made.detector.detect(change())
    again = made.detector.detect(change())
    assert again == first
    assert made.ledger.log == ["open"]
    assert made.bus.statuses == ["pending", "pending"]
    assert made.remedies.sent == [(first.cases[0], 0)] * 2


def test_the_same_record_after_the_end_tells_the_end_and_acts_no_more() -> None:
    made = world()
    (case_id,) = made.detector.detect(change()).cases
    made.settle(case_id)
    made.account.add(BOB, {Facet.USER_ATTACHED_POLICIES: {ATTACHED: "PowerUserAccess"}})
    assert made.detector.detect(change()).outcome == "remediated"
    assert len(made.remedies.sent) == 1


@pytest.mark.peer(
    34, "AWS ASR #243: one finding through two accounts ran twice within milliseconds"
)
def test_the_same_drift_through_another_record_is_known_by_the_case_that_stands() -> None:
    made = world()
    (standing,) = made.detector.detect(change()).cases
    seen = made.detector.detect(change(eventID="another"))
    assert (seen.outcome, seen.cases) == ("known", (standing,))
    assert len(made.bus.published) == 1


def test_a_known_case_that_nobody_has_settled_yet_is_handed_over_again() -> None:
    made = world()
    (standing,) = made.detector.detect(change()).cases
    made.remedies.sent.clear()  # its worker died before
    made.detector.detect(change(eventID="another"))
    assert made.remedies.sent == [(standing, 0)]
    made.settle(standing)
    made.detector.detect(change(eventID="a-third"))
    assert len(made.remedies.sent) == 1


def test_another_state_of_the_same_part_opens_another_case() -> None:
    made = world()
    put = sample("user-permissions-via-groups/drift-put-user-policy").change
    name = put.request["policyName"] if put.request else ""
    one = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
    for number, document in enumerate((one, f"{one} ")):
        made.account.add(BOB, {Facet.USER_INLINE_POLICIES: {name: document}})
        seen = made.detector.detect(replace(put, event_id=f"e-{number}"))
        assert seen.outcome == "pending"
    assert len(made.ledger.kept) == 2


def test_a_known_drift_is_told_again_after_a_day() -> None:
    made = world(NOTIFYING)
    made.detector.detect(change())
    made.clock.now += 86_401
    assert made.detector.detect(change(eventID="next-day")).outcome == "notified"
    assert len(made.bus.published) == 2


def test_a_snoozed_drift_is_silent_until_its_hour() -> None:
    made = world(NOTIFYING)
    made.detector.detect(change())
    (told,) = made.bus.published
    exemption = LedgerExemption.of(told, reason="why", owner="alice", until=made.clock.now + 3600)
    made.ledger.exempt(told, exemption)
    seen = made.detector.detect(change(eventID="snoozed"))
    assert (seen.outcome, seen.cases) == ("snoozed", (told.id,))
    assert seen.reason == f"exemption of alice until {exemption.end}: why"
    made.clock.now += 3601
    assert made.detector.detect(change(eventID="awake")).outcome == "notified"


@pytest.mark.peer(10, "policy-guard: a failed call is still chosen for deletion")
@pytest.mark.parametrize(
    "changed",
    [
        {"errorCode": "AccessDenied"},
        {"errorCode": "NoSuchEntityException"},
        {"eventName": "ChangePassword"},
        {"eventSource": "ec2.amazonaws.com"},
    ],
)
def test_a_call_that_failed_or_is_not_watched_is_clean_and_reads_nothing(
    changed: dict[str, Any],
) -> None:
    made = world()
    del made.account.state[BOB]
    made.account.read = None  # type: ignore[method-assign,assignment]
    assert made.detector.detect(change(**changed)).outcome == "clean"


@pytest.mark.peer(40, "policy-guard: an actor named EvilAdmin is spared")
def test_an_actor_named_like_whom_the_settings_protect_is_not_spared() -> None:
    by = {"type": "IAMUser", "userName": "break-glass"}
    assert world().detector.detect(change(userIdentity=by)).outcome == "pending"


def test_a_subject_that_is_gone_is_clean() -> None:
    made = world()
    made.clock.now += 60
    del made.account.state[BOB]
    assert made.detector.detect(change()).outcome == "clean"
    assert made.ledger.kept == {}


def test_live_state_decides_and_not_the_record() -> None:
    made = world()
    made.account.add(BOB, {})
    assert made.detector.detect(change()).outcome == "clean"


def test_a_record_that_names_nobody_is_rejected_with_a_reason() -> None:
    seen = world().detector.detect(change(requestParameters={"omitted": True}))
    assert seen.outcome == "rejected"
    assert "iam:AttachUserPolicy" in seen.reason


def test_a_drift_in_its_grace_waits_silently_and_is_handed_over_for_later() -> None:
    record = sample("group-has-policy/drift-create-group").change
    made = world_of(record, NOTIFYING)
    seen = made.detector.detect(record)
    assert seen.outcome == "waiting"
    assert made.bus.published == []
    delays = {made.ledger.get(id_).case.drift.convention: d for id_, d in made.remedies.sent}
    assert len(delays) == len(seen.cases)
    assert delays["group-has-policy"] == 900


@pytest.mark.peer(
    55, "Cloud Custodian #3165, #3162: for code still at work the only answer is a sleep"
)
def test_a_change_through_cloudformation_is_put_right_later() -> None:
    made = world()
    seen = made.detector.detect(change(userAgent="cloudformation.amazonaws.com"))
    assert seen.outcome == "pending"
    assert made.remedies.sent == [(seen.cases[0], 300)]


@pytest.mark.peer(43, "Cloud Custodian #8650: an exclusion tag was ignored in hub-finding mode")
def test_an_exempt_drift_is_kept_and_nobody_hears_of_it() -> None:
    made = world(text("defaults: {mode: notify}\n" + exemption()))
    assert made.detector.detect(change()).outcome == "exempt"
    assert (made.bus.published, made.remedies.sent) == ([], [])


def test_the_same_verdict_is_given_without_writing() -> None:
    made = world()
    found, rejected = made.detector.findings(change())
    assert [finding.to_dict()["status"] for finding in found] == ["pending"]
    assert rejected == []
    assert (made.ledger.log, made.bus.published, made.remedies.sent) == ([], [], [])


@pytest.mark.peer(8, "Cloud Custodian #6406, #5294: a subject that was just made is not found")
def test_a_subject_that_is_not_there_yet_is_looked_at_again_and_later_gone() -> None:
    made = world()
    state = made.account.state.pop(BOB)
    attach = change(eventTime=moment(made.clock()))
    with pytest.raises(UnsettledError, match="bob is not there yet"):
        made.detector.detect(attach)
    made.account.state[BOB] = state
    assert made.detector.detect(attach).outcome == "pending"
    del made.account.state[BOB]
    made.clock.now += 60
    assert made.detector.detect(replace(attach, event_id="late")).outcome == "clean"


def test_a_subject_that_was_removed_is_not_waited_for() -> None:
    made = world()
    del made.account.state[BOB]
    detach = change(eventName="DetachUserPolicy", eventTime=moment(made.clock()))
    assert made.detector.detect(detach).outcome == "clean"
