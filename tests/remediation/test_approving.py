"""An approval holds for what was shown, once, and not for long."""

import json

import pytest

from rolecall.errors import ApprovalVoidError, CaseError, LeaseHeldError
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.remediation.approve import ANSWER_WITHIN
from rolecall.remediation.intending import APPROVED_FOR
from tests.detection.staged import BOB, world_of
from tests.remediation.watched import WatchedWorld, pending
from tests.samples import sample
from tests.settings.yaml import text

CAROL = "arn:aws:iam::111122223333:user/carol"


def approving(convention: str, more: str = "") -> str:
    """Settings that let a convention ask."""
    return text(f"conventions: {{{convention}: {{mode: approve{more}}}}}\n")


def asked() -> tuple[WatchedWorld, str]:
    """A case about bob that awaits approval."""
    return pending(approving("user-permissions-via-groups"))


def test_an_approved_case_says_by_whom_and_is_put_right() -> None:
    made, case_id = asked()
    approved = made.approve(case_id, CAROL)
    assert approved.reason == f"approved by {CAROL}"
    assert made.remedies.sent == [(case_id, 0)]
    assert made.settled(case_id) is Status.REMEDIATED
    approval = made.ledger.get(case_id).case.approval
    assert approval
    assert (approval.by, approval.shown) == (CAROL, approved.shown)


@pytest.mark.peer(
    46,
    "Flowpipe mod, turbot/flowpipe #803: when asking errors the default action runs; no timeout",
)
def test_silence_does_nothing() -> None:
    made, case_id = asked()
    made.clock.now += 30 * 86_400
    assert made.settled(case_id) is Status.AWAITING_APPROVAL
    assert made.account.calls == []


def test_what_was_not_shown_is_not_approved() -> None:
    made, case_id = asked()
    with pytest.raises(ApprovalVoidError, match="not what was shown"):
        made.approver.approve(case_id, shown="0123456789ab", by=CAROL)
    assert made.remedies.sent == []
    made.approve(case_id)  # and the case was given back


def test_an_answer_counts_once() -> None:
    made, case_id = asked()
    made.approve(case_id)
    with pytest.raises(CaseError, match="only once"):
        made.approve(case_id)
    made.settled(case_id)
    with pytest.raises(CaseError, match="is remediated"):
        made.approve(case_id)
    assert len(made.remedies.sent) == 1


def test_an_answer_that_comes_too_late_is_refused() -> None:
    made, case_id = asked()
    made.clock.now += ANSWER_WITHIN + 1
    with pytest.raises(ApprovalVoidError, match="waits no longer"):
        made.approve(case_id)
    with pytest.raises(ApprovalVoidError, match="waits no longer"):
        made.approver.question(case_id)


def test_a_case_that_a_worker_has_in_hand_is_answered_later() -> None:
    made, case_id = asked()
    made.ledger.claim(case_id, made.clock(), 120)
    with pytest.raises(LeaseHeldError):
        made.approve(case_id)


def test_an_approval_that_is_not_used_soon_is_void_and_people_hear_of_it() -> None:
    made, case_id = asked()
    made.approve(case_id, CAROL)
    made.clock.now += APPROVED_FOR + 1
    assert made.settled(case_id) is Status.NOTIFIED
    assert made.account.calls == []
    told = made.bus.published[-1]
    assert told.reason.startswith(f"the approval by {CAROL} is used up: it came too late")
    made.approve(case_id)  # it may be given again
    assert made.settled(case_id) is Status.REMEDIATED


@pytest.mark.peer(28, "Flowpipe mod: no second look between approval and act")
def test_an_approval_of_another_whole_is_void_though_the_part_is_the_same() -> None:
    opened = sample("role-no-wildcard-trust/drift-update-trust-one-open-statement")
    made = world_of(opened.change, approving("role-no-wildcard-trust"))
    (case_id,) = made.told_of(opened.change, "role-no-wildcard-trust")
    made.approve(case_id)
    (role,) = (ref for ref in made.account.state if ref.kind == "role")
    trust = json.loads(made.account.state[role][Facet.ROLE_TRUST])
    trust["Statement"].append(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )
    made.account.state[role][Facet.ROLE_TRUST] = json.dumps(trust)
    assert made.settle(case_id).status is Status.NOTIFIED
    assert made.account.calls == []
    made.approve(case_id)  # what stands there now
    assert made.settle(case_id).status is Status.REMEDIATED


def test_what_people_approved_is_put_right_once_and_not_again_when_it_comes_back() -> None:
    made, case_id = asked()
    before = made.account.state[BOB].copy()
    made.approve(case_id, CAROL)

    def fights_back(name: str) -> None:
        if name == "ledger.claim" and made.status(case_id) is Status.VERIFYING:
            made.account.state[BOB] = before.copy()

    made.log.before_call = fights_back
    assert made.settled(case_id) is Status.NOTIFIED
    assert len(made.account.calls) == 1
    assert made.bus.published[-1].reason.endswith("it was put right, and the drift came back")


def test_an_approval_waits_for_the_end_of_a_pause() -> None:
    made, case_id = asked()
    made.approve(case_id)
    made.ledger.set_pause("incident 7")
    assert made.settled(case_id) is Status.PAUSED
    made.ledger.set_pause("")
    assert made.settled(case_id) is Status.REMEDIATED


@pytest.mark.peer(47, "Flowpipe mod: nothing stops the actor from approving")
def test_who_made_the_change_cannot_approve_a_remedy_that_gives_access() -> None:
    """Flowpipe's aws-compliance mod lets whoever made a change answer for it."""
    launched = sample("ec2-launched-with-profile/drift-run-instances")
    rest = approving("ec2-launched-with-profile", ", profile: base, role: base")
    made = world_of(launched.change, rest)
    case_id, *_ = made.detector.detect(launched.change).cases
    with pytest.raises(ApprovalVoidError, match="somebody else"):
        made.approve(case_id, launched.change.actor.arn)
    made.approve(case_id, CAROL)
    assert made.settle(case_id).status is Status.REMEDIATED
