"""Who needs MFA, and what the policy for whoever has none stops."""

import json
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.conventions.credentials.mfa_not_removed import DOCUMENT, NAME
from rolecall.detection.judging import judge
from rolecall.errors import UnguardedError
from rolecall.model.calls import Call
from rolecall.model.cases import Status
from rolecall.model.changes import Rejected
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.pointing import subjects
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.administration import administers, known_text
from rolecall.policy.documents import denies_only, parse_document
from rolecall.registry import Registry
from rolecall.remediation.guard import Guard
from rolecall.replaying.memory import MemoryAccount
from tests.detection.staged import change, world_of
from tests.samples import sample
from tests.states import ACCOUNT
from tests.world import ACTING, World, settings

ID = "mfa-not-removed"
BOB = SubjectRef("user", "bob", ACCOUNT)
DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/bob"
PASSWORD = {"created": "2026-01-12T08:00:00Z"}


def convention() -> Convention:
    return Registry({})[ID]


def user(**state: Any) -> Subject:
    return subject(
        BOB,
        {
            Facet.USER_LOGIN_PROFILE: state.get("password", PASSWORD),
            Facet.USER_MFA_DEVICES: state.get("devices", []),
            Facet.USER_INLINE_POLICIES: state.get("inline", {}),
        },
    )


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({}, True),
        ({"devices": [DEVICE]}, False),
        ({"password": None}, False),
        ({"inline": {NAME: DOCUMENT}}, False),
        ({"inline": {"deny": DOCUMENT}}, True),
        # Anyone can choose the name: only our text counts.
        ({"inline": {NAME: '{"Statement": []}'}}, True),
    ],
)
def test_a_console_password_needs_a_device_or_our_policy(
    state: dict[str, Any], *, told: bool
) -> None:
    assert bool(list(convention().drifts(user(**state)))) is told


def test_the_policy_is_put_and_taken_away_again() -> None:
    (drift,) = convention().drifts(user())
    (step,) = list(convention().remedy(drift) or ())
    policy = {"UserName": "bob", "PolicyName": NAME}
    assert step.do == Call("iam:PutUserPolicy", policy | {"PolicyDocument": DOCUMENT})
    assert step.undo == Call("iam:DeleteUserPolicy", policy)


def test_another_policy_of_our_name_is_put_back_by_undo() -> None:
    other = '{"Statement": []}'
    (drift,) = convention().drifts(user(inline={NAME: other}))
    (step,) = list(convention().remedy(drift) or ())
    assert step.undo.name == "iam:PutUserPolicy"
    assert step.undo.parameters["PolicyDocument"] == other
    assert convention().part(user(inline={NAME: other}), drift) == other


def test_the_policy_only_denies_and_leaves_what_registering_a_device_takes() -> None:
    assert denies_only(DOCUMENT)
    (statement,) = parse_document(DOCUMENT).statements
    for call in ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "sts:GetSessionToken"):
        assert not statement.covers(call)
    for call in ("iam:ChangePassword", "iam:CreateAccessKey", "s3:GetObject"):
        assert statement.covers(call)


def test_the_policy_spares_access_keys_which_carry_no_mfa_at_all() -> None:
    (statement,) = json.loads(DOCUMENT)["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "false"}}


def test_an_administrator_under_the_policy_is_still_one_who_brings_a_device() -> None:
    admin = known_text("arn:aws:iam::aws:policy/AdministratorAccess")
    assert admin
    assert administers([admin, DOCUMENT])


def test_the_policy_passes_by_the_last_admin_guard() -> None:
    (drift,) = convention().drifts(user())
    remedy = convention().remedy(drift)
    assert remedy
    made = World(settings(ACTING))
    Guard(made.settings.protected, made.account).check(BOB, remedy)
    with pytest.raises(UnguardedError, match="break-glass"):
        Guard([f"arn:aws:iam::{ACCOUNT}:user/bob"], made.account).check(BOB, remedy)


def test_what_we_put_wakes_no_convention_about_policies_of_users() -> None:
    change_ = sample(f"{ID}/drift-deactivate").change
    made = world_of(change_, account=sample(f"{ID}/drift-deactivate").state)
    cases = [made.settle(case_id) for case_id in made.detector.detect(change_).cases]
    assert [case.status for case in cases] == [Status.REMEDIATED]
    state = made.account.state[BOB]
    assert state[Facet.USER_INLINE_POLICIES] == {NAME: DOCUMENT}
    whole = made.account.read(BOB, state)
    assert whole
    woken = made.registry.watching("iam:PutUserPolicy")
    assert woken
    for one in woken:
        assert not list(one.drifts(whole)), one.id


def test_a_device_that_is_replaced_within_the_grace_is_no_drift() -> None:
    change_ = sample(f"{ID}/drift-deactivate").change
    made = world_of(change_, account=sample(f"{ID}/drift-deactivate").state)
    (case_id,) = made.detector.detect(change_).cases
    assert made.remedies.sent == [(case_id, 900)]
    made.account.state[BOB][Facet.USER_MFA_DEVICES] = [f"{DEVICE}-new"]
    assert made.settle(case_id).status is Status.SUPERSEDED
    assert not made.account.calls


def test_a_deletion_of_a_device_names_no_user_so_it_is_not_watched() -> None:
    record = sample(f"{ID}/drift-deactivate").event["detail"] | {
        "eventName": "DeleteVirtualMFADevice",
        "requestParameters": {"serialNumber": DEVICE},
    }
    deleted = change(record)
    assert isinstance(subjects(deleted, "user"), Rejected)
    assert deleted.call not in convention().watches
    _, rejected = judge(deleted, Registry({}), settings(), MemoryAccount().read)
    assert not rejected


def test_the_advice_registers_a_device_or_ends_the_password() -> None:
    (drift,) = convention().drifts(user())
    lines = "\n".join(convention().advice(drift, None))
    assert "aws iam enable-mfa-device --user-name bob" in lines
    assert "aws iam delete-login-profile --user-name bob" in lines
