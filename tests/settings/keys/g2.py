"""What the options of the conventions about what groups may do, and who is in them, change."""

import json
from collections.abc import Callable
from typing import Any

from rolecall.model.changes import Change as AccountChange
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.samples import sample
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import ACCOUNT, ADMIN

NO_ADMIN, MEMBERSHIP = "group-no-admin-policy", "group-privileged-membership"
GROUP = subject(
    SubjectRef("group", "admins", ACCOUNT),
    {
        Facet.GROUP_ATTACHED_POLICIES: ADMIN,
        Facet.GROUP_INLINE_POLICIES: {},
        Facet.GROUP_MEMBERS: ["bob"],
    },
)


def _parts(convention: str) -> Callable[[Settings], Any]:
    def parts(found: Settings) -> Any:
        return [drift.part for drift in Registry(found.options)[convention].drifts(GROUP)]

    return parts


def _brought(found: Settings) -> Any:
    """Whether what the role deploy brought is put right, for each drift."""
    change: AccountChange = sample(f"{MEMBERSHIP}/drift-role-adds-a-user").change
    convention = Registry(found.options)[MEMBERSHIP]
    brought = [convention.brought(drift, change) for drift in convention.drifts(GROUP)]
    return [drift.remediable for drift in brought if drift]


def _with(convention: str, **options: Any) -> str:
    return text(f"conventions: {{{convention}: {json.dumps(options)}}}\n")


CHANGES: dict[str, Change] = {
    f"{NO_ADMIN}.permitted": (
        text(),
        _with(NO_ADMIN, permitted=["Admins"]),
        _parts(NO_ADMIN),
        [*ADMIN],
        [],
    ),
    f"{MEMBERSHIP}.members": (
        text(),
        _with(MEMBERSHIP, members=["B*"]),
        _parts(MEMBERSHIP),
        ["bob"],
        [],
    ),
    f"{MEMBERSHIP}.changers": (
        text(),
        _with(MEMBERSHIP, changers=["deploy"]),
        _brought,
        [False],
        [],
    ),
    f"{MEMBERSHIP}.remove": (
        text(),
        _with(MEMBERSHIP, remove="all"),
        _brought,
        [False],
        [True],
    ),
}
