"""What is done about a drift: each row of the table, and what holds for every row."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from rolecall.detection.deciding import Decision, Facts, Verdict, decide
from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.registry import Registry
from tests.settings.yaml import exemption, text
from tests.states import UNIQUE_IDS, ref
from tests.world import settings

ID = "user-permissions-via-groups"
FOUND: dict[str, Any] = {
    ID: {"inline": "{}"},
    "group-has-policy": [],
    "role-no-wildcard-trust": {"statement": "{}"},
}
KINDS = {ID: "user", "group-has-policy": "group", "role-no-wildcard-trust": "role"}
TODAY = "2026-11-02"
ROWS: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("decisions.yaml"))


def _drift(
    convention: str = ID, name: str = "", *, remediable: bool = True, needs_approval: bool = False
) -> Drift:
    subject = ref(KINDS[convention])
    return Drift(
        convention,
        replace(subject, name=name or subject.name),
        "p",
        "It is so.",
        FOUND[convention],
        expected={"trust": "{}"},
        before={"trust": "{}"},
        remediable=remediable,
        needs_approval=needs_approval,
    )


def _decide(row: dict[str, Any]) -> Decision:
    drift = _drift(**row.get("drift", {}))
    more = row.get("more", "")
    exempt = row.get("exempt", [{}] if more == "exempt" else [])
    keys = "" if more == "exempt" else more and f", {more}"
    rest = f"conventions: {{{drift.convention}: {{mode: {row['mode']}{keys}}}}}\n"
    for number, parts in enumerate(exempt, 1):
        entry = exemption(**{"id": f"EX-{number}"} | parts)
        rest += entry if number == 1 else entry.removeprefix("exemptions:\n")
    found = settings(text(rest), Mode(row.get("ceiling", "remediate")))
    known = {"path": "/", "today": TODAY, "unique_id": UNIQUE_IDS[drift.subject.kind]}
    facts = Facts(**(known | row.get("facts", {})))
    return decide(drift, Registry(found.options)[drift.convention], found, facts)


@pytest.mark.parametrize("row", ROWS, ids=[row["when"] for row in ROWS])
def test_the_decision_is_that_of_the_table(row: dict[str, Any]) -> None:
    found = _decide(row)
    assert (found.verdict, found.status, found.delay) == (
        row["verdict"], row["status"], row.get("delay", 0)
    )  # fmt: skip
    assert found.reason.startswith(row.get("reason", ""))
    assert bool(found.reason) == ("reason" in row)
    assert found.severity is Severity(row.get("severity", found.severity))


def test_the_table_has_every_verdict_and_no_situation_twice() -> None:
    assert {row["verdict"] for row in ROWS} == set(Verdict)
    assert len({row["when"] for row in ROWS}) == len(ROWS)


def test_the_plan_is_shown_whether_or_not_it_is_carried_out() -> None:
    found = _decide({"mode": "notify"}).remedy
    assert found
    assert found.calls == {"iam:DeleteUserPolicy"}


def test_the_settings_say_how_bad_it_is() -> None:
    assert _decide({"mode": "notify"}).severity is Severity.HIGH
    assert _decide({"mode": "notify", "more": "severity: low"}).severity is Severity.LOW


def test_what_people_must_see_first_is_critical_whatever_the_settings_say() -> None:
    row = {"mode": "remediate", "more": "severity: low", "drift": {"name": "break-glass"}}
    assert _decide(row).severity is Severity.CRITICAL


def test_a_convention_brings_its_own_grace_and_the_settings_may_shorten_it() -> None:
    group = {"mode": "notify", "drift": {"convention": "group-has-policy"}}
    assert _decide(group).delay == 900
    assert _decide(group | {"more": "grace: 0"}).verdict is Verdict.NOTIFY


ANYTHING = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["'off'", "observe", "notify", "approve", "remediate"]),
        "ceiling": st.sampled_from(list(Mode)),
        "more": st.sampled_from(["", "exempt", "grace: 60"]),
        "drift": st.fixed_dictionaries(
            {
                "convention": st.sampled_from(list(KINDS)),
                "remediable": st.booleans(),
                "needs_approval": st.booleans(),
                "name": st.sampled_from(["", "break-glass"]),
            }
        ),
        "facts": st.fixed_dictionaries(
            {
                "path": st.sampled_from(["", "/", "/aws-reserved/x/", "/rolecall/"]),
                "through": st.sampled_from(["", "CloudFormation"]),
                "waited": st.booleans(),
                "approved": st.booleans(),
                "paused": st.sampled_from(["", "incident 7"]),
                "capped": st.sampled_from(["", "enough"]),
                "doubted": st.sampled_from(["", "somebody may come in"]),
                "unique_id": st.sampled_from(["", UNIQUE_IDS["user"], "AIDAEXAMPLE0000000002"]),
            }
        ),
    }
)


@given(ANYTHING)
def test_nothing_is_put_right_that_anything_speaks_against(row: dict[str, Any]) -> None:
    found, facts, drift = _decide(row), row["facts"], row["drift"]
    if found.verdict is not Verdict.REMEDIATE:
        return
    assert found.remedy is not None
    assert drift["remediable"]
    assert not facts["paused"]
    assert not facts["capped"]
    assert not facts["doubted"]
    assert facts["path"] in ({"/"} if KINDS[drift["convention"]] == "role" else {"", "/"})
    assert drift["name"] != "break-glass" or KINDS[drift["convention"]] != "user"
    assert row["mode"] in {"approve", "remediate"}
    assert found.mode is Mode.REMEDIATE or facts["approved"]
    assert not drift["needs_approval"] or facts["approved"]
    assert facts["waited"] or row["more"] != "grace: 60"
    about = row["more"] == "exempt" and drift["convention"] == ID and drift["name"] == ""
    assert not about or facts["unique_id"] not in {"", UNIQUE_IDS["user"]}


@given(ANYTHING)
def test_nobody_hears_of_what_is_only_observed(row: dict[str, Any]) -> None:
    found = _decide(row)
    if found.mode in {Mode.OFF, Mode.OBSERVE}:
        assert found.verdict in {Verdict.OFF, Verdict.OBSERVE}
        assert not found.status.is_told
