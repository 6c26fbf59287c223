"""The order of the steps is the safety of the account, and each reason to stop stops it."""

from dataclasses import replace
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.model.calls import Call
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.scales import Mode, Severity
from tests.detection.staged import ATTACHED, BOB, change, world_of
from tests.remediation.watched import WatchedWorld, pending
from tests.samples import sample
from tests.settings.yaml import exemption, text
from tests.world import ACTING, PROTECT, settings

VIA_GROUPS = "user-permissions-via-groups"
STEPS = [
    "ledger.claim",
    "account.read",
    "account.read",  # the witness
    "ledger.intend",
    "account.make",
    "account.read",
    "ledger.conclude",
    "ledger.claim",
    "account.read",
    "ledger.conclude",
    "bus.publish",
]


def test_it_claims_reads_writes_its_intent_acts_verifies_concludes_and_tells() -> None:
    made, case_id = pending()
    assert made.settled(case_id) is Status.REMEDIATED
    assert made.log.calls == STEPS
    assert made.account.calls == [
        Call("iam:DetachUserPolicy", {"UserName": "bob", "PolicyArn": ATTACHED})
    ]
    assert made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] == {}
    assert made.bus.statuses == ["remediated"]


@pytest.mark.peer(31, "Cloud Custodian #7201, #4938: nothing keeps what was removed")
def test_it_keeps_the_state_before_and_what_takes_it_back() -> None:
    made, case_id = pending()
    made.settled(case_id)
    entry = made.ledger.get(case_id)
    assert entry.intent
    assert entry.intent.snapshot[Facet.USER_ATTACHED_POLICIES] == {ATTACHED: "PowerUserAccess"}
    assert entry.outcome
    assert [call["call"] for call in entry.outcome.undo] == ["iam:AttachUserPolicy"]
    assert entry.outcome.left is None
    assert entry.outcome.at == "2026-11-02T09:15:00Z"
    assert entry.case.ended == "2026-11-02T09:15:15Z"


def _touches_nothing(made: WatchedWorld, case_id: str, status: Status) -> None:
    assert made.settled(case_id) is status
    assert made.status(case_id) is status
    assert made.account.calls == []
    assert "ledger.intend" not in made.log.calls
    assert made.ledger.get(case_id).intent is None


def test_a_drift_that_is_gone_is_superseded_and_nobody_hears_of_it() -> None:
    made, case_id = pending()
    made.account.add(BOB, {})
    _touches_nothing(made, case_id, Status.SUPERSEDED)
    assert made.bus.published == []
    assert made.ledger.get(case_id).case.reason == "it was already gone"


def test_a_case_whose_convention_is_not_there_any_more_is_told_and_left_to_people() -> None:
    made, case_id = pending()
    kept = made.ledger.kept[case_id]
    gone = replace(kept.case, drift=replace(kept.case.drift, convention="users-have-mfa"))
    kept.case = gone
    _touches_nothing(made, case_id, Status.FAILED)
    (told,) = made.bus.published
    assert told.reason == "the convention users-have-mfa is not deployed any more"
    assert told.ended


def test_a_subject_that_is_gone_is_superseded() -> None:
    made, case_id = pending()
    del made.account.state[BOB]
    _touches_nothing(made, case_id, Status.SUPERSEDED)


@pytest.mark.peer(28, "policy-guard: acts on the request, with no read of state")
def test_a_state_that_changed_since_is_superseded_and_left_to_its_own_case() -> None:
    made, case_id = pending()
    kept = made.ledger.kept[case_id]
    kept.case = kept.case.from_dict(
        kept.case.to_dict() | {"drift": kept.case.drift.to_dict() | {"found": {"attached": "x"}}}
    )
    _touches_nothing(made, case_id, Status.SUPERSEDED)


