"""Intents, in the ledger, and what holds a write back: a pause, and caps."""

import time
from collections.abc import Sequence
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from rolecall.aws.items import RETENTION, as_json, failed_writes, from_json, number, text
from rolecall.aws.table import Table
from rolecall.errors import CappedError, PausedError
from rolecall.model.calls import Call
from rolecall.model.subjects import SubjectRef
from rolecall.ports import Cap, Entry, Intent, over

_CAP_KEPT = 7_200  # seconds that the count of an hour is kept
_PAUSE = {"pk": text("CONTROL"), "sk": text("PAUSE")}


class DynamoIntents(Table):
    """Keeps what is about to be done, and counts it."""

    def intend(self, entry: Entry, intent: Intent, caps: Sequence[Cap] = ()) -> None:
        """Write the intent, unless one is there already, and count the write: all in one step.

        The calls of this try are kept beside its subject, whether or not it is the first one.

        Raises:
            LeaseHeldError: somebody else has claimed the case since.
            PausedError: somebody has paused all writes; nothing was written.
            CappedError: one of the caps is reached; nothing was written or counted.
        """
        expression = "SET intent = if_not_exists(intent, :intent)"
        update = self._fenced(entry, expression, {":intent": as_json(intent.to_dict())})
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
                    {"Update": self._announce(entry, intent)},
                ]
            )
        except ClientError as error:
            self._held_back(entry, error, caps)

    def _announce(self, entry: Entry, intent: Intent) -> dict[str, Any]:
        # By subject, whose drift may have another case by the time that the call's record arrives; and
        # for each try, as a trust that another case has put right since is written otherwise.
        doc = {"at": intent.at, "calls": [step["do"] for step in intent.remedy]}
        return {
            "TableName": self._table,
            "Key": {
                "pk": text(f"SUBJECT#{entry.case.drift.subject.key}"),
                "sk": text(f"INTENT#{entry.case.id}#{entry.fence}"),
            },
            "UpdateExpression": "SET doc = :doc, expires = :expires",
            "ExpressionAttributeValues": {
                ":doc": as_json(doc),
                ":expires": number(time.time() + RETENTION),
            },
        }

    def intended(self, ref: SubjectRef) -> list[tuple[str, Call]]:
        """Every call that any try was about to make on the subject, with the time of its intent."""
        pages = self._dynamo.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={
                ":pk": text(f"SUBJECT#{ref.key}"),
                ":sk": text("INTENT#"),
            },
        )
        docs = [from_json(item["doc"]) for page in pages for item in page["Items"]]
        return [(doc["at"], Call.from_dict(call)) for doc in docs for call in doc["calls"]]

    def _count(self, cap: Cap) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": {"pk": text(f"CAP#{cap.bucket}"), "sk": text("CAP")},
            "UpdateExpression": "SET expires = :expires ADD made :one",
            "ConditionExpression": "attribute_not_exists(made) OR made < :limit",
            "ExpressionAttributeValues": {
                ":expires": number(time.time() + _CAP_KEPT),
                ":one": {"N": "1"},
                ":limit": {"N": str(cap.limit)},
            },
        }

    def _held_back(self, entry: Entry, error: ClientError, caps: Sequence[Cap]) -> NoReturn:
        failed = failed_writes(error)
        if len(failed) != 3 + len(caps) or failed[0] or not any(failed):
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
            self._dynamo.put_item(TableName=self._table, Item=_PAUSE | {"reason": text(reason)})
        else:
            self._dynamo.delete_item(TableName=self._table, Key=_PAUSE)
