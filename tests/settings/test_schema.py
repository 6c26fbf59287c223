"""Settings that are wrong say in a sentence which key, and what to do."""

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.convention import Convention, Option
from rolecall.errors import SettingsError
from rolecall.model.scales import Mode
from rolecall.registry import convention_classes
from rolecall.settings.schema import validate
from tests.settings.yaml import exemption, text
from tests.states import ACCOUNT, UNIQUE_IDS

KNOWN = convention_classes()
IAM, EC2 = f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:ec2:us-east-1:{ACCOUNT}:"
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
    "a group's name that none can have": (
        text("job_roles: {data engineers: {job_role: data engineer, owner: ops}}\n"),
        "job_roles.data engineers: string should match",
    ),
    "a job role without an owner": (
        text("job_roles: {ops: {job_role: on call}}\n"),
        "job_roles.ops.owner is missing",
    ),
    "an unknown key of a job role": (
        text("job_roles: {ops: {job_role: on call, owner: sre, member: 7}}\n"),
        "job_roles.ops.member is not a known key; did you mean max_members?",
    ),
    "a policy of a job role that is no ARN": (
        text("job_roles: {ops: {job_role: on call, owner: sre, policies: [ReadOnlyAccess]}}\n"),
        "job_roles.ops.policies.0: string should match",
    ),
    "a sweep without calls": (text("sweep: {calls: 0}\n"), "sweep.calls: input should be"),
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
    "an exemption of all conventions": (
        text(exemption(convention="all")),
        "names the unknown convention all",
    ),
    "an exemption of any convention": (
        text(exemption(convention='"*"')),
        "names the unknown convention *",
    ),
    "an exemption of no convention": (
        text(exemption(convention="[]")),
        "exemptions.0.convention: list should have at least 1 item",
    ),
    "an exemption of one known and one unknown convention": (
        text(exemption(convention=f"[{ID}, root-use]")),
        "names the unknown convention root-use; did you mean root-usage",
    ),
    "an exemption of a number": (text(exemption(convention="7")), "exemptions.0.convention"),
    **{
        f"an exemption of {arn}": (text(exemption(subject=f'"{arn}"', unique_id=id_)), says)
        for arn, id_, says in (
            (f"{IAM}user/*", "", "subject: a name that is only * exempts everybody"),
            (f"{IAM}role/**", "", "subject: a name that is only * exempts everybody"),
            (f"{IAM}user/ci/x*", "", "subject: a path does not narrow a name with a *"),
            (f"{IAM}user/*/x", "", "subject: a path does not narrow a name with a *"),
            (f"{IAM}user/b?b", UNIQUE_IDS["user"], "subject: no name holds a ?"),
            (f"{IAM}user/ci-*", UNIQUE_IDS["user"], "unique_id: a name with a * is no single"),
            (f"{IAM}policy/ci-*", "", "subject: only names of users, roles and groups"),
            (f"{EC2}instance/i-*", "", "subject: only names of users, roles and groups"),
            (f"{EC2}user/ci-*", "", "subject: only names of users, roles and groups"),
            (f"{IAM}*/bob", "", "exemptions.0.subject"),
            (f"{IAM}us*/bob", "", "exemptions.0.subject"),
            ("arn:aws:iam::*:user/bob", "", "exemptions.0.subject"),
            ("arn:aws:iam::11112222333*:user/bob", "", "exemptions.0.subject"),
            ("arn:aws:*::111122223333:user/bob", "", "exemptions.0.subject"),
            ("arn:*:iam::111122223333:user/bob", "", "exemptions.0.subject"),
            (f"{IAM}user/bob", "", "unique_id: say the user's unique id (AIDA…)"),
            (f"{IAM}role/bob", "", "say the role's unique id (AROA…)"),
            (f"{IAM}group/bob", "", "rolecall exempt CASE prints it"),
            (f"{IAM}user/bob", UNIQUE_IDS["role"], "say the user's unique id (AIDA…)"),
            (f"{IAM}user/bob", "AIDA", "say the user's unique id (AIDA…)"),
            (f"{IAM}user/bob", "aidaexample", "exemptions.0.unique_id"),
            (f"{IAM}root", UNIQUE_IDS["user"], "unique_id: this root has no unique id"),
            (f"{EC2}instance/i-0123", UNIQUE_IDS["user"], "this instance has no unique id"),
        )
    },
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


@pytest.mark.parametrize("subject", [f"{IAM}user/ci-*", f"{IAM}root", f"{EC2}instance/i-0123"])
def test_what_has_no_unique_id_of_its_own_is_exempt_without_one(subject: str) -> None:
    (found,) = validate(text(exemption(subject=f'"{subject}"', unique_id="")), KNOWN)["exemptions"]
    assert (found["subject"], found["unique_id"]) == (subject, "")


def test_one_convention_is_a_list_of_one() -> None:
    (found,) = validate(text(exemption()), KNOWN)["exemptions"]
    assert found["convention"] == [ID]


class _Choosing(Convention, abstract=True):
    options = {  # noqa: RUF012  # the annotation is on the base class
        "names": Option((), "Some names."),
        "much": Option(False, "Whether it is much."),
        "days": Option(7, "Some days."),
        "by": Option("", "By what.", choices=("", "tag")),
    }


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("names: scope", "names must be a list of texts"),
        ("names: [1]", "names must be a list of texts"),
        ("much: 1", "much must be true or false"),
        ("much: 'true'", "much must be true or false"),
        ("days: true", "days must be a number"),
        ("days: seven", "days must be a number"),
        ("by: off", 'by must be one of "", "tag"'),
        ("by: Tag", 'by must be one of "", "tag"'),
        ("by: 1", "by must be a text"),
    ],
)
def test_an_option_takes_values_of_its_own_kind_only(value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        validate(text(f"conventions: {{x: {{{value}}}}}\n"), {"x": _Choosing})


def test_what_ships_as_off_looks_only_when_the_settings_name_it() -> None:
    class Quiet(_Choosing, abstract=True):
        ships_as = Mode.OFF

    def mode(rest: str) -> Any:
        return validate(text(rest), {"x": Quiet})["conventions"]["x"]["mode"]

    assert mode("") == mode("defaults: {mode: observe}\n") == "off"
    assert mode("conventions: {x: {owner: ops}}\n") == "off"
    assert mode("conventions: {x: {mode: notify}}\n") == "notify"
