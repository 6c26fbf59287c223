"""Every key of the settings changes something, and nothing else is a key."""

from collections.abc import Callable
from functools import partial
from operator import methodcaller
from typing import Any

import pytest

from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.registry import convention_classes
from rolecall.settings import Settings
from rolecall.settings.models import (
    CapsModel,
    ConventionModel,
    DefaultsModel,
    ExemptionModel,
    IdentityProviderModel,
    JobRoleModel,
    OrganizationModel,
    SettingsModel,
    SweepModel,
    ThirdPartyModel,
)
from tests.settings.keys import Change, of_conventions
from tests.settings.yaml import exemption, text
from tests.states import ACCOUNT, UNIQUE_IDS, ref
from tests.world import settings

ID = "user-permissions-via-groups"
EC2 = "ec2-launched-with-profile"
OTHERS = "444455556666"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
DRIFT = Drift(ID, ref("user"), "p", "It is so.", {"inline": ""})


def _mode(found: Settings) -> Mode:
    return found.mode(ID)


def _exemption(part: str) -> Callable[[Settings], Any]:
    def ask(found: Settings) -> Any:
        return next((getattr(one, part) for one in found.exemptions_about(DRIFT)), None)

    return ask


def _job_role(part: str, found: Settings) -> Any:
    return getattr(found.registered.job_roles.get("ops"), part, None)


def _organization(part: str, found: Settings) -> Any:
    return getattr(found.registered.organization, part)


def _third_party(part: str, found: Settings) -> Any:
    return getattr(found.registered.third_parties.get(OTHERS), part, None)


def _provider(part: str, found: Settings) -> Any:
    return getattr(found.registered.identity_providers.get("id.example.com"), part, None)


_CHANGES: dict[str, Change] = {
    "protected": (
        text(protected=""),
        text(protected=f"protected: [{ref('user').arn}]\n"),
        lambda s: s.protection(ref("user")),
        "",
        "the settings protect it",
    ),
    # What it does is shown in tests/remediation/test_opinion.py.
    "second_opinion": (
        text(),
        text("second_opinion: access-analyzer\n"),
        lambda s: s.second_opinion,
        "none",
        "access-analyzer",
    ),
    "accounts": (
        text(),
        text(f'accounts: {{"{ACCOUNT}": staging}}\n'),
        lambda s: s.account_name(ACCOUNT),
        "",
        "staging",
    ),
    "defaults.mode": (text(), text("defaults: {mode: observe}\n"), _mode, "notify", "observe"),
    "defaults.owner": (
        text(),
        text("defaults: {owner: ops}\n"),
        lambda s: s.owner(ID),
        "",
        "ops",
    ),
    "defaults.grace": (
        text(),
        text("defaults: {grace: 60}\n"),
        lambda s: s.grace(ID, 5),
        5,
        60,
    ),
    "conventions.mode": (
        text(),
        text(f"conventions: {{{ID}: {{mode: approve}}}}\n"),
        _mode,
        "notify",
        "approve",
    ),
    "conventions.severity": (
        text(),
        text(f"conventions: {{{ID}: {{severity: low}}}}\n"),
        lambda s: s.severity(ID, Severity.HIGH),
        "high",
        "low",
    ),
    "conventions.owner": (
        text("defaults: {owner: ops}\n"),
        text(f"defaults: {{owner: ops}}\nconventions: {{{ID}: {{owner: idm}}}}\n"),
        lambda s: s.owner(ID),
        "ops",
        "idm",
    ),
    "conventions.grace": (
        text("defaults: {grace: 60}\n"),
        text(f"defaults: {{grace: 60}}\nconventions: {{{ID}: {{grace: 0}}}}\n"),
        lambda s: s.grace(ID, 5),
        60,
        0,
    ),
    "conventions.sweep_acts": (
        text(),
        text(f"conventions: {{{ID}: {{sweep_acts: true}}}}\n"),
        lambda s: s.sweep_acts(ID),
        False,
        True,
    ),
    **{
        f"job_roles.{part}": (
            text(),
            text(f"job_roles:\n  ops: {{job_role: on call, owner: sre, {part}: {value}}}\n"),
            partial(_job_role, part),
            None,
            expected,
        )
        for part, value, expected in (
            ("policies", f"[{POWER}]", (POWER,)),
            ("max_members", "7", 7),
            ("policyless", "true", True),
        )
    },
    **{
        f"job_roles.{part}": (
            text(),
            text("job_roles: {ops: {job_role: on call, owner: sre}}\n"),
            partial(_job_role, part),
            None,
            expected,
        )
        for part, expected in (("job_role", "on call"), ("owner", "sre"))
    },
    **{
        f"sweep.{key}": (
            text(),
            text(f"sweep: {{{key}: 700}}\n"),
            methodcaller("sweep", key),
            shipped,
            700,
        )
        for key, shipped in (("calls", 20_000), ("digest_above", 5))
    },
    **{
        f"organization.{part}": (
            text(),
            text(f"organization: {{{part}: {value}}}\n"),
            partial(_organization, part),
            shipped,
            expected,
        )
        for part, value, shipped, expected in (
            ("id", "o-exampleorg1", "", "o-exampleorg1"),
            ("accounts", f'["{OTHERS}"]', frozenset(), frozenset({OTHERS})),
            ("read", "true", False, True),
        )
    },
    **{
        f"third_parties.{part}": (
            text(),
            text(
                f'third_parties: {{"{OTHERS}": '
                "{name: Watcher, owner: security, expires: 2027-03-31}}\n"
            ),
            partial(_third_party, part),
            None,
            expected,
        )
        for part, expected in (
            ("name", "Watcher"),
            ("owner", "security"),
            ("expires", "2027-03-31"),
        )
    },
    **{
        f"identity_providers.{part}": (
            text(),
            text(
                "identity_providers: {id.example.com: {owner: security, client_ids: [app-1], "
                "subjects: ['team:*']}}\n"
            ),
            partial(_provider, part),
            None,
            expected,
        )
        for part, expected in (
            ("owner", "security"),
            ("client_ids", ("app-1",)),
            ("subjects", ("team:*",)),
        )
    },
    **of_conventions(),
    **{
        f"caps.{sort}": (
            text(),
            text(f"caps: {{{sort}: 7}}\n"),
            methodcaller("cap", sort),
            shipped,
            7,
        )
        for sort, shipped in (("account", 50), ("convention", 20), ("actor", 20), ("drift", 3))
    },
    **{
        f"exemptions.{part}": (text(), text(exemption()), _exemption(part), None, value)
        for part, value in (
            ("id", "EX-1"),
            ("convention", (ID,)),
            ("subject", ref("user").arn),
            ("unique_id", UNIQUE_IDS["user"]),
            ("reason", "moves in March, CHG-4711"),
            ("owner", "platform-oncall"),
            ("expires", "2027-03-31"),
        )
    },
}


