"""The ledger: one DynamoDB table of cases, drifts, leases and tellings. Every write is conditional.

| pk                   | sk                          | holds                                        |
| -------------------- | --------------------------- | -------------------------------------------- |
| `CASE#<id>`          | `CASE`                      | the case, its fence, lease, intent, outcome, |
|                      |                             | and where it stood before                    |
| `CASE#<id>`          | `TOLD#<status>#<channel>`   | that this was told, or who is telling it     |
| `CAP#<bucket>`       | `CAP`                       | how many writes were made in that hour       |
| `CONTROL`            | `PAUSE`                     | that all writes are paused, and why          |
| `CONTROL`            | `SWEEP`                     | the last sweep that came to its end          |
| `SUBJECT#<key>`      | `STOP`                      | that writes on it are stopped, and why       |
| `SUBJECT#<key>`      | `WRITER`                    | which case writes a whole value, until when  |
| `SUBJECT#<key>`      | `DRIFT#<drift key>`         | which case stands for a drift, its state and |
|                      |                             | the exemption that an undo left              |
| `SUBJECT#<key>`      | `INTENT#<id>#<fence>`       | which calls a try was about to make on it    |
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.exemptions import DynamoExemptions
from rolecall.aws.failures import code_of
from rolecall.aws.intents import DynamoIntents
from rolecall.aws.items import (
    RETENTION,
    SWEEP_KEY,
    as_json,
    case_key,
    case_of,
    drift_key,
    entry_of,
    failed_writes,
    from_json,
    move,
    number,
    text,
    writer_key,
)
from rolecall.aws.table import CANCELLED, LOST
from rolecall.aws.tellings import DynamoTellings
from rolecall.errors import CaseError, LeaseHeldError
from rolecall.model.cases import Case, Status
from rolecall.model.subjects import SubjectRef
from rolecall.model.sweeps import LastSweep
from rolecall.ports import APART, Entry, Opening, Outcome

# The same drift, still there, is told again when it is seen again after this many seconds.
_KNOWN_FOR = 86_400


class DynamoLedger(DynamoIntents, DynamoTellings, DynamoExemptions):
    """The ledger in its table."""

    def open_case(self, case: Case, now: float) -> tuple[Opening, Case]:
        """Open the case unless its drift is known; answers with the case that stands.

        Raises:
            LeaseHeldError: a worker has the case that stands in hand and may be about to end it.
        """
        new_case = case_key(case.id) | {
            "doc": as_json(case.to_dict()),
            "status": text(case.status),
            "opened": text(case.opened),
            "fence": {"N": "0"},
            "history": {"L": [move(case, now)]},
            "expires": number(now + RETENTION),
        }
        new_drift = drift_key(case) | {
            "case": text(case.id),
            "state": text(case.drift.state),
            "known_until": number(now + _KNOWN_FOR),
            "snoozed_until": number(0),
            "expires": number(now + RETENTION),
        }
        try:
            self._dynamo.transact_write_items(
                TransactItems=[
                    self._put(new_case, "attribute_not_exists(pk)", {}),
                    self._put(
                        new_drift,
                        "attribute_not_exists(pk) OR ((#state <> :state OR known_until < :now) "
                        "AND snoozed_until < :now)",
                        {":state": text(case.drift.state), ":now": number(now)},
                        {"#state": "state"},
                    ),
                ]
            )
        except ClientError as error:
            if code_of(error) != CANCELLED:
                raise
            return self._standing(case, error, now)
        return Opening.OPENED, case

    def _standing(self, case: Case, error: ClientError, now: float) -> tuple[Opening, Case]:
        reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
        failed = failed_writes(error)
        if len(failed) != 2 or not any(failed):  # noqa: PLR2004  # the two writes above
            raise LeaseHeldError(
                f"Another worker is opening a case about the {case.drift.subject}; trying again."
            ) from error
        if failed[0]:
            item = reasons[0].get("Item")
            return Opening.REPEATED, case_of(item) if item else self.get(case.id).case
        item = reasons[1].get("Item") or self._dynamo.get_item(
            TableName=self._table, Key=drift_key(case), ConsistentRead=True
        ).get("Item", {})
        snoozed = float(item["snoozed_until"]["N"]) >= now
        standing, held = self._row(item["case"]["S"])
        if snoozed:
            return Opening.SNOOZED, standing.case
        if held >= now or standing.case.ended:
            # Its worker has looked already and may end it without this drift, or just has.
            raise LeaseHeldError(
                f"Case {standing.case.id} about the same drift is being settled; trying again."
            ) from error
        return Opening.KNOWN, standing.case

    def claim(self, case_id: str, now: float, lease: float) -> Entry:
        """Take the case for so many seconds, with a new fence.

        Raises:
            CaseError: there is no such case.
            LeaseHeldError: another worker holds it.
        """
        try:
            answer = self._dynamo.update_item(
                TableName=self._table,
                Key=case_key(case_id),
                UpdateExpression="SET lease = :until ADD fence :one",
                ConditionExpression="attribute_exists(pk) AND "
                "(attribute_not_exists(lease) OR lease < :now)",
                ExpressionAttributeValues={
                    ":until": number(now + lease),
                    ":now": number(now),
                    ":one": {"N": "1"},
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if code_of(error) not in LOST:
                raise
            if not error.response.get("Item"):
                self.get(case_id)  # says that there is no such case, when that is so
            raise LeaseHeldError(
                f"Another worker holds case {case_id}; it will be tried again."
            ) from error
        return replace(entry_of(answer["Attributes"]), claimed=now, until=now + lease)

    def release(self, entry: Entry) -> None:
        """Give the case back without a result; one that was taken over is not ours to give."""
        try:
            self._update(entry, self._fenced(entry, "SET lease = :free", {":free": number(0)}))
        except LeaseHeldError:
            return

    def conclude(self, entry: Entry, case: Case, outcome: Outcome | None) -> None:
        """Write where the case stands now and give it back.

        Raises:
            LeaseHeldError: somebody else has claimed the case since.
        """
        expression = "SET doc = :doc, #status = :status, lease = :free"
        values: dict[str, Any] = {
            ":doc": as_json(case.to_dict()),
            ":status": text(case.status),
            ":free": number(0),
        }
        if outcome:
            expression += ", outcome = :outcome"
            values[":outcome"] = as_json(outcome.to_dict())
        if case.status != entry.case.status:
            # A case that an older version opened has no history yet.
            expression += ", history = list_append(if_not_exists(history, :none), :move)"
            values |= {":none": {"L": []}, ":move": {"L": [move(case, time.time())]}}
        update = self._fenced(entry, expression, values, {"#status": "status"})
        if case.ended:
            self._end(entry, case, update)
        elif outcome and entry.writes_whole:
            self._written(entry, outcome, update)
        else:
            self._update(entry, update)

    def _written(self, entry: Entry, outcome: Outcome, update: Mapping[str, Any]) -> None:
        """Write the outcome, and with it that others may write on the subject again."""
        end = datetime.fromisoformat(outcome.at).timestamp() + APART
        free = {
            "TableName": self._table,
            "Key": writer_key(entry.case),
            "UpdateExpression": "SET written = :end",
            "ConditionExpression": "#case = :case",
            "ExpressionAttributeNames": {"#case": "case"},
            "ExpressionAttributeValues": {":end": number(end), ":case": text(entry.case.id)},
        }
        try:
            self._dynamo.transact_write_items(TransactItems=[{"Update": update}, {"Update": free}])
        except ClientError as error:
            if failed_writes(error) != [False, True]:
                self._lost(entry, error)
            self._update(entry, update)  # another case writes there by now

    def _end(self, entry: Entry, case: Case, update: Mapping[str, Any]) -> None:
        """Write the end, and with it that the drift is no longer known: the next one opens a case.

        Both or neither: a drift that stayed known after its case ended would go unseen for a day.
        """
        forget = {
            "TableName": self._table,
            "Key": drift_key(case),
            "UpdateExpression": "SET known_until = :never",
            "ConditionExpression": "#case = :case",
            "ExpressionAttributeNames": {"#case": "case"},
            "ExpressionAttributeValues": {":never": number(0), ":case": text(case.id)},
        }
        try:
            self._dynamo.transact_write_items(
                TransactItems=[{"Update": update}, {"Update": forget}]
            )
        except ClientError as error:
            if failed_writes(error) != [False, True]:
                self._lost(entry, error)
            self._update(entry, update)  # another case stands for the drift by now

    def settle(
        self, ref: SubjectRef, convention: str, still: Iterable[str], now: str
    ) -> list[Case]:
        """Resolve the convention's known drifts on the subject, but those with these keys."""
        keep = {f"DRIFT#{key}" for key in still}
        resolved = []
        for item in self._under(f"SUBJECT#{ref.key}", f"DRIFT#{convention}#"):
            if item["sk"]["S"] in keep or float(item["known_until"]["N"]) == 0:
                continue
            entry = self.get(item["case"]["S"])
            if entry.case.status.ends_by_itself:
                case = entry.case.moved(Status.RESOLVED, reason="it is gone", ended=now)
                self.conclude(entry, case, None)
                resolved.append(case)
        return resolved

    def last_sweep(self) -> LastSweep | None:
        """The last sweep that came to its end, or None."""
        answer = self._dynamo.get_item(TableName=self._table, Key=SWEEP_KEY, ConsistentRead=True)
        return LastSweep.from_dict(from_json(answer["Item"]["doc"])) if "Item" in answer else None

    def swept(self, sweep: LastSweep) -> None:
        """Remember the last sweep that came to its end."""
        item = SWEEP_KEY | {"doc": as_json(sweep.to_dict())}
        self._dynamo.put_item(TableName=self._table, Item=item)

    def get(self, case_id: str) -> Entry:
        """The case with this id.

        Raises:
            CaseError: there is no such case.
        """
        return self._row(case_id)[0]

    def _row(self, case_id: str) -> tuple[Entry, float]:
        """A case, and until when a worker holds it."""
        answer = self._dynamo.get_item(
            TableName=self._table, Key=case_key(case_id), ConsistentRead=True
        )
        if "Item" not in answer:
            raise CaseError(f"There is no case {case_id}; rolecall cases lists them.")
        item = answer["Item"]
        return entry_of(item), float(item["lease"]["N"]) if "lease" in item else 0.0

    def cases(self) -> Iterator[Case]:
        """Every case, in no order."""
        pages = self._dynamo.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :case",
            ExpressionAttributeValues={":case": text("CASE")},
        )
        for page in pages:
            yield from (case_of(item) for item in page["Items"])

    def unheard(self) -> Iterator[Case]:
        """Every case of which people should hear where it stands, and no channel has told it."""
        pages = self._dynamo.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :case OR begins_with(sk, :told)",
            ExpressionAttributeValues={":case": text("CASE"), ":told": text("TOLD#")},
        )
        told, cases = set(), []
        for item in (item for page in pages for item in page["Items"]):
            if item["sk"]["S"] == "CASE":
                cases.append(case_of(item))
            elif "done" in item:
                told.add((item["pk"]["S"], item["sk"]["S"].split("#")[1]))
        for case in cases:
            if case.status.is_told and (f"CASE#{case.id}", case.status.value) not in told:
                yield case
