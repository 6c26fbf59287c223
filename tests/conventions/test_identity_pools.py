"""What guests of an identity pool get, and how they are shut out with all else left as it is."""

from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject
from rolecall.registry import Registry
from rolecall.remediation.remediate import Remediator
from tests.states import ref
from tests.world import ACTING, World, settings

ID = "cognito-unauth-role-minimal"
POOL = ref("identity-pool")
CALL = "cognito-identity:UpdateIdentityPool"
DENY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
ALLOW = DENY.replace("Deny", "Allow")
GUESTS = "arn:aws:iam::111122223333:policy/guests-photos"
OTHER = "arn:aws:iam::aws:policy/ReadOnlyAccess"
SETTINGS = {
    "IdentityPoolName": "photos",
    "AllowUnauthenticatedIdentities": True,
    "SupportedLoginProviders": {"graph.facebook.com": "0"},
    "IdentityPoolTags": {"team": "photos"},
}


def convention(**options: Any) -> Convention:
    return Registry({ID: options})[ID]


def role(*attached: str, **inline: str) -> dict[str, Any]:
    names = {arn: arn.rpartition("/")[2] for arn in attached}
    return {"name": "photos-guests", "attached": names, "inline": inline}


def pool(guest_role: Any, **more: Any) -> Subject:
    return subject(
        POOL,
        {
            Facet.IDENTITY_POOL_SETTINGS: SETTINGS | more,
            Facet.IDENTITY_POOL_GUEST_ROLE: guest_role,
        },
    )


@pytest.mark.parametrize(
    ("guest_role", "told"),
    [
        (None, True),
        (role(), True),
        (role(p=DENY), True),
        (role(GUESTS), False),
        (role(GUESTS, p=DENY), False),
        (role(GUESTS, p=ALLOW), True),
        (role(GUESTS, p="{"), True),
        (role(GUESTS, OTHER), True),
        (role(OTHER), True),
    ],
)
def test_guests_get_registered_policies_or_there_are_none(guest_role: Any, *, told: bool) -> None:
    registered = convention(policies=("arn:aws:iam::111122223333:policy/guests-*",))
    assert bool(list(registered.drifts(pool(guest_role)))) is told
    closed = pool(guest_role, AllowUnauthenticatedIdentities=False)
    assert not list(registered.drifts(closed))


def test_nothing_is_registered_until_the_settings_say_it() -> None:
    (drift,) = convention().drifts(pool(role(GUESTS)))
    assert drift.found["unregistered"] == [GUESTS]


def test_the_classic_flow_is_told_for_aws_does_not_limit_guests_in_it() -> None:
    (drift,) = convention().drifts(pool(role(OTHER), AllowClassicFlow=True))
    assert "classic flow" in drift.says
    (other,) = convention().drifts(pool(role(OTHER)))
    assert "classic flow" not in other.says
    assert drift.state != other.state


def test_guests_are_shut_out_only_where_the_settings_say_so() -> None:
    (drift,) = convention().drifts(pool(role(OTHER)))
    assert not drift.remediable
    assert convention().remedy(drift) is None
    assert convention().may_call() == ()
    assert convention(disable_guests=True).may_call() == (CALL,)


def test_every_other_setting_is_sent_along_for_what_is_left_out_is_reset() -> None:
    acting = convention(disable_guests=True)
    (drift,) = acting.drifts(pool(role(OTHER), AllowClassicFlow=True))
    (step,) = list(acting.remedy(drift) or ())
    whole = {"IdentityPoolId": POOL.name, **SETTINGS, "AllowClassicFlow": True}
    assert step.do.parameters == whole | {"AllowUnauthenticatedIdentities": False}
    assert step.undo.parameters == whole


def test_settings_that_change_after_the_case_was_opened_are_kept_by_the_remedy() -> None:
    made = World(settings(ACTING))
    made.account.add(POOL, pool(role(OTHER)).state)
    registry = made.registry
    (drift,) = registry[ID].drifts(pool(role(OTHER)))
    made.account.state[POOL][Facet.IDENTITY_POOL_SETTINGS]["IdentityPoolTags"] = {"team": "web"}
    now = made.account.read(POOL, registry[ID].reads(POOL.kind))
    again = Remediator._same(registry[ID], now, drift)  # what judges again
    assert again
    (step,) = list(registry[ID].remedy(again) or ())
    assert step.do.parameters["IdentityPoolTags"] == {"team": "web"}


def test_the_advice_names_the_policies_that_are_not_registered() -> None:
    (drift,) = convention().drifts(pool(role(OTHER, p=ALLOW)))
    lines = list(convention().advice(drift, None))
    assert f"aws iam detach-role-policy --role-name photos-guests --policy-arn {OTHER}" in lines
    assert "aws iam delete-role-policy --role-name photos-guests --policy-name p" in lines
    assert any(f"--region us-east-1 --identity-pool-id {POOL.name}" in line for line in lines)
