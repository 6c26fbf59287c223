"""What the options of the conventions about users in groups change."""

from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject
from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.conventions.moving import GROUP, LAKE, READ, VIA_GROUPS, candidate
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import ref

IN_A_GROUP, SPRAWL = "user-in-a-group", "user-group-sprawl"
_REGISTRY = (
    f"job_roles: {{{GROUP}: {{job_role: data engineer, owner: idm, "
    f"policies: ['{READ}', '{LAKE}']}}}}\n"
)


def _conventions(convention: str, options: str) -> str:
    return text(f"{_REGISTRY}conventions: {{{convention}: {{{options}}}}}\n")


def _user(groups: list[str], boundary: str | None = None) -> Subject:
    return subject(
        ref("user"),
        {
            Facet.USER_GROUPS: groups,
            Facet.USER_IDENTITY: {"created": "", "boundary": boundary},
            Facet.USER_TAGS: {"job": "data engineer"},
        },
    )


def _registry(found: Settings) -> Registry:
    return Registry(found.options, found.registered)


def _joins(found: Settings) -> Any:
    user = candidate(tags={"job": "data engineer"}, path="/data-engineers/")
    return [drift.expected for drift in _registry(found)[VIA_GROUPS].drifts(user)]


def _parts(convention: str, user: Subject) -> Any:
    return lambda s: [drift.part for drift in _registry(s)[convention].drifts(user)]


def _named(found: Settings) -> bool:
    convention, user = _registry(found)[IN_A_GROUP], _user([])
    (drift,) = convention.drifts(user)
    return any(line.endswith(f"--group-name {GROUP}") for line in convention.advice(drift, user))


CHANGES: dict[str, Change] = {
    f"{VIA_GROUPS}.move_by": (
        _conventions(VIA_GROUPS, "mode: notify"),
        _conventions(VIA_GROUPS, "move_by: path"),
        _joins,
        [None],
        [{"joins": GROUP}],
    ),
    f"{VIA_GROUPS}.job_role_tag": (
        _conventions(VIA_GROUPS, "move_by: tag"),
        _conventions(VIA_GROUPS, "move_by: tag, job_role_tag: job"),
        _joins,
        [None],
        [{"joins": GROUP}],
    ),
    f"{IN_A_GROUP}.groupless": (
        _conventions(IN_A_GROUP, "mode: notify"),
        _conventions(IN_A_GROUP, "groupless: ['b*b']"),
        _parts(IN_A_GROUP, _user([], "arn:aws:iam::111122223333:policy/bound")),
        ["groups"],
        [],
    ),
    f"{IN_A_GROUP}.job_role_tag": (
        _conventions(IN_A_GROUP, "mode: notify"),
        _conventions(IN_A_GROUP, "job_role_tag: job"),
        _named,
        False,
        True,
    ),
    f"{SPRAWL}.most": (
        _conventions(SPRAWL, "mode: notify"),
        _conventions(SPRAWL, "most: 1"),
        _parts(SPRAWL, _user(["a", "b"])),
        [],
        ["groups"],
    ),
}
