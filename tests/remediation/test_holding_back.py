"""What holds a write back: a pause, and caps. Detection and telling go on."""

import json
from typing import Any

import pytest

from rolecall.errors import LeaseHeldError, UnsettledError
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.scales import Severity
from rolecall.model.subjects import SubjectRef
from tests.detection.staged import ATTACHED, BOB, change
from tests.remediation.watched import WatchedWorld, pending
from tests.samples import sample
from tests.states import ACCOUNT
from tests.world import ACTING, settings

CAPS = ("account", "convention", "actor", "drift")


def capped(sort: str) -> tuple[WatchedWorld, str]:
    """A case whose cap of one sort lets nothing through."""
    made, case_id = pending()
    made.settings = settings(f"{ACTING}caps: {{{sort}: 0}}\n")
    return made, case_id


@pytest.mark.peer(37, "Cloud Custodian: max-resources is not enforced in event modes")
@pytest.mark.parametrize("sort", CAPS)
def test_what_is_over_a_cap_is_told_as_critical_and_not_written(sort: str) -> None:
    made, case_id = capped(sort)
    assert made.settled(case_id) is Status.CAPPED
    assert made.account.calls == []
    (told,) = made.bus.published
    assert told.severity is Severity.CRITICAL
    assert f"for one {sort}" in told.reason


def test_what_people_approve_is_not_held_back_by_a_cap() -> None:
    made, case_id = capped("account")
    made.settled(case_id)
    made.approve(case_id)
    assert made.settled(case_id) is Status.REMEDIATED


@pytest.mark.peer(
    61, "Cloud Custodian #3238, #7179, #10467: about 4,000 invocations for one bucket, and no guard"
)
def test_a_drift_that_always_comes_back_is_put_right_three_times_an_hour_and_then_told() -> None:
    made, case_id = pending()
    before = made.account.state[BOB].copy()
    outcomes = [made.settled(case_id)]
    for number in range(2, 6):
        made.account.state[BOB] = before.copy()
        seen = made.detector.detect(change(eventID=f"again-{number}"))
        outcomes.append(made.settled(seen.cases[0]))
    assert outcomes == [Status.REMEDIATED] * 3 + [Status.CAPPED] * 2
    assert len(made.account.calls) == 3
    assert made.bus.published[-1].reason.startswith("the cap is 3 writes an hour for one drift")


def fought() -> tuple[WatchedWorld, str]:
    """A world in which bob's drift came back a third time, and the case that was held back."""
    made, case_id = pending()
    before = made.account.state[BOB].copy()
    for number in range(4):
        made.settled(case_id)
        made.account.state[BOB] = before.copy()
        (case_id,) = made.detector.detect(change(eventID=f"again-{number}")).cases
    assert made.status(case_id) is Status.CAPPED
    return made, case_id


def test_after_a_fight_nothing_is_written_on_that_subject_until_people_have_looked() -> None:
    made, case_id = fought()
    made.account.calls.clear()
    made.clock.now += 3600  # the cap would let it through again
    put = sample("user-permissions-via-groups/drift-put-user-policy").change
    name = put.request["policyName"] if put.request else ""
    made.account.state[BOB][Facet.USER_INLINE_POLICIES] = {name: "{}"}
    found = made.told_of(put, "user-permissions-via-groups")
    assert {made.settled(one) for one in found} == {Status.CAPPED}
    assert made.account.calls == []
    told = made.bus.published[-1]
    assert told.severity is Severity.CRITICAL
    assert f"brings the drift of case {case_id} back" in told.reason
    made.approve(case_id)
    assert made.settled(case_id) is Status.REMEDIATED
    assert Facet.USER_INLINE_POLICIES in made.account.state[BOB]


def test_a_fight_over_one_subject_stops_nothing_on_another() -> None:
    made, _ = fought()
    carol = SubjectRef("user", "carol", ACCOUNT)
    made.attach(carol)
    record: dict[str, Any] = {"requestParameters": {"userName": "carol", "policyArn": ATTACHED}}
    (case_id,) = made.detector.detect(change(eventID="carol", **record)).cases
    assert made.settled(case_id) is Status.REMEDIATED


