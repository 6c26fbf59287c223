"""What the options of the conventions about access keys and passwords change."""

from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.registry import Registry
from rolecall.replaying.memory import MemoryAccount
from rolecall.settings import Settings
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import ref

AGE, UNUSED = "access-key-age", "unused-credentials"
# 95, 100 and 60 days before the day of the account in memory.
DAYS_95, DAYS_100, DAYS_60 = "2026-07-30T12:00:00Z", "2026-07-25T12:00:00Z", "2026-09-03T12:00:00Z"


def _drifts(found: Settings, convention: str, created: str) -> Any:
    account = MemoryAccount()
    of: SubjectRef = account.add(
        ref("user"),
        {
            Facet.USER_ACCESS_KEYS: {"AKIA1": "Active"},
            Facet.USER_ACCESS_KEY_DATES: {"AKIA1": created},
        },
    )
    judge = Registry(found.options)[convention]
    return list(judge.judge(of, account.read(of, judge.needs)))


def _warnings(created: str, found: Settings) -> Any:
    return [drift.found["warning"] for drift in _drifts(found, AGE, created)]


def _option(convention: str, option: str, value: int | str) -> tuple[str, str]:
    return text(), text(f"conventions: {{{convention}: {{{option}: {value}}}}}\n")


CHANGES: dict[str, Change] = {
    f"{AGE}.days": (*_option(AGE, "days", 100), lambda s: _warnings(DAYS_95, s), [1], []),
    f"{AGE}.second_warning_days": (
        *_option(AGE, "second_warning_days", 3),
        lambda s: _warnings(DAYS_95, s),
        [1],
        [2],
    ),
    f"{AGE}.act_after_days": (
        *_option(AGE, "act_after_days", 10),
        lambda s: _warnings(DAYS_100, s),
        [2],
        [3],
    ),
    f"{UNUSED}.days": (
        *_option(UNUSED, "days", 90),
        lambda s: len(_drifts(s, UNUSED, DAYS_60)),
        1,
        0,
    ),
    f"{UNUSED}.deny_passwords": (
        *_option(UNUSED, "deny_passwords", "true"),
        lambda s: "iam:PutUserPolicy" in Registry(s.options)[UNUSED].may_call(),
        False,
        True,
    ),
}
