"""A case is handed over by the queue, and after a long grace by a schedule of its own."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from botocore.exceptions import ClientError

from rolecall.aws.handing import LONGEST_DELAY, RemediesQueue
from rolecall.aws.session import Aws

NOW = datetime(2026, 11, 2, 9, 15, tzinfo=UTC)
ARN = "arn:aws:sqs:us-east-1:111122223333:remedies"
ROLE = "arn:aws:iam::111122223333:role/rolecall/schedules"
Inbox = tuple[str, Callable[[], list[dict[str, Any]]]]


@pytest.fixture
def group(aws: Aws) -> Iterator[str]:
    """The stack's schedule group."""
    aws.client("scheduler").create_schedule_group(Name="rolecall")
    with time_machine.travel(NOW, tick=False):
        yield "rolecall"


def _remedies(aws: Aws, url: str, group: str = "") -> RemediesQueue:
    return RemediesQueue(aws, url, arn=ARN, group=group, role=ROLE, dead_letters=f"{ARN}-dead")


def _schedules(aws: Aws) -> list[str]:
    return [one["Name"] for one in aws.client("scheduler").list_schedules()["Schedules"]]


@pytest.mark.parametrize("delay", [0, LONGEST_DELAY])
def test_a_case_is_handed_over_by_its_id(aws: Aws, queue: Inbox, group: str, delay: int) -> None:
    url, read = queue
    _remedies(aws, url, group).send("c-1", delay)
    assert [json.loads(message["Body"]) for message in read()] == (
        [] if delay else [{"case": "c-1"}]
    )
    assert _schedules(aws) == []


def test_a_grace_longer_than_a_message_can_wait_ends_by_a_schedule(
    aws: Aws, queue: Inbox, group: str
) -> None:
    url, read = queue
    _remedies(aws, url, group).send("c-1", LONGEST_DELAY + 1)
    assert read() == []
    found = aws.client("scheduler").get_schedule(GroupName=group, Name="c-1")
    assert found["ScheduleExpression"] == "at(2026-11-02T09:30:01)"
    assert found["ActionAfterCompletion"] == "DELETE"
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = found["Target"]
    assert (target["Arn"], target["RoleArn"]) == (ARN, ROLE)
    assert json.loads(target["Input"]) == {"case": "c-1"}
    assert target["DeadLetterConfig"] == {"Arn": f"{ARN}-dead"}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86_400


def test_a_case_that_is_sent_twice_has_one_schedule(aws: Aws, queue: Inbox, group: str) -> None:
    made = _remedies(aws, queue[0], group)
    for _ in range(2):
        made.send("c-1", 3600)
    assert _schedules(aws) == ["c-1"]


def test_a_schedule_that_is_refused_is_an_error(aws: Aws, queue: Inbox, group: str) -> None:
    def refuse(**_: Any) -> None:
        error = {"Error": {"Code": "ServiceQuotaExceededException", "Message": "too many"}}
        raise ClientError(error, "CreateSchedule")  # type: ignore[arg-type]

    client = aws.client("scheduler")
    client.meta.events.register("before-call.scheduler.CreateSchedule", refuse)
    try:
        with pytest.raises(ClientError, match="too many"):
            _remedies(aws, queue[0], group).send("c-1", 3600)
    finally:
        client.meta.events.unregister("before-call.scheduler.CreateSchedule", refuse)
