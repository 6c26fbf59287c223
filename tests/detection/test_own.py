"""What Rolecall's own roles did is matched to its intents; it wakes nothing, whoever repeats it.

Elsewhere a remediator's own event started it again: one bucket cost some 4,000 runs (Cloud Custodian
#3238), and a guard against that is still asked for (#10467).
"""

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rolecall.model.calls import Call
from rolecall.model.changes import Change
from rolecall.model.facets import Facet
from rolecall.model.records import parse
from rolecall.runtime.work import replay
from rolecall_cli.trail.answers import Answer
from rolecall_cli.trail.calls import Call as TrailCall
from rolecall_cli.trail.identity import Caller
from rolecall_cli.trail.models import operation_model
from rolecall_cli.trail.records import Circumstances, make_record
from tests.detection.staged import ATTACHED, BOB, change, world, world_of
from tests.patterns import matches
from tests.runtime.doubles import runtime
from tests.samples import Sample, sample, samples
from tests.states import ACCOUNT
from tests.world import ACTING, DETECT_ROLE, OWN_ROLE, World, settings
from tools import rules

ID = "own-role-used-by-others"
OWN = sample(f"{ID}/clean-own-remedy").event["detail"]
OTHERS = sample(f"{ID}/drift-detach-user-policy").event["detail"]
REFUSED = "is not authorized to perform: iam:DetachUserPolicy on resource: "
every_sample = pytest.mark.parametrize("one", list(samples()), ids=str)


def remedied(made: World) -> World:
    """The world after its remedy, with what was done until then forgotten."""
    (case_id,) = made.detector.detect(change()).cases
    made.settle(case_id)
    forget(made)
    return made


def forget(made: World) -> None:
    made.remedies.sent.clear()
    made.bus.published.clear()
    made.account.calls.clear()


def record_of(call: Call, at: float, role: str = OWN_ROLE, region: str = "us-east-1") -> Change:
    """The change of a call by a role, as the trail words its record."""
    service, _, name = call.name.partition(":")
    model = operation_model(service, name)
    assert model
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/function"
    caller = Caller(session, ACCOUNT, "ASIAEXAMPLE", "AROAEXAMPLE", role_arn=role)
    arrived = datetime.fromtimestamp(at, UTC)
    found = parse(
        make_record(
            TrailCall(service, region, model, dict(call.parameters)),
            Answer({}, "r"),
            Circumstances(arrived, caller, "r", "Boto3"),
        )
    )
    assert isinstance(found, Change)
    return found


