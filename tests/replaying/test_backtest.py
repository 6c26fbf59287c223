"""What would have happened: counts, lines, and a grace that a later record may end."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rolecall.model.changes import Rejected
from rolecall.registry import Registry
from rolecall.replaying.backtest import Backtest, PastDrift
from tests.samples import all_samples, sample
from tests.settings.yaml import exemption, text
from tests.world import ACTING, settings

ATTACH: dict[str, Any] = sample("user-permissions-via-groups/drift-attach-user-policy").event[
    "detail"
]
CREATE: dict[str, Any] = sample("group-has-policy/drift-create-group").event["detail"]
GROUP = CREATE["requestParameters"]["groupName"]
# Of the many that look at a new group, one whose grace a later record ends.
ONE = "defaults: {mode: off}\nconventions: {group-has-policy: {mode: notify}}\n"


def _run(*records: Any, rest: str = ACTING) -> tuple[Backtest, list[PastDrift]]:
    found = settings(rest)
    backtest = Backtest(Registry(found.options), found)
    drifts = list(backtest.run((f"a.json:{n}", record) for n, record in enumerate(records)))
    return backtest, drifts


def _later(name: str, time: str, **request: str) -> dict[str, Any]:
    parameters = {"groupName": GROUP, "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    return CREATE | {
        "eventName": name,
        "eventID": f"{name} {time}",
        "eventTime": time,
        "requestParameters": parameters | request,
    }


def test_it_counts_records_drifts_and_rejections() -> None:
    backtest, drifts = _run(
        ATTACH, {}, Rejected("The file is not JSON."), CREATE | {"errorCode": "x"}
    )
    assert (backtest.records, backtest.drifts, backtest.rejected) == (4, 1, 2)
    assert backtest.closing_line == "4 records, 1 drifts, 2 rejected"
    assert [at for at, _ in backtest.reasons] == ["a.json:1", "a.json:2"]
    assert len(drifts) == 1


def test_a_record_that_names_nobody_is_rejected_and_counted_once() -> None:
    backtest, drifts = _run(ATTACH | {"requestParameters": {"omitted": True}})
    assert (backtest.records, backtest.rejected, drifts) == (1, 1, [])


def test_all_samples_give_what_their_names_say() -> None:
    backtest, drifts = _run(*(s.event for s in all_samples()))
    shown = {past.at for past in drifts}
    for number, one in enumerate(all_samples()):
        if one.is_drift and not one.needs_stack:
            assert f"a.json:{number}" in shown, one
    assert backtest.drifts == len(drifts)
    assert backtest.rejected == 0


def test_a_line_tells_where_what_and_what_would_have_been_done() -> None:
    _, (past,) = _run(ATTACH)
    line = json.loads(json.dumps(past.to_dict()))
    assert line["at"] == "a.json:0"
    assert line["eventID"] == ATTACH["eventID"]
    assert line["eventName"] == "AttachUserPolicy"
    assert line["convention"] == "user-permissions-via-groups"
    assert line["subject"] == "arn:aws:iam::111122223333:user/bob"
    assert line["decision"] == "pending"
    assert line["severity"] == "high"
    assert line["evidence"]["says"].startswith("The policy PowerUserAccess")
    assert line["actor"]


@pytest.mark.parametrize(
    ("rest", "decisions"),
    [
        ("", ["notified"]),
        ("defaults: {mode: observe}\n", ["observed"]),
        ("defaults: {mode: off}\n", []),
        (exemption(expires=f"{datetime.now(UTC).date() + timedelta(days=90)}"), ["exempt"]),
    ],
)
def test_the_settings_decide_as_they_would_have(rest: str, decisions: list[str]) -> None:
    _, drifts = _run(ATTACH, rest=text(rest))
    assert [past.decision for past in drifts] == decisions


@pytest.mark.parametrize(
    ("name", "time", "drifts"),
    [
        ("AttachGroupPolicy", "2026-11-02T09:14:07Z", 0),
        ("AttachGroupPolicy", "2026-11-02T09:29:07Z", 0),
        ("PutGroupPolicy", "2026-11-02T09:15:00Z", 0),
        ("DeleteGroup", "2026-11-02T09:15:00Z", 0),
        ("AttachGroupPolicy", "2026-11-02T09:29:08Z", 1),
        ("AttachGroupPolicy", "2026-11-02T09:14:06Z", 1),
        ("AttachGroupPolicy", "", 1),
        ("AttachGroupPolicy", "0001-01-01", 1),
        ("GetGroup", "2026-11-02T09:15:00Z", 1),
    ],
)
@pytest.mark.parametrize("earlier_in_the_file", [False, True])
def test_a_grace_is_ended_by_a_record_in_time_wherever_it_stands(
    name: str, time: str, drifts: int, *, earlier_in_the_file: bool
) -> None:
    assert CREATE["eventTime"] == "2026-11-02T09:14:07Z"
    records = [CREATE, _later(name, time)]
    backtest, found = _run(*(reversed(records) if earlier_in_the_file else records), rest=text(ONE))
    assert (len(found), backtest.drifts) == (drifts, drifts)


def test_times_that_cannot_be_read_settle_nothing() -> None:
    unclear = CREATE | {"eventTime": None}
    _, found = _run(unclear, _later("AttachGroupPolicy", ""), rest=text(ONE))
    assert len(found) == 1


def test_a_failed_call_or_one_on_another_group_ends_no_grace() -> None:
    failed = _later("AttachGroupPolicy", "2026-11-02T09:15:00Z") | {"errorCode": "AccessDenied"}
    other = _later("AttachGroupPolicy", "2026-11-02T09:15:00Z", groupName="other")
    _, found = _run(CREATE, failed, other, rest=text(ONE))
    assert len(found) == 1


def test_without_a_grace_the_drift_is_told_where_it_stands() -> None:
    rest = text(ONE.replace("notify", "notify, grace: 0"))
    _, found = _run(CREATE, _later("AttachGroupPolicy", "2026-11-02T09:15:00Z"), rest=rest)
    assert [past.at for past in found] == ["a.json:0"]


def test_a_convention_that_needs_more_than_the_record_says_says_nothing() -> None:
    detach = ATTACH | {"eventName": "DetachGroupPolicy", "requestParameters": {"groupName": GROUP}}
    backtest, found = _run(detach)
    assert (found, backtest.rejected) == ([], 0)
