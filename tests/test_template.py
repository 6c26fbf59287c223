"""The template, as data: what no emulator checks, and AWS only tells when it is too late."""

import json
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.comments import TaggedScalar

from rolecall.aws.facets import calls_for
from rolecall.convention import is_granting
from rolecall.model.facets import Facet
from rolecall.protection import PROTECTIVE, protected_resources
from rolecall.registry import Registry, convention_classes
from rolecall.remediation import guard
from tests.runtime.doubles import message, runtime
from tests.samples import ROOT
from tests.settings.yaml import text as acting
from tests.states import BOUNDARIES
from tests.world import ACTING, PROTECT, settings
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


@pytest.mark.peer(84, "iambic: its docs disagree with its template about the schedules")
def test_generated_files_are_fresh() -> None:
    assert generate.stale(ROOT) == []


@pytest.mark.peer(80, "Cloud Custodian #48, #7856: a removed or renamed policy leaves its function")
def test_a_stale_file_is_named(tmp_path: Any) -> None:
    for part in ("template.yaml", "layers/settings/rolecall.yaml", "README.md"):
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
    (event,) = (e for e in FUNCTIONS[name]["Events"].values() if e["Type"] == "SQS")
    (queue,) = names(event["Properties"]["Queue"])
    assert QUEUES[queue]["VisibilityTimeout"] >= 6 * FUNCTIONS[name]["Timeout"]
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.peer(60, "iambic: no dead-letter queue")
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


@pytest.mark.peer(60, "Cloud Custodian #5125: no control over retries")
def test_every_rule_has_dead_letters_and_accepts_only_what_nobody_can_forge() -> None:
    for name, rule in of_type("AWS::Events::Rule").items():
        for target in rule["Targets"]:
            assert names(target["DeadLetterConfig"]), name
        if "EventBusName" in rule:
            assert rule["EventPattern"] == {"source": ["rolecall"]}
            continue
        for source in rule.get("EventPattern", {"source": []})["source"]:
            text = source["prefix"] if isinstance(source, dict) else source
            assert text.startswith("aws."), name


