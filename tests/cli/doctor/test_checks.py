"""`rolecall doctor` tells what is in order from what is not, and from what it could not ask."""

from typing import Any

import pytest

from rolecall.aws.items import SWEEP_KEY
from rolecall.errors import RolecallError
from rolecall_cli.answers import State, asked, fact
from rolecall_cli.doctor import checks
from rolecall_cli.doctor.command import examine
from rolecall_cli.doctor.examined import Examined
from tests.aws.conftest import TABLE
from tests.cli.doctor.account import (
    ACCOUNT,
    REGION,
    SETTINGS,
    TRAIL,
    AnsweringAws,
    alarms,
    layer,
    mapping,
    queue,
    subscription,
    trails,
)


def test_a_healthy_stack_is_in_order_and_nothing_is_written(
    stack: Examined, aws: AnsweringAws, capsys: pytest.CaptureFixture[str]
) -> None:
    examine(stack)
    printed = capsys.readouterr().out
    assert printed.count(" pass ") == len(checks.CHECKS)
    reads = ("Describe", "List", "Get")
    assert [c for c in aws.calls if not c.partition(":")[2].startswith(reads)] == []


def test_a_stack_that_was_never_swept_says_how_to_begin(stack: Examined, aws: AnsweringAws) -> None:
    aws.client("dynamodb").delete_item(TableName=TABLE, Key=SWEEP_KEY)
    answer = checks.a_sweep_came_to_its_end(stack)
    assert (answer.state, answer.fix) == (State.FAIL, "rolecall sweep --stack rolecall")


def _managed(**fields: list[str]) -> dict[str, Any]:
    selectors = [{"Field": name, "Equals": values} for name, values in fields.items()]
    return {"AdvancedEventSelectors": [{"FieldSelectors": selectors}]}


