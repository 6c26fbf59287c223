"""What only the ledger in DynamoDB can do wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.session import Aws
from rolecall.errors import LeaseHeldError
from rolecall.model.cases import Case, Status
from rolecall.model.stories import LedgerExemption
from rolecall.model.subjects import SubjectRef
from rolecall.ports import Opening
from tests.aws.cases import case
from tests.aws.conftest import TABLE
from tests.states import ACCOUNT

NOW = 1_793_610_900.0
HOSTILE = "\ud800 \x00 é \U0001f600 # \u2028"


def test_half_characters_are_kept_as_they_are(dynamo_ledger: DynamoLedger) -> None:
    mine = case(HOSTILE, found=HOSTILE, event=HOSTILE)
    dynamo_ledger.open_case(mine, NOW)
    assert dynamo_ledger.get(mine.id).case == mine
    entry = dynamo_ledger.claim(mine.id, NOW, 120)
    dynamo_ledger.conclude(entry, mine.moved(Status.FAILED, reason=HOSTILE, ended="x"), None)
    assert dynamo_ledger.get(mine.id).case.reason == HOSTILE


def test_all_pages_are_read(dynamo_ledger: DynamoLedger) -> None:
    # DynamoDB reads a page of at most 1 MB.
    cases = [case(f"part {number}", found="x" * 60_000) for number in range(20)]
    for one in cases:
        dynamo_ledger.open_case(one, NOW)
    assert {one.id for one in dynamo_ledger.cases()} == {one.id for one in cases}
    of = cases[0].drift
    resolved = dynamo_ledger.settle(of.subject, of.convention, [], "now")
    assert len(resolved) == len(cases)


def test_what_it_keeps_ends_by_itself_after_a_year(aws: Aws, dynamo_ledger: DynamoLedger) -> None:
    dynamo_ledger.open_case(case(), NOW)
    dynamo_ledger.claim_telling("c-1", Status.NOTIFIED, "slack", NOW)
    items = aws.client("dynamodb").scan(TableName=TABLE)["Items"]
    assert len(items) == 3
    for item in items:
        assert float(item["expires"]["N"]) == NOW + 400 * 86_400


def test_an_exemption_of_a_drift_that_is_not_known_holds_too(dynamo_ledger: DynamoLedger) -> None:
    mine = case()
    dynamo_ledger.open_case(mine, NOW)
    other = SubjectRef("user", "carol", ACCOUNT)
    # As when its row has ended by itself, and the case is undone a year later.
    moved = case(of=other)
    dynamo_ledger.open_case(moved, NOW)
    exemption = LedgerExemption.of(moved, reason="why", owner="alice", until=NOW + 60)
    dynamo_ledger.exempt(moved, exemption)
    assert dynamo_ledger.open_case(case(of=other, event="e-2"), NOW)[0] is Opening.SNOOZED


@pytest.mark.parametrize("after", [0.0, 59.0])
def test_a_telling_in_another_workers_hands_is_left_to_it(
    dynamo_ledger: DynamoLedger, after: float
) -> None:
    told = ("c-1", Status.NOTIFIED, "slack")
    assert dynamo_ledger.claim_telling(*told, NOW)
    with pytest.raises(LeaseHeldError):
        dynamo_ledger.claim_telling(*told, NOW + after)


def test_a_telling_that_nobody_finished_is_taken_over(dynamo_ledger: DynamoLedger) -> None:
    told = ("c-1", Status.NOTIFIED, "slack")
    dynamo_ledger.claim_telling(*told, NOW)
    assert dynamo_ledger.claim_telling(*told, NOW + 61)
    dynamo_ledger.told(*told)
    assert not dynamo_ledger.claim_telling(*told, NOW + 1000)


class _Broken:
    """A DynamoDB client that answers one operation with an error of AWS."""

    def __init__(self, real: Any, operation: str, code: str, reasons: list[str]) -> None:
        self._real, self._operation = real, operation
        self._error = {
            "Error": {"Code": code, "Message": "no"},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        }

    def __getattr__(self, name: str) -> Any:
        if name != self._operation:
            return getattr(self._real, name)

        def fail(**_: Any) -> Any:
            raise ClientError(self._error, name)  # type: ignore[arg-type]

        return fail


_Break = Callable[..., None]


@pytest.fixture
def breaking(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> _Break:
    """Makes one operation of DynamoDB fail with a code."""

    def make(operation: str, code: str, *reasons: str) -> None:
        broken = _Broken(aws.client("dynamodb"), operation, code, list(reasons))
        monkeypatch.setattr(aws, "client", lambda *_: broken)

    return make


CANCELLED = "TransactionCanceledException"


@pytest.mark.peer(
    35, "AWS ASR: a lost optimistic lock drops the run, and the first write is unconditional"
)
@pytest.mark.parametrize(
    "reasons", [("None", "TransactionConflict"), ("TransactionConflict", "None"), ()]
)
def test_two_workers_that_open_at_once_try_again(
    dynamo_ledger: DynamoLedger, breaking: _Break, reasons: tuple[str, ...]
) -> None:
    breaking("transact_write_items", CANCELLED, *reasons)
    with pytest.raises(LeaseHeldError):
        dynamo_ledger.open_case(case(), NOW)


def _claimed(ledger: DynamoLedger) -> tuple[Any, Case]:
    mine = case()
    ledger.open_case(mine, NOW)
    return ledger.claim(mine.id, NOW, 120), mine.moved(Status.FAILED, ended="x")


@pytest.mark.parametrize(
    "reasons",
    [("ConditionalCheckFailed", "None"), ("None", "TransactionConflict"), ()],
)
def test_an_end_that_could_not_be_written_is_tried_again(
    dynamo_ledger: DynamoLedger, breaking: _Break, reasons: tuple[str, ...]
) -> None:
    entry, ended = _claimed(dynamo_ledger)
    breaking("transact_write_items", CANCELLED, *reasons)
    with pytest.raises(LeaseHeldError):
        dynamo_ledger.conclude(entry, ended, None)
    assert dynamo_ledger.get(ended.id).case.status is Status.NOTIFIED


@pytest.mark.parametrize("operation", ["update_item", "transact_write_items"])
@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ResourceNotFoundException", "Other"]
)
def test_a_table_that_does_not_answer_stops_the_work(
    dynamo_ledger: DynamoLedger, breaking: _Break, operation: str, code: str
) -> None:
    entry, ended = _claimed(dynamo_ledger)
    breaking(operation, code)
    writes: list[Callable[[], object]] = [
        lambda: dynamo_ledger.conclude(entry, ended, None),
        lambda: dynamo_ledger.open_case(case(event="e-2"), NOW),
    ]
    if operation == "update_item":
        writes = [
            lambda: dynamo_ledger.claim(ended.id, NOW, 120),
            lambda: dynamo_ledger.release(entry),
            lambda: dynamo_ledger.conclude(entry, case(), None),
        ]
    for write in writes:
        with pytest.raises(ClientError, match=code):
            write()


@pytest.mark.parametrize("code", ["TransactionConflictException"])
def test_a_claim_in_the_way_of_another_write_is_tried_again(
    dynamo_ledger: DynamoLedger, breaking: _Break, code: str
) -> None:
    entry, ended = _claimed(dynamo_ledger)
    dynamo_ledger.release(entry)
    breaking("update_item", code)
    with pytest.raises(LeaseHeldError):
        dynamo_ledger.claim(ended.id, NOW, 120)


def test_an_end_and_its_forgotten_drift_are_one_write(
    dynamo_ledger: DynamoLedger, breaking: _Break
) -> None:
    entry, ended = _claimed(dynamo_ledger)
    breaking("update_item", "Other")  # nothing beside the one transaction
    dynamo_ledger.conclude(entry, ended, None)
    assert dynamo_ledger.open_case(case(event="e-2"), NOW)[0] is Opening.OPENED
