"""The inbox answers as Slack's webhooks do, and gives what it received."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from rolecall.channels.slack import SLACK_HOSTS, Slack
from rolecall.model.cases import Status
from rolecall.notification.message import message
from rolecall_cli.demo.inbox import inbox
from tests.cli.demo.seen import body, case
from tests.notification.cases import STACK

Received = list[dict[str, Any]]


@pytest.fixture
def received() -> Received:
    return []


@pytest.fixture
def webhook(received: Received) -> Iterator[str]:
    with inbox(received.append) as address:
        yield address


def _post(address: str, content: bytes) -> tuple[int, str]:
    try:
        with urlopen(Request(address, content, method="POST")) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_rolecalls_own_channel_delivers_to_it(webhook: str, received: Received) -> None:
    slack = Slack(lambda: webhook, "webhook", hosts=(*SLACK_HOSTS, "127.0.0.1"))
    slack.deliver(message(case(Status.REMEDIATED), STACK), case(Status.REMEDIATED))
    assert received == [body(Status.REMEDIATED)]


def test_another_address_is_unknown_to_it(webhook: str, received: Received) -> None:
    assert _post(f"{webhook}x", b"{}") == (404, "no_service")
    assert received == []


def test_what_is_no_json_is_refused(webhook: str, received: Received) -> None:
    assert _post(webhook, b"text") == (400, "invalid_payload")
    assert received == []


def test_it_prints_nothing(webhook: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert _post(webhook, json.dumps({"text": "hello"}).encode()) == (200, "ok")
    assert capfd.readouterr() == ("", "")


def test_nothing_answers_once_it_is_closed() -> None:
    with inbox(lambda _: None) as address:
        pass
    with pytest.raises(OSError, match="refused"):
        urlopen(Request(address, b"{}", method="POST"))
