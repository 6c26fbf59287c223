"""Who of other accounts came in, and what partners were given."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from rolecall.convention import ActivityConvention
from rolecall.detection.judging import judge
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.registered import Organization, Registered, ThirdParty
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from rolecall.replaying.memory import MemoryAccount
from tests.detection.staged import NOTIFYING, change, world_of
from tests.patterns import matches
from tests.samples import sample
from tests.states import ACCOUNT
from tests.world import settings
from tools import rules

ASSUMED, DELEGATED = "cross-account-assume-unknown", "delegation-request-accepted"
OTHERS = "444455556666"
ON = f"version: 1\nconventions: {{{ASSUMED}: {{mode: notify}}}}\n"
ROLE = SubjectRef("role", "billing-export", ACCOUNT)
ASSUME = sample(f"{ASSUMED}/drift-unknown-account").event["detail"]
ACCEPT = sample(f"{DELEGATED}/drift-accept").event["detail"]
SEND = sample(f"{DELEGATED}/drift-send-token").event["detail"]


def activity(id_: str, registered: Registered | None = None) -> ActivityConvention:
    (found,) = [one for one in Registry({}, registered).activity if one.id == id_]
    return found


def assumed(**changed: Any) -> dict[str, Any]:
    record: dict[str, Any] = copy.deepcopy(ASSUME)
    record["userIdentity"] |= changed.pop("identity", {})
    record["requestParameters"] |= changed.pop("request", {})
    return record | changed


def told(registered: Registered | None = None, **changed: Any) -> bool:
    return bool(list(activity(ASSUMED, registered).seen(change(assumed(**changed)))))


# --- cross-account-assume-unknown ---


def party(expires: str) -> Registered:
    return Registered(third_parties={OTHERS: ThirdParty("Watcher", "security", expires)})


@pytest.mark.parametrize(
    ("registered", "is_told"),
    [
        (Registered(), True),
        (Registered(organization=Organization(accounts=frozenset({OTHERS}))), False),
        (Registered(organization=Organization(accounts=frozenset({"999900001111"}))), True),
        (party("2026-11-02"), False),
        (party("2027-03-31"), False),
        (party("2026-11-01"), True),
    ],
)
def test_an_account_is_known_by_the_organization_or_as_a_third_party_until_its_last_day(
    registered: Registered, *, is_told: bool
) -> None:
    assert told(registered) is is_told


def test_a_third_party_whose_time_is_over_is_told_by_its_name() -> None:
    (drift,) = activity(ASSUMED, party("2026-11-01")).seen(change(ASSUME))
    assert "which was registered as Watcher until 2026-11-01" in drift.says


@pytest.mark.parametrize(
    "changed",
    [
        {"identity": {"accountId": ACCOUNT}},
        {"identity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}},
        {"identity": {"type": "AssumedRole"}},
        {"errorCode": "AccessDenied"},
        {"eventName": "AssumeRoleWithSAML"},
    ],
)
def test_services_own_principals_and_failed_calls_are_not_told(changed: dict[str, Any]) -> None:
    assert told()
    assert not told(**changed)


def test_the_rule_passes_other_accounts_only_and_asks_for_calls_that_read() -> None:
    found = settings(ON)
    made = rules.resources([activity(ASSUMED)], found)["CrossAccountAssumeUnknownChanges"]
    assert made["Properties"]["State"] == rules.ALL_MANAGEMENT_EVENTS
    event = copy.deepcopy(sample(f"{ASSUMED}/drift-unknown-account").event)
    assert matches(made["Properties"]["EventPattern"], event)
    event["detail"]["userIdentity"]["type"] = "AWSService"
    assert not matches(made["Properties"]["EventPattern"], event)
    assert "CrossAccountAssumeUnknownChanges" not in rules.resources(
        [activity(ASSUMED)], settings(NOTIFYING)
    )


def test_an_account_and_role_are_told_once_a_day() -> None:
    made = world_of(change(ASSUME), ON)
    (first,) = made.detector.detect(change(ASSUME)).cases
    again = change(assumed(eventID="e-2", request={"roleSessionName": "export-8"}))
    assert made.detector.detect(again).cases == (first,)
    later = change(assumed(eventID="e-3", eventTime="2026-11-03T00:00:00Z"))
    assert made.detector.detect(later).cases != (first,)


def test_an_account_of_the_organization_is_known_where_it_is_read_from_aws() -> None:
    reading = Registered(organization=Organization(read=True))
    found = activity(ASSUMED, reading)
    assert Facet.ROLE_ORGANIZATION_ACCOUNTS in found.related_needs
    assert Facet.ROLE_ORGANIZATION_ACCOUNTS not in activity(ASSUMED).related_needs
    (drift,) = found.seen(change(ASSUME))
    account = MemoryAccount()
    for accounts, is_told in ((None, True), (["999900001111"], True), ([OTHERS], False)):
        account.add(ROLE, {Facet.ROLE_ORGANIZATION_ACCOUNTS: accounts})
        assert found.confirmed(drift, account.read(ROLE, found.related_needs)) is is_told
    assert found.confirmed(drift, None)


def trust(principal: Any, **more: Any) -> Subject:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"} | more
    if principal is not None:
        statement["Principal"] = principal
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return subject(ROLE, {Facet.ROLE_TRUST: text})


@pytest.mark.parametrize(
    ("role", "line"),
    [
        (trust({"AWS": OTHERS}), "still names that account"),
        (trust({"AWS": f"arn:aws:iam::{OTHERS}:role/worker"}), "still names that account"),
        (trust({"AWS": "*"}), "still names that account"),
        (trust({"AWS": ACCOUNT}), "does not name that account any more"),
        (trust({"AWS": OTHERS}, Effect="Deny"), "does not name that account any more"),
        (trust({"AWS": OTHERS}, Action="sts:TagSession"), "does not name that account any more"),
        (trust({"AWS": "AROAEXAMPLE0000000001"}), "is not certain"),
        (trust({"AWS": 7}), "is not certain"),
        (trust(None, NotPrincipal={"AWS": ACCOUNT}), "is not certain"),
        (trust(None), "is not certain"),
        (subject(ROLE, {Facet.ROLE_TRUST: "{"}), "is not certain"),
    ],
)
def test_the_advice_tells_whether_the_account_can_come_again(role: Subject, line: str) -> None:
    (drift,) = activity(ASSUMED).seen(change(ASSUME))
    assert activity(ASSUMED).related(drift) == ROLE
    first, *_ = activity(ASSUMED).advice(drift, role)
    assert line in first


def test_the_advice_ends_the_roles_sessions_by_hand_and_shows_what_this_one_did() -> None:
    (drift,) = activity(ASSUMED).seen(change(ASSUME))
    lines = "\n".join(activity(ASSUMED).advice(drift, None))
    assert "aws iam put-role-policy --role-name billing-export" in lines
    assert "aws:TokenIssueTime" in lines
    assert "aws iam delete-role-policy --role-name billing-export" in lines
    assert "AttributeValue=ASIAIOSFODNN8EXAMPLE" in lines
    assert "TOKEN" not in f"{drift}"


def test_a_role_without_a_usable_name_is_told_for_the_account() -> None:
    record = assumed(request={"roleArn": None})
    (drift,) = activity(ASSUMED).seen(change(record))
    assert (drift.subject.kind, drift.subject.name) == ("account", ACCOUNT)
    assert activity(ASSUMED).related(drift) is None
    assert not any("put-role-policy" in line for line in activity(ASSUMED).advice(drift, None))


# --- delegation-request-accepted ---


def test_a_request_is_told_when_it_is_accepted_and_when_its_token_is_sent() -> None:
    (accepted,) = activity(DELEGATED).seen(change(ACCEPT))
    (sent,) = activity(DELEGATED).seen(change(SEND))
    assert accepted.subject == sent.subject
    assert accepted.key != sent.key
    assert "dora@example.com as role Admin accepted the delegation request dr-" in accepted.says
    assert not list(activity(DELEGATED).seen(change(ACCEPT, errorCode="AccessDenied")))
    assert not list(activity(DELEGATED).seen(change(ACCEPT, eventName="GetDelegationRequest")))


def test_the_alert_tells_partner_permissions_and_duration() -> None:
    account = sample(f"{DELEGATED}/drift-accept").state
    made = world_of(change(ACCEPT), NOTIFYING, account=account)
    (case_id,) = made.detector.detect(change(ACCEPT)).cases
    lines = "\n".join(made.ledger.get(case_id).case.advice)
    assert "Example Monitoring (account 444455556666): Sets up monitoring" in lines
    assert "delegation-policy-template/monitoring" in lines
    assert "3600 seconds" in lines


def test_an_accepted_request_can_be_rejected_and_a_sent_token_cannot() -> None:
    reject = "aws iam reject-delegation-request --delegation-request-id"
    for record, can in ((ACCEPT, True), (SEND, False)):
        (drift,) = activity(DELEGATED).seen(change(record))
        lines = list(activity(DELEGATED).advice(drift, None))
        assert any(line.startswith(reject) for line in lines) is can


def test_a_request_that_aws_does_not_describe_is_told_all_the_same() -> None:
    (drift,) = activity(DELEGATED).seen(change(ACCEPT))
    nothing = subject(drift.subject, {Facet.DELEGATION_REQUEST_SETTINGS: {}})
    lines = list(activity(DELEGATED).advice(drift, nothing))
    assert not any("Asked for by" in line for line in lines)
    assert lines


def test_a_request_without_a_usable_id_is_told_for_the_account() -> None:
    accepted = replace(change(ACCEPT), request={"delegationRequestId": "a b"})
    (drift,) = activity(DELEGATED).seen(accepted)
    assert drift.subject.kind == "account"
    assert activity(DELEGATED).related(drift) is None
    assert not list(activity(DELEGATED).advice(drift, None))
    judged, _ = judge(accepted, Registry({}), settings(), MemoryAccount().read)
    assert DELEGATED in {one.convention.id for one in judged}
