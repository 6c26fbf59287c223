"""The ledger: one DynamoDB table of cases, drifts, leases and tellings. Every write is conditional.

| pk                   | sk                          | holds                                        |
| -------------------- | --------------------------- | -------------------------------------------- |
| `CASE#<id>`          | `CASE`                      | the case, its fence, lease, intent, outcome  |
| `CASE#<id>`          | `TOLD#<status>#<channel>`   | that this was told, or who is telling it     |
| `CAP#<bucket>`       | `CAP`                       | how many writes were made in that hour       |
| `CONTROL`            | `PAUSE`                     | that all writes are paused, and why          |
| `SUBJECT#<key>`      | `DRIFT#<drift key>`         | which case stands for a drift, and its state |
"""

import json
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall.aws.session import Aws
from rolecall.errors import CappedError, CaseError, LeaseHeldError, PausedError
from rolecall.model.cases import Case, Status
from rolecall.model.subjects import SubjectRef
from rolecall.ports import Cap, Entry, Intent, Opening, Outcome, over

_FAILED = "ConditionalCheckFailedException"
_CANCELLED = "TransactionCanceledException"
# A write that another worker's write kept out: nothing was written, and trying again is safe.
_LOST = frozenset({_FAILED, "TransactionConflictException"})
_CLOSED_BY_ITSELF = frozenset(
    {
        Status.OBSERVED,
        Status.NOTIFIED,
        Status.AWAITING_APPROVAL,
        Status.EXEMPT,
        Status.PROTECTED,
    }
)
_RETENTION = 400 * 86_400  # seconds that a case is kept
# The same drift, still there, is told again when it is seen again after this many seconds.
_KNOWN_FOR = 86_400
_CAP_KEPT = 7_200  # seconds that the count of an hour is kept
_PLAIN = 16_384  # characters up to which JSON is kept as readable text
_TELLING = 60.0  # seconds after which a telling that nobody finished may be taken over

Item = Mapping[str, Any]


def _s(value: str) -> dict[str, str]:
    return {"S": value}


def _n(value: float) -> dict[str, str]:
    return {"N": f"{value:.3f}"}


def _json(value: Any) -> dict[str, Any]:
    # ensure_ascii: DynamoDB refuses a lone surrogate, and escaped it is plain text.
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    if len(text) <= _PLAIN:
        return {"S": text}
    # IAM does not count white space: a policy padded to 131,072 characters, which a case holds more
    # than once, would not fit into an item of 400 KB.
    return {"B": zlib.compress(text.encode())}


def _unjson(value: Mapping[str, Any]) -> Any:
    return json.loads(zlib.decompress(value["B"]) if "B" in value else value["S"])


_PAUSE = {"pk": _s("CONTROL"), "sk": _s("PAUSE")}


def _case_key(case_id: str) -> dict[str, Any]:
    return {"pk": _s(f"CASE#{case_id}"), "sk": _s("CASE")}


def _drift_key(case: Case) -> dict[str, Any]:
    return {
        "pk": _s(f"SUBJECT#{case.drift.subject.key}"),
        "sk": _s(f"DRIFT#{case.drift.key}"),
    }


def _case(item: Item) -> Case:
    return Case.from_dict(_unjson(item["doc"]))


def _entry(item: Item) -> Entry:
    intent = _unjson(item["intent"]) if "intent" in item else None
    outcome = _unjson(item["outcome"]) if "outcome" in item else None
    return Entry(
        _case(item),
        int(float(item.get("fence", {"N": "0"})["N"])),
        Intent(intent["snapshot"], tuple(intent["remedy"]), intent["at"]) if intent else None,
        Outcome(tuple(outcome["undo"]), outcome["left"], outcome["at"]) if outcome else None,
    )


def _failed(error: ClientError) -> list[bool]:
    """Of each write of a cancelled transaction, whether its condition failed."""
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    return [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]


