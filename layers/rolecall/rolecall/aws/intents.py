"""Intents, in the ledger, and what holds a write back: a pause, and caps."""

import time
from collections.abc import Sequence
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from rolecall.aws.items import (
    RETENTION,
    Item,
    as_json,
    failed_writes,
    from_json,
    number,
    text,
    writer_key,
)
from rolecall.aws.table import Table
from rolecall.errors import CappedError, LeaseHeldError, PausedError
from rolecall.model.calls import Call
from rolecall.model.subjects import SubjectRef
from rolecall.ports import APART, Cap, Entry, Intent, over

_CAP_KEPT = 7_200  # seconds that the count of an hour is kept
_PAUSE = {"pk": text("CONTROL"), "sk": text("PAUSE")}


def _stop(ref: SubjectRef) -> Item:
    return {"pk": text(f"SUBJECT#{ref.key}"), "sk": text("STOP")}


class DynamoIntents(Table):
    """Keeps what is about to be done, and counts it."""

    def intend(self, entry: Entry, intent: Intent, caps: Sequence[Cap] = ()) -> None:
        """Write the intent and count the write: all in one step.

        The calls of this try are kept beside its subject, whether or not it is the first one.

        Raises:
            LeaseHeldError: somebody else has claimed the case since, or the remedy writes a whole value
                and another case may have written into it since this worker read it.
            PausedError: somebody has paused all writes; nothing was written.
            CappedError: one of the caps is reached or the subject is stopped; nothing was written or
                counted.
        """
        # The fence says that nobody has written since the claim, so nothing is overwritten unread.
        update = self._fenced(entry, "SET intent = :intent", {":intent": as_json(intent.to_dict())})
        try:
            self._dynamo.transact_write_items(
                TransactItems=[
                    {"Update": update},
                    {"ConditionCheck": self._is_not_there(_PAUSE)},
                    {"ConditionCheck": self._is_not_there(_stop(entry.case.drift.subject))},
                    *({"Update": self._count(cap)} for cap in caps),
                    {"Update": self._announce(entry, intent)},
                    *([{"Update": self._alone(entry)}] if entry.writes_whole else []),
                ]
            )
        except ClientError as error:
            self._held_back(entry, error, caps)

    def _alone(self, entry: Entry) -> dict[str, Any]:
        """That nobody else has written on the subject since the claim, nor will until it runs out."""
        return {
            "TableName": self._table,
            "Key": writer_key(entry.case),
            "UpdateExpression": "SET written = :until, #case = :case",
            "ConditionExpression": "attribute_not_exists(pk) OR written < :claimed OR #case = :case",
            "ExpressionAttributeNames": {"#case": "case"},
            "ExpressionAttributeValues": {
                ":until": number(entry.until + APART),
                ":claimed": number(entry.claimed),
                ":case": text(entry.case.id),
            },
        }

    def _is_not_there(self, key: Item) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": key,
            "ConditionExpression": "attribute_not_exists(pk)",
        }

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
        rows = self._under(f"SUBJECT#{ref.key}", "INTENT#")
        docs = [from_json(row["doc"]) for row in rows]
        return [(doc["at"], Call.from_dict(call)) for doc in docs for call in doc["calls"]]

    def _count(self, cap: Cap) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": {"pk": text(f"CAP#{cap.bucket}"), "sk": text("CAP")},
            "UpdateExpression": "SET expires = :expires ADD made :one",
            # A count that is not there yet is below every limit but nought.
            "ConditionExpression": "made < :limit"
            + (" OR attribute_not_exists(made)" if cap.limit else ""),
            "ExpressionAttributeValues": {
                ":expires": number(time.time() + _CAP_KEPT),
                ":one": {"N": "1"},
                ":limit": {"N": str(cap.limit)},
            },
        }

    def _held_back(self, entry: Entry, error: ClientError, caps: Sequence[Cap]) -> NoReturn:
        failed = failed_writes(error)
        if len(failed) != 4 + len(caps) + entry.writes_whole or failed[0] or not any(failed):
            self._lost(entry, error)
        if failed[1]:
            raise PausedError(self.pause() or "it was paused a moment ago") from error
        if failed[2]:
            why = self._reason(_stop(entry.case.drift.subject)) or "it was stopped a moment ago"
            raise CappedError(why, "stop") from error
        if True not in failed[: 3 + len(caps)]:
            raise LeaseHeldError(
                f"Another case writes on the {entry.case.drift.subject}; trying again."
            ) from error
        reached = caps[failed[3:].index(True)]
        raise CappedError(over(reached), reached.sort) from error

    def pause(self) -> str:
        """Why all writes are paused; "" when they are not. Never from a cache."""
        return self._reason(_PAUSE)

    def set_pause(self, reason: str) -> None:
        """Pause all writes, or end the pause with "" as the reason."""
        self._set(_PAUSE, reason)

    def set_stop(self, ref: SubjectRef, reason: str) -> None:
        """Stop all writes on one subject until people have looked, or end that with "" as the reason."""
        self._set(_stop(ref), reason)

    def _reason(self, key: Item) -> str:
        answer = self._dynamo.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return str(answer["Item"]["reason"]["S"]) if "Item" in answer else ""

    def _set(self, key: Item, reason: str) -> None:
        if reason:
            # By UpdateItem, which is what the remediate function may do.
            self._dynamo.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression="SET reason = :reason",
                ExpressionAttributeValues={":reason": text(reason)},
            )
        else:
            self._dynamo.delete_item(TableName=self._table, Key=key)
