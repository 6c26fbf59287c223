"""The ledger's table, and the one way in which a case is written: under its fence."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall.aws.items import Item, case_key, text
from rolecall.aws.session import Aws
from rolecall.errors import LeaseHeldError
from rolecall.ports import Entry

FAILED = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"
# A write that another worker's write kept out: nothing was written, and trying again is safe.
LOST = frozenset({FAILED, "TransactionConflictException"})


class Table:
    """The table, for the classes that keep one sort of row each."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return self._aws.client("dynamodb")

    def _under(self, key: str, start: str) -> Iterator[Item]:
        """Yield the rows of one key whose second part starts so, as they are at this moment."""
        pages = self._dynamo.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": text(key), ":sk": text(start)},
        )
        for page in pages:
            yield from page["Items"]

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

    def _fenced(
        self, entry: Entry, expression: str, values: Item, names: Item | None = None
    ) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": case_key(entry.case.id),
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
        if code_of(error) not in LOST | {CANCELLED}:
            raise error
        raise LeaseHeldError(
            f"Case {entry.case.id} was taken over by another worker; nothing was written."
        ) from error
