"""What AWS makes of a password policy that a call sets."""

from typing import Any

import pytest

from rolecall.model.facets import Facet
from rolecall.model.passwords import answered, settable
from rolecall.model.recorded import recorded
from rolecall.model.subjects import SubjectRef
from tests.detection.staged import change
from tests.samples import sample
from tests.states import ACCOUNT

NOTHING = {
    "MinimumPasswordLength": 6,
    "RequireSymbols": False,
    "RequireNumbers": False,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": False,
    "AllowUsersToChangePassword": False,
    "HardExpiry": False,
    "ExpirePasswords": False,
}


def test_what_a_call_leaves_out_falls_to_its_default() -> None:
    assert answered({}) == NOTHING
    given = {"MinimumPasswordLength": 9, "RequireNumbers": True, "PasswordReusePrevention": 3}
    assert answered(given) == NOTHING | given


def test_passwords_expire_when_they_have_an_age() -> None:
    assert answered({"MaxPasswordAge": 90}) == NOTHING | {
        "MaxPasswordAge": 90,
        "ExpirePasswords": True,
    }


def test_nothing_is_set_that_no_call_takes() -> None:
    found = settable({"MaxPasswordAge": 0, "PasswordReusePrevention": 0, "ExpirePasswords": True})
    assert found == {k: v for k, v in NOTHING.items() if k != "ExpirePasswords"}
    assert answered(settable(answered({"MaxPasswordAge": 7}))) == answered({"MaxPasswordAge": 7})


@pytest.mark.parametrize("odd", [None, "x", True, -1, [], {}, 1.5])
def test_what_is_no_number_counts_as_left_out(odd: Any) -> None:
    names = ("MinimumPasswordLength", "MaxPasswordAge", "PasswordReusePrevention")
    assert answered(dict.fromkeys(names, odd)) == NOTHING


def test_a_record_may_write_its_flags_as_text() -> None:
    record = sample("account-password-policy/drift-short").event["detail"]
    told = change(record, requestParameters={"requireSymbols": "true", "hardExpiry": "false"})
    of = SubjectRef("account", ACCOUNT, ACCOUNT)
    assert recorded(told, of) == {
        Facet.ACCOUNT_PASSWORD_POLICY: NOTHING | {"RequireSymbols": True},
    }


def test_a_record_of_a_call_without_any_field_sets_all_to_their_defaults() -> None:
    record = sample("account-password-policy/drift-short").event["detail"]
    told = change(record, requestParameters=None)
    of = SubjectRef("account", ACCOUNT, ACCOUNT)
    assert recorded(told, of) == {Facet.ACCOUNT_PASSWORD_POLICY: NOTHING}
