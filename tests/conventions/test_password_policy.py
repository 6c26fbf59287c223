"""What of a password policy is weaker than asked, and that the remedy weakens nothing."""

from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.model.calls import Call
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.passwords import answered, settable
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.states import ACCOUNT

ID = "account-password-policy"
STRONG = {
    "MinimumPasswordLength": 14,
    "PasswordReusePrevention": 24,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
}


REF = SubjectRef("account", ACCOUNT, ACCOUNT)


def account(policy: dict[str, Any] | None) -> Subject:
    state = None if policy is None else answered(policy)
    return subject(REF, {Facet.ACCOUNT_PASSWORD_POLICY: state})


def asking(**options: Any) -> Convention:
    return Registry({ID: options})[ID]


def drift(policy: dict[str, Any] | None, **options: Any) -> Drift | None:
    return next(iter(asking(**options).drifts(account(policy))), None)


def calls(policy: dict[str, Any] | None, **options: Any) -> tuple[Call, Call]:
    found = drift(policy, **options)
    assert found
    (step,) = list(asking(**options).remedy(found) or ())
    return step.do, step.undo


@pytest.mark.parametrize(
    ("field", "weak"),
    [
        ("MinimumPasswordLength", 13),
        ("PasswordReusePrevention", 23),
        *((name, False) for name in STRONG if STRONG[name] is True),
    ],
)
def test_one_drift_names_the_field_that_is_weaker(field: str, weak: Any) -> None:
    found = drift(STRONG | {field: weak})
    assert found
    assert (found.part, found.found) == ("password policy", {field: weak})
    assert field in found.says


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"MinimumPasswordLength": 128},
        {"MaxPasswordAge": 30},
        {"MaxPasswordAge": 30, "HardExpiry": True},
    ],
)
def test_a_policy_as_strong_or_stronger_is_clean(more: dict[str, Any]) -> None:
    assert drift(STRONG | more) is None


def test_the_remedy_writes_all_fields_and_weakens_none() -> None:
    live = {"MinimumPasswordLength": 30, "MaxPasswordAge": 45, "RequireSymbols": True}
    do, undo = calls(live, max_age=90)
    assert do.name == undo.name == "iam:UpdateAccountPasswordPolicy"
    assert do.parameters == settable(STRONG | {"MinimumPasswordLength": 30, "MaxPasswordAge": 45})
    assert undo.parameters == settable(live)


@pytest.mark.parametrize("live", [None, 91])
def test_passwords_must_expire_as_soon_as_asked(live: int | None) -> None:
    policy = STRONG | ({"MaxPasswordAge": live} if live else {})
    do, _ = calls(policy, max_age=90)
    assert do.parameters["MaxPasswordAge"] == 90


def test_no_call_names_what_iam_derives_or_a_zero() -> None:
    do, undo = calls(answered({"MinimumPasswordLength": 8}), reuse_prevention=0)
    for call in (do, undo):
        assert not {"ExpirePasswords", "MaxPasswordAge"} & call.parameters.keys()
        assert "PasswordReusePrevention" not in call.parameters


def test_where_there_was_no_policy_undo_leaves_none() -> None:
    do, undo = calls(None)
    assert do.parameters == settable(STRONG)
    assert undo == Call("iam:DeleteAccountPasswordPolicy")
    found = drift(None)
    assert found
    assert found.says == "The account has no password policy."
    assert found.before == {"policy": None}


def test_without_a_policy_iam_itself_asks_for_eight_characters() -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("require_symbols", "require_numbers", "require_uppercase", "require_lowercase",
         "allow_users_to_change"),
        False,
    )  # fmt: skip
    nothing["reuse_prevention"] = 0
    assert drift(None, minimum_length=8, **nothing) is None
    assert drift(None, minimum_length=9, **nothing)


def test_hard_expiry_is_kept_and_never_asked_for() -> None:
    do, _ = calls({"HardExpiry": True, "MaxPasswordAge": 30}, max_age=90)
    assert do.parameters["HardExpiry"] is True
    do, _ = calls({}, max_age=90)
    assert do.parameters["HardExpiry"] is False


def test_under_hard_expiry_nobody_is_locked_out_by_a_sooner_expiry() -> None:
    found = drift(STRONG | {"HardExpiry": True}, max_age=90)
    assert found
    assert not found.remediable
    assert asking(max_age=90).remedy(found) is None


def test_more_than_iam_takes_is_not_asked_for() -> None:
    do, _ = calls({}, minimum_length=999, reuse_prevention=99, max_age=9999)
    assert do.parameters["MinimumPasswordLength"] == 128
    assert do.parameters["PasswordReusePrevention"] == 24
    assert do.parameters["MaxPasswordAge"] == 1095


def test_the_part_is_the_whole_policy_without_what_is_derived() -> None:
    found = drift({})
    assert found
    assert asking().part(account({"MaxPasswordAge": 30}), found) == settable({"MaxPasswordAge": 30})
    assert asking().part(account(None), found) is None


def test_the_advice_is_one_command_with_every_field() -> None:
    found = drift(None, require_symbols=False)
    assert found
    (line,) = asking(require_symbols=False).advice(found, None)
    assert line == (
        "aws iam update-account-password-policy --minimum-password-length 14 --no-require-symbols "
        "--require-numbers --require-uppercase-characters --require-lowercase-characters "
        "--allow-users-to-change-password --no-hard-expiry --password-reuse-prevention 24"
    )


def test_what_people_have_accepted_is_asked_for_as_well() -> None:
    accepted = settable(answered({**STRONG, "MinimumPasswordLength": 20, "MaxPasswordAge": 60}))
    state = {
        Facet.ACCOUNT_PASSWORD_POLICY: answered({**STRONG, "MaxPasswordAge": 90}),
        Facet.ACCOUNT_PASSWORD_POLICY_REVIEWED: accepted,
    }
    (found,) = asking().drifts(subject(REF, state))
    assert found.expected == accepted
    assert found.found == {"MinimumPasswordLength": 14, "MaxPasswordAge": 90}
    same = {**state, Facet.ACCOUNT_PASSWORD_POLICY: answered(accepted)}
    assert not list(asking().drifts(subject(REF, same)))
