"""Whatever a record holds, what is behind the parser stands it, and nothing in it pardons anybody."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rolecall.detection.judging import judge
from rolecall.model.cases import Case, Origin, Status, case_id
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.records import parse
from rolecall.model.scales import Mode, Severity
from rolecall.registry import Registry
from rolecall.replaying.backtest import Backtest
from rolecall.replaying.memory import MemoryAccount
from tests.model.hostile import any_text, broken_samples, json_values
from tests.samples import Sample, samples
from tests.states import ref
from tests.world import ACTING, settings

SETTINGS = settings(ACTING)
REGISTRY = Registry(SETTINGS.options)


@given(broken_samples())
@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_backtest_stands_any_record_and_its_lines_are_json(event: Any) -> None:
    backtest = Backtest(REGISTRY, SETTINGS)
    for past in backtest.run([("x", event)]):
        json.dumps(past.to_dict()).encode()
    assert backtest.records == 1


@given(broken_samples() | json_values)
def test_a_case_of_any_record_can_be_written_down(event: Any) -> None:
    change = parse(event)
    if not isinstance(change, Change):
        return
    drift = Drift("x", ref("user"), "part", "It is so.", {"found": change.event_id})
    case = Case(
        case_id(drift, change.event_id),
        drift,
        Origin.of(change),
        Severity.LOW,
        Mode.NOTIFY,
        Status.NOTIFIED,
    )
    assert case.id.isascii()
    assert Case.from_dict(json.loads(json.dumps(case.to_dict()))) == case


def test_an_event_id_with_a_lone_surrogate_still_makes_a_case_id() -> None:
    drift = Drift("x", ref("user"), "part", "It is so.", {})
    assert case_id(drift, "\ud800") != case_id(drift, "\udc00")


def _parts(event: Any, account: MemoryAccount) -> set[tuple[str, str, str]]:
    change = parse(event)
    assert isinstance(change, Change)
    judged, rejected = judge(change, REGISTRY, SETTINGS, account.read)
    assert not rejected
    return {(d.convention, d.subject.key, d.part) for j in judged for d in j.drifts}


def _staged(sample: Sample) -> MemoryAccount:
    account = MemoryAccount()
    if not sample.change.error:
        for convention in REGISTRY.watching(sample.change.call):
            judged, _ = judge(sample.change, REGISTRY, SETTINGS, lambda *_: None)
            account.stage(sample.change, [j.ref for j in judged if j.convention is convention])
    return account


_CLAIMS = st.one_of(
    any_text, st.none(), st.sampled_from(["cloudformation.amazonaws.com", "AWS Internal"])
)


@pytest.mark.parametrize("sample", list(samples()), ids=str)
@hypothesis_settings(max_examples=8, deadline=None)
@given(agent=_CLAIMS, address=_CLAIMS, invoked_by=_CLAIMS)
def test_user_agent_address_and_invoking_service_change_no_verdict(
    sample: Sample, agent: str | None, address: str | None, invoked_by: str | None
) -> None:
    event = copy.deepcopy(sample.event)
    event["detail"] |= {"userAgent": agent, "sourceIPAddress": address}
    # What AWS itself does in root's name is not root at work: the one verdict that asks for it.
    if event["detail"]["userIdentity"]["type"] != "Root":
        event["detail"]["userIdentity"]["invokedBy"] = invoked_by
    account = _staged(sample)
    assert _parts(event, account) == _parts(sample.event, account)
