"""The runtime makes what it needs from its environment, when it needs it, and once."""

from pathlib import Path
from typing import Any, cast

import pytest

from rolecall.detection.own import NO_ROLES, OwnRoles
from rolecall.errors import SettingsError, UnsettledError
from rolecall.model.scales import Mode
from rolecall.runtime import Runtime
from rolecall.settings.files import NAME
from tests.detection.staged import change, world_of
from tests.samples import sample
from tests.world import ACTING, DETECT_ROLE, OWN_ROLE

ID = "user-permissions-via-groups"
# botocore wants no account for making a client, only credentials for using it.
ENVIRONMENT = {"AWS_REGION": "eu-north-1", "LEDGER": "ledger", "BUS": "rolecall"}


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings layer on the import path, in which everything may act."""
    (tmp_path / NAME).write_text(ACTING)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / NAME


@pytest.mark.parametrize(
    ("highest", "mode"),
    [
        ("", Mode.NOTIFY),
        ("observe", Mode.OBSERVE),
        ("approve", Mode.APPROVE),
        ("remediate", Mode.REMEDIATE),
    ],
)
@pytest.mark.usefixtures("deployed")
def test_the_stacks_ceiling_holds_and_is_notify_unless_somebody_says_so(
    highest: str, mode: Mode
) -> None:
    environment = {"HIGHEST_MODE": highest} if highest else {}
    assert Runtime(environment).settings.mode(ID) is mode


@pytest.mark.usefixtures("deployed")
def test_a_ceiling_that_is_no_mode_stops_everything() -> None:
    with pytest.raises(ValueError, match="all"):
        _ = Runtime({"HIGHEST_MODE": "all"}).settings


@pytest.mark.peer(42, "AWS ASR: when applying its filters errors, the remedy goes on")
def test_without_settings_nothing_is_judged_and_the_next_message_asks_again(
    deployed: Path,
) -> None:
    deployed.write_text("version: 7\n")
    made = Runtime(ENVIRONMENT)
    for use in ("detector", "remediator"):
        with pytest.raises(SettingsError):
            getattr(made, use)
    deployed.write_text(ACTING)
    assert made.settings.mode(ID) is Mode.NOTIFY


@pytest.mark.usefixtures("deployed")
def test_everything_is_made_once() -> None:
    made = Runtime(ENVIRONMENT)
    for name in ("aws", "settings", "registry", "ledger", "bus", "detector", "remediator"):
        assert getattr(made, name) is getattr(made, name)
    assert made.aws.region == "eu-north-1"
    assert Runtime({}).aws.region == "us-east-1"


@pytest.mark.usefixtures("deployed")
def test_the_stacks_roles_come_from_the_environment_and_without_it_nobody_is_our_own() -> None:
    own = sample("own-role-used-by-others/clean-own-remedy").event["detail"]
    by_own = change(userIdentity=own["userIdentity"])
    named = {"OWN_ROLES": f"{DETECT_ROLE},{OWN_ROLE}", "REMEDIATE_ROLE": OWN_ROLE}
    assert "matched to intents" in Runtime(ENVIRONMENT | named).detector.unwatched(by_own)
    assert Runtime(ENVIRONMENT).detector.unwatched(by_own) == ""
    assert Runtime(ENVIRONMENT | named).detector.unwatched(change()) == ""
    assert OwnRoles.of("", "") == NO_ROLES


def test_making_a_runtime_reads_nothing() -> None:
    assert Runtime({})["WHATEVER"] == ""
    assert set(vars(Runtime({}))) == {"_environment"}


class _Clients:
    """Clients that only say yes, and which of them were made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def client(self, service: str, _region: str = "") -> "_Clients":
        self.made.append(service)
        return self

    def check_no_new_access(self, **_: str) -> dict[str, str]:
        return {"result": "PASS"}

    def update_assume_role_policy(self, **_: str) -> dict[str, str]:
        return {}


@pytest.mark.parametrize(
    ("opinion", "clients"), [("none", ["iam"]), ("access-analyzer", ["accessanalyzer", "iam"])]
)
def test_access_analyzer_gets_a_client_only_where_a_second_opinion_is_wanted(
    opinion: str, clients: list[str], deployed: Path
) -> None:
    deployed.write_text(f"{ACTING}second_opinion: {opinion}\n")
    change_ = sample("role-no-wildcard-trust/drift-update-trust-one-open-statement").change
    world = world_of(change_)
    (case_id,) = world.detector.detect(change_).cases
    made = Runtime(ENVIRONMENT | {"HIGHEST_MODE": "remediate"})
    loose = cast(Any, made)
    loose.aws = asked = _Clients()
    loose.reader, loose.ledger, loose.bus = world.account, world.ledger, world.bus
    with pytest.raises(UnsettledError, match="was put right"):
        made.remediator.settle(case_id)
    assert asked.made == clients


@pytest.mark.usefixtures("deployed")
def test_each_message_of_the_sweep_gets_lists_of_its_own() -> None:
    working = Runtime(ENVIRONMENT)
    assert working.sweeper() is not working.sweeper()
