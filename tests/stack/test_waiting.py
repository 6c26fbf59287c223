"""What waits in the deployed stack comes to its end: a long grace, and what a dead worker left."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from rolecall.aws.handing import RemediesQueue
from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.session import Aws
from rolecall.model.cases import Status
from tests.stack.conftest import Stack, eventually

pytestmark = pytest.mark.stack

POWER = "arn:aws:iam::aws:policy/PowerUserAccess"


def ledger(deployed: Stack) -> DynamoLedger:
    """The stack's ledger, as the operator sees it."""
    return DynamoLedger(cast(Aws, deployed.account), deployed.outputs["LedgerTable"])


def pending(deployed: Stack, user: str, opened: str) -> str:
    """A case about a user's drift that was opened then, and that nobody has in hand."""
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        iam.create_user(UserName=user)
    kept = ledger(deployed)
    kept.set_pause("a test looks at this")
    try:
        iam.attach_user_policy(UserName=user, PolicyArn=POWER)
        case_id = str(deployed.ended(user, "paused")["id"])
        deployed.quiet("RemediesQueueUrl")
    finally:
        kept.set_pause("")
    entry = kept.claim(case_id, datetime.now(UTC).timestamp(), 60)
    case = replace(entry.case.moved(Status.PENDING), opened=opened)
    kept.conclude(entry, case, None)
    return case_id


def test_a_long_grace_ends_by_a_schedule_and_the_case_is_settled(deployed: Stack) -> None:
    case_id = pending(deployed, "trent", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    account = deployed.account
    function = account.client("lambda").get_function_configuration(
        FunctionName=deployed.outputs["DetectFunctionName"]
    )
    given = function["Environment"]["Variables"]
    queue = RemediesQueue(
        cast(Aws, account),
        given["REMEDIES"],
        arn=given["REMEDIES_ARN"],
        group=given["SCHEDULES"],
        role=given["SCHEDULES_ROLE"],
        dead_letters=given["REMEDIES_DEAD_LETTERS"],
    )
    queue.send(case_id, 3600)
    scheduler = account.client("scheduler")
    found = scheduler.get_schedule(GroupName=given["SCHEDULES"], Name=case_id)
    at = datetime.strptime(found["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    assert timedelta(minutes=55) < at - datetime.now(UTC) < timedelta(minutes=61)
    # An hour passes: the very same schedule, due in a moment.
    scheduler.delete_schedule(GroupName=given["SCHEDULES"], Name=case_id)
    keys = ("FlexibleTimeWindow", "Target", "ActionAfterCompletion", "ScheduleExpressionTimezone")
    soon = datetime.now(UTC) + timedelta(seconds=2)
    scheduler.create_schedule(
        Name=case_id,
        GroupName=given["SCHEDULES"],
        ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})",
        **{key: found[key] for key in keys},
    )
    deployed.ended("trent", "remediated")


def test_what_a_dead_worker_left_is_brought_forward_when_the_hour_strikes(deployed: Stack) -> None:
    case_id = pending(deployed, "victor", "2026-11-02T09:15:00Z")
    answer = deployed.account.client("lambda").invoke(
        FunctionName=deployed.outputs["DetectFunctionName"], Payload=b'{"overdue": true}'
    )
    assert case_id in json.loads(answer["Payload"].read())["overdue"]
    deployed.ended("victor", "remediated")
    iam = deployed.account.client("iam")
    assert eventually(
        "the policy gone",
        lambda: not iam.list_attached_user_policies(UserName="victor")["AttachedPolicies"],
    )
