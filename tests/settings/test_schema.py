"""Settings that are wrong say in a sentence which key, and what to do."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.errors import SettingsError
from rolecall.registry import convention_classes
from rolecall.settings.schema import validate
from tests.settings.yaml import exemption, text

KNOWN = convention_classes()
ID = "user-permissions-via-groups"

_WRONG: dict[str, tuple[str, str]] = {
    "an empty file": ("", "empty; start with version: 1"),
    "a comment only": ("# nothing\n", "empty; start with version: 1"),
    "a list": ("- version: 1\n", "empty; start with version: 1"),
    "not YAML": ("version: [1\n", "not YAML"),
    "a tab": ("version: 1\ndefaults:\n\tmode: off\n", "not YAML"),
    "no version": ("defaults: {}\n", "version is missing; add it"),
    "a version to come": ("version: 2\n", "version: input should be less than or equal to 1"),
    "a version as text": ('version: "1"\n', "version: input should be a valid integer"),
    "an unknown key": (text("protect: []\n"), "protect is not a known key; did you mean protected"),
    "an unknown default": (
        text("defaults: {mod: off}\n"),
        "defaults.mod is not a known key; did you mean mode",
    ),
    "an unknown key of a convention": (
        text(f"conventions: {{{ID}: {{sevrity: low}}}}\n"),
        f"conventions.{ID}.sevrity is not a known key; did you mean severity",
    ),
    "an option of another convention": (
        text(f"conventions: {{{ID}: {{profile: base}}}}\n"),
        f"conventions.{ID}.profile is not a known key",
    ),
    "an unknown option": (
        text("conventions: {ec2-launched-with-profile: {profil: base}}\n"),
        "did you mean profile",
    ),
    "an unknown convention": (
        text("conventions: {user-permission-via-group: {mode: off}}\n"),
        f"did you mean {ID}",
    ),
    "a convention without keys": (text(f"conventions: {{{ID}: }}\n"), "must be a mapping"),
    "conventions as a list": (text("conventions: [a]\n"), "conventions: input should be"),
    "an unknown mode": (text("defaults: {mode: on}\n"), "defaults.mode: input should be 'off'"),
    "an unknown severity": (
        text(f"conventions: {{{ID}: {{severity: worst}}}}\n"),
        f"conventions.{ID}.severity: input should be",
    ),
    "a grace as text": (text('defaults: {grace: "60"}\n'), "defaults.grace: input should be"),
    "a grace of more than a week": (text("defaults: {grace: 604801}\n"), "defaults.grace"),
    "a grace before its drift": (text("defaults: {grace: -1}\n"), "defaults.grace"),
    "a key twice": ("version: 1\nversion: 1\n", "say a key twice"),
    "a convention twice": (
        text(f"conventions:\n  {ID}: {{mode: off}}\n  {ID}: {{mode: notify}}\n"),
        "say a key twice",
    ),
    "an account id without quotes": (
        text("accounts: {111122223333: staging}\n"),
        "accounts.111122223333: quote the account id",
    ),
    "an account id of another length": (
        text('accounts: {"1111": staging}\n'),
        "accounts.1111: quote the account id",
    ),
    "an account name that is no text": (
        text('accounts: {"111122223333": 7}\n'),
        "accounts.111122223333: input should be a valid string",
    ),
    "accounts as a list": (text("accounts: []\n"), "accounts: input should be"),
    "an option as text where names are listed": (
        text("conventions: {group-has-policy: {policyless: scope}}\n"),
        "conventions.group-has-policy.policyless must be a list of texts",
    ),
    "an option with a number among names": (
        text("conventions: {group-has-policy: {policyless: [1]}}\n"),
        "must be a list of texts",
    ),
    "an option as a number where a text stands": (
        text("conventions: {ec2-launched-with-profile: {profile: 7}}\n"),
        "profile must be a text",
    ),
    "a protected name that is no ARN": (
        text(protected="protected: [break-glass]\n"),
        "protected.0: string should match",
    ),
    "acting without anybody protected": (
        text("defaults: {mode: approve}\n", protected=""),
        "protect nobody",
    ),
    "one convention acting without anybody protected": (
        text(f"conventions: {{{ID}: {{mode: remediate}}}}\n", protected=""),
        f"let {ID} act but protect nobody",
    ),
    "acting without the profile": (
        text("conventions: {ec2-launched-with-profile: {mode: approve, role: base}}\n"),
        "set conventions.ec2-launched-with-profile.profile first",
    ),
    "acting by default without the role": (
        text(
            "defaults: {mode: remediate}\n"
            "conventions: {ec2-launched-with-profile: {profile: base}}\n"
        ),
        "set conventions.ec2-launched-with-profile.role first",
    ),
    "an exemption of an unknown convention": (
        text(exemption(convention="user-permissions-via-group")),
        f"exemption EX-1 names the unknown convention user-permissions-via-group; did you mean {ID}",
    ),
    "an exemption of a name": (text(exemption(subject="bob")), "exemptions.0.subject"),
    "an exemption until some day": (text(exemption(expires="someday")), "exemptions.0.expires"),
    "an exemption until a day that is in no month": (
        text(exemption(expires="2027-02-30")),
        "not YAML",
    ),
    "an exemption with a reason of one letter": (
        text(exemption(reason="x")),
        "exemptions.0.reason",
    ),
    "an exemption with a word too many": (
        text(exemption(owned="me")),
        "exemptions.0.owned is not a known key; did you mean owner",
    ),
    **{
        f"an exemption without its {part}": (
            text(exemption(**{part: ""})),
            f"exemptions.0.{part} is missing; add it",
        )
        for part in ("id", "convention", "subject", "reason", "owner", "expires")
    },
}


@pytest.mark.peer(73, "policy-guard: misplaced and unread keys pass, and conditions vanish")
@pytest.mark.parametrize(("wrong", "says"), _WRONG.values(), ids=_WRONG.keys())
def test_what_is_wrong_is_said_with_its_place_and_a_way_out(wrong: str, says: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)) as caught:
        validate(wrong, KNOWN)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_settings_or_a_settings_error(anything: str) -> None:
    for candidate in (anything, f"version: 1\n{anything}"):
        with suppress(SettingsError):
            assert validate(candidate, KNOWN)["version"] == 1


def test_settings_nested_too_deep_are_not_settings() -> None:
    with pytest.raises(SettingsError):
        validate("a: " + "[" * 2000, KNOWN)


def test_off_is_a_word_and_not_a_boolean() -> None:
    assert validate(text("defaults: {mode: off}\n"), KNOWN)["defaults"]["mode"] == "off"


def test_conventions_that_only_tell_need_nobody_protected() -> None:
    assert validate(text("defaults: {mode: notify}\n", protected=""), KNOWN)["protected"] == []
