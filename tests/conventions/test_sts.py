"""Edges of the conventions about STS and root's sessions and keys that no sample shows."""

import copy
import json
import subprocess
from typing import Any

import pytest

from rolecall.convention import ActivityConvention
from rolecall.detection.judging import judge
from rolecall.model.changes import Change, Rejected
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.pointing import subjects
from rolecall.model.recorded import recorded
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from rolecall.replaying.memory import MemoryAccount
from tests.detection.staged import BOB, change, world
from tests.samples import sample, samples
from tests.states import ACCOUNT, ref
from tests.world import ACTING, settings

FEDERATION = "sts-no-federation-token"
SESSION = "sts-session-token-mfa"
ROOT_SESSION = "root-session-assumed"
ROOT_KEY = "root-no-access-key"
PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/bob-phone"
SECURITY_KEY = f"arn:aws:iam::{ACCOUNT}:u2f/user/bob/key-EXAMPLE"


def convention(id_: str, **options: Any) -> ActivityConvention:
    return next(one for one in Registry({id_: options}).activity if one.id == id_)


def record(name: str) -> dict[str, Any]:
    detail: dict[str, Any] = sample(name).event["detail"]
    return detail


def seen(name: str, changed: dict[str, Any] | None = None, **options: Any) -> list[Drift]:
    id_ = name.partition("/")[0]
    return list(convention(id_, **options).seen(change(record(name), **changed or {})))


def advice(drift: Drift, related: Subject | None = None) -> str:
    return "\n".join(convention(drift.convention).advice(drift, related))


def test_no_session_token_leaves_a_record() -> None:
    shown = [s for s in samples() if "EXAMPLETOKEN" in json.dumps(s.event)]
    assert {s.convention for s in shown} >= {FEDERATION, SESSION, ROOT_SESSION}
    for one in shown:
        for drift in convention(one.convention).seen(one.change):
            assert "EXAMPLETOKEN" not in json.dumps(drift.to_dict()) + advice(drift)


@pytest.mark.parametrize(
    "name", [f"{FEDERATION}/drift-by-a-user", f"{ROOT_SESSION}/drift-by-a-role"]
)
def test_a_session_is_told_once_a_day_for_the_same_caller_and_purpose(name: str) -> None:
    again = copy.deepcopy(record(name)["responseElements"])
    again["credentials"]["accessKeyId"] = "ASIAIOSFODNN0EXAMPLE"
    (first,), (same,), (next_day,) = (
        seen(name),
        seen(name, {"responseElements": again, "eventTime": "2026-11-02T23:00:00Z"}),
        seen(name, {"eventTime": "2026-11-03T09:00:00Z"}),
    )
    assert (first.key, first.state) == (same.key, same.state)
    assert first.state != next_day.state


# --- federation tokens ---


def test_another_name_is_another_case() -> None:
    name = f"{FEDERATION}/drift-by-a-user"
    (first,), (other,) = seen(name), seen(name, {"requestParameters": {"name": "support"}})
    assert first.key != other.key


def test_a_federation_token_tells_its_name_session_key_and_time() -> None:
    (drift,) = seen(f"{FEDERATION}/drift-by-a-user")
    assert drift.subject == BOB
    for told in ("user bob", "admin", f"federated-user/{drift.part} ", "129600", "8EXAMPLE"):
        assert told in drift.says


@pytest.mark.parametrize(
    ("name", "seconds"), [("drift-by-a-user", "43200"), ("drift-by-root", "3600")]
)
def test_without_a_duration_a_token_lasts_as_long_as_sts_lets_it(name: str, seconds: str) -> None:
    (drift,) = seen(f"{FEDERATION}/{name}", {"requestParameters": {"name": "admin"}})
    assert f"for {seconds} seconds" in drift.says


@pytest.mark.parametrize("lost", [{"omitted": True}, None])
def test_a_name_that_the_record_leaves_out_is_taken_from_the_session(lost: Any) -> None:
    (drift,) = seen(f"{FEDERATION}/drift-by-a-user", {"requestParameters": lost})
    assert drift.part == "admin"


@pytest.mark.parametrize(
    ("brokers", "told"),
    [((), 1), (("bob",), 0), (("b*",), 0), (("alice",), 1), (("Bob",), 1), (("bo",), 1)],
)
def test_a_broker_is_not_told(brokers: tuple[str, ...], told: int) -> None:
    assert len(seen(f"{FEDERATION}/drift-by-a-user", brokers=brokers)) == told


