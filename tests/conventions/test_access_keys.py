"""Who made a key, how many are active, and how old one is."""

from typing import Any

import pytest

from rolecall.model.cases import Status
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject
from rolecall.registry import Registry
from tests.detection.staged import change
from tests.samples import sample
from tests.states import ref
from tests.world import PROTECT, World, settings

NONE, ONE, AGE = "no-long-term-access-keys", "one-active-access-key", "access-key-age"
NOW = "2026-11-02T10:00:00Z"
OTHERS = sample(f"{NONE}/drift-create-access-key").event["detail"]
OWN = sample(f"{NONE}/drift-create-own-access-key").event["detail"]
AGAIN = sample(f"{NONE}/drift-reactivate-access-key").event["detail"]
KEY = "AKIAI44QH8DHBEXAMPLE"
ROOT = {"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333"}
ROLE = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::111122223333:assumed-role/bob/bob",
    "accountId": "111122223333",
}


def _brought(seen: Change, key: str = KEY, of: str = "user") -> Drift:
    drift = Drift(NONE, ref(of), key, "It is so.", {"status": "Active"})
    found = Registry()[NONE].brought(drift, seen)
    assert found
    assert (found.key, found.state, found.remediable) == (drift.key, drift.state, True)
    return found


def _by(name: str) -> dict[str, Any]:
    return {**OTHERS["userIdentity"], "userName": name}


@pytest.mark.parametrize(
    ("seen", "severity"),
    [
        (change(OTHERS), "critical"),
        (change(OTHERS, userIdentity=_by("bob")), ""),
        (change(OTHERS, userIdentity=_by("Bob")), "critical"),
        # The session of a role is not the user of the same name, and neither is root.
        (change(OTHERS, userIdentity=ROLE), "critical"),
        (change(OTHERS, userIdentity=ROOT), "critical"),
        (change(OTHERS, userIdentity=None), "critical"),
        # A user who makes a key of its own need not say whose it is.
        (change(OTHERS, userIdentity=_by("bob"), requestParameters=None), ""),
        (change(AGAIN), "critical"),
        (change(AGAIN, userIdentity=_by("bob")), "critical"),
    ],
)
def test_a_key_made_by_another_or_switched_on_again_is_critical(
    seen: Change, severity: str
) -> None:
    found = _brought(seen)
    assert found.severity == severity
    assert (str(seen.actor) in found.says) is bool(severity)


def test_the_other_keys_of_the_user_are_no_worse_for_it() -> None:
    for record in (OTHERS, AGAIN):
        assert _brought(change(record), "AKIAI44QH8DHAEXAMPLE").severity == ""


def test_a_key_that_was_switched_off_and_is_active_was_not_switched_on_by_that_change() -> None:
    off = AGAIN["requestParameters"] | {"status": "Inactive"}
    assert _brought(change(AGAIN, requestParameters=off)).severity == ""


def _user(
    keys: dict[str, str],
    dates: dict[str, str] | None = None,
    use: dict[str, str | None] | None = None,
    at: str = NOW,
) -> Subject:
    state: dict[Facet, Any] = {
        Facet.USER_ACCESS_KEYS: keys,
        Facet.USER_ACCESS_KEY_DATES: dates or {},
    }
    if use is not None:
        state[Facet.USER_ACCESS_KEY_USE] = use
    return subject(ref("user"), state, at=at)


BOTH = {"AKIA1": "Active", "AKIA2": "Active"}
MADE = {"AKIA1": "2026-01-05T10:00:00Z", "AKIA2": "2026-10-30T10:00:00Z"}


@pytest.mark.peer(
    51, "Cloud Custodian #5583, #842: the wrong access keys were disabled in production"
)
@pytest.mark.parametrize(
    ("dates", "use", "off"),
    [
        (MADE, {"AKIA1": "2026-10-01T10:00:00Z", "AKIA2": "2026-11-01T10:00:00Z"}, "AKIA1"),
        (MADE, {"AKIA1": "2026-11-01T10:00:00Z", "AKIA2": "2026-10-31T10:00:00Z"}, "AKIA2"),
        # The new one was not handed out yet: without it, nothing stops.
        (MADE, {"AKIA1": "2026-11-01T10:00:00Z", "AKIA2": None}, "AKIA2"),
        (MADE, {"AKIA1": "2026-11-01T10:00:00Z"}, "AKIA2"),
        # Where use does not tell them apart, the older one goes.
        (MADE, {"AKIA1": None, "AKIA2": None}, "AKIA1"),
        (dict(reversed(MADE.items())), {}, "AKIA1"),
        (MADE, None, "AKIA1"),
        ({"AKIA1": MADE["AKIA2"], "AKIA2": MADE["AKIA1"]}, None, "AKIA2"),
    ],
)
def test_of_two_active_keys_the_one_that_is_missed_least_is_switched_off(
    dates: dict[str, str], use: dict[str, str | None] | None, off: str
) -> None:
    convention = Registry()[ONE]
    (drift,) = convention.drifts(_user(BOTH, dates, use))
    remedy = convention.remedy(drift)
    assert remedy
    (step,) = remedy
    key = {"UserName": "bob", "AccessKeyId": off}
    assert step.do.parameters == key | {"Status": "Inactive"}
    assert step.undo.parameters == key | {"Status": "Active"}
    assert any(
        f"--access-key-id {off} --status Inactive" in o for o in convention.advice(drift, None)
    )


