"""Calls, drifts and cases survive being written down; keys keep apart what is apart."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.model.calls import Call, Remedy, Result, Step
from rolecall.model.cases import Case, Origin, Status, case_id
from rolecall.model.drifts import Drift, canonical, digest
from rolecall.model.facets import Facet
from rolecall.model.kinds import KINDS, subject
from rolecall.model.kinds.users import User
from rolecall.model.scales import Mode, Severity
from rolecall.model.subjects import SubjectRef
from tests.model.hostile import any_text
from tests.states import ACCOUNT, ref

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
_calls = st.builds(
    Call,
    st.sampled_from(["iam:PutUserPolicy", "ec2:AssociateIamInstanceProfile"]),
    st.dictionaries(any_text, _json | any_text.map(Result), max_size=4),
)
_remedies = st.lists(st.builds(Step, _calls, _calls), max_size=3).map(lambda s: Remedy(*s))
_regions = st.sampled_from(["", "us-east-1", "eu-north-1"])
# A name may hold anything here: keys must keep subjects apart whatever a later kind is called.
_refs = st.builds(SubjectRef, st.sampled_from(sorted(KINDS)), any_text, st.just(ACCOUNT), _regions)
_drifts = st.builds(Drift, any_text, _refs, any_text, any_text, _json, _json, _json, st.booleans())
_origins = st.builds(Origin, *[any_text] * 8, st.booleans())
_cases = st.builds(
    Case,
    any_text,
    _drifts,
    _origins,
    st.sampled_from(Severity),
    st.sampled_from(Mode),
    st.sampled_from(Status),
    *[any_text] * 5,
    remedy=_remedies.map(lambda remedy: tuple(remedy.to_list())),
    advice=st.lists(any_text, max_size=2).map(tuple),
    account_name=any_text,
)


def _written(value: Any) -> Any:
    return json.loads(json.dumps(value))


@given(_calls)
def test_a_call_survives_being_written_down(call: Call) -> None:
    assert Call.from_dict(_written(call.to_dict())) == call


@given(_remedies)
def test_a_remedy_survives_being_written_down(remedy: Remedy) -> None:
    again = Remedy.from_list(_written(remedy.to_list()))
    assert again == remedy
    assert hash(again) == hash(remedy)
    assert again.calls == {step.do.name for step in remedy}


@given(_drifts)
def test_a_drift_survives_being_written_down(drift: Drift) -> None:
    again = Drift.from_dict(_written(drift.to_dict()))
    assert again == drift
    assert (again.key, again.state) == (drift.key, drift.state)


@given(_cases)
def test_a_case_survives_being_written_down(case: Case) -> None:
    assert Case.from_dict(_written(case.to_dict())) == case


@given(_refs, _refs)
def test_two_subjects_never_share_a_key(one: SubjectRef, other: SubjectRef) -> None:
    assert (one.key == other.key) is (one == other)
    assert "#" not in one.key


@pytest.mark.parametrize(("one", "other"), [("a#b", "a%23b"), ("a%23b", "a%2523b")])
def test_a_name_that_looks_escaped_has_its_own_key(one: str, other: str) -> None:
    assert SubjectRef("user", one, ACCOUNT).key != SubjectRef("user", other, ACCOUNT).key


def test_an_answer_fills_in_what_only_it_could_tell() -> None:
    call = Call("ec2:DisassociateIamInstanceProfile", {"AssociationId": Result("A.Id"), "x": 1})
    assert call.resolved({"A": {"Id": "iip-1"}}).parameters == {"AssociationId": "iip-1", "x": 1}
    with pytest.raises(KeyError):
        call.resolved({"A": {}})


def _drift(**changed: Any) -> Drift:
    return replace(Drift("c", ref("user"), "p", "s", None), **changed)


def test_a_drift_keeps_its_key_in_another_state_and_not_in_another_part() -> None:
    drift = _drift(found={"a": 1, "b": 2})
    assert _drift(found={"b": 2, "a": 1}).state == drift.state
    assert _drift(found={"a": 2}).state != drift.state
    assert _drift(found={"a": 2}, says="other").key == drift.key
    assert _drift(found={"a": 1, "b": 2}, part="q").key != drift.key
    assert _drift(found={"a": 1, "b": 2}, convention="d").key != drift.key


def test_a_case_is_known_by_its_drift_and_its_record() -> None:
    drift = _drift(found=1)
    same = case_id(drift, "e-1")
    assert same == case_id(_drift(found=1, says="in other words"), "e-1")
    others = [
        case_id(drift, "e-2"),
        case_id(_drift(found=2), "e-1"),
        case_id(_drift(found=1, part="q"), "e-1"),
        case_id(_drift(found=1, subject=ref("role")), "e-1"),
    ]
    assert len({same, *others}) == 5
    assert same.startswith("c-")
    assert len(same) == 14


@given(_json)
def test_the_canonical_text_is_ascii_and_says_the_same(value: Any) -> None:
    assert canonical(value).isascii()
    assert json.loads(canonical(value)) == value
    assert len(digest(value)) == 64


@pytest.mark.parametrize(
    ("kind", "name", "region", "arn"),
    [
        ("user", "bob", "", f"arn:aws:iam::{ACCOUNT}:user/bob"),
        ("group", "ops", "", f"arn:aws:iam::{ACCOUNT}:group/ops"),
        ("role", "app", "", f"arn:aws:iam::{ACCOUNT}:role/app"),
        ("instance", "i-1", "eu-north-1", f"arn:aws:ec2:eu-north-1:{ACCOUNT}:instance/i-1"),
        ("account", ACCOUNT, "", f"arn:aws:iam::{ACCOUNT}:root"),
        ("policy", "arn:aws:iam::aws:policy/X", "", "arn:aws:iam::aws:policy/X"),
    ],
)
def test_a_subject_has_its_arn(kind: str, name: str, region: str, arn: str) -> None:
    assert SubjectRef(kind, name, ACCOUNT, region).arn == arn


def test_a_facet_that_was_not_read_is_an_error_and_not_an_empty_answer() -> None:
    user = subject(ref("user"), {Facet.USER_INLINE_POLICIES: {}})
    assert isinstance(user, User)
    assert user.knows([Facet.USER_INLINE_POLICIES])
    assert not user.knows([Facet.USER_INLINE_POLICIES, Facet.USER_ACCESS_KEYS])
    with pytest.raises(KeyError):
        _ = user.access_keys


@given(st.sampled_from(Mode), st.sampled_from(Mode))
def test_no_mode_rises_above_its_ceiling(mode: Mode, ceiling: Mode) -> None:
    capped = mode.capped(ceiling)
    assert ceiling.at_least(capped)
    assert capped in {mode, ceiling}
    assert mode.at_least(capped)


def test_the_scales_go_upward() -> None:
    assert [mode.value for mode in sorted(Mode, key=lambda m: m.rank)] == [
        "off",
        "observe",
        "notify",
        "approve",
        "remediate",
    ]
    assert Severity.CRITICAL.at_least(Severity.HIGH)
    assert not Severity.INFO.at_least(Severity.LOW)


@pytest.mark.parametrize("status", list(Status))
def test_what_is_open_is_not_yet_ended_and_silence_is_declared(status: Status) -> None:
    silent = {"observed", "waiting", "verifying", "exempt", "superseded", "resolved"}
    assert status.is_told is (status.value not in silent)
    opened = {"waiting", "pending", "verifying", "awaiting-approval", "paused"}
    assert status.is_open is (status.value in opened)
