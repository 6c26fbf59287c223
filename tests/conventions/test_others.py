"""Edges of the conventions about groups, instances, roles and root that no sample shows."""

import json
from typing import Any

import pytest

from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import JobRole
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall.policy.documents import CLOSED_TRUST
from rolecall.registry import Registry
from tests.conventions.states import parts
from tests.detection.staged import change
from tests.samples import sample
from tests.states import ACCOUNT, ref

PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/web"


def _group(name: str, inline: Any = None, attached: Any = None) -> Any:
    return subject(
        SubjectRef("group", name, ACCOUNT),
        {
            Facet.GROUP_INLINE_POLICIES: inline or {},
            Facet.GROUP_ATTACHED_POLICIES: attached or {},
        },
    )


@pytest.mark.parametrize(
    ("group", "clean"),
    [
        (_group("ops"), False),
        (_group("ops", inline={"p": "{}"}), True),
        (_group("ops", attached={"arn:aws:iam::aws:policy/A": "A"}), True),
        (_group("AWSSESSendingGroupDoNotRename"), True),
        (_group("AWSSESSendingGroupDoNotRename2"), False),
        (_group("scope"), True),
        (_group("scopes"), False),
    ],
)
def test_a_group_without_a_policy_drifts_unless_it_is_known_to_carry_none(
    group: Any, *, clean: bool
) -> None:
    scope = JobRole("scope of self-service", "idm", policyless=True)
    job_roles = {"scope": scope, "ops": JobRole("on call", "sre")}
    found = parts("group-has-policy", group, job_roles=job_roles)
    assert found == ([] if clean else ["policies"])


def _instance(status: str = "running", profile: str | None = None, **tags: str) -> Any:
    return subject(
        ref("instance"),
        {
            Facet.INSTANCE_STATE: status,
            Facet.INSTANCE_PROFILE: profile,
            Facet.INSTANCE_TAGS: {key.replace("__", ":"): value for key, value in tags.items()},
        },
    )


@pytest.mark.parametrize(
    ("instance", "clean"),
    [
        (_instance("pending"), False),
        (_instance("running"), False),
        (_instance("stopping"), False),
        (_instance("stopped"), False),
        (_instance("shutting-down"), True),
        (_instance("terminated"), True),
        (_instance(profile=PROFILE), True),
        (_instance(aws__autoscaling__groupName="web"), True),
        (_instance(**{"aws:ec2:fleet-id": "fleet-1"}), True),
        (_instance(**{"aws:ec2spot:fleet-request-id": "sfr-1"}), True),
        (_instance(**{"aws:ec2launchtemplate:id": "lt-1"}), False),
        # Everybody may set a tag that looks like it.
        (_instance(**{"autoscaling:groupName": "web"}), False),
    ],
)
def test_an_instance_without_a_profile_drifts_unless_it_ends_or_belongs_to_a_fleet(
    instance: Any, *, clean: bool
) -> None:
    assert parts("ec2-launched-with-profile", instance) == ([] if clean else ["profile"])


def test_an_instance_can_only_be_mended_with_a_profile_of_the_settings() -> None:
    bare = Registry()["ec2-launched-with-profile"]
    (drift,) = bare.drifts(_instance())
    assert not drift.remediable
    assert bare.remedy(drift) is None
    named = Registry({"ec2-launched-with-profile": {"profile": "base"}})[bare.id]
    (drift,) = named.drifts(_instance())
    assert drift.remediable
    assert named.remedy(drift)


def _role(*statements: dict[str, Any]) -> Any:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)
    return subject(ref("role"), {Facet.ROLE_TRUST: text})


OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
NAMED = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:role/ci"},
    "Action": "sts:AssumeRole",
}


def _trust_left(role: Any) -> Any:
    convention = Registry()["role-no-wildcard-trust"]
    (drift,) = convention.drifts(role)
    remedy = convention.remedy(drift)
    assert remedy
    (step,) = remedy
    assert step.undo.parameters["PolicyDocument"] == role.trust
    return step.do.parameters["PolicyDocument"]


def test_only_the_open_statement_goes_and_a_trust_without_any_is_closed() -> None:
    assert json.loads(_trust_left(_role(NAMED, OPEN)))["Statement"] == [NAMED]
    assert _trust_left(_role(OPEN)) == CLOSED_TRUST


