"""What the options of the conventions about guests and consoles change."""

from typing import Any

from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.samples import sample
from tests.settings.keys import Change
from tests.settings.yaml import text

POOL = "cognito-unauth-role-minimal"
CALL = "cognito-identity:UpdateIdentityPool"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def _told(found: Settings) -> list[str]:
    """Which policies of the guests' role are told."""
    convention = Registry(found.options)[POOL]
    account = sample(f"{POOL}/drift-set-identity-pool-roles").state
    assert account
    told: list[Any] = [
        drift for subject in account.everything() for drift in convention.drifts(subject)
    ]
    return [policy for drift in told for policy in drift.found["unregistered"]]


CHANGES: dict[str, Change] = {
    f"{POOL}.policies": (
        text(),
        text(f"conventions: {{{POOL}: {{policies: ['{READ_ONLY}']}}}}\n"),
        _told,
        [READ_ONLY],
        [],
    ),
    f"{POOL}.disable_guests": (
        text(),
        text(f"conventions: {{{POOL}: {{disable_guests: true}}}}\n"),
        lambda found: Registry(found.options)[POOL].may_call(),
        (),
        (CALL,),
    ),
}
