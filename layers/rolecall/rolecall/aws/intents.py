"""Intents, in the ledger, and what holds a write back: a pause, and caps."""

import time
from collections.abc import Sequence
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from rolecall.aws.items import as_json, failed_writes, number, text
from rolecall.aws.table import Table
from rolecall.errors import CappedError, PausedError
from rolecall.ports import Cap, Entry, Intent, over

_CAP_KEPT = 7_200  # seconds that the count of an hour is kept
_PAUSE = {"pk": text("CONTROL"), "sk": text("PAUSE")}


class DynamoIntents(Table):
    """Keeps what is about to be done, and counts it."""

    def intend(self, entry: Entry, intent: Intent, caps: Sequence[Cap] = ()) -> None:
        """Write the intent, unless one is there already, and count the write: all in one step.

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
                ]
            )
        except ClientError as error:
            self._held_back(entry, error, caps)

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
            self._dynamo.put_item(TableName=self._table, Item=_PAUSE | {"reason": text(reason)})
        else:
            self._dynamo.delete_item(TableName=self._table, Key=_PAUSE)
