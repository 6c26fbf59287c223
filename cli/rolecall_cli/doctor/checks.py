"""The checks of `rolecall doctor`. Each reads, and its first docstring line is the fact it is about."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from rolecall.settings.files import fingerprint
from rolecall_cli.answers import Answer, State, failed, judged, passed, unknown
from rolecall_cli.doctor.examined import FUNCTIONS, Examined
from rolecall_cli.existing import existing

HOMES = ("us-east-1", "us-gov-west-1", "cn-north-1")
_ENABLED = frozenset({"ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"})
_DEPLOY = "Deploy again with: make deploy"


def it_is_at_home(stack: Examined) -> Answer:
    """The stack is in the Region where IAM's events exist."""
    region = stack.deployed.region
    if region in HOMES:
        return passed(region)
    return failed(region, f"IAM's events never come here: deploy in {HOMES[0]}.")


def a_trail_logs_management_events(stack: Examined) -> Answer:
    """A trail logs write management events; without one no change reaches EventBridge."""
    cloudtrail = stack.client("cloudtrail")
    silent, unread = [], []
    for trail in cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]:
        name, arn = trail["Name"], trail["TrailARN"]
        here = trail.get("HomeRegion", stack.deployed.region) == stack.deployed.region
        if not (here or trail.get("IsMultiRegionTrail")):
            silent.append(name)
            continue
        try:
            logs = cloudtrail.get_trail_status(Name=arn)["IsLogging"]
            selectors = cloudtrail.get_event_selectors(TrailName=arn)
        except ClientError:  # a trail of the organization belongs to another account
            unread.append(name)
            continue
        if logs and trail.get("IncludeGlobalServiceEvents", True) and _takes_writes(selectors):
            return passed(f"{name} does")
        silent.append(name)
    if unread:
        return unknown(
            f"cannot be read: {', '.join(unread)}", "Ask the account that owns the trail."
        )
    return failed(
        f"not by {', '.join(silent)}" if silent else "there is no trail",
        "aws cloudtrail create-trail --name NAME --s3-bucket-name BUCKET --is-multi-region-trail; "
        "aws cloudtrail start-logging --name NAME",
    )


def _takes_writes(selectors: Mapping[str, Any]) -> bool:
    basic = selectors.get("EventSelectors", [])
    advanced = selectors.get("AdvancedEventSelectors", [])
    if not basic and not advanced:
        return True  # CloudTrail's default: all management events
    if any(s["IncludeManagementEvents"] and s["ReadWriteType"] != "ReadOnly" for s in basic):
        return True
    wanted = [{f["Field"]: f.get("Equals", []) for f in s["FieldSelectors"]} for s in advanced]
    return any(
        fields.get("eventCategory") == ["Management"] and fields.get("readOnly") != ["true"]
        for fields in wanted
    )


def its_rules_are_enabled(stack: Examined) -> Answer:
    """Every rule is enabled and has a target."""
    events = stack.client("events")
    standing: dict[str, tuple[str, str]] = {}
    for bus in ("default", stack.deployed["BusName"]):
        pages = events.get_paginator("list_rules").paginate(EventBusName=bus)
        standing |= {rule["Name"]: (rule["State"], bus) for p in pages for rule in p["Rules"]}
    wrong = []
    rules = stack.of_type("AWS::Events::Rule")
    for logical, physical in rules.items():
        name = physical.rpartition("|")[2]  # a rule on a bus of its own is named bus|rule
        state, bus = standing.get(name, ("not there", ""))
        if state not in _ENABLED:
            wrong.append(f"{logical} is {state.lower()}")
        elif not events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]:
            wrong.append(f"{logical} has no target")
    return judged(wrong, f"{len(rules)} rules", f"aws events enable-rule --name RULE. {_DEPLOY}")


def its_queues_are_worked_on(stack: Examined) -> Answer:
    """Every function takes the messages of its queue."""
    wrong = []
    for function in FUNCTIONS:
        states = [mapping["State"] for mapping in stack.mappings(function)]
        if "Enabled" not in states:
            wrong.append(f"{function} is {', '.join(states).lower() or 'not connected'}")
    return judged(
        wrong,
        f"{len(FUNCTIONS)} event-source mappings are enabled",
        f"aws lambda update-event-source-mapping --enabled --uuid ID. {_DEPLOY}",
    )


def its_dead_letters_are_empty(stack: Examined) -> Answer:
    """Every dead-letter queue is empty."""
    queues = {k: v for k, v in stack.of_type("AWS::SQS::Queue").items() if "DeadLetters" in k}
    depths = {name: stack.depth(url) for name, url in queues.items()}
    return judged(
        [f"{name} holds {depth}" for name, depth in depths.items() if depth],
        f"{len(queues)} queues",
        "Read the messages, mend the cause, then: aws sqs start-message-move-task",
    )