def test_the_same_open_statement_twice_is_one_drift_and_goes_as_one() -> None:
    assert json.loads(_trust_left(_role(OPEN, NAMED, OPEN)))["Statement"] == [NAMED]
    assert _trust_left(_role(OPEN, OPEN)) == CLOSED_TRUST


@pytest.mark.parametrize("text", ["", "not JSON", "[]", '{"Statement": {}}'])
def test_a_trust_that_cannot_be_judged_is_told_and_never_rewritten(text: str) -> None:
    convention = Registry()["role-no-wildcard-trust"]
    (drift,) = convention.drifts(subject(ref("role"), {Facet.ROLE_TRUST: text}))
    assert drift.part == "trust"
    assert not drift.remediable
    assert convention.remedy(drift) is None


def test_the_closed_trust_is_clean() -> None:
    closed = subject(ref("role"), {Facet.ROLE_TRUST: CLOSED_TRUST})
    assert parts("role-no-wildcard-trust", closed) == []


BY_ROOT = sample("root-usage/drift-api-call").event["detail"]
LOGIN = sample("root-usage/drift-console-login").event["detail"]
RECOVERY = sample("root-usage/drift-password-recovery-requested").event["detail"]


def _seen(record: dict[str, Any], **changed: Any) -> list[Drift]:
    root = next(one for one in Registry().activity if one.id == "root-usage")
    return list(root.seen(change(record, **changed)))


@pytest.mark.peer(21, "policy-guard: a user named rootkit is root activity")
@pytest.mark.parametrize(
    "identity",
    [
        None,
        [],
        "Root",
        {},
        {"type": "root"},
        {"type": "IAMUser", "userName": "root"},
        {"type": "IAMUser", "userName": "rootkit"},
    ],
)
def test_only_root_is_root(identity: Any) -> None:
    assert _seen(BY_ROOT, userIdentity=identity) == []


@pytest.mark.parametrize(
    ("invoked_by", "told"),
    [
        (None, 1),
        ("", 1),
        ("signin.amazonaws.com", 1),
        ("cloudformation.amazonaws.com", 0),
        ("AWS Internal", 0),
        ([], 0),
    ],
)
def test_what_a_service_does_in_roots_name_is_not_told_and_what_a_person_does_is(
    invoked_by: Any, told: int
) -> None:
    identity = BY_ROOT["userIdentity"] | {"invokedBy": invoked_by}
    assert len(_seen(BY_ROOT, userIdentity=identity)) == told


@pytest.mark.parametrize(
    ("service", "told"), [("organizations.amazonaws.com", 0), ("autoscaling.amazonaws.com", 1)]
)
def test_only_the_role_that_every_new_member_account_gets_is_not_told(
    service: str, told: int
) -> None:
    made = sample("root-usage/clean-member-account-made").event["detail"]
    assert len(_seen(made, requestParameters={"aWSServiceName": service})) == told


def test_a_service_event_in_roots_name_is_nobodys_deed() -> None:
    assert _seen(BY_ROOT, eventType="AwsServiceEvent") == []


@pytest.mark.parametrize(
    ("record", "changed", "says"),
    [
        (BY_ROOT, {}, "called cloudtrail:StopLogging."),
        (BY_ROOT, {"errorCode": "AccessDenied"}, ", which failed."),
        (LOGIN, {}, "signed in to the console."),
        (LOGIN, {"responseElements": {"ConsoleLogin": "Failure"}}, "failed to sign in"),
        (LOGIN, {"errorCode": "Failed authentication"}, "failed to sign in"),
        (RECOVERY, {}, "called signin:PasswordRecoveryRequested."),
        (
            RECOVERY,
            {"responseElements": {"PasswordRecoveryRequested": "Failure"}},
            "tried signin:PasswordRecoveryRequested, which failed.",
        ),
    ],
)
def test_it_tells_what_root_did(record: Any, changed: dict[str, Any], says: str) -> None:
    (drift,) = _seen(record, **changed)
    assert says in drift.says
    assert drift.subject == ref("account")
    assert not drift.remediable


def test_roots_same_call_is_told_once_a_day_and_a_failed_one_apart() -> None:
    states = [
        _seen(BY_ROOT, eventTime=time, errorCode=error)[0].state
        for time, error in (
            ("2026-11-02T09:00:00Z", None),
            ("2026-11-02T23:00:00Z", None),
            ("2026-11-03T09:00:00Z", None),
            ("2026-11-02T09:00:00Z", "AccessDenied"),
        )
    ]
    assert states[0] == states[1]
    assert len(set(states)) == 3
