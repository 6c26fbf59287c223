"""What follows from a case is sent whole: to the bus, to the remedies queue, to the dead letters."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber

from rolecall.aws.messaging import DeadLetters, EventBus, detail_type
from rolecall.aws.session import Aws
from rolecall.errors import DeliveryError
from rolecall.model.cases import Case, Status
from tests.aws.cases import case

HOSTILE = "\ud800 \x00 <!channel> \u2028"


@contextmanager
def put_events(aws: Aws, answer: dict[str, Any]) -> Iterator[list[Any]]:
    """An EventBridge that gives this answer; the entries it got."""
    sent: list[Any] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        sent.extend(params["Entries"])

    client = aws.client("events")
    client.meta.events.register("before-parameter-build.events", note)
    with Stubber(client) as stub:
        stub.add_response("put_events", answer)
        yield sent
    client.meta.events.unregister("before-parameter-build.events", note)


def test_a_case_goes_over_the_bus_whole(aws: Aws) -> None:
    mine = case(HOSTILE, found=HOSTILE)
    with put_events(aws, {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}) as sent:
        EventBus(aws, "rolecall").publish(mine)
    (entry,) = sent
    assert Case.from_dict(json.loads(entry["Detail"])) == mine
    assert entry["Detail"].isascii()
    assert (entry["EventBusName"], entry["Source"]) == ("rolecall", "rolecall")
    assert entry["Resources"] == [mine.drift.subject.arn]
    assert entry["DetailType"] == "Rolecall Case Notified"


@pytest.mark.parametrize("status", list(Status))
def test_a_status_has_its_detail_type(status: Status) -> None:
    found = detail_type(case(status=status))
    assert found.lower() == f"rolecall case {status.replace('-', ' ')}"


def test_what_the_bus_does_not_take_was_not_sent(aws: Aws) -> None:
    failed = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}
    with put_events(aws, failed), pytest.raises(DeliveryError, match="InternalFailure"):
        EventBus(aws, "rolecall").publish(case())


@pytest.mark.parametrize("reason", ["It is no record.", "x" * 5000])
def test_a_dead_letter_has_its_reason_beside_it(
    aws: Aws, queue: tuple[str, Callable[[], list[dict[str, Any]]]], reason: str
) -> None:
    url, read = queue
    DeadLetters(aws, url).send('{"odd": true}', reason)
    (message,) = read()
    assert message["Body"] == '{"odd": true}'
    assert message["MessageAttributes"]["reason"]["StringValue"] == reason[:1024]


def test_a_policy_padded_to_what_iam_allows_fits_into_an_event_and_its_beginning_is_told(
    aws: Aws,
) -> None:
    text = '{"Version": "2012-10-17"}'.ljust(131_072, "\n")
    remedy = ({"undo": {"parameters": {"PolicyDocument": text}}},) * 3
    mine = replace(case(found=text), remedy=remedy)
    with put_events(aws, {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}) as sent:
        EventBus(aws, "rolecall").publish(mine)
    (entry,) = sent
    assert len(entry["Detail"].encode()) < 262_144
    told = Case.from_dict(json.loads(entry["Detail"]))
    assert told.drift.found["inline"].startswith('{"Version": "2012-10-17"}')
    assert told.drift.found["inline"].endswith("characters more)")
    assert told.id == mine.id
