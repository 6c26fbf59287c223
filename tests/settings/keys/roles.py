"""What the options of the conventions about roles change."""

import json
from collections.abc import Callable
from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.samples import sample
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import ACCOUNT, ADMIN, BOUNDARIES

SESSION, HAS, UNUSED = "role-max-session", "role-has-policies", "role-unused"
NO_ADMIN, BOUNDARY, OWNER = "role-no-admin-policy", "role-boundary-required", "role-owner-tagged"
REF = SubjectRef("role", "reports", ACCOUNT)
STATE: dict[Facet, Any] = {
    Facet.ROLE_SESSION_LIMIT: {"seconds": 7200, "description": ""},
    Facet.ROLE_LAST_USE: "2026-08-02T12:00:00Z",
    Facet.ROLE_TRUST: "",
    Facet.ROLE_IDENTITY: {"created": "2026-01-05T10:00:00Z", "boundary": BOUNDARIES[1]},
    Facet.ROLE_TAGS: {"team": "ops"},
    Facet.ROLE_INLINE_POLICIES: {},
    Facet.ROLE_ATTACHED_POLICIES: {},
    Facet.ROLE_EFFECTIVE_POLICIES: {"texts": {}, "boundary": None},
}
CARRYING = {
    Facet.ROLE_ATTACHED_POLICIES: ADMIN,
    Facet.ROLE_EFFECTIVE_POLICIES: {
        "texts": {
            next(iter(ADMIN)): '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        },
        "boundary": None,
    },
}


def _told(convention: str, **state: Any) -> Callable[[Settings], Any]:
    """Part of each drift, and whether it may be put right."""

    def told(found: Settings) -> Any:
        role = subject(REF, STATE | state.get("state", {}), "/", at="2026-11-02T12:00:00Z")
        drifts = Registry(found.options)[convention].drifts(role)
        return [(drift.part, drift.remediable) for drift in drifts]

    return told


def _with(convention: str, **options: Any) -> str:
    return text(f"conventions: {{{convention}: {json.dumps(options)}}}\n")


def _tags(found: Settings) -> Any:
    """The calls about a role that was just made without an owner."""
    created = sample(f"{OWNER}/drift-create-role").change
    convention = Registry(found.options)[OWNER]
    role = subject(REF, STATE, "/")
    drifts = [convention.brought(drift, created) for drift in convention.drifts(role)]
    plans = [convention.remedy(drift) for drift in drifts if drift]
    return [sorted(plan.calls) for plan in plans if plan]


_BOUND = {"boundary": BOUNDARIES[0], "paths": ["/"]}
CHANGES: dict[str, Change] = {
    f"{SESSION}.seconds": (
        text(),
        _with(SESSION, seconds=5400),
        _told(SESSION),
        [],
        [("session limit", True)],
    ),
    f"{SESSION}.admin_seconds": (
        text(),
        _with(SESSION, admin_seconds=7200),
        _told(SESSION, state=CARRYING),
        [("session limit", True)],
        [],
    ),
    f"{HAS}.permitted": (
        text(),
        _with(HAS, permitted=["rep*"]),
        _told(HAS),
        [("policies", True)],
        [],
    ),
    f"{UNUSED}.days": (
        text(),
        _with(UNUSED, days=100),
        _told(UNUSED),
        [("use", False)],
        [],
    ),
    f"{UNUSED}.permitted": (
        text(),
        _with(UNUSED, permitted=["reports"]),
        _told(UNUSED),
        [("use", False)],
        [],
    ),
    f"{UNUSED}.close_trust": (
        text(),
        _with(UNUSED, close_trust=True),
        _told(UNUSED),
        [("use", False)],
        [("use", True)],
    ),
    f"{NO_ADMIN}.permitted": (
        text(),
        _with(NO_ADMIN, permitted=["reports"]),
        _told(NO_ADMIN, state=CARRYING),
        [(arn, True) for arn in ADMIN],
        [],
    ),
    f"{BOUNDARY}.boundary": (
        _with(BOUNDARY, paths=["/"]),
        _with(BOUNDARY, **_BOUND),
        _told(BOUNDARY),
        [],
        [("boundary", False)],
    ),
    f"{BOUNDARY}.paths": (
        _with(BOUNDARY, boundary=BOUNDARIES[0]),
        _with(BOUNDARY, **_BOUND),
        _told(BOUNDARY),
        [],
        [("boundary", False)],
    ),
    f"{BOUNDARY}.replace_another": (
        _with(BOUNDARY, **_BOUND),
        _with(BOUNDARY, **_BOUND, replace_another=True),
        _told(BOUNDARY),
        [("boundary", False)],
        [("boundary", True)],
    ),
    f"{OWNER}.keys": (
        text(),
        _with(OWNER, keys=["team", "data-class"]),
        _told(OWNER),
        [("owner", False)],
        [("data-class", False)],
    ),
    f"{OWNER}.tag_creator": (
        text(),
        _with(OWNER, tag_creator=True),
        _tags,
        [],
        [["iam:TagRole"]],
    ),
}
