"""In a batch each message stands for itself."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from rolecall.errors import (
    CaseError,
    DeliveryError,
    LeaseHeldError,
    RolecallError,
    SettingsError,
    ThrottledError,
)
from rolecall.runtime import Runtime
from rolecall.runtime.batch import Batch
from tests.runtime.doubles import Queue, message, runtime

PLENTY = 60_000


def _answer(
    count: int,
    work: Callable[[Mapping[str, Any]], None],
    left: Callable[[], int] = lambda: PLENTY,
    *,
    broken: bool = False,
    received: int = 1,
) -> tuple[list[str], Queue]:
    def deed(_: Runtime, one: Mapping[str, Any]) -> None:
        work(one)

    made, queue = runtime()
    queue.broken = broken
    messages = [message("body", number, received) for number in range(count)]
    failures = Batch(made, deed).answer(messages, left)["batchItemFailures"]
    return [failure["itemIdentifier"] for failure in failures], queue


def _failing(error: BaseException, *numbers: int) -> Callable[[Mapping[str, Any]], None]:
    def work(one: Mapping[str, Any]) -> None:
        if one["messageId"] in {f"m-{number}" for number in numbers}:
            raise error

    return work


@pytest.mark.parametrize("count", [0, 1, 2, 10])
def test_messages_that_are_done_stay_away(count: int) -> None:
    done: list[str] = []
    failed, queue = _answer(count, lambda one: done.append(one["messageId"]))
    assert failed == []
    assert sorted(done) == [f"m-{number}" for number in range(count)]
    assert queue.put_off == []


_ERRORS = [
    KeyError("a defect"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    RecursionError(),
    RolecallError("It is so."),
    CaseError("There is no such case."),
    SettingsError("The settings are wrong."),
    ExceptionGroup("conventions failed", [LookupError()]),
    ExceptionGroup("channels", [LeaseHeldError("held"), LookupError()]),
]


@pytest.mark.peer(20, "Cloud Custodian #8703: one uncaught error stops all other subjects")
@pytest.mark.peer(58, "iambic: one message that cannot be parsed wedges the run")
@pytest.mark.peer(
    59, "policy-guard: the remedy raises, an error is returned, and SQS deletes the message"
)
@pytest.mark.parametrize("error", _ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("count", [1, 10])
def test_one_poison_goes_back_alone_and_after_the_whole_timeout(
    error: Exception, count: int
) -> None:
    failed, queue = _answer(count, _failing(error, count - 1))
    assert failed == [f"m-{count - 1}"]
    assert queue.put_off == []


@pytest.mark.peer(
    57, "iambic: messages are deleted before the work, so a throttle loses the change"
)
@pytest.mark.parametrize(
    ("received", "seconds"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (50, 300)]
)
@pytest.mark.parametrize(
    "error",
    [
        LeaseHeldError("held"),
        ThrottledError("slower"),
        ClientError({"Error": {"Code": "InternalServerError"}}, "UpdateItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
        ExceptionGroup("channels", [LeaseHeldError("held"), DeliveryError("down")]),
    ],
)
def test_what_may_succeed_later_comes_back_soon_and_later_each_time(
    error: Exception, received: int, seconds: int
) -> None:
    failed, queue = _answer(10, _failing(error, 3), received=received)
    assert failed == ["m-3"]
    assert queue.put_off == [
        {
            "QueueUrl": "https://queue",
            "ReceiptHandle": "handle-3",
            "VisibilityTimeout": seconds,
        }
    ]


@pytest.mark.parametrize("count", [1, 10])
def test_a_message_that_cannot_even_be_put_off_goes_back_alone(count: int) -> None:
    failed, _ = _answer(count, _failing(ThrottledError("slower"), 0), broken=True)
    assert failed == ["m-0"]


@pytest.mark.parametrize(("count", "left"), [(1, 8_000), (3, 8_000), (3, 0)])
def test_with_too_little_time_left_messages_go_back_untouched(count: int, left: int) -> None:
    failed, queue = _answer(count, _failing(AssertionError("touched"), *range(10)), lambda: left)
    assert failed == [f"m-{number}" for number in range(count)]
    assert queue.put_off == []


def test_when_time_runs_out_only_the_rest_goes_back() -> None:
    times = iter([PLENTY, PLENTY, 100, 100])
    failed, _ = _answer(4, lambda _: None, lambda: next(times))
    assert len(failed) == 2


def test_what_kills_the_worker_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        _answer(1, _failing(KeyboardInterrupt(), 0))