def under(record: Mapping[str, Any], role: str) -> dict[str, Any]:
    """The record, made by a session of the role."""
    found: dict[str, Any] = copy.deepcopy(dict(record))
    found["userIdentity"] = copy.deepcopy(OWN["userIdentity"])
    found["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = role
    return found


@pytest.mark.parametrize("one", [s for s in samples() if s.is_drift], ids=str)
def test_the_record_of_every_remedy_is_matched_to_its_intent_and_wakes_nothing(one: Sample) -> None:
    made = world_of(one.change, account=one.state)
    for case_id in made.detector.detect(one.change).cases:
        made.settle(case_id)
    kept = dict(made.ledger.kept)
    calls = list(made.account.calls)
    forget(made)
    for call in calls:
        for number in range(20):
            seen = made.detector.detect(
                replace(
                    record_of(call, made.clock.now, region=one.change.region),
                    event_id=f"e-{number}",
                )
            )
            assert (seen.outcome, seen.cases) == ("own", ())
    assert made.ledger.kept == kept
    assert not made.remedies.sent
    assert not made.bus.published
    assert not made.account.calls


@every_sample
@pytest.mark.parametrize("role", [OWN_ROLE, DETECT_ROLE])
@pytest.mark.parametrize("error", ["", "AccessDenied"])
def test_a_record_by_an_own_role_never_leads_to_a_write(one: Sample, role: str, error: str) -> None:
    event = under(one.event["detail"], role) | ({"errorCode": error} if error else {})
    by_own = parse(event)
    assert isinstance(by_own, Change)
    made = world_of(one.change, account=one.state)
    seen = made.detector.detect(by_own)
    assert seen.outcome == "notified"
    assert not made.remedies.sent
    assert not made.account.calls
    (case,) = made.bus.published
    assert (case.drift.convention, case.severity.value) == (ID, "critical")
    assert made.settle(case.id).status.value == "notified"
    assert not made.account.calls


def test_rules_pass_own_roles_to_their_own_rule_only() -> None:
    patterns = rules.patterns(World(settings(ACTING)).registry, [OWN_ROLE, DETECT_ROLE])
    event = sample("user-permissions-via-groups/drift-attach-user-policy").event
    event["detail"] = under(event["detail"], DETECT_ROLE)
    assert [name for name, p in patterns.items() if matches(p, event)] == [
        "OwnRoleUsedByOthersChanges"
    ]
    for changed in (
        {"readOnly": True},
        {"eventName": "CreateLogStream"},
        {"eventCategory": "Data"},
        {"userIdentity": under(event["detail"], f"{DETECT_ROLE}2")["userIdentity"]},
    ):
        other = event | {"detail": event["detail"] | changed}
        assert not matches(patterns["OwnRoleUsedByOthersChanges"], other)


def test_who_uses_the_role_for_anything_else_is_told_once_as_critical() -> None:
    made = remedied(world())
    seen = made.detector.detect(change(OTHERS))
    again = made.detector.detect(change(OTHERS, eventID="again"))
    assert (seen.outcome, again.outcome) == ("notified", "known")
    (case,) = made.bus.published
    assert case.severity.value == "critical"
    assert "role remediate and called iam:DetachUserPolicy" in case.drift.says
    assert case.origin.actor == "mallory as role remediate"
    assert "rolecall pause" in case.advice[2]
    assert not case.remedy


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "own"),
        ({"eventTime": "2026-11-02T09:14:01Z"}, "own"),  # clocks differ
        ({"eventTime": "2026-11-02T09:13:59Z"}, "notified"),  # before it was intended
        ({"eventTime": "2026-11-16T09:14:59Z"}, "own"),
        ({"eventTime": "2026-11-16T09:15:01Z"}, "notified"),
        ({"eventTime": ""}, "notified"),
        ({"errorCode": "NoSuchEntityException"}, "own"),
        ({"requestParameters": None}, "notified"),
        ({"requestParameters": {"userName": "bob"}}, "notified"),
        ({"requestParameters": {"userName": "bob", "policyArn": "x"}}, "notified"),
        ({"requestParameters": {"userName": "carol", "policyArn": ATTACHED}}, "notified"),
        ({"requestParameters": OWN["requestParameters"] | {"x": 1}}, "notified"),
        ({"eventName": "AttachUserPolicy"}, "notified"),
        ({"eventName": "DeleteUserPolicy"}, "notified"),
        ({"eventName": "CreateUser"}, "notified"),
    ],
    ids=str,
)
def test_only_the_very_call_at_its_time_is_our_own(changed: dict[str, Any], outcome: str) -> None:
    assert remedied(world()).detector.detect(change(OWN, **changed)).outcome == outcome


@pytest.mark.parametrize(
    ("resource", "outcome"),
    [
        ("user bob because no policy allows it", "own"),
        (f"arn:aws:iam::{ACCOUNT}:user/ci/bob with an explicit deny", "own"),
        ("user carol because no policy allows it", "notified"),
        ("group bob", "notified"),
        ("", "notified"),
    ],
)
def test_a_denied_call_is_known_by_the_subject_that_its_denial_names(
    resource: str, outcome: str
) -> None:
    denied = {"errorCode": "AccessDenied", "requestParameters": None}
    found = change(OWN, **denied, errorMessage=f"User: x {REFUSED}{resource}")
    assert remedied(world()).detector.detect(found).outcome == outcome
    assert remedied(world()).detector.detect(change(OWN, **denied)).outcome == "notified"


def test_a_denied_update_of_a_pool_is_known_by_the_pool_that_its_denial_names() -> None:
    drift = sample("cognito-unauth-role-minimal/drift-set-identity-pool-roles")
    made = world_of(drift.change, account=drift.state)
    (case_id,) = made.detector.detect(drift.change).cases
    made.settle(case_id)
    (call,) = made.account.calls
    own = dict(record_of(call, made.clock.now, region="eu-west-1").record)
    pool = call.parameters["IdentityPoolId"]
    for named, outcome in ((pool, "own"), (f"{pool[:-1]}0", "notified")):
        resource = f"arn:aws:cognito-identity:eu-west-1:{ACCOUNT}:identitypool/{named}"
        denied = {"errorCode": "AccessDenied", "requestParameters": None}
        found = change(own, **denied, errorMessage=f"User: x {REFUSED}{resource} because")
        assert made.detector.detect(found).outcome == outcome


