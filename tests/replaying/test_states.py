"""A state that is written down is used as it stands, or not at all."""

from typing import Any

import pytest

from rolecall.registry import Registry
from rolecall.replaying.backtest import Backtest
from tests.world import ACTING, settings


@pytest.mark.parametrize(
    ("kind", "facet", "value"),
    [
        ("group", "group.members", [["alice"]]),
        ("group", "group.members", "alice"),
        ("group", "group.identity", {}),
        ("group", "group.inline-policies", {"p": 7}),
        ("user", "user.access-key-dates", {"AKIA": []}),
        ("account", "account.summary", {"Groups": "many"}),
    ],
)
def test_a_state_of_another_form_is_rejected_and_judged_by_nobody(
    kind: str, facet: str, value: Any
) -> None:
    subjects = [{"kind": kind, "name": "x", "state": {facet: value}}]
    state = {"at": "2026-11-02T09:14:07Z", "account": "111122223333", "subjects": subjects}
    found = settings(ACTING)
    backtest = Backtest(Registry(found.options), found)
    assert list(backtest.run([("x", {"state": state})])) == []
    assert backtest.rejected == 1
    (_, reason), *_ = backtest.reasons
    assert reason == f"The state cannot be used: ValueError {facet} has another form."