def test_a_drift_that_is_back_when_the_remedy_is_verified_is_put_right_again_and_counted() -> None:
    made, case_id = pending()
    before = made.account.state[BOB].copy()
    backs = 0

    def fights_back(name: str) -> None:
        nonlocal backs
        if name == "ledger.claim" and made.status(case_id) is Status.VERIFYING and backs < 2:
            backs += 1
            made.account.state[BOB] = before.copy()

    made.log.before_call = fights_back
    assert made.settled(case_id) is Status.REMEDIATED
    assert len(made.account.calls) == 3
    assert made.bus.statuses == ["remediated"]
    assert len(made.ledger.kept[case_id].intent.earlier) == 2  # type: ignore[union-attr]
    made.undoer.undo(case_id, reason="needed for the migration", by="alice")
    assert made.account.state[BOB] == before


@pytest.mark.peer(
    38, "policy-guard: enabled, rate limit, cooldown and require_approval are never read"
)
def test_a_pause_stops_the_write_and_its_end_lets_the_case_go_on() -> None:
    made, case_id = pending()
    made.ledger.set_pause("incident 7")
    assert made.settled(case_id) is Status.PAUSED
    assert made.account.calls == []
    assert made.bus.published[-1].reason == "incident 7"
    made.ledger.set_pause("")
    assert made.settled(case_id) is Status.REMEDIATED


def test_a_pause_that_cannot_be_read_stops_the_write_too() -> None:
    made, case_id = pending()

    def fail(name: str) -> None:
        if name == "ledger.intend":
            raise OSError("the table does not answer")

    made.log.before_call = fail
    with pytest.raises(OSError, match="does not answer"):
        made.settled(case_id)
    assert made.account.calls == []
    made.log.before_call = lambda _: None
    assert made.settled(case_id) is Status.REMEDIATED  # at once: the claim was given back


def test_two_open_statements_of_one_trust_do_not_bring_each_other_back() -> None:
    """IAM writes a trust as a whole, and has no condition on what it replaces."""
    made, _ = pending()
    role = SubjectRef("role", "deploy", ACCOUNT)
    opened = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    saml = opened | {"Action": "sts:AssumeRoleWithSAML"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [opened, saml]})
    made.account.add(role, {Facet.ROLE_TRUST: trust})
    record: dict[str, Any] = {
        "eventName": "UpdateAssumeRolePolicy",
        "requestParameters": {"roleName": "deploy"},
    }
    first, second = made.detector.detect(change(eventID="trust", **record)).cases

    def meanwhile(name: str) -> None:
        if name == "ledger.intend":  # the first has read; the second writes before it
            made.log.before_call = lambda _: None
            with pytest.raises(UnsettledError):
                made.remediator.settle(second)

    made.log.before_call = meanwhile
    with pytest.raises(LeaseHeldError):
        made.settled(first)
    made.clock.now += 30
    assert made.settled(first) is Status.REMEDIATED
    assert made.settled(second) is Status.REMEDIATED
    left = json.loads(made.account.state[role][Facet.ROLE_TRUST])["Statement"]
    assert [one["Effect"] for one in left] == ["Deny"]


def drift_of(made: WatchedWorld, user: str, actor: str) -> str:
    """A case about a user, by an actor."""
    made.attach(SubjectRef("user", user, ACCOUNT))
    record: dict[str, Any] = {
        "requestParameters": {"userName": user, "policyArn": ATTACHED},
        "userIdentity": {"type": "IAMUser", "userName": actor, "accountId": ACCOUNT},
    }
    (case_id,) = made.detector.detect(change(eventID=f"{user} by {actor}", **record)).cases
    return case_id


def test_each_actor_has_a_cap_of_its_own_and_each_hour_begins_anew() -> None:
    made, _ = pending()
    made.settings = settings(f"{ACTING}caps: {{actor: 1}}\n")
    assert made.settled(drift_of(made, "carol", "mallory")) is Status.REMEDIATED
    assert made.settled(drift_of(made, "dave", "mallory")) is Status.CAPPED
    assert made.settled(drift_of(made, "erin", "trudy")) is Status.REMEDIATED
    made.clock.now += 3600
    assert made.settled(drift_of(made, "frank", "mallory")) is Status.REMEDIATED
    made.clock.now += 60
    assert made.settled(drift_of(made, "grace", "mallory")) is Status.CAPPED


def test_what_stops_a_subject_says_which_drift_came_back_and_how_often() -> None:
    made, case_id = fought()
    why = made.ledger.stopped[BOB.key]
    assert why == (
        f"somebody or something brings the drift of case {case_id} back: "
        "the cap is 3 writes an hour for one drift"
    )
