"""The template, as data: what no emulator checks, and AWS only tells when it is too late."""

from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.comments import TaggedScalar

from rolecall.convention import is_granting
from rolecall.registry import Registry
from tests.runtime.doubles import message, runtime
from tests.samples import ROOT
from tests.world import ACTING, settings
from tools import generate, permissions, rules
from tools.blocks import as_yaml, with_block


def _plain(value: Any) -> Any:
    """The template without tags: `!Ref X` is `{"!Ref": "X"}`."""
    if isinstance(value, TaggedScalar):
        return {str(value.tag.value): value.value}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


TEMPLATE = _plain(YAML().load((ROOT / "template.yaml").read_text()))
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: r["Properties"] for name, r in RESOURCES.items() if r["Type"] == kind}


def names(value: Any) -> list[str]:
    """The logical names that a value refers to, whichever way it is written."""
    if isinstance(value, dict):
        found: list[str] = []
        for key, item in value.items():
            if key in {"Ref", "!Ref"}:
                found.append(item)
            elif key in {"Fn::GetAtt", "!GetAtt"}:
                found.append(item[0] if isinstance(item, list) else item.partition(".")[0])
            else:
                found += names(item)
        return found
    return [name for item in value for name in names(item)] if isinstance(value, list) else []


QUEUES = of_type("AWS::SQS::Queue")
FUNCTIONS = of_type("AWS::Serverless::Function")


def test_generated_files_are_fresh() -> None:
    assert generate.stale(ROOT) == []


def test_a_stale_file_is_named(tmp_path: Any) -> None:
    for part in ("template.yaml", "layers/settings/rolecall.yaml"):
        target = tmp_path / part
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((ROOT / part).read_text())
    generate.write(tmp_path)
    assert generate.stale(tmp_path) == []
    page = tmp_path / "docs/conventions/root-usage.md"
    page.write_text(page.read_text() + "by hand\n")
    (tmp_path / "docs/conventions/gone.md").write_text("a convention that is no more\n")
    assert generate.stale(tmp_path) == [
        "docs/conventions/root-usage.md",
        "docs/conventions/gone.md",
    ]
    assert generate.main(["--check", "--root", str(tmp_path)]) == 1
    assert generate.main(["--root", str(tmp_path)]) == 0
    assert generate.main(["--check", "--root", str(tmp_path)]) == 0


def test_only_the_marked_block_is_written() -> None:
    text = "a\n# begin generated: x (note)\nold\n# end generated: x\nb\n"
    assert with_block(text, "x", as_yaml({"k": 1}, 2)) == text.replace("old\n", "  k: 1\n")
    with pytest.raises(ValueError, match="no generated block"):
        with_block(text, "y", "")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_queue_hides_a_message_for_six_times_as_long_as_its_function_may_run(name: str) -> None:
    (event,) = FUNCTIONS[name]["Events"].values()
    (queue,) = names(event["Properties"]["Queue"])
    assert QUEUES[queue]["VisibilityTimeout"] >= 6 * FUNCTIONS[name]["Timeout"]
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("name", [name for name in QUEUES if not name.endswith("DeadLetters")])
def test_a_queue_has_dead_letters_that_are_kept_longest_and_watched(name: str) -> None:
    (letters,) = names(QUEUES[name]["RedrivePolicy"]["deadLetterTargetArn"])
    assert QUEUES[name]["RedrivePolicy"]["maxReceiveCount"] >= 5
    assert QUEUES[letters]["MessageRetentionPeriod"] == 14 * 86_400
    assert QUEUES[letters]["MessageRetentionPeriod"] > QUEUES[name]["MessageRetentionPeriod"]
    watched = [names(a.get("Dimensions", [])) for a in of_type("AWS::CloudWatch::Alarm").values()]
    assert [letters] in watched
    assert [name] in watched


