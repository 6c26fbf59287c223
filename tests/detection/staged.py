"""Worlds in the state that a record tells, and records that differ from a sample in a few keys."""

import copy
from typing import Any

from rolecall.model.changes import Change
from rolecall.model.facets import Facet
from rolecall.model.pointing import all_subjects
from rolecall.model.records import parse
from rolecall.model.subjects import SubjectRef
from rolecall.replaying.memory import MemoryAccount
from tests.samples import sample
from tests.states import ACCOUNT
from tests.world import ACTING, World, settings

BOB = SubjectRef("user", "bob", ACCOUNT)
ATTACHED = "arn:aws:iam::aws:policy/PowerUserAccess"
ATTACH = sample("user-permissions-via-groups/drift-attach-user-policy").event["detail"]
NOTIFYING = "version: 1\n"


def change(record: dict[str, Any] = ATTACH, **changed: Any) -> Change:
    """The change of a record with these keys instead."""
    found = parse(copy.deepcopy(record) | changed)
    assert isinstance(found, Change)
    return found


def world(text: str = ACTING) -> World:
    """A world in which bob has just been given a policy of his own."""
    made = World(settings(text))
    made.account.add(BOB, {Facet.USER_ATTACHED_POLICIES: {ATTACHED: "PowerUserAccess"}})
    return made


def world_of(change_: Change, text: str = ACTING, account: MemoryAccount | None = None) -> World:
    """A world as the change's record tells it, but for what is in the account already."""
    made = World(settings(text), account or MemoryAccount())
    for convention in made.registry.watching(change_.call):
        refs = all_subjects(change_, convention.kinds())
        made.account.stage(change_, [ref for ref in refs if ref not in made.account.state])
    return made