class DynamoLedger:
    """The ledger in its table."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return self._aws.client("dynamodb")

    def open_case(self, case: Case, now: float) -> tuple[Opening, Case]:
        """Open the case unless its drift is known; answers with the case that stands."""
        new_case = _case_key(case.id) | {
            "doc": _json(case.to_dict()),
            "status": _s(case.status),
            "opened": _s(case.opened),
            "fence": {"N": "0"},
            "expires": _n(now + _RETENTION),
        }
        new_drift = _drift_key(case) | {
            "case": _s(case.id),
            "state": _s(case.drift.state),
            "known_until": _n(now + _KNOWN_FOR),
            "snoozed_until": _n(0),
            "expires": _n(now + _RETENTION),
        }
        try:
            self._dynamo.transact_write_items(
                TransactItems=[
                    self._put(new_case, "attribute_not_exists(pk)", {}),
                    self._put(
                        new_drift,
                        "attribute_not_exists(pk) OR ((#state <> :state OR known_until < :now) "
                        "AND snoozed_until < :now)",
                        {":state": _s(case.drift.state), ":now": _n(now)},
                        {"#state": "state"},
                    ),
                ]
            )
        except ClientError as error:
            if code_of(error) != _CANCELLED:
                raise
            return self._standing(case, error, now)
        return Opening.OPENED, case

    def _put(
        self, item: Item, condition: str, values: Item, names: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            put["ExpressionAttributeValues"] = values
        if names:
            put["ExpressionAttributeNames"] = names
        return {"Put": put}

    def _standing(self, case: Case, error: ClientError, now: float) -> tuple[Opening, Case]:
        reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
        failed = _failed(error)
        if len(failed) != 2 or not any(failed):  # noqa: PLR2004  # the two writes above
            raise LeaseHeldError(
                f"Another worker is opening a case about the {case.drift.subject}; trying again."
            ) from error
        if failed[0]:
            item = reasons[0].get("Item")
            return Opening.REPEATED, _case(item) if item else self.get(case.id).case
        item = reasons[1].get("Item") or self._dynamo.get_item(
            TableName=self._table, Key=_drift_key(case), ConsistentRead=True
        ).get("Item", {})
        snoozed = float(item["snoozed_until"]["N"]) >= now
        standing = self.get(item["case"]["S"]).case
        return (Opening.SNOOZED if snoozed else Opening.KNOWN), standing

    def claim(self, case_id: str, now: float, lease: float) -> Entry:
        """Take the case for so many seconds, with a new fence.

        Raises:
            CaseError: there is no such case.
            LeaseHeldError: another worker holds it.
        """
        try:
            answer = self._dynamo.update_item(
                TableName=self._table,
                Key=_case_key(case_id),
                UpdateExpression="SET lease = :until ADD fence :one",
                ConditionExpression="attribute_exists(pk) AND "
                "(attribute_not_exists(lease) OR lease < :now)",
                ExpressionAttributeValues={
                    ":until": _n(now + lease),
                    ":now": _n(now),
                    ":one": {"N": "1"},
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if code_of(error) not in _LOST:
                raise
            if not error.response.get("Item"):
                self.get(case_id)  # says that there is no such case, when that is so
            raise LeaseHeldError(
                f"Another worker holds case {case_id}; it will be tried again."
            ) from error
        return _entry(answer["Attributes"])

    def _fenced(
        self, entry: Entry, expression: str, values: Item, names: Item | None = None
    ) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": _case_key(entry.case.id),
            "UpdateExpression": expression,
            "ConditionExpression": "fence = :fence",
            "ExpressionAttributeValues": dict(values) | {":fence": {"N": str(entry.fence)}},
            **({"ExpressionAttributeNames": names} if names else {}),
        }

    def _update(self, entry: Entry, update: Mapping[str, Any]) -> None:
        try:
            self._dynamo.update_item(**update)
        except ClientError as error:
            self._lost(entry, error)

    @staticmethod
    def _lost(entry: Entry, error: ClientError) -> NoReturn:
        if code_of(error) not in _LOST | {_CANCELLED}:
            raise error
        raise LeaseHeldError(
            f"Case {entry.case.id} was taken over by another worker; nothing was written."
        ) from error

    def release(self, entry: Entry) -> None:
        """Give the case back without a result; one that was taken over is not ours to give."""
        try:
            self._update(entry, self._fenced(entry, "SET lease = :free", {":free": _n(0)}))
        except LeaseHeldError:
            return

    def intend(self, entry: Entry, intent: Intent, caps: Sequence[Cap] = ()) -> None:
        """Write the intent, unless one is there already, and count the write: all in one step.

        Raises:
            LeaseHeldError: somebody else has claimed the case since.
            PausedError: somebody has paused all writes; nothing was written.
            CappedError: one of the caps is reached; nothing was written or counted.
        """
        expression = "SET intent = if_not_exists(intent, :intent)"
        update = self._fenced(entry, expression, {":intent": _json(intent.to_dict())})
        not_paused = {
            "TableName": self._table,
            "Key": _PAUSE,
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        try:
            self._dynamo.transact_write_items(
                TransactItems=[
                    {"Update": update},
                    {"ConditionCheck": not_paused},
                    *({"Update": self._count(cap)} for cap in caps),
                ]
            )
        except ClientError as error:
            self._held_back(entry, error, caps)

    def _count(self, cap: Cap) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": {"pk": _s(f"CAP#{cap.bucket}"), "sk": _s("CAP")},
            "UpdateExpression": "SET expires = :expires ADD made :one",
            "ConditionExpression": "attribute_not_exists(made) OR made < :limit",
            "ExpressionAttributeValues": {
                ":expires": _n(time.time() + _CAP_KEPT),
                ":one": {"N": "1"},
                ":limit": {"N": str(cap.limit)},
            },
        }

    def _held_back(self, entry: Entry, error: ClientError, caps: Sequence[Cap]) -> NoReturn:
        failed = _failed(error)
        if len(failed) != 2 + len(caps) or failed[0] or not any(failed):
            self._lost(entry, error)
        if failed[1]:
            raise PausedError(self.pause() or "it was paused a moment ago") from error
        reached = caps[failed[2:].index(True)]
        raise CappedError(over(reached)) from error

    def pause(self) -> str:
        """Why all writes are paused; "" when they are not. Never from a cache."""
        answer = self._dynamo.get_item(TableName=self._table, Key=_PAUSE, ConsistentRead=True)
        return str(answer["Item"]["reason"]["S"]) if "Item" in answer else ""

    def set_pause(self, reason: str) -> None:
        """Pause all writes, or end the pause with "" as the reason."""
        if reason:
            self._dynamo.put_item(TableName=self._table, Item=_PAUSE | {"reason": _s(reason)})
        else:
            self._dynamo.delete_item(TableName=self._table, Key=_PAUSE)

    def conclude(self, entry: Entry, case: Case, outcome: Outcome | None) -> None:
        """Write where the case stands now and give it back.

        Raises:
            LeaseHeldError: somebody else has claimed the case since.
        """
        expression = "SET doc = :doc, #status = :status, lease = :free"
        values = {":doc": _json(case.to_dict()), ":status": _s(case.status), ":free": _n(0)}
        if outcome:
            expression += ", outcome = :outcome"
            values[":outcome"] = _json(outcome.to_dict())
        update = self._fenced(entry, expression, values, {"#status": "status"})
        if case.ended:
            self._end(entry, case, update)
        else:
            self._update(entry, update)

    def _end(self, entry: Entry, case: Case, update: Mapping[str, Any]) -> None:
        """Write the end, and with it that the drift is no longer known: the next one opens a case.

        Both or neither: a drift that stayed known after its case ended would go unseen for a day.
        """
        forget = {
            "TableName": self._table,
            "Key": _drift_key(case),
            "UpdateExpression": "SET known_until = :never",
            "ConditionExpression": "#case = :case",
            "ExpressionAttributeNames": {"#case": "case"},
            "ExpressionAttributeValues": {":never": _n(0), ":case": _s(case.id)},
        }
        try:
            self._dynamo.transact_write_items(
                TransactItems=[{"Update": update}, {"Update": forget}]
            )
        except ClientError as error:
            if _failed(error) != [False, True]:
                self._lost(entry, error)
            self._update(entry, update)  # another case stands for the drift by now

    def settle(
        self, ref: SubjectRef, convention: str, still: Iterable[str], now: str
    ) -> list[Case]:
        """Resolve the convention's known drifts on the subject, but those with these keys."""
        keep = {f"DRIFT#{key}" for key in still}
        pages = self._dynamo.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={
                ":pk": _s(f"SUBJECT#{ref.key}"),
                ":sk": _s(f"DRIFT#{convention}#"),
            },
        )
        resolved = []
        for item in (item for page in pages for item in page["Items"]):
            if item["sk"]["S"] in keep or float(item["known_until"]["N"]) == 0:
                continue
            entry = self.get(item["case"]["S"])
            if entry.case.status in _CLOSED_BY_ITSELF:
                case = entry.case.moved(Status.RESOLVED, reason="it is gone", ended=now)
                self.conclude(entry, case, None)
                resolved.append(case)
        return resolved

    def get(self, case_id: str) -> Entry:
        """The case with this id.

        Raises:
            CaseError: there is no such case.
        """
        answer = self._dynamo.get_item(
            TableName=self._table, Key=_case_key(case_id), ConsistentRead=True
        )
        if "Item" not in answer:
            raise CaseError(f"There is no case {case_id}; rolecall cases lists them.")
        return _entry(answer["Item"])

    def cases(self) -> Iterator[Case]:
        """Every case, in no order."""
        pages = self._dynamo.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :case",
            ExpressionAttributeValues={":case": _s("CASE")},
        )
        for page in pages:
            yield from (_case(item) for item in page["Items"])

    def snooze(self, case: Case, until: float) -> None:
        """Stay silent about the case's drift until then (seconds since the epoch)."""
        self._dynamo.update_item(
            TableName=self._table,
            Key=_drift_key(case),
            UpdateExpression="SET snoozed_until = :until, known_until = :never, "
            "#state = if_not_exists(#state, :state), #case = if_not_exists(#case, :case)",
            ExpressionAttributeNames={"#state": "state", "#case": "case"},
            ExpressionAttributeValues={
                ":until": _n(until),
                ":never": _n(0),
                ":state": _s(case.drift.state),
                ":case": _s(case.id),
            },
        )

    def claim_telling(self, case_id: str, status: Status, channel: str, now: float) -> bool:
        """Take the telling; False when it was told already.

        Raises:
            LeaseHeldError: another worker is telling it.
        """
        key = {"pk": _s(f"CASE#{case_id}"), "sk": _s(f"TOLD#{status}#{channel}")}
        item = key | {"lease": _n(now + _TELLING), "expires": _n(now + _RETENTION)}
        put = self._put(
            item,
            "attribute_not_exists(pk) OR (attribute_not_exists(done) AND lease < :now)",
            {":now": _n(now)},
        )["Put"]
        try:
            self._dynamo.put_item(**put)
        except ClientError as error:
            if code_of(error) != _FAILED:
                raise
            found: Any = error.response.get("Item") or self._dynamo.get_item(
                TableName=self._table, Key=key, ConsistentRead=True
            ).get("Item", {})
            if "done" in found:
                return False
            raise LeaseHeldError(f"Case {case_id} is being told on {channel}.") from error
        return True

    def told(self, case_id: str, status: Status, channel: str) -> None:
        """Remember that it was told."""
        self._dynamo.update_item(
            TableName=self._table,
            Key={"pk": _s(f"CASE#{case_id}"), "sk": _s(f"TOLD#{status}#{channel}")},
            UpdateExpression="SET done = :yes",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )

    def untold(self, case_id: str, status: Status, channel: str) -> None:
        """Give a telling back that did not get there."""
        self._dynamo.update_item(
            TableName=self._table,
            Key={"pk": _s(f"CASE#{case_id}"), "sk": _s(f"TOLD#{status}#{channel}")},
            UpdateExpression="SET lease = :free",
            ExpressionAttributeValues={":free": _n(0)},
        )