def its_alarms_would_tell(stack: Examined) -> Answer:
    """Every alarm is there, tells somebody and is silent now."""
    names = stack.of_type("AWS::CloudWatch::Alarm")
    found: dict[str, dict[str, Any]] = {}
    physical = list(names.values())
    for start in range(0, len(physical), 100):  # as many names as one call takes
        answer = stack.client("cloudwatch").describe_alarms(
            AlarmNames=physical[start : start + 100], MaxRecords=100
        )
        found |= {alarm["AlarmName"]: alarm for alarm in answer["MetricAlarms"]}
    wrong = []
    for logical, name in names.items():
        alarm = found.get(name)
        if alarm is None:
            wrong.append(f"{logical} is not there")
        elif not (alarm.get("ActionsEnabled") and alarm.get("AlarmActions")):
            wrong.append(f"{logical} tells nobody")
        elif alarm.get("StateValue") == "ALARM":
            wrong.append(f"{logical} rings")
    return judged(
        wrong,
        f"{len(names)} alarms",
        f"A ringing one says in its description what to do. Otherwise: {_DEPLOY}",
    )


def a_channel_is_subscribed(stack: Examined) -> Answer:
    """At least one channel reaches somebody: a confirmed subscription, or Slack."""
    pending = 0
    for output in ("PeopleTopicArn", "MachinesTopicArn"):
        pages = stack.client("sns").get_paginator("list_subscriptions_by_topic")
        for page in pages.paginate(TopicArn=stack.deployed[output]):
            for subscription in page["Subscriptions"]:
                if subscription["SubscriptionArn"].startswith("arn:"):
                    return passed(f"{subscription['Protocol']} on {output[: -len('Arn')]}")
                pending += 1
    secret = stack.configuration("Notify").get("Environment", {}).get("Variables", {})
    if secret.get("SLACK_SECRET"):
        stack.client("secretsmanager").describe_secret(SecretId=secret["SLACK_SECRET"])
        return passed(f"Slack, by the secret {secret['SLACK_SECRET']}")
    if pending:
        return failed(
            f"{pending} subscriptions await confirmation", "Follow the link in the mail from AWS."
        )
    return failed("nobody is told", "Set AlertEmail or SlackWebhookSecret and deploy.")


def a_sweep_came_to_its_end(stack: Examined) -> Answer:
    """A sweep of the whole account has come to its end."""
    last = stack.deployed.ledger.last_sweep()
    if last is None:
        return failed("none has", f"rolecall sweep --stack {stack.deployed.name}")
    return passed(f"{last.sweep.judged} subjects by {last.ended}")


def it_is_not_paused(stack: Examined) -> Answer:
    """Nobody has paused all writes."""
    reason = stack.deployed.ledger.pause()
    return failed(reason, "rolecall resume --reason TEXT") if reason else passed("not paused")


def its_settings_are_the_checkouts(stack: Examined) -> Answer:
    """The settings deployed are those of this checkout."""
    if stack.checkout is None:
        return unknown("there is no checkout here", "Run it from a checkout of your settings.")
    here = fingerprint(stack.checkout.read_text(encoding="utf-8"))[:12]
    there = fingerprint(stack.settings_text)[:12]
    if here == there:
        return passed(f"version {here}")
    return failed(f"{there} is deployed, {here} is here", "make generate, then make deploy.")


def its_protected_subjects_exist(stack: Examined) -> Answer:
    """Everything that the deployed settings protect exists under exactly that ARN."""
    protected = stack.settings.protected
    if not protected:
        return passed("the settings protect nothing, so nothing may act")
    answers = [existing(stack.deployed.aws, arn, stack.account) for arn in protected]
    wrong = [answer for answer in answers if answer.state is State.FAIL]
    if wrong:
        return failed(", ".join(a.seen for a in wrong), " ".join({a.fix: None for a in wrong}))
    unread = [answer.seen for answer in answers if answer.state is State.UNKNOWN]
    return unknown(", ".join(unread)) if unread else passed(f"{len(protected)} are there")


CHECKS: tuple[Callable[[Examined], Answer], ...] = (
    it_is_at_home,
    a_trail_logs_management_events,
    its_rules_are_enabled,
    its_queues_are_worked_on,
    its_dead_letters_are_empty,
    its_alarms_would_tell,
    a_channel_is_subscribed,
    a_sweep_came_to_its_end,
    it_is_not_paused,
    its_settings_are_the_checkouts,
    its_protected_subjects_exist,
)
