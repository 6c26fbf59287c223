"""What the options of the conventions about STS and root sessions change."""

from collections.abc import Callable

from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.samples import sample
from tests.settings.keys import Change
from tests.settings.yaml import text

FEDERATION = "sts-no-federation-token"
ROOT_SESSION = "root-session-assumed"


def _told(event: str) -> Callable[[Settings], list[str]]:
    """The conventions that tell this sample."""
    told = sample(event)
    return lambda found: [
        one.id
        for one in Registry(found.options).activity
        if one.id == told.convention and list(one.seen(told.change))
    ]


CHANGES: dict[str, Change] = {
    f"{FEDERATION}.brokers": (
        text(),
        text(f"conventions: {{{FEDERATION}: {{brokers: [alice, 'bo?']}}}}\n"),
        _told(f"{FEDERATION}/drift-by-a-user"),
        [FEDERATION],
        [],
    ),
    f"{ROOT_SESSION}.approved": (
        text(),
        text(f"conventions: {{{ROOT_SESSION}: {{approved: ['Adm*']}}}}\n"),
        _told(f"{ROOT_SESSION}/drift-by-a-role"),
        [ROOT_SESSION],
        [],
    ),
}
