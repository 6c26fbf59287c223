"""What changed, in a few lines."""

import json
from typing import Any

import pytest
from hypothesis import given

from rolecall.model.drifts import Drift
from rolecall.model.subjects import SubjectRef
from rolecall.notification.difference import MAX_LINES, difference
from tests.notification.strategies import patient, values


def drift(
    found: Any, expected: Any = None, before: Any = None, *, remediable: bool = True
) -> Drift:
    ref = SubjectRef("user", "bob", "111122223333")
    return Drift("some-convention", ref, "part", "It is so.", found, expected, before, remediable)


def test_what_should_not_be_there_is_taken_away() -> None:
    assert difference(drift({"attached": "arn:x"})) == ("- attached: arn:x",)


def test_what_is_missing_is_added() -> None:
    assert difference(drift(None, {"profile": "baseline"})) == ("+ profile: baseline",)
    assert difference(drift([], "at least one policy")) == ("+ at least one policy",)


def test_only_what_differs_is_shown() -> None:
    found = difference(drift({"status": "Active", "age": 3}, {"status": "Inactive", "age": 3}))
    assert found == ("- status: Active", "+ status: Inactive")


def test_policy_text_is_compared_by_what_it_says() -> None:
    old = '{"Statement":[{"Sid":"a"},{"Sid":"b"}],"Version":"2012-10-17"}'
    new = '{"Version": "2012-10-17", "Statement": [{"Sid": "b"}]}'
    found = difference(drift({"x": 1}, {"trust": new}, {"trust": old}))
    assert found == ('- trust.Statement: {"Sid": "a"}',)


def test_a_text_with_a_repeated_key_is_shown_as_it_stands() -> None:
    text = '{"Effect":"Deny","Effect":"Allow"}'
    assert difference(drift({"inline": text})) == (f"- inline: {text}",)


def test_a_drift_that_is_only_told_shows_what_was_found_without_marks() -> None:
    found = difference(drift({"call": "iam:CreateUser", "day": "2026-11-02"}, remediable=False))
    assert found == ("call: iam:CreateUser", "day: 2026-11-02")


def test_a_long_difference_is_cut_and_says_how_much_is_missing() -> None:
    found = difference(drift({str(number): number for number in range(30)}))
    assert len(found) == MAX_LINES
    assert found[-1] == "… 21 more lines"


def test_a_long_line_is_cut_with_a_mark() -> None:
    (line,) = difference(drift({"inline": "x" * 1000}))
    assert len(line) == 160
    assert line.endswith("…")


def test_items_that_only_changed_places_are_still_a_difference() -> None:
    assert difference(drift({"a": [1, 2]}, {"a": [2, 1]})) == ("- a: [1, 2]", "+ a: [2, 1]")


@pytest.mark.parametrize("text", ["{" * 3000, '{"a":' * 100_000, json.dumps({"a": "x" * 30_000})])
def test_a_text_that_cannot_be_read_is_shown_cut(text: str) -> None:
    (line,) = difference(drift({"inline": text}))
    assert len(line) == 160


def test_a_value_that_is_nested_too_deep_is_not_shown() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert difference(drift({"inline": deep})) == ("… nested too deep to show",)


def test_a_policy_text_that_is_nested_too_deep_is_not_shown() -> None:
    text = '{"a":' * 3000 + "1" + "}" * 3000
    assert difference(drift({"inline": text})) == ("… nested too deep to show",)


@patient
@given(values, values, values)
def test_any_drift_has_a_short_difference(found: Any, expected: Any, before: Any) -> None:
    for remediable in (True, False):
        lines = difference(drift(found, expected, before, remediable=remediable))
        assert len(lines) <= MAX_LINES
        assert all(len(line) <= 160 for line in lines)
