"""Whom and what the conventions about users spare, and who only takes such a name."""

import json
from typing import Any

import pytest

from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.conventions.states import parts, user
from tests.states import ACCOUNT, ref

VIA_GROUPS, KEYS = "user-permissions-via-groups", "no-long-term-access-keys"
AWS, OWN = "arn:aws:iam::aws:policy", f"arn:aws:iam::{ACCOUNT}:policy"


def _text(effect: str, action: str | list[str], **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.peer(
    17, "Flowpipe mod: AWS-managed policies are skipped, so AdministratorAccess on a user passes"
)
@pytest.mark.parametrize(
    ("name", "arn", "spared"),
    [
        ("bob", f"{AWS}/AWSCompromisedKeyQuarantine", True),
        ("bob", f"{AWS}/AWSCompromisedKeyQuarantineV2", True),
        ("bob", f"{AWS}/AWSCompromisedKeyQuarantineV3", True),
        ("bob", f"{AWS}/AWSDenyAll", True),
        ("bob", f"{AWS}/IAMUserChangePassword", True),
        ("BedrockAPIKey-x1y2", f"{AWS}/AmazonBedrockLimitedAccess", True),
        ("bob", f"{AWS}/AmazonBedrockLimitedAccess", False),
        ("bob", f"{AWS}/ReadOnlyAccess", False),
        ("bob", f"{AWS}/job-function/ViewOnlyAccess", False),
        ("bob", f"{AWS}/IAMUserChangePasswordAndMore", False),
        # Anyone can choose a name.
        ("bob", f"{OWN}/AWSDenyAll", False),
        ("bob", f"{OWN}/AWSCompromisedKeyQuarantineV9", False),
        ("bob", f"{OWN}/IAMUserChangePassword", False),
        ("bob", f"{OWN}/aws:policy/IAMUserChangePassword", False),
        ("BedrockAPIKey-x1y2", f"{OWN}/AmazonBedrockLimitedAccess", False),
        ("BedrockAPIKey-x1y2", f"{AWS}/AdministratorAccess", False),
        ("ses-smtp-user.1", f"{AWS}/AdministratorAccess", False),
    ],
)
def test_only_policies_that_aws_itself_puts_on_users_are_spared(
    name: str, arn: str, *, spared: bool
) -> None:
    assert parts(VIA_GROUPS, user(name, attached=[arn])) == ([] if spared else [arn])


_SENDS = _text("Allow", "ses:SendRawEmail")


@pytest.mark.parametrize(
    ("name", "policy", "text", "spared"),
    [
        ("ses-smtp-user.1", "AmazonSesSendingAccess", _SENDS, True),
        ("mailer", "AmazonSesSendingAccess", _text("Allow", ["SES:SendEmail"]), True),
        ("ses-smtp-user.1", "AmazonSesSendingAccess", _text("Allow", "*"), False),
        (
            "ses-smtp-user.1",
            "AmazonSesSendingAccess",
            _text("Allow", ["ses:Send*", "iam:*"]),
            False,
        ),
        ("ses-smtp-user.1", "Other", _SENDS, False),
        ("bob", "deny", _text("Deny", "*"), True),
        ("bob", "deny", _text("Allow", "s3:*"), False),
        ("bob", "odd", "", False),
        ("bob", "odd", "not JSON", False),
        ("bob", "odd", '{"Statement": []}', False),
        ("bob", "twice", '{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}', False),
    ],
)
def test_only_inline_policies_that_deny_or_send_mail_for_ses_are_spared(
    name: str, policy: str, text: str, *, spared: bool
) -> None:
    assert parts(VIA_GROUPS, user(name, inline={policy: text})) == ([] if spared else [policy])


@pytest.mark.peer(16, "Cloud Custodian: has-allow-all misses NotAction")
def test_not_action_is_more_than_sending_mail() -> None:
    statement = {"Effect": "Allow", "NotAction": "ses:SendRawEmail", "Resource": "*"}
    text = json.dumps({"Statement": statement})
    inline = {"AmazonSesSendingAccess": text}
    assert parts(VIA_GROUPS, user(inline=inline)) == ["AmazonSesSendingAccess"]


@pytest.mark.peer(22, "policy-guard: the first match wins")
def test_each_policy_is_a_drift_of_its_own() -> None:
    of = user(attached=[f"{AWS}/A", f"{AWS}/B"], inline={"p": _text("Allow", "s3:*")})
    assert parts(VIA_GROUPS, of) == [f"{AWS}/A", f"{AWS}/B", "p"]


@pytest.mark.peer(23, "Flowpipe mod: inactive keys are raised again for ever")
@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"AKIA1": "Active", "AKIA2": "Inactive", "AKIA3": "Active"}, ["AKIA1", "AKIA3"]),
        ({"AKIA1": "Inactive"}, []),
        ({"AKIA1": "Expired"}, []),
        ({}, []),
    ],
)
def test_each_active_key_is_a_drift(keys: dict[str, str], found: list[str]) -> None:
    assert parts(KEYS, user(keys=keys)) == found


