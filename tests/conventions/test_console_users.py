"""Who has a console password, who signs in with it alone, and what closes the console."""

import copy
from typing import Any

import pytest

from rolecall.convention import ActivityConvention, Convention
from rolecall.conventions.federation.console_user_created import DOCUMENT, NAME
from rolecall.detection.judging import judge
from rolecall.model.calls import Call
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.scales import Severity
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.documents import denies_only
from rolecall.registry import Registry
from rolecall.replaying.memory import MemoryAccount
from tests.detection.staged import NOTIFYING, change, world_of
from tests.patterns import matches
from tests.samples import sample
from tests.states import ACCOUNT
from tests.world import ACTING, BREAK_GLASS, World, settings
from tools import rules

CREATED, LOGIN = "console-user-created", "console-login-no-mfa"
CAROL = SubjectRef("user", "carol", ACCOUNT)
DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/carol"
PASSWORD = {"created": "2026-01-12T08:00:00Z"}
SIGN_IN = sample(f"{LOGIN}/drift-console-login").event["detail"]


def convention() -> Convention:
    return Registry({})[CREATED]


def activity() -> ActivityConvention:
    (found,) = [one for one in Registry({}).activity if one.id == LOGIN]
    return found


def user(**state: Any) -> Subject:
    return subject(
        CAROL,
        {
            Facet.USER_LOGIN_PROFILE: state.get("password", PASSWORD),
            Facet.USER_MFA_DEVICES: state.get("devices", []),
            Facet.USER_INLINE_POLICIES: state.get("inline", {}),
        },
    )


# --- console-user-created ---


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({}, True),
        ({"password": None}, False),
        ({"inline": {NAME: DOCUMENT}}, False),
        ({"inline": {"deny": DOCUMENT}}, True),
        # Anyone can choose the name: only our text counts.
        ({"inline": {NAME: '{"Statement": []}'}}, True),
    ],
)
def test_a_console_password_is_a_drift_while_nothing_closes_it(
    state: dict[str, Any], *, told: bool
) -> None:
    assert bool(list(convention().drifts(user(**state)))) is told


def test_the_console_is_closed_by_a_policy_that_only_denies_and_opened_by_its_deletion() -> None:
    (drift,) = convention().drifts(user())
    (step,) = list(convention().remedy(drift) or ())
    policy = {"UserName": "carol", "PolicyName": NAME}
    assert step.do == Call("iam:PutUserPolicy", policy | {"PolicyDocument": DOCUMENT})
    assert step.undo == Call("iam:DeleteUserPolicy", policy)
    assert denies_only(DOCUMENT)


def test_a_policy_that_had_our_name_before_is_put_back_by_undo() -> None:
    other = '{"Statement": []}'
    (drift,) = convention().drifts(user(inline={NAME: other}))
    (step,) = list(convention().remedy(drift) or ())
    assert step.undo.name == "iam:PutUserPolicy"
    assert step.undo.parameters["PolicyDocument"] == other


def test_no_remedy_deletes_a_password_for_nobody_could_bring_it_back() -> None:
    assert convention().remedies == ("iam:PutUserPolicy",)
    (drift,) = convention().drifts(user())
    assert "aws iam delete-login-profile --user-name carol" in convention().advice(drift, None)


@pytest.mark.parametrize(("by", "told"), [("carol", False), ("Carol", False), ("mallory", True)])
def test_a_password_that_is_set_anew_is_told_unless_it_is_ones_own(by: str, *, told: bool) -> None:
    record = copy.deepcopy(sample(f"{CREATED}/drift-password-set-by-somebody-else").event["detail"])
    record["userIdentity"]["userName"] = by
    (drift,) = convention().drifts(user())
    brought = convention().brought(drift, change(record))
    assert (brought is not None) is told
    if brought:
        assert brought.says == "user mallory set a new console password for the user carol."
        assert not brought.remediable


def test_a_password_that_is_set_anew_is_told_although_it_is_known_that_there_is_one() -> None:
    reset = sample(f"{CREATED}/drift-password-set-by-somebody-else")
    made = world_of(reset.change, NOTIFYING, account=reset.state)
    created = change(sample(f"{CREATED}/drift-create-login-profile").event["detail"])
    (known,) = made.detector.detect(created).cases
    (new,) = made.detector.detect(reset.change).cases
    assert new != known
    assert [case.drift.part for case in made.bus.published] == [
        "console password",
        "set by somebody else",
    ]


def test_a_session_that_calls_itself_like_the_user_is_somebody_else() -> None:
    record = copy.deepcopy(sample(f"{CREATED}/drift-password-set-by-somebody-else").event["detail"])
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/app", "userName": "app"}
    record["userIdentity"] = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/carol",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": issuer},
    }
    (drift,) = convention().drifts(user())
    assert convention().brought(drift, change(record))