@pytest.mark.parametrize(
    ("rest", "ceiling", "status"),
    [
        (f'protected: ["{BOB.arn}"]\n', "", Status.PROTECTED),
        (exemption(), "", Status.EXEMPT),
        (f"conventions: {{{VIA_GROUPS}: {{mode: off}}}}\n", "", Status.OBSERVED),
        (f"conventions: {{{VIA_GROUPS}: {{mode: notify}}}}\n", "", Status.NOTIFIED),
        (f"conventions: {{{VIA_GROUPS}: {{mode: approve}}}}\n", "", Status.AWAITING_APPROVAL),
        ("", "notify", Status.NOTIFIED),
    ],
)
def test_settings_that_changed_since_are_the_ones_that_count(
    rest: str, ceiling: str, status: Status
) -> None:
    made, case_id = pending()
    now = ACTING.replace(PROTECT, rest) if rest.startswith("protected") else text(rest)
    made.settings = settings(now, Mode(ceiling or "remediate"))
    _touches_nothing(made, case_id, status)
    assert made.bus.statuses == ([status.value] if status.is_told else [])


def test_a_path_that_aws_keeps_for_itself_is_not_written_to() -> None:
    made, case_id = pending()
    made.account.paths[BOB] = "/aws-reserved/sso.amazonaws.com/"
    _touches_nothing(made, case_id, Status.PROTECTED)


@pytest.mark.peer(44, "iambic: of four expired grants, two survive")
def test_an_exemption_that_ended_since_no_longer_holds() -> None:
    made, case_id = pending(ACTING + exemption(expires="2026-11-01"))
    assert made.settled(case_id) is Status.REMEDIATED


def test_a_grace_that_is_over_is_told_once() -> None:
    made, case_id = pending(text("defaults: {mode: notify, grace: 60}\n"))
    assert made.status(case_id) is Status.WAITING
    assert made.settled(case_id) is Status.NOTIFIED
    assert made.bus.statuses == ["notified"]
    assert made.account.calls == []


def test_what_waits_for_approval_is_not_acted_on_until_it_is_approved() -> None:
    made, case_id = pending(text(f"conventions: {{{VIA_GROUPS}: {{mode: approve}}}}\n"))
    assert made.settled(case_id) is Status.AWAITING_APPROVAL
    assert made.account.calls == []
    made.approve(case_id)
    assert made.settled(case_id) is Status.REMEDIATED


def test_an_approval_does_not_outlive_a_lower_mode() -> None:
    made, case_id = pending(text(f"conventions: {{{VIA_GROUPS}: {{mode: approve}}}}\n"))
    made.approve(case_id)
    made.settings = settings(text())
    _touches_nothing(made, case_id, Status.NOTIFIED)


def test_a_remedy_that_is_not_declared_is_not_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made, case_id = pending()
    monkeypatch.setattr(
        type(made.registry[VIA_GROUPS]), "remedies", ("iam:DeleteUserPolicy",), raising=True
    )
    _touches_nothing(made, case_id, Status.FAILED)
    assert made.bus.published[0].reason == "its remedy is not a declared one"


def test_a_convention_reads_no_more_than_it_declared() -> None:
    made, case_id = pending()
    asked: list[Any] = []
    real = made.account.read
    made.account.read = lambda ref, facets: asked.append(facets) or real(ref, facets)  # type: ignore[method-assign,func-returns-value]
    made.settled(case_id)
    convention: Convention = made.registry[VIA_GROUPS]
    witness = (Facet.USER_INLINE_POLICIES, Facet.USER_ATTACHED_POLICIES, Facet.USER_GROUPS)
    assert asked == [convention.needs, witness, convention.needs, convention.needs]


def test_how_bad_a_change_made_a_drift_stays_when_it_is_judged_again_after_its_grace() -> None:
    keys = "no-long-term-access-keys"
    seen = change(sample(f"{keys}/drift-create-access-key").event["detail"])
    made = world_of(seen, text(f"conventions: {{{keys}: {{grace: 60}}}}\n"))
    made.detector.detect(seen)
    (case,) = [one for one in made.ledger.cases() if one.drift.convention == keys]
    assert (case.status, case.severity) == (Status.WAITING, Severity.CRITICAL)
    made.clock.now += 60
    assert (made.settle(case.id).status, made.ledger.get(case.id).case.severity) == (
        Status.NOTIFIED,
        Severity.CRITICAL,
    )
