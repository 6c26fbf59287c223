"""What the options of the conventions about groups' names, members and number change."""

from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import ACCOUNT, ref

NAME, EMPTY, QUOTA = "group-name-meaningful", "group-not-empty", "group-quota-headroom"


def _group() -> Subject:
    state: dict[Facet, Any] = {
        Facet.GROUP_IDENTITY: {"created": "2026-01-12T08:00:00Z"},
        Facet.GROUP_MEMBERS: [],
        Facet.GROUP_INLINE_POLICIES: {},
        Facet.GROUP_ATTACHED_POLICIES: {},
    }
    return subject(SubjectRef("group", "ops", ACCOUNT), state, "/teams/", at="2026-11-02T09:14:07Z")


def _parts(found: Settings) -> list[str]:
    return [drift.part for drift in Registry(found.options)[NAME].drifts(_group())]


def _deletes(found: Settings) -> bool:
    (drift,) = Registry(found.options)[EMPTY].drifts(_group())
    return drift.remediable


def _told(found: Settings) -> bool:
    account = subject(ref("account"), {Facet.ACCOUNT_SUMMARY: {"Groups": 80, "GroupsQuota": 100}})
    return bool(list(Registry(found.options)[QUOTA].drifts(account)))


CHANGES: dict[str, Change] = {
    f"{NAME}.pattern": (
        text(),
        text(f"conventions: {{{NAME}: {{pattern: '[a-z]+-[a-z]+'}}}}\n"),
        _parts,
        [],
        ["name"],
    ),
    f"{NAME}.path_pattern": (
        text(),
        text(f"conventions: {{{NAME}: {{path_pattern: /}}}}\n"),
        _parts,
        [],
        ["path"],
    ),
    f"{EMPTY}.delete_after_days": (
        text(),
        text(f"conventions: {{{EMPTY}: {{delete_after_days: 30}}}}\n"),
        _deletes,
        False,
        True,
    ),
    f"{QUOTA}.percent": (
        text(),
        text(f"conventions: {{{QUOTA}: {{percent: 81}}}}\n"),
        _told,
        True,
        False,
    ),
}