def test_break_glass_is_told_as_critical_and_never_touched() -> None:
    record = copy.deepcopy(sample(f"{CREATED}/drift-create-login-profile").event["detail"])
    record["requestParameters"]["userName"] = BREAK_GLASS.name
    account = MemoryAccount()
    account.add(BREAK_GLASS, {Facet.USER_LOGIN_PROFILE: PASSWORD})
    made = World(settings(ACTING), account)
    (case_id,) = made.detector.detect(change(record)).cases
    case = made.ledger.get(case_id).case
    assert (case.status, case.severity) == (Status.PROTECTED, Severity.CRITICAL)


def test_what_closes_the_console_wakes_no_convention_about_policies_of_users() -> None:
    change_ = sample(f"{CREATED}/drift-create-login-profile").change
    made = world_of(change_)
    cases = [made.settle(case_id) for case_id in made.detector.detect(change_).cases]
    assert [case.status for case in cases] == [Status.REMEDIATED]
    state = made.account.state[CAROL]
    assert state[Facet.USER_INLINE_POLICIES] == {NAME: DOCUMENT}
    whole = made.account.read(CAROL, state)
    assert whole
    for one in made.registry.watching("iam:PutUserPolicy"):
        assert not list(one.drifts(whole)), one.id


# --- console-login-no-mfa ---


def told(**changed: Any) -> bool:
    record = copy.deepcopy(SIGN_IN)
    for path, value in changed.items():
        *parents, key = path.split("__")
        held = record
        for parent in parents:
            held = held[parent]
        held[key] = value
    return bool(list(activity().seen(change(record))))


@pytest.mark.parametrize(
    ("used", "is_told"), [("No", True), ("NO", True), ("no", True), ("Yes", False), ("YES", False)]
)
def test_a_sign_in_says_in_any_case_whether_mfa_was_used(used: str, *, is_told: bool) -> None:
    assert told(additionalEventData__MFAUsed=used) is is_told


def test_a_sign_in_that_does_not_say_whether_mfa_was_used_is_not_told() -> None:
    assert not told(additionalEventData=None)
    assert not told(additionalEventData={"MobileVersion": "No"})


def test_a_sign_in_through_a_provider_says_no_and_is_not_told() -> None:
    session = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/carol",
        "accountId": ACCOUNT,
    }
    saml = {"MFAUsed": "No", "SamlProviderArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"}
    assert not told(userIdentity=session, additionalEventData=saml)


def test_a_sign_in_that_failed_has_no_error_code_and_is_not_told() -> None:
    assert not told(responseElements__ConsoleLogin="Failure", errorMessage="Failed authentication")


@pytest.mark.parametrize("kind", ["AssumedRole", "FederatedUser", "Root"])
def test_the_rule_passes_users_only(kind: str) -> None:
    (pattern,) = rules.patterns([activity()], []).values()
    event = copy.deepcopy(sample(f"{LOGIN}/drift-console-login").event)
    assert matches(pattern, event)
    event["detail"]["userIdentity"]["type"] = kind
    assert not matches(pattern, event)


def test_a_user_is_told_once_a_day() -> None:
    made = world_of(change(SIGN_IN), NOTIFYING)
    (first,) = made.detector.detect(change(SIGN_IN)).cases
    (again,) = made.detector.detect(change(SIGN_IN, eventID="e-2")).cases
    (later,) = made.detector.detect(
        change(SIGN_IN, eventID="e-3", eventTime="2026-11-03T09:00:00Z")
    ).cases
    assert first == again != later


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ({}, "aws iam enable-mfa-device --user-name carol"),
        ({"devices": [DEVICE]}, f"By now the user has an MFA device: {DEVICE}."),
        ({"password": None}, "The user carol has no console password any more."),
    ],
)
def test_the_advice_tells_what_the_user_has_by_now(state: dict[str, Any], line: str) -> None:
    (drift,) = activity().seen(change(SIGN_IN))
    of = activity().related(drift)
    assert of == CAROL
    account = MemoryAccount()
    account.add(CAROL, user(**state).state)
    lines = list(activity().advice(drift, account.read(CAROL, activity().related_needs)))
    assert any(one.startswith(line) for one in lines)


def test_a_user_who_is_gone_is_told_all_the_same() -> None:
    made = judge(change(SIGN_IN), Registry({}), settings(), MemoryAccount().read)[0]
    assert LOGIN in {one.convention.id for one in made}
    (drift,) = activity().seen(change(SIGN_IN))
    assert "aws iam delete-login-profile --user-name carol" in activity().advice(drift, None)