READ_ONLY = {"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]}
DATA_ONLY = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": False}]}
NO_RULES: dict[str, Any] = {"Rules": []}

WRONG = [
    ("a_trail_logs", "cloudtrail:DescribeTrails", {"trailList": []}, "there is no trail"),
    (
        "a_trail_logs",
        "cloudtrail:DescribeTrails",
        trails(HomeRegion="eu-west-1", IsMultiRegionTrail=False),
        "not by main",
    ),
    (
        "a_trail_logs",
        "cloudtrail:DescribeTrails",
        trails(IncludeGlobalServiceEvents=False),
        "not by main",
    ),
    ("a_trail_logs", "cloudtrail:GetTrailStatus", {"IsLogging": False}, "not by main"),
    ("a_trail_logs", "cloudtrail:GetEventSelectors", READ_ONLY, "not by main"),
    ("a_trail_logs", "cloudtrail:GetEventSelectors", DATA_ONLY, "not by main"),
    (
        "a_trail_logs",
        "cloudtrail:GetEventSelectors",
        _managed(eventCategory=["Management"], readOnly=["true"]),
        "not by main",
    ),
    (
        "a_trail_logs",
        "cloudtrail:GetEventSelectors",
        _managed(eventCategory=["Data"]),
        "not by main",
    ),
    ("its_rules", "events:ListRules", NO_RULES, "IamChanges is not there"),
    (
        "its_rules",
        "events:ListRules",
        {"Rules": [{"Name": "iam", "State": "DISABLED"}, {"Name": "cases", "State": "ENABLED"}]},
        "IamChanges is disabled",
    ),
    ("its_rules", "events:ListTargetsByRule", {"Targets": []}, "CaseEvents has no target"),
    ("its_queues", "lambda:ListEventSourceMappings", mapping("Disabled"), "Detect is disabled"),
    (
        "its_queues",
        "lambda:ListEventSourceMappings",
        {"EventSourceMappings": []},
        "Notify is not connected",
    ),
    ("its_dead_letters", "sqs:GetQueueAttributes", queue(depth=3), "AlertsDeadLetters holds 3"),
    (
        "its_alarms",
        "cloudwatch:DescribeAlarms",
        {"MetricAlarms": []},
        "ChangesAgeAlarm is not there",
    ),
    ("its_alarms", "cloudwatch:DescribeAlarms", alarms(AlarmActions=[]), "tells nobody"),
    ("its_alarms", "cloudwatch:DescribeAlarms", alarms(ActionsEnabled=False), "tells nobody"),
    ("its_alarms", "cloudwatch:DescribeAlarms", alarms(StateValue="ALARM"), "rings"),
    ("a_channel", "sns:ListSubscriptionsByTopic", {"Subscriptions": []}, "nobody is told"),
    (
        "a_channel",
        "sns:ListSubscriptionsByTopic",
        subscription("PendingConfirmation"),
        "2 subscriptions await",
    ),
]


def check(stack: Examined, name: str) -> Any:
    """The answer of the check whose name begins so."""
    (found,) = (c for c in checks.CHECKS if c.__name__.startswith(name))
    return asked(found, stack)


@pytest.mark.parametrize(("name", "call", "answer", "says"), WRONG)
def test_what_is_not_in_order_is_named_with_its_fix(
    stack: Examined, aws: AnsweringAws, name: str, call: str, answer: Any, says: str
) -> None:
    assert check(stack, name).state is State.PASS
    aws.answers[call] = answer
    found = check(stack, name)
    assert found.state is State.FAIL
    assert says in found.seen
    assert found.fix


@pytest.mark.parametrize(
    "call",
    [
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "cloudformation:ListStackResources",
        "events:ListRules",
        "lambda:ListEventSourceMappings",
        "lambda:GetFunctionConfiguration",
        "lambda:GetLayerVersionByArn",
        "sqs:GetQueueAttributes",
        "cloudwatch:DescribeAlarms",
        "sns:ListSubscriptionsByTopic",
        "dynamodb:GetItem",
    ],
)
def test_what_cannot_be_asked_is_unknown_and_never_fine(
    stack: Examined, aws: AnsweringAws, call: str
) -> None:
    before = [asked(c, stack).state for c in checks.CHECKS]
    stack = Examined(stack.deployed, stack.checkout, lambda _: layer())
    aws.answers[call] = "AccessDenied"
    after = [asked(c, stack).state for c in checks.CHECKS]
    changed = [now for then, now in zip(before, after, strict=True) if now is not then]
    assert changed
    assert set(changed) == {State.UNKNOWN}


def test_something_that_is_not_in_order_ends_the_command_as_an_error(
    stack: Examined, aws: AnsweringAws
) -> None:
    aws.answers["cloudtrail:DescribeTrails"] = {"trailList": []}
    with pytest.raises(RolecallError, match="1 of 11 are not in order"):
        examine(stack)


def test_a_trail_with_advanced_selectors_for_management_events_is_enough(
    stack: Examined, aws: AnsweringAws
) -> None:
    aws.answers["cloudtrail:GetEventSelectors"] = _managed(eventCategory=["Management"])
    assert check(stack, "a_trail_logs").state is State.PASS


def test_one_trail_of_two_is_enough_and_an_unreadable_one_does_not_hide_it(
    stack: Examined, aws: AnsweringAws
) -> None:
    other = TRAIL.replace("main", "of-the-organization")
    (mine,) = trails()["trailList"]
    aws.answers["cloudtrail:DescribeTrails"] = {
        "trailList": [mine | {"Name": "org", "TrailARN": other}, mine]
    }
    aws.answers["cloudtrail:GetTrailStatus"] = lambda given: (
        "AccessDeniedException" if given["Name"] == other else {"IsLogging": True}
    )
    assert check(stack, "a_trail_logs").state is State.PASS
    aws.answers["cloudtrail:GetTrailStatus"] = "AccessDeniedException"
    assert check(stack, "a_trail_logs").state is State.UNKNOWN


def test_a_stack_away_from_home_hears_nothing(stack: Examined) -> None:
    assert check(stack, "it_is_at_home").seen == REGION
    stack.deployed.region = "eu-west-1"
    assert check(stack, "it_is_at_home").state is State.FAIL


def test_slack_counts_as_a_channel_when_its_secret_is_there(
    stack: Examined, aws: AnsweringAws
) -> None:
    aws.answers["sns:ListSubscriptionsByTopic"] = {"Subscriptions": []}
    aws.answers["lambda:GetFunctionConfiguration"] = {
        "Environment": {"Variables": {"SLACK_SECRET": "rolecall/slack"}}
    }
    aws.answers["secretsmanager:DescribeSecret"] = {"Name": "rolecall/slack"}
    assert "rolecall/slack" in check(stack, "a_channel").seen
    aws.answers["secretsmanager:DescribeSecret"] = "ResourceNotFoundException"
    assert check(stack, "a_channel").state is not State.PASS


def test_a_pause_is_told_with_its_reason(stack: Examined) -> None:
    stack.deployed.ledger.set_pause("incident 7")
    found = check(stack, "it_is_not_paused")
    assert (found.state, found.seen) == (State.FAIL, "incident 7")


def test_settings_that_are_not_the_deployed_ones_are_told(stack: Examined) -> None:
    assert stack.checkout
    stack.checkout.write_text(f"{SETTINGS}\n# one more thing\n")
    assert "is deployed" in check(stack, "its_settings").seen
    without = Examined(stack.deployed, None, lambda _: layer())
    assert check(without, "its_settings").state is State.UNKNOWN


@pytest.mark.parametrize("content", [b"", b"not a zip"])
def test_a_settings_layer_that_cannot_be_read_is_unknown(stack: Examined, content: bytes) -> None:
    unread = Examined(stack.deployed, stack.checkout, lambda _: content)
    assert check(unread, "its_settings").state is State.UNKNOWN
    assert check(unread, "its_protected").state is State.UNKNOWN


def _protecting(stack: Examined, *arns: str) -> Examined:
    text = SETTINGS.replace("protected: []", f"protected: {list(arns)}")
    return Examined(stack.deployed, stack.checkout, lambda _: layer(text))


USER = f"arn:aws:iam::{ACCOUNT}:user/break-glass"


def test_each_protected_arn_must_exist_under_exactly_that_path(
    stack: Examined, aws: AnsweringAws
) -> None:
    assert check(stack, "its_protected").state is State.PASS
    protecting = _protecting(stack, USER)
    gone = check(protecting, "its_protected")
    assert (gone.state, gone.seen) == (State.FAIL, f"{USER} is not there")
    aws.client("iam").create_user(UserName="break-glass", Path="/admins/")
    moved = check(protecting, "its_protected")
    assert moved.state is State.FAIL
    assert f"arn:aws:iam::{ACCOUNT}:user/admins/break-glass" in moved.fix
    aws.client("iam").delete_user(UserName="break-glass")
    aws.client("iam").create_user(UserName="break-glass")
    assert check(protecting, "its_protected").state is State.PASS


def test_a_protected_arn_that_cannot_be_asked_for_is_unknown(
    stack: Examined, aws: AnsweringAws
) -> None:
    elsewhere = USER.replace(ACCOUNT, "444455556666")
    assert check(_protecting(stack, elsewhere), "its_protected").state is State.UNKNOWN
    aws.answers["iam:GetUser"] = "AccessDenied"
    assert check(_protecting(stack, USER), "its_protected").state is State.UNKNOWN


def test_every_check_states_its_fact_in_a_sentence_of_its_own() -> None:
    facts = [fact(c) for c in checks.CHECKS]
    assert len(set(facts)) == len(facts)
    assert all(said.endswith(".") for said in facts)
