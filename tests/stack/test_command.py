"""The command `rolecall` against a deployed stack, as an operator uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rolecall.registry import convention_classes
from rolecall.settings.schema import validate
from rolecall_cli.embedded import people
from rolecall_cli.embedded.safety import clean_environment
from tests.samples import EVENTS
from tests.stack.conftest import Stack

pytestmark = pytest.mark.stack

ROLECALL = Path(sys.executable).with_name("rolecall")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"


def run(deployed: Stack, *arguments: str, code: int = 0) -> str:
    """What the command prints, standard error too, when it ends with this code."""
    finished = subprocess.run(
        [str(ROLECALL), *arguments],
        env=clean_environment(os.environ) | deployed.account.environment() | {"COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == code, finished.stdout + finished.stderr
    return finished.stdout + finished.stderr


def drifted(deployed: Stack, user: str, by: people.Person | None = None) -> str:
    """The id of a case that was just put right; the operator's, unless it is by somebody."""
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        iam.create_user(UserName=user)
    (by.client("iam") if by else iam).attach_user_policy(UserName=user, PolicyArn=POWER)
    case_id: str = deployed.ended(user, "remediated")["id"]
    return case_id


def test_undo_brings_back_what_was_taken_and_rolecall_stays_silent_about_it(
    deployed: Stack,
) -> None:
    case_id = drifted(deployed, "frank")
    deployed.quiet()
    assert "--reason" in run(deployed, "undo", case_id, code=1)
    printed = run(deployed, "undo", case_id, "--reason", "release night", "--yes")
    assert "iam:AttachUserPolicy" in printed
    deployed.quiet()
    iam = deployed.account.client("iam")
    attached = iam.list_attached_user_policies(UserName="frank")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [POWER]
    (case,) = deployed.about("frank")
    assert case["status"] == "undone"
    assert "release night" in case["reason"]
    assert "undone, exempt until" in run(deployed, "cases")
    assert "release night" in run(deployed, "case", case_id).partition("Exempt")[2]
    assert "only a remediated case" in run(deployed, "undo", case_id, "--reason", "x", code=1)


def test_undo_refuses_to_overwrite_a_later_change(deployed: Stack) -> None:
    case_id = drifted(deployed, "grace")
    with deployed.account.trail.muted():
        deployed.account.client("iam").attach_user_policy(UserName="grace", PolicyArn=POWER)
    refused = run(deployed, "undo", case_id, "--reason", "x", "--yes", code=1)
    assert "was changed after the remedy" in refused
    assert "+ PowerUserAccess" in refused
    told = ("--over-changes", "--reason", "x", "--yes", "--for", "1h")
    assert "is overwritten, and kept" in run(deployed, "undo", case_id, *told)
    story = json.loads(run(deployed, "case", case_id, "--format", "json"))
    assert story["outcome"]["overwritten"] == "PowerUserAccess"
    assert story["history"][-1]["status"] == "undone"
    assert {telling["status"] for telling in story["told"]} >= {"remediated"}


def test_a_bad_day_is_undone_with_one_command(deployed: Stack) -> None:
    rollout = people.session(
        deployed.account, "rollout", "Bad-Rollout-7", policy_arns=[ADMINISTRATOR]
    )
    cases = [drifted(deployed, name, rollout) for name in ("mallory", "niaj")]
    deployed.quiet()
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        iam.attach_user_policy(UserName="mallory", PolicyArn=POWER)
    chosen = ("--since", "1h", "--actor", "bad-rollout-7")
    printed = run(deployed, "undo", *chosen, "--reason", "bad rollout", "--yes", code=1)
    assert "1 undone, 1 refused" in printed
    assert f"{cases[1]} user niaj: undone" in printed
    assert f"{cases[0]} user mallory: refused: " in printed
    attached = iam.list_attached_user_policies(UserName="niaj")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [POWER]


def test_cases_are_listed_and_an_exemption_is_printed_as_settings(deployed: Stack) -> None:
    case_id = drifted(deployed, "heidi")
    lines = run(deployed, "cases", "--format", "jsonl").splitlines()
    assert case_id in {json.loads(line)["id"] for line in lines}
    assert case_id in run(deployed, "cases")
    printed = run(deployed, "exempt", case_id, "--reason", "CHG-4711", "--owner", "payments")
    assert 'subject: "arn:aws:iam::111122223333:user/heidi"' in printed
    heidi = deployed.account.client("iam").get_user(UserName="heidi")["User"]["UserId"]
    assert f'unique_id: "{heidi}"' in printed
    # As it stands it is settings.
    validate(f"version: 1\nexemptions:\n{printed}", convention_classes())


def test_a_replay_through_the_stack_is_dry_and_acts_only_when_told(deployed: Stack) -> None:
    sample = str(EVENTS / "user-permissions-via-groups/drift-attach-user-policy.json")
    iam = deployed.account.client("iam")
    before = len(deployed.about("bob"))
    assert "clean: No convention objects" in run(deployed, "replay", sample, "--stack", "rolecall")
    with deployed.account.trail.muted():
        if "bob" not in {user["UserName"] for user in iam.list_users()["Users"]}:
            iam.create_user(UserName="bob")
        iam.attach_user_policy(UserName="bob", PolicyArn=POWER)
    printed = run(deployed, "replay", sample, "--stack", "rolecall")
    assert "would be pending" in printed
    assert len(deployed.about("bob")) == before
    assert "case c-" in run(deployed, "replay", sample, "--stack", "rolecall", "--act")
    replayed = [c for c in deployed.about("bob") if c["origin"]["replayed"]]
    assert len(replayed) == 1
    deployed.quiet()
    assert not [
        p
        for p in iam.list_attached_user_policies(UserName="bob")["AttachedPolicies"]
        if p["PolicyArn"] == POWER
    ]


def test_a_pause_holds_a_remedy_back_and_its_end_lets_it_go_on(deployed: Stack) -> None:
    run(deployed, "pause", "--reason", "incident 7")
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        iam.create_user(UserName="ivan")
    iam.attach_user_policy(UserName="ivan", PolicyArn=POWER)
    held = deployed.ended("ivan", "paused")
    assert "incident 7" in held["reason"]
    assert iam.list_attached_user_policies(UserName="ivan")["AttachedPolicies"]
    assert "1 cases go on" in run(deployed, "resume", "--reason", "it is over")
    deployed.ended("ivan", "remediated")
    assert not iam.list_attached_user_policies(UserName="ivan")["AttachedPolicies"]
    assert "not paused" in run(deployed, "resume", "--reason", "again", code=1)
    story = run(deployed, "case", held["id"])
    assert "Written down before anything was done" in story
    assert "taken back by iam:AttachUserPolicy" in story


def test_a_stack_that_is_not_there_is_one_clear_sentence(deployed: Stack) -> None:
    refused = run(deployed, "cases", "--stack", "nowhere", code=1)
    assert refused.strip().startswith("rolecall: There is no stack nowhere in us-east-1")
    assert len(refused.strip().splitlines()) == 1