@pytest.mark.parametrize("name", [name for name in QUEUES if not name.endswith("DeadLetters")])
def test_what_may_succeed_later_is_tried_for_longer_than_the_alarm_on_its_age_waits(
    name: str,
) -> None:
    (alarm,) = [
        alarm
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
        and names(alarm["Dimensions"]) == [name]
    ]
    made, queue = runtime()
    for received in range(1, QUEUES[name]["RedrivePolicy"]["maxReceiveCount"]):
        made.later(message("body", 0, received))
    assert sum(wait["VisibilityTimeout"] for wait in queue.put_off) > alarm["Threshold"]


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_encrypted(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True


def test_every_rule_has_dead_letters_and_accepts_only_what_nobody_can_forge() -> None:
    for name, rule in of_type("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            assert names(target["DeadLetterConfig"]), name
        if "EventBusName" in rule:
            assert rule["EventPattern"] == {"source": ["rolecall"]}
            continue
        for source in rule["EventPattern"]["source"]:
            text = source["prefix"] if isinstance(source, dict) else source
            assert text.startswith("aws."), name


def test_only_the_rules_may_feed_a_queue_that_rules_feed() -> None:
    for queue, rules_of in (
        (
            "ChangesQueue",
            {n for n, r in of_type("AWS::Events::Rule").items() if "EventBusName" not in r},
        ),
        ("AlertsQueue", {"CaseEvents"}),
    ):
        statements = RESOURCES[f"{queue}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        (allow,) = [s for s in statements if s["Effect"] == "Allow"]
        assert allow["Principal"] == {"Service": "events.amazonaws.com"}
        condition = allow["Condition"]
        assert set(names(condition["ArnEquals"])) == rules_of
        assert names(condition["StringEquals"]) == ["AWS::AccountId"]
        (deny,) = [s for s in statements if s["Effect"] == "Deny"]
        assert deny["Condition"] == {"Bool": {"aws:PrincipalIsAWSService": "false"}}


def _statements(role: str) -> list[dict[str, Any]]:
    own = [
        s
        for p in RESOURCES[role]["Properties"]["Policies"]
        for s in p["PolicyDocument"]["Statement"]
    ]
    hung_on = [
        s
        for p in of_type("AWS::IAM::Policy").values()
        if names(p["Roles"]) == [role]
        for s in p["PolicyDocument"]["Statement"]
    ]
    return own + hung_on


def _allowed(role: str) -> set[str]:
    found: set[str] = set()
    for statement in _statements(role):
        if statement["Effect"] == "Allow":
            action = statement["Action"]
            found |= {action} if isinstance(action, str) else set(action)
    return found


@pytest.mark.parametrize("role", ["DetectRole", "RemediateRole", "NotifyRole"])
def test_no_function_holds_a_wildcard_or_as_shipped_a_write_on_iam_or_ec2(role: str) -> None:
    for action in _allowed(role):
        service, _, call = action.partition(":")
        assert "*" not in action
        if service in {"iam", "ec2"}:
            assert call.startswith(("Get", "List", "Describe")), action


@pytest.mark.parametrize("role", ["DetectRole", "RemediateRole", "NotifyRole"])
def test_every_write_names_its_resource(role: str) -> None:
    for statement in _statements(role):
        if statement["Effect"] == "Allow" and statement["Resource"] == "*":
            action = statement["Action"]
            for call in [action] if isinstance(action, str) else action:
                assert call.startswith(("xray:", "ec2:Describe", "iam:List")), call


def test_notify_holds_no_right_on_iam_or_ec2_at_all() -> None:
    assert not {action for action in _allowed("NotifyRole") if action.startswith(("iam:", "ec2:"))}


def test_each_function_has_a_role_of_its_own() -> None:
    roles = [names(function["Role"]) for function in FUNCTIONS.values()]
    assert sorted(roles) == [["DetectRole"], ["NotifyRole"], ["RemediateRole"]]


def test_remediate_gets_only_the_calls_of_conventions_that_may_act() -> None:
    text = ACTING.replace("mode: remediate", "mode: notify").replace(
        "  ec2", "  user-permissions-via-groups: {mode: approve}\n  ec2"
    )
    found = settings(text)
    conventions = list(Registry(found.options))
    made = permissions.resources(conventions, found)
    writes = made["RemediateWrites"]
    assert writes["Condition"] == "MayWrite"
    actions = {s["Action"] for s in writes["Properties"]["PolicyDocument"]["Statement"]}
    assert actions == {"iam:DetachUserPolicy", "iam:DeleteUserPolicy"}
    assert not any(is_granting(action) for action in actions)


def test_what_is_protected_is_denied_to_remediate_whatever_it_is_allowed() -> None:
    made = permissions.resources([], settings(ACTING))
    (never, _) = made["RemediateNever"]["Properties"]["PolicyDocument"]["Statement"]
    assert "arn:aws:iam::111122223333:user/break-glass" in never["Resource"]


def test_a_pattern_that_is_too_long_for_eventbridge_is_refused() -> None:
    class Long:
        watches = tuple(f"iam:{'Call' * 10}{i}" for i in range(60))
        settled_by = ()

    with pytest.raises(ValueError, match="split its rule"):
        rules.patterns([Long()], "role")  # type: ignore[list-item]  # only its calls matter


def test_the_ledger_is_kept_recoverable_and_encrypted() -> None:
    ledger = RESOURCES["Ledger"]
    assert ledger["DeletionPolicy"] == ledger["UpdateReplacePolicy"] == "Retain"
    assert ledger["Properties"]["PointInTimeRecoverySpecification"]
    assert ledger["Properties"]["SSESpecification"]["SSEEnabled"] is True
    assert ledger["Properties"]["TimeToLiveSpecification"]["Enabled"] is True
    assert ledger["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


def test_every_log_group_forgets() -> None:
    groups = of_type("AWS::Logs::LogGroup")
    assert len(groups) == len(FUNCTIONS)
    assert all("RetentionInDays" in group for group in groups.values())


def test_every_parameter_says_what_it_is_and_what_it_may_be() -> None:
    grouped = {
        name
        for group in TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        for name in group["Parameters"]
    }
    assert grouped == set(TEMPLATE["Parameters"])
    for name, parameter in TEMPLATE["Parameters"].items():
        assert parameter["Description"], name
        assert "Default" in parameter, name
        assert parameter.keys() & {"AllowedValues", "AllowedPattern", "MaxValue"}, name
        assert "AllowedPattern" not in parameter or "ConstraintDescription" in parameter, name


def test_no_parameter_carries_a_secret_value() -> None:
    secret = TEMPLATE["Parameters"]["SlackWebhookSecret"]
    assert "://" not in secret["AllowedPattern"]
    assert TEMPLATE["Parameters"]["HighestMode"]["Default"] == "notify"


def test_the_functions_run_what_the_project_is_tested_with() -> None:
    version = (ROOT / ".python-version").read_text().strip()
    assert TEMPLATE["Globals"]["Function"]["Runtime"] == f"python{version}"
    for layer in of_type("AWS::Serverless::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == [f"python{version}"]