def test_root_is_no_broker_and_is_told_of_the_account() -> None:
    (drift,) = seen(f"{FEDERATION}/drift-by-root", brokers=("*",))
    assert drift.subject == ref("account")
    assert "delete its access key" in advice(drift)
    assert "put-user-policy" not in advice(drift)


def test_the_command_that_contains_the_sessions_is_one_that_a_shell_and_iam_can_read() -> None:
    name = record(f"{FEDERATION}/drift-by-a-user")
    odd = {"userIdentity": name["userIdentity"] | {"userName": "bob+1@example.com"}}
    (drift,) = seen(f"{FEDERATION}/drift-by-a-user", odd)
    (line,) = [one for one in advice(drift).splitlines() if "put-user-policy" in one]
    told = subprocess.run(
        ["/bin/bash", "-c", line.replace("aws iam", "printf '%s\\n'", 1)],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert told[:-1] == [
        *("put-user-policy", "--user-name", "bob+1@example.com"),
        *("--policy-name", "RevokeOlderSessions", "--policy-document"),
    ]
    (statement,) = json.loads(told[-1])["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "*", "*")
    time = statement["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
    assert len(time) == len("2026-11-02T09:14:07Z")
    assert time.endswith("Z")


def test_what_the_session_can_do_at_most_is_told_from_the_users_policies() -> None:
    (drift,) = seen(f"{FEDERATION}/drift-by-a-user")
    state = {
        Facet.USER_IDENTITY: {"created": "", "boundary": "arn:aws:iam::aws:policy/ViewOnlyAccess"},
        Facet.USER_INLINE_POLICIES: {"deploys": "{}"},
        Facet.USER_ATTACHED_POLICIES: {"arn:aws:iam::aws:policy/PowerUser": "PowerUser"},
    }
    said = advice(drift, subject(BOB, state))
    assert "PowerUser, deploys, and" in said
    assert "within the boundary arn:aws:iam::aws:policy/ViewOnlyAccess" in said
    bare: dict[Facet, Any] = {Facet.USER_INLINE_POLICIES: {}, Facet.USER_ATTACHED_POLICIES: {}}
    said = advice(drift, subject(BOB, {Facet.USER_IDENTITY: {"created": ""}, **bare}))
    assert "none on the user itself" in said
    assert "boundary" not in said
    assert "ASIAIOSFODNN8EXAMPLE" in said


# --- session tokens ---


@pytest.mark.parametrize(
    ("devices", "told"),
    [
        (None, True),
        ([], False),
        ([PHONE], True),
        ([SECURITY_KEY], False),
        ([SECURITY_KEY, PHONE], True),
    ],
)
def test_a_user_is_told_who_has_a_device_to_name_or_whose_devices_nobody_can_read(
    devices: list[str] | None, *, told: bool
) -> None:
    account = MemoryAccount()
    if devices is not None:
        account.add(BOB, {Facet.USER_MFA_DEVICES: devices})
    found = change(record(f"{SESSION}/drift-no-parameters"))
    configured = settings(ACTING)
    judged, _ = judge(found, Registry(configured.options), configured, account.read)
    assert [j.convention.id for j in judged if j.drifts] == ([SESSION] if told else [])


def test_a_user_of_whom_a_record_tells_nothing_is_told() -> None:
    (drift,) = seen(f"{SESSION}/drift-no-parameters")
    assert convention(SESSION).confirmed(drift, subject(BOB, {}))


@pytest.mark.parametrize("by", ["Root", "AssumedRole", "FederatedUser"])
def test_a_session_token_of_others_than_users_is_not_told(by: str) -> None:
    identity = record(f"{SESSION}/drift-no-parameters")["userIdentity"] | {"type": by}
    assert seen(f"{SESSION}/drift-no-parameters", {"userIdentity": identity}) == []


@pytest.mark.parametrize(("mfa", "told"), [("true", 0), ("false", 1)])
def test_who_came_with_mfa_need_not_name_it_again(mfa: str, told: int) -> None:
    context = {"sessionContext": {"attributes": {"mfaAuthenticated": mfa}}}
    identity = record(f"{SESSION}/drift-no-parameters")["userIdentity"] | context
    assert len(seen(f"{SESSION}/drift-no-parameters", {"userIdentity": identity})) == told


def test_a_refused_session_token_is_not_told() -> None:
    assert seen(f"{SESSION}/drift-no-parameters", {"errorCode": "AccessDenied"}) == []


def test_the_right_way_names_the_users_own_device() -> None:
    (drift,) = seen(f"{SESSION}/drift-no-parameters")
    devices = subject(BOB, {Facet.USER_MFA_DEVICES: [SECURITY_KEY, PHONE]})
    assert advice(drift, devices) == (
        f"aws sts get-session-token --serial-number {PHONE} --token-code CODE"
    )


# --- root's sessions ---


@pytest.mark.parametrize(
    ("approved", "told"),
    [((), 1), (("Admin",), 0), (("Ad*",), 0), (("admin",), 1), (("alice",), 1)],
)
def test_an_approved_role_may_open_a_root_session(approved: tuple[str, ...], told: int) -> None:
    assert len(seen(f"{ROOT_SESSION}/drift-by-a-role", approved=approved)) == told


def test_a_user_is_never_an_approved_role() -> None:
    (drift,) = seen(f"{ROOT_SESSION}/drift-by-a-user", approved=("*",))
    assert drift.found["caller"] == f"arn:aws:iam::{ACCOUNT}:user/bob"


def test_a_root_session_tells_target_task_and_key() -> None:
    (drift,) = seen(f"{ROOT_SESSION}/drift-by-a-role")
    assert drift.says == (
        "alice as role Admin opened a root session of the account 444455556666 for the task "
        "S3UnlockBucketPolicy, with the key ASIAIOSFODNN8EXAMPLE."
    )
    assert "AttributeKey=AccessKeyId,AttributeValue=ASIAIOSFODNN8EXAMPLE" in advice(drift)


# --- root's key ---

BY_ROOT = sample(f"{ROOT_KEY}/drift-made-by-root").event["detail"]
KEY = {"accessKeyId": "AKIAIOSFODNN9EXAMPLE", "status": "Active"}


def _summary(change_: Change) -> Any:
    return recorded(change_, ref("account")).get(Facet.ACCOUNT_SUMMARY)


def test_roots_key_for_itself_is_about_no_user_and_shows_in_the_summary() -> None:
    assert subjects(change(BY_ROOT), "user") == ()
    assert _summary(change(BY_ROOT)) == {"AccountAccessKeysPresent": 1}


@pytest.mark.parametrize(
    "changed",
    [
        {"requestParameters": {"userName": "bob"}},
        {"requestParameters": {"userName": 7}},
        {"responseElements": {"omitted": True}},
        {"userIdentity": {"type": "IAMUser", "userName": "root"}},
        {"userIdentity": {"type": "AssumedRole"}},
        {"userIdentity": None},
        {"errorCode": "AccessDenied"},
    ],
)
def test_any_other_key_says_nothing_of_root(changed: dict[str, Any]) -> None:
    assert _summary(change(BY_ROOT, **changed)) is None


def test_a_record_that_lost_its_fields_still_does_not_say_whose_key_it_is() -> None:
    lost = change(BY_ROOT, responseElements={"omitted": True})
    assert isinstance(subjects(lost, "user"), Rejected)


@pytest.mark.parametrize(
    ("summary", "parts"),
    [
        ({}, []),
        ({"AccountAccessKeysPresent": 0}, []),
        ({"AccountAccessKeysPresent": 2}, ["access-key"]),
    ],
)
def test_a_summary_without_the_count_says_nothing(summary: Any, parts: list[str]) -> None:
    account = subject(ref("account"), {Facet.ACCOUNT_SUMMARY: summary})
    assert [drift.part for drift in Registry()[ROOT_KEY].drifts(account)] == parts


def test_roots_case_ends_when_the_summary_tells_of_no_key_any_more() -> None:
    made = world()
    account = SubjectRef("account", ACCOUNT, ACCOUNT)
    made.account.add(account, {Facet.ACCOUNT_SUMMARY: {"AccountAccessKeysPresent": 1}})
    ids = made.detector.detect(change(BY_ROOT)).cases
    cases = [made.ledger.get(id_).case for id_ in ids]
    (case,) = [one for one in cases if one.drift.convention == ROOT_KEY]
    made.account.state[account][Facet.ACCOUNT_SUMMARY] = {"AccountAccessKeysPresent": 0}
    made.detector.detect(change(BY_ROOT, eventName="DeleteAccessKey", eventID="e-2"))
    assert made.ledger.get(case.id).case.ended