def test_another_function_role_makes_no_remedies_even_the_same_call() -> None:
    assert remedied(world()).detector.detect(change(under(OWN, DETECT_ROLE))).outcome == "notified"


def test_a_late_record_is_matched_although_the_drift_has_another_case_since() -> None:
    made = remedied(world())
    made.clock.now += 3600
    made.account.add(BOB, {Facet.USER_ATTACHED_POLICIES: {ATTACHED: "PowerUserAccess"}})
    made.detector.detect(change(eventID="again", eventTime="2026-11-02T10:14:59Z"))
    assert made.detector.detect(change(OWN)).outcome == "own"


TRUST = sample("role-no-wildcard-trust/drift-update-trust-one-open-statement")


@pytest.mark.parametrize(
    ("rewritten", "outcome"),
    [
        (lambda document: document.replace(",", ",\n "), "own"),
        (lambda document: document.replace('"Version"', '"Version":"", "Version"'), "notified"),
        (lambda document: document.replace("sts:", "sts:Set"), "notified"),
        (lambda document: document[:-1], "notified"),
    ],
)  # fmt: skip
def test_a_policy_document_is_compared_as_json_and_never_by_its_last_of_two_keys(
    rewritten: Any, outcome: str
) -> None:
    made = world_of(TRUST.change)
    made.detector.detect(TRUST.change)
    (case_id,) = (one.id for one in made.ledger.cases() if one.drift.convention == TRUST.convention)
    made.settle(case_id)
    (call,) = made.account.calls
    document = rewritten(call.parameters["PolicyDocument"])
    assert document != call.parameters["PolicyDocument"]
    other = Call(call.name, {**call.parameters, "PolicyDocument": document})
    assert made.detector.detect(record_of(other, made.clock.now)).outcome == outcome


def test_a_session_of_nobody_and_a_role_of_another_path_are_judged_as_anybodys() -> None:
    for role in ("", OWN_ROLE.replace("/rolecall/", "/"), OWN_ROLE.replace(ACCOUNT, "4" * 12)):
        made = world()
        assert made.detector.detect(change(under(change().record, role))).outcome == "pending"


def test_for_others_changes_the_ledger_is_not_asked_for_intents() -> None:
    made = world()
    made.ledger.intended = None  # type: ignore[method-assign,assignment]
    assert made.detector.detect(change()).outcome == "pending"


def test_what_an_own_role_did_settles_no_case_either() -> None:
    made = world("version: 1\n")
    (case_id,) = made.detector.detect(change()).cases
    made.account.add(BOB, {})
    made.detector.detect(change(OWN))
    assert made.ledger.get(case_id).case.status.value == "notified"


@pytest.mark.parametrize("name", [f"{ID}/drift-detach-user-policy", "root-usage/drift-api-call"])
def test_what_was_done_is_told_at_once_whatever_the_grace_for_it_cannot_go_away(name: str) -> None:
    made = world("version: 1\ndefaults: {grace: 60}\n")
    assert made.detector.detect(sample(name).change).outcome == "notified"
    assert not made.remedies.sent


def test_when_it_is_switched_off_own_changes_are_still_matched_and_never_judged() -> None:
    made = remedied(world(ACTING + f"  {ID}: {{mode: 'off'}}\n"))
    assert made.detector.detect(change(OWN)).outcome == "own"
    assert made.detector.detect(change(OTHERS)).outcome == "clean"
    assert made.detector.detect(change(under(change().record, OWN_ROLE))).outcome == "clean"


def test_a_replay_is_judged_the_same_and_marked() -> None:
    made = remedied(world())
    working, _ = runtime(made)
    matched = replay(working, {"replay": OWN, "act": True})
    assert (matched["verdicts"], matched["outcome"], matched["cases"]) == ([], "own", [])
    assert "matched to intents" in matched["unwatched"]
    told = replay(working, {"replay": OTHERS})
    assert [verdict["convention"] for verdict in told["verdicts"]] == [ID]
    assert not made.bus.published
    replay(working, {"replay": OTHERS, "act": True})
    assert [case.origin.replayed for case in made.bus.published] == [True]