@pytest.mark.parametrize(
    "keys", [{}, {"AKIA1": "Active"}, BOTH | {"AKIA1": "Inactive"}, BOTH | {"AKIA2": "Expired"}]
)
def test_one_active_key_is_enough_of_them_and_none_is_well(keys: dict[str, str]) -> None:
    assert list(Registry()[ONE].drifts(_user(keys, MADE, {}))) == []


def test_two_active_keys_are_one_state_whichever_they_are_and_whatever_uses_them() -> None:
    (first,) = Registry()[ONE].drifts(_user(BOTH, MADE))
    other = {"AKIA3": "Active", "AKIA4": "Active"}
    (second,) = Registry()[ONE].drifts(_user(other, {}, {"AKIA3": NOW}))
    assert (first.key, first.state) == (second.key, second.state)


@pytest.mark.parametrize(
    ("ended", "status", "keys"),
    [
        (False, "remediated", {"AKIAI44QH8DHAEXAMPLE": "Active", KEY: "Inactive"}),
        (True, "superseded", {KEY: "Active"}),
    ],
)
def test_a_rotation_has_a_day(status: str, keys: dict[str, str], *, ended: bool) -> None:
    second = sample(f"{ONE}/drift-create-second-access-key")
    assert second.state
    made = World(settings(f"version: 1\n{PROTECT}conventions: {{{ONE}: {{mode: remediate}}}}\n"))
    (of,) = second.state.state
    made.account.add(of, second.state.state[of])
    seen = made.detector.detect(second.change)
    (case_id,) = (id_ for id_ in seen.cases if made.ledger.get(id_).case.drift.convention == ONE)
    case = made.ledger.get(case_id).case
    assert (case.status, case.delay) == (Status.PENDING, 86_400)
    if ended:
        made.account.state[of][Facet.USER_ACCESS_KEYS] = keys
    made.clock.now += case.delay
    assert made.settle(case_id).status == status
    assert made.account.state[of][Facet.USER_ACCESS_KEYS] == keys


def _aged(made: str, status: str = "Active", at: str = NOW, **options: int) -> list[Drift]:
    convention = Registry({AGE: options})[AGE]
    return list(convention.drifts(_user({"AKIA1": status}, {"AKIA1": made}, at=at)))


@pytest.mark.peer(
    50, "AWS ASR: keys are switched off the day they come of age, without a warning or a way back"
)
@pytest.mark.parametrize(
    ("made", "warning"),
    [
        ("2026-11-02T10:00:00Z", 0),
        ("2026-08-04T10:00:00Z", 0),  # 90 days to the second
        ("2026-08-04T09:59:59Z", 1),
        ("2026-07-28T10:00:01Z", 1),
        ("2026-07-28T10:00:00Z", 2),
        ("2026-07-21T10:00:01Z", 2),
        ("2026-07-21T10:00:00Z", 3),
        ("2019-01-01T00:00:00Z", 3),
    ],
)
def test_an_old_key_is_told_twice_before_it_may_be_switched_off(made: str, warning: int) -> None:
    convention = Registry()[AGE]
    found = _aged(made)
    assert [d.found for d in found] == [{"created": made[:10], "warning": warning}] * bool(warning)
    for drift in found:
        assert drift.remediable is (warning == 3)
        assert (convention.remedy(drift) is not None) is drift.remediable


def test_each_warning_is_a_case_of_its_own_about_the_same_key() -> None:
    found = [_aged(f"2026-{day}T10:00:00Z")[0] for day in ("08-01", "07-25", "07-01")]
    assert len({drift.key for drift in found}) == 1
    assert len({drift.state for drift in found}) == 3


def test_the_same_warning_is_the_same_state_the_day_after() -> None:
    states = {
        _aged("2026-08-01T10:00:00Z", at=f"2026-11-0{day}T03:00:00Z")[0].state for day in (2, 4)
    }
    assert len(states) == 1


def test_a_list_without_ids_and_with_other_hours_shows_the_same_state() -> None:
    (live,) = _aged("2026-08-01T10:00:00Z")
    listed = _user({"access key 1": "Active"}, {"access key 1": "2026-08-01T11:30:00Z"})
    (sketched,) = Registry()[AGE].drifts(listed)
    assert sketched.state == live.state


@pytest.mark.parametrize("made", ["", "no time"])
def test_a_key_of_no_known_age_is_not_old(made: str) -> None:
    assert _aged(made) == []
    assert list(Registry()[AGE].drifts(_user({"AKIA1": "Active"}))) == []
    assert _aged("2019-01-01T00:00:00Z", at="") == []


def test_an_old_key_that_is_off_is_well() -> None:
    assert _aged("2019-01-01T00:00:00Z", "Inactive") == []


def test_the_advice_for_an_old_key_is_a_rotation() -> None:
    (drift,) = _aged("2019-01-01T00:00:00Z")
    assert list(Registry()[AGE].advice(drift, None)) == [
        "aws iam create-access-key --user-name bob",
        "aws iam get-access-key-last-used --access-key-id AKIA1",
        "aws iam update-access-key --user-name bob --access-key-id AKIA1 --status Inactive",
    ]