def test_only_the_rules_may_feed_a_queue_that_rules_feed() -> None:
    sweeps = {"SweepSchedule", "SweepAfterDeploy"}
    changes = {n for n, r in of_type("AWS::Events::Rule").items() if "EventBusName" not in r}
    for queue, rules_of in (
        ("ChangesQueue", changes - sweeps),
        ("AlertsQueue", {"CaseEvents"}),
        ("SweepsQueue", sweeps),
    ):
        statements = RESOURCES[f"{queue}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        (allow,) = [s for s in statements if s["Effect"] == "Allow"]
        assert allow["Principal"] == {"Service": "events.amazonaws.com"}
        condition = allow["Condition"]
        assert set(names(condition["ArnEquals"])) == rules_of
        assert names(condition["StringEquals"]) == ["AWS::AccountId"]
        (deny,) = [s for s in statements if s["Effect"] == "Deny"]
        assert deny["Condition"]["Bool"] == {"aws:PrincipalIsAWSService": "false"}
        # An operator may begin a sweep, and nobody else may say that something changed.
        account = {"aws:PrincipalAccount": {"!Ref": "AWS::AccountId"}}
        others = account if queue == "SweepsQueue" else None
        assert deny["Condition"].get("StringNotEquals") == others


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


@pytest.mark.parametrize("role", ["DetectRole", "RemediateRole", "NotifyRole", "SweepRole"])
def test_no_function_holds_a_wildcard_or_as_shipped_a_write_on_iam_or_ec2(role: str) -> None:
    for action in _allowed(role):
        service, _, call = action.partition(":")
        assert "*" not in action
        if service in {"iam", "ec2"} and action != "iam:PassRole":  # see the schedules' role
            # The report is a list that AWS makes when it is asked for.
            assert call.startswith(("Get", "List", "Describe", "GenerateCredentialReport")), action


@pytest.mark.parametrize("role", ["DetectRole", "RemediateRole", "NotifyRole", "SweepRole"])
def test_every_write_names_its_resource(role: str) -> None:
    for statement in _statements(role):
        if statement["Effect"] == "Allow" and statement["Resource"] == "*":
            action = statement["Action"]
            for call in [action] if isinstance(action, str) else action:
                reads = (
                    *("iam:List", "iam:Get", "iam:GenerateCredentialReport", "ec2:Describe"),
                    *("rolesanywhere:List", "rolesanywhere:Get", "cognito-identity:List"),
                )
                assert call.startswith(("xray:", *reads)), call


def test_no_policy_holds_a_sid_twice_although_several_conventions_make_a_call() -> None:
    found = settings(ACTING)
    written = permissions.resources(list(Registry(found.options)), found)["RemediateWrites"]
    sids = [one["Sid"] for one in written["Properties"]["PolicyDocument"]["Statement"]]
    assert len(set(sids)) == len(sids)
    assert "WriteUser" in sids


def test_all_that_remediate_may_fits_where_iam_keeps_it_with_everything_switched_on() -> None:
    every = {
        id_: {"mode": "remediate"}
        | {name: True for name, one in found.options.items() if one.default is False}
        for id_, found in convention_classes().items()
    }
    found = settings(
        f"version: 1\nsecond_opinion: access-analyzer\n{PROTECT}conventions: "
        + json.dumps(
            every
            | {"ec2-launched-with-profile": {"mode": "remediate", "profile": "p", "role": "r"}}
            | {"role-boundary-required": {"mode": "remediate", "boundary": BOUNDARIES[0]}}
            | {"user-permissions-via-groups": {"mode": "remediate"}}
        )
    )
    made = permissions.resources(list(Registry(found.options)), found)
    ours = [made[name]["Properties"] for name in made if name.startswith("Remediate")]
    assert len(ours) == 3
    own = of_type("AWS::IAM::Role")["RemediateRole"]["Policies"]
    # IAM counts no white space; what CloudFormation fills in is longer than its name.
    length = sum(len("".join(json.dumps(one["PolicyDocument"]).split())) for one in [*ours, *own])
    assert length < 9_000, length  # of 10,240 for all inline policies of a role


def test_notify_holds_no_right_on_iam_or_ec2_at_all() -> None:
    assert not {action for action in _allowed("NotifyRole") if action.startswith(("iam:", "ec2:"))}


def test_detect_knows_every_role_of_the_stack_and_which_one_makes_remedies() -> None:
    known = FUNCTIONS["DetectFunction"]["Environment"]["Variables"]
    roles = {role for function in FUNCTIONS.values() for role in names(function["Role"])}
    assert set(names(known["OWN_ROLES"])) == roles
    assert names(known["REMEDIATE_ROLE"]) == names(FUNCTIONS["RemediateFunction"]["Role"])


def test_what_any_role_of_the_stack_did_passes_one_rule_and_no_convention_of_others() -> None:
    roles = {role for function in FUNCTIONS.values() for role in names(function["Role"])}
    for name, rule in of_type("AWS::Events::Rule").items():
        issuer = _issuer(rule.get("EventPattern", {}))
        if name == "OwnRoleUsedByOthersChanges":
            assert {role for one in issuer for role in names(one)} == roles
        elif issuer:
            assert set(names(issuer[0]["anything-but"])) == roles, name


def _issuer(pattern: dict[str, Any]) -> list[Any]:
    identity = pattern.get("detail", {}).get("userIdentity", {})
    found: list[Any] = identity.get("sessionContext", {}).get("sessionIssuer", {}).get("arn", [])
    return found


def test_each_function_has_a_role_of_its_own() -> None:
    roles = [names(function["Role"]) for function in FUNCTIONS.values()]
    assert sorted(roles) == [["DetectRole"], ["NotifyRole"], ["RemediateRole"], ["SweepRole"]]


def test_remediate_gets_only_the_calls_of_conventions_that_may_act() -> None:
    text = ACTING.replace("mode: remediate", "mode: notify").replace(
        "  ec2", "  user-permissions-via-groups: {mode: approve}\n  ec2"
    )
    found = settings(text)
    conventions = list(Registry(found.options))
    made = permissions.resources(conventions, found)
    writes = made["RemediateWrites"]
    assert writes["Condition"] == "MayWrite"
    actions = {
        call for s in writes["Properties"]["PolicyDocument"]["Statement"] for call in s["Action"]
    }
    assert actions == {"iam:DetachUserPolicy", "iam:DeleteUserPolicy"}
    assert not any(is_granting(action) for action in actions)


def test_what_an_option_adds_is_allowed_once_however_many_make_the_call() -> None:
    text = "conventions: {group-not-empty: {mode: approve, delete_after_days: DAYS}}\n"

    def made(days: str) -> dict[str, Any]:
        found = settings(acting(text.replace("DAYS", days)))
        return permissions.resources(list(Registry(found.options)) * 2, found)

    assert "RemediateWrites" not in made("0")
    statements = made("30")["RemediateWrites"]["Properties"]["PolicyDocument"]["Statement"]
    ((sid, calls),) = [(one["Sid"], one["Action"]) for one in statements]
    assert sid == "WriteGroup"
    assert calls == ["iam:DetachGroupPolicy", "iam:DeleteGroupPolicy", "iam:DeleteGroup"]
    assert not any(map(is_granting, calls))


def test_remediate_may_set_the_named_boundary_and_no_other() -> None:
    found = settings(ACTING)
    conventions = [Registry(found.options)["role-boundary-required"]]
    writes = permissions.resources(conventions, found)["RemediateWrites"]
    statements = writes["Properties"]["PolicyDocument"]["Statement"]
    condition = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARIES[0]}}
    assert {one["Action"][0]: (one["Resource"], one["Condition"]) for one in statements} == {
        f"iam:Put{kind.title()}PermissionsBoundary": (
            {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{kind}/*"},
            condition,
        )
        for kind in ("role", "user")
    }


def test_remediate_may_add_users_to_registered_groups_only_and_only_where_it_moves_them() -> None:
    policies = "policies: ['arn:aws:iam::aws:policy/ReadOnlyAccess']"
    moving = ACTING.replace("  ec2", "  user-permissions-via-groups: {move_by: tag}\n  ec2") + (
        f"job_roles:\n  readers: {{job_role: reader, owner: idm, {policies}}}\n"
        "  ops: {job_role: on call, owner: sre}\n"
    )

    def joining(text: str) -> list[dict[str, Any]]:
        found = settings(text)
        conventions = [Registry(found.options, found.registered)["user-permissions-via-groups"]]
        writes = permissions.resources(conventions, found).get("RemediateWrites", {})
        statements = writes["Properties"]["PolicyDocument"]["Statement"] if writes else []
        return [s for s in statements if s["Action"] == ["iam:AddUserToGroup"]]

    (statement,) = joining(moving)
    group = "arn:${AWS::Partition}:iam::${AWS::AccountId}:group"
    resources = [found["Fn::Sub"] for found in statement["Resource"]]
    assert resources == [f"{group}/readers", f"{group}/*/readers"]
    assert not joining(moving.replace("move_by: tag", "sweep_acts: true"))
    assert not joining(moving.replace(policies, "policyless: true"))
    assert not joining(moving.replace("mode: remediate", "mode: notify"))


def test_what_a_group_holds_is_read_from_groups_also_for_a_facet_of_a_user() -> None:
    by_resource = {
        str(s["Resource"]): s["Action"] for s in permissions.reads([Facet.USER_CARRYING_GROUPS])
    }
    (of_groups,) = (calls for resource, calls in by_resource.items() if ":group/*" in resource)
    assert of_groups == ["iam:GetGroup", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"]
    (of_users,) = (calls for resource, calls in by_resource.items() if ":user/*" in resource)
    assert of_users == ["iam:ListAttachedUserPolicies"]


def test_what_is_protected_is_denied_to_remediate_whatever_it_is_allowed() -> None:
    made = permissions.resources([], settings(ACTING))
    (never, lift, _) = made["RemediateNever"]["Properties"]["PolicyDocument"]["Statement"]
    assert "arn:aws:iam::111122223333:user/break-glass" in never["Resource"]
    denied = [found["Fn::Sub"] for found in never["Resource"] if isinstance(found, dict)]
    own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"
    assert denied == [f"{own}{resource}" for resource in protected_resources()]
    lifted = lift["Condition"]["ArnEquals"]["iam:PolicyARN"]
    assert [one["Fn::Sub"].rpartition("/")[2] for one in lifted] == list(PROTECTIVE)


def test_remediate_reads_the_witnesses_only_where_something_may_act() -> None:
    def reading(text: str) -> set[str]:
        found = settings(text)
        # One that reads nothing of roles itself, as the witnesses may be.
        one = Registry(found.options, found.registered)["mfa-not-removed"]
        made = permissions.resources([one], found)
        statements = made["RemediateReads"]["Properties"]["PolicyDocument"]["Statement"]
        return {call for statement in statements for call in statement["Action"]}

    witness = calls_for(guard.FACETS)
    assert witness <= reading(ACTING)
    assert witness <= reading(ACTING.replace("remediate", "observe"))
    assert not witness <= reading(ACTING.replace("remediate", "notify"))


@pytest.mark.parametrize(
    ("mode", "opinion", "may"),
    [
        ("remediate", "access-analyzer", True),
        ("approve", "access-analyzer", True),
        ("observe", "access-analyzer", True),  # it rehearses
        ("notify", "access-analyzer", False),
        ("'off'", "access-analyzer", False),
        ("remediate", "none", False),
    ],
)
def test_remediate_may_ask_for_a_second_opinion_only_where_the_settings_want_one(
    mode: str, opinion: str, *, may: bool
) -> None:
    trusts = f"conventions: {{role-no-wildcard-trust: {{mode: {mode}}}}}\n"
    found = settings(acting(f"second_opinion: {opinion}\n{trusts}"))
    made = permissions.resources(Registry(found.options), found)
    holders = [
        name
        for name, policy in made.items()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "access-analyzer:CheckNoNewAccess" in statement.get("Action", ())
    ]
    assert holders == ["RemediateReads"] * may


def test_remediate_may_not_ask_where_no_trust_is_written_that_it_is_asked_about() -> None:
    detaching = "conventions: {user-permissions-via-groups: {mode: remediate}}\n"
    found = settings(
        "version: 1\ndefaults: {mode: notify}\nsecond_opinion: access-analyzer\n"
        + PROTECT
        + detaching
    )
    conventions = list(Registry(found.options))
    assert permissions.acting(conventions, found)
    assert permissions.second_opinion(conventions, found) == []


def test_a_pattern_that_is_too_long_for_eventbridge_is_refused() -> None:
    class Long:
        watches = (f"iam:{'Call' * 600}",)
        settled_by = ()

    with pytest.raises(ValueError, match="split its rule"):
        rules.patterns([Long()], ["role"])  # type: ignore[list-item]  # only its calls matter


def test_many_calls_of_a_service_take_as_many_rules_as_their_patterns_need() -> None:
    class Many:
        watches = tuple(f"iam:{'Call' * 10}{i}" for i in range(60))
        settled_by = ()

    found = rules.patterns([Many()], ["role"])  # type: ignore[list-item]  # only its calls matter
    assert list(found) == ["IamChanges", "IamChanges2"]
    names = [name for pattern in found.values() for name in pattern["detail"]["eventName"]]
    assert sorted(names) == sorted(call.partition(":")[2] for call in Many.watches)


def test_the_ledger_is_kept_recoverable_and_encrypted() -> None:
    ledger = RESOURCES["Ledger"]
    assert ledger["DeletionPolicy"] == ledger["UpdateReplacePolicy"] == "Retain"
    assert ledger["Properties"]["PointInTimeRecoverySpecification"]
    assert ledger["Properties"]["SSESpecification"]["SSEEnabled"] is True
    assert ledger["Properties"]["TimeToLiveSpecification"]["Enabled"] is True
    assert ledger["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.peer(
    78, "Cloud Custodian: an IAM policy deployed to another Region is accepted and never fires"
)
def test_elsewhere_than_where_iam_tells_its_changes_the_deploy_fails() -> None:
    (region,) = TEMPLATE["Rules"]["HomeRegion"]["Assertions"]
    homes, asked = region["Assert"]
    assert homes == ["us-east-1", "us-gov-west-1", "cn-north-1"]
    assert asked == {"!Ref": "AWS::Region"}


@pytest.mark.peer(82, "Cloud Custodian: SNS ARNs outside the aws partition are not recognised")
def test_no_arn_in_the_template_names_a_partition() -> None:
    assert "arn:aws:" not in (ROOT / "template.yaml").read_text()


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