@pytest.mark.peer(39, "policy-guard: spares by a pattern of names, tested on the actor")
@pytest.mark.parametrize(
    ("name", "remediable"),
    [
        ("bob", True),
        ("my-ses-smtp-user", True),
        ("bedrockapikey-x1y2", True),
        ("BedrockAPIKey-x1y2", False),
        ("ses-smtp-user.20261102-091407", False),
    ],
)
def test_no_name_hides_a_key_and_one_that_a_console_gives_is_left_to_people(
    name: str, *, remediable: bool
) -> None:
    convention = Registry()[KEYS]
    (drift,) = convention.drifts(user(name, keys={"AKIA1": "Active"}))
    assert drift.remediable is remediable
    assert (convention.remedy(drift) is not None) is remediable


@pytest.mark.peer(
    51, "Cloud Custodian #5583, #842: the wrong access keys were disabled in production"
)
def test_of_two_keys_the_one_that_drifts_is_switched_off() -> None:
    convention = Registry()[KEYS]
    (drift,) = convention.drifts(user(keys={"AKIA1": "Inactive", "AKIA2": "Active"}))
    remedy = convention.remedy(drift)
    assert remedy
    (step,) = remedy
    assert step.do.parameters == {"UserName": "bob", "AccessKeyId": "AKIA2", "Status": "Inactive"}


def _advice(found: Any, part: str, groups: list[str] | None) -> list[str]:
    drift = Drift(VIA_GROUPS, ref("user"), part, "It is so.", found)
    policy: Subject | None = None
    if groups is not None:
        policy = subject(SubjectRef("policy", part, ACCOUNT), {Facet.POLICY_GROUPS: groups})
    return list(Registry()[VIA_GROUPS].advice(drift, policy))


def test_the_advice_names_the_group_that_carries_the_policy_already() -> None:
    arn = f"{AWS}/ReadOnlyAccess"
    carried = _advice({"attached": arn}, arn, ["readers", "auditors"])
    assert carried[0] == "Groups that already carry it: readers, auditors."
    assert carried[1].endswith("--user-name bob --group-name readers")
    assert "attach-group-policy" in _advice({"attached": arn}, arn, [])[1]
    assert "attach-group-policy" in _advice({"attached": arn}, arn, None)[1]
    assert "add-user-to-group" in _advice({"inline": "{}"}, "p", None)[1]


def test_only_an_attached_policy_has_groups_to_look_up() -> None:
    convention, arn = Registry()[VIA_GROUPS], f"{AWS}/ReadOnlyAccess"
    attached = Drift(VIA_GROUPS, ref("user"), arn, "It is so.", {"attached": arn})
    assert convention.related(attached) == SubjectRef("policy", arn, ACCOUNT)
    assert convention.related(Drift(VIA_GROUPS, ref("user"), "p", "x", {"inline": ""})) is None
