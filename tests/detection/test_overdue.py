"""What a dead worker left undone is brought forward, once it is late."""

import pytest

from rolecall.detection.overdue import KEPT, LATE
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from tests.detection.staged import BOB, change
from tests.remediation.watched import WatchedWorld, pending
from tests.samples import sample
from tests.settings.yaml import text


def forgotten(rest: str = "") -> tuple[WatchedWorld, str]:
    """A case whose worker died when it had opened it."""
    made, case_id = pending(text(rest)) if rest else pending()
    made.remedies.sent.clear()
    return made, case_id


def test_a_case_that_was_never_handed_over_is_handed_over_when_it_is_late() -> None:
    made, case_id = forgotten()
    assert made.overdue.bring_forward() == []
    made.clock.now += LATE + 1
    assert case_id in made.overdue.bring_forward()
    assert made.remedies.sent == [(case_id, 0)]


def test_a_case_in_its_grace_is_not_late() -> None:
    made, case_id = forgotten("conventions: {user-permissions-via-groups: {grace: 600}}\n")
    made.clock.now += LATE + 1
    assert made.overdue.bring_forward() == []
    made.clock.now += 600
    assert made.overdue.bring_forward() == [case_id]


def test_a_case_whose_drift_has_changed_since_comes_to_its_end() -> None:
    put = sample("user-permissions-via-groups/drift-put-user-policy").change
    made, _ = pending()
    name = put.request["policyName"] if put.request else ""
    text = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
    made.account.add(BOB, {Facet.USER_INLINE_POLICIES: {name: text}})
    (first,) = made.detector.detect(put).cases
    made.remedies.sent.clear()  # the worker died before it could send
    made.account.add(BOB, {Facet.USER_INLINE_POLICIES: {name: f"{text} "}})
    made.clock.now += LATE + 1
    made.overdue.bring_forward()
    assert made.settled(first) is Status.SUPERSEDED


def test_what_was_never_told_is_told_and_what_was_is_not() -> None:
    made, case_id = forgotten("defaults: {mode: notify}\n")
    made.clock.now += LATE + 1
    assert made.overdue.bring_forward() == [case_id]
    assert made.bus.statuses == ["notified"]
    assert made.ledger.claim_telling(case_id, Status.NOTIFIED, "slack", made.clock())
    made.ledger.told(case_id, Status.NOTIFIED, "slack")
    assert made.overdue.bring_forward() == []


@pytest.mark.parametrize(("age", "told"), [(LATE, False), (KEPT - 1, True), (KEPT + 1, False)])
def test_only_what_is_late_and_not_years_old_is_told(age: float, *, told: bool) -> None:
    made, _ = forgotten("defaults: {mode: notify}\n")
    made.clock.now += age
    assert bool(made.overdue.bring_forward()) is told


def test_what_only_waits_for_people_is_theirs() -> None:
    made, case_id = forgotten("conventions: {user-permissions-via-groups: {mode: approve}}\n")
    made.ledger.tellings[case_id, Status.AWAITING_APPROVAL, "slack"] = None
    made.clock.now += LATE + 1
    assert made.overdue.bring_forward() == []
    assert made.detector.detect(change(eventID="again")).outcome == "known"