@pytest.mark.parametrize(
    ("without", "with_it", "ask", "before", "after"), _CHANGES.values(), ids=_CHANGES.keys()
)
def test_a_key_changes_what_rolecall_does(
    without: str, with_it: str, ask: Callable[[Settings], Any], before: Any, after: Any
) -> None:
    assert ask(settings(without)) == before
    assert ask(settings(with_it)) == after


@pytest.mark.peer(
    74, "policy-guard; Cloud Custodian #9537: documented keys and variables that no code reads"
)
def test_every_key_there_is_stands_in_the_table_above() -> None:
    keys = {f"defaults.{key}" for key in DefaultsModel.model_fields}
    keys |= {f"conventions.{key}" for key in ConventionModel.model_fields if key != "options"}
    keys |= {f"exemptions.{key}" for key in ExemptionModel.model_fields}
    keys |= {f"{c.id}.{name}" for c in convention_classes().values() for name in c.options}
    keys |= {f"sweep.{key}" for key in SweepModel.model_fields}
    keys |= {f"job_roles.{key}" for key in JobRoleModel.model_fields}
    keys |= {f"organization.{key}" for key in OrganizationModel.model_fields}
    keys |= {f"third_parties.{key}" for key in ThirdPartyModel.model_fields}
    keys |= {f"identity_providers.{key}" for key in IdentityProviderModel.model_fields}
    keys |= {f"caps.{key}" for key in CapsModel.model_fields}
    # The others hold these keys; version names the form of the file and has one value.
    holders = {"version", "defaults", "conventions", "exemptions", "caps", "sweep", "job_roles"}
    holders |= {"organization", "third_parties", "identity_providers"}
    assert keys | set(SettingsModel.model_fields) - holders == set(_CHANGES)


@pytest.mark.parametrize("ceiling", list(Mode))
def test_no_convention_goes_above_the_ceiling(ceiling: Mode) -> None:
    found = settings(text("defaults: {mode: approve}\n" + _acting()), ceiling)
    assert found.mode(ID) == (ceiling if Mode.APPROVE.at_least(ceiling) else Mode.APPROVE)
    assert found.with_ceiling(Mode.OFF).mode(ID) is Mode.OFF


def _acting() -> str:
    return f"conventions: {{{EC2}: {{profile: base, role: base}}}}\n"


def test_everything_ships_in_notify_or_off() -> None:
    shipped = settings()
    assert {shipped.mode(id_) for id_ in convention_classes()} <= {Mode.NOTIFY, Mode.OFF}
    assert shipped.exemptions == ()
