"""What counts as unused, and how a password is closed without being deleted."""

import json
from typing import Any

import pytest

from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject
from rolecall.policy.documents import denies_only
from rolecall.registry import Registry
from rolecall.replaying.memory import MemoryAccount
from tests.states import ref

ID, NAME = "unused-credentials", "Rolecall-UnusedPassword"
DENYING = {ID: {"deny_passwords": True}}
NOW = "2026-11-02T10:00:00Z"
LONG_AGO, AT_45_DAYS, LATER = "2026-03-01T08:00:00Z", "2026-09-18T10:00:00Z", "2026-09-18T10:00:01Z"


def _user(at: str = NOW, **state: Any) -> Subject:
    account = MemoryAccount()
    account.now = at
    of = account.add(
        ref("user"), {Facet(f"user.{k.replace('_', '-')}"): v for k, v in state.items()}
    )
    found = account.read(of, Registry()[ID].needs)
    assert found
    return found


def _with_key(created: str, used: str | None, status: str = "Active", at: str = NOW) -> Subject:
    return _user(
        at,
        access_keys={"AKIA1": status},
        access_key_dates={"AKIA1": created},
        access_key_use={"AKIA1": used},
    )


def _with_password(created: str, used: str | None, at: str = NOW, **inline: str) -> Subject:
    return _user(
        at,
        login_profile={"created": created},
        password_use=used,
        inline_policies={name.replace("_", "-"): text for name, text in inline.items()},
    )


def _drifts(of: Subject) -> list[Drift]:
    return list(Registry(DENYING)[ID].drifts(of))


@pytest.mark.peer(
    50, "AWS ASR: a password made today is deleted, for it looks at the last sign-in alone"
)
@pytest.mark.parametrize("make", [_with_key, _with_password])
@pytest.mark.parametrize(
    ("created", "used", "unused"),
    [
        (LONG_AGO, LONG_AGO, True),
        (LONG_AGO, None, True),
        (LONG_AGO, AT_45_DAYS, True),
        (LONG_AGO, LATER, False),
        (LONG_AGO, NOW, False),
        (AT_45_DAYS, None, True),
        (LATER, None, False),
        (NOW, None, False),
        # Made again today by somebody who last came long ago.
        (NOW, LONG_AGO, False),
        # What is not known is no proof.
        ("", None, False),
        ("", LONG_AGO, False),
        (LONG_AGO, "no time", False),
    ],
)
def test_a_credential_is_unused_when_neither_its_use_nor_its_making_is_recent(
    make: Any, created: str, used: str | None, *, unused: bool
) -> None:
    found = _drifts(make(created, used))
    assert len(found) == unused
    for drift in found:
        day = used[:10] if used else None
        assert drift.found == {"status": "Active", "last_used": day}
        assert (day or "never") in drift.says


def test_the_same_last_use_is_the_same_state_the_day_after() -> None:
    states = {_drifts(_with_key(LONG_AGO, LONG_AGO, at=at))[0].state for at in (NOW, "2026-11-05")}
    assert len(states) == 1


def test_a_list_without_ids_and_with_other_hours_shows_the_same_states() -> None:
    def states(key: str, hour: str) -> list[str]:
        of = _user(
            access_keys={key: "Active"},
            access_key_dates={key: LONG_AGO},
            access_key_use={key: f"2026-03-01T{hour}:00:00Z"},
            login_profile={"created": LONG_AGO},
            password_use=f"2026-03-02T{hour}:30:00Z",
        )
        return [drift.state for drift in _drifts(of)]

    assert states("AKIA1", "08") == states("access key 1", "17")
    assert len(set(states("AKIA1", "08"))) == 2


@pytest.mark.parametrize("status", ["Inactive", "Expired"])
def test_an_unused_key_that_is_off_is_well(status: str) -> None:
    assert _drifts(_with_key(LONG_AGO, None, status)) == []


def test_a_user_without_a_password_has_none_unused() -> None:
    assert _drifts(_user(password_use=LONG_AGO)) == []


def test_a_key_that_was_listed_between_two_readings_is_not_unused() -> None:
    assert _drifts(_user(access_keys={"AKIA1": "Active"})) == []


def _closed() -> str:
    convention = Registry(DENYING)[ID]
    assert set(convention.may_call()) == {"iam:UpdateAccessKey", "iam:PutUserPolicy"}
    (drift,) = _drifts(_with_password(LONG_AGO, None))
    remedy = convention.remedy(drift)
    assert remedy
    (step,) = remedy
    names = {"UserName": "bob", "PolicyName": NAME}
    text: str = step.do.parameters["PolicyDocument"]
    assert (step.do.name, step.undo.name) == ("iam:PutUserPolicy", "iam:DeleteUserPolicy")
    assert step.do.parameters == names | {"PolicyDocument": text}
    assert step.undo.parameters == names
    return text


def test_a_password_is_closed_by_a_policy_that_only_denies_and_spares_keys() -> None:
    (statement,) = json.loads(_closed())["Statement"]
    assert denies_only(_closed())
    assert (statement["Action"], statement["Resource"]) == ("*", "*")
    assert statement["Condition"] == {
        "Null": {"aws:TokenIssueTime": "false"},
        "BoolIfExists": {"aws:ViaAWSService": "false"},
    }


def test_unless_the_settings_ask_for_it_a_password_is_only_told() -> None:
    convention = Registry()[ID]
    assert convention.may_call() == ("iam:UpdateAccessKey",)
    (drift,) = convention.drifts(_with_password(LONG_AGO, None))
    assert not drift.remediable
    assert convention.remedy(drift) is None


def test_a_closed_password_is_well_with_every_convention() -> None:
    closed = _with_password(LONG_AGO, LONG_AGO, Rolecall_UnusedPassword=_closed())
    assert _drifts(closed) == []
    state = {**closed.state, Facet.USER_ATTACHED_POLICIES: {}}
    whole = subject(closed.ref, state)
    assert list(Registry()["user-permissions-via-groups"].drifts(whole)) == []


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'],
)
def test_a_name_alone_closes_nothing_and_what_has_it_is_not_overwritten(text: str) -> None:
    of = _with_password(LONG_AGO, None, Rolecall_UnusedPassword=text)
    (drift,) = _drifts(of)
    assert not drift.remediable
    assert Registry()[ID].remedy(drift) is None
    assert Registry()[ID].part(of, drift) == text


def test_key_and_password_are_drifts_of_their_own_and_each_has_its_advice() -> None:
    of = _user(
        access_keys={"AKIA1": "Active", "AKIA2": "Active"},
        access_key_dates={"AKIA1": LONG_AGO, "AKIA2": LONG_AGO},
        access_key_use={"AKIA1": NOW, "AKIA2": None},
        login_profile={"created": LONG_AGO},
    )
    found = _drifts(of)
    assert [drift.part for drift in found] == ["AKIA2", "password"]
    assert [line for drift in found for line in Registry()[ID].advice(drift, None)] == [
        "aws iam update-access-key --user-name bob --access-key-id AKIA2 --status Inactive",
        "aws iam delete-login-profile --user-name bob",
    ]
