"""What was told, in the ledger: one case tells once per state and channel."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall.aws.items import RETENTION, number, text
from rolecall.aws.table import FAILED, Table
from rolecall.errors import LeaseHeldError
from rolecall.model.cases import Status
from rolecall.model.stories import Telling

_TELLING = 60.0  # seconds after which a telling that nobody finished may be taken over


class DynamoTellings(Table):
    """Remembers what was told, and who is telling it."""

    def claim_telling(self, case_id: str, status: Status, channel: str, now: float) -> bool:
        """Take the telling; False when it was told already.

        Raises:
            LeaseHeldError: another worker is telling it.
        """
        key = {"pk": text(f"CASE#{case_id}"), "sk": text(f"TOLD#{status}#{channel}")}
        item = key | {"lease": number(now + _TELLING), "expires": number(now + RETENTION)}
        put = self._put(
            item,
            "attribute_not_exists(pk) OR (attribute_not_exists(done) AND lease < :now)",
            {":now": number(now)},
        )["Put"]
        try:
            self._dynamo.put_item(**put)
        except ClientError as error:
            if code_of(error) != FAILED:
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
            Key={"pk": text(f"CASE#{case_id}"), "sk": text(f"TOLD#{status}#{channel}")},
            UpdateExpression="SET done = :yes",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )

    def untold(self, case_id: str, status: Status, channel: str) -> None:
        """Give a telling back that did not get there."""
        self._dynamo.update_item(
            TableName=self._table,
            Key={"pk": text(f"CASE#{case_id}"), "sk": text(f"TOLD#{status}#{channel}")},
            UpdateExpression="SET lease = :free",
            ExpressionAttributeValues={":free": number(0)},
        )

    def told_of(self, case_id: str) -> Iterator[Telling]:
        """What was told of a case, in no order."""
        for item in self._under(f"CASE#{case_id}", "TOLD#"):
            if "done" in item:
                _, status, channel = item["sk"]["S"].split("#", 2)
                # The lease of whoever told it ran from then.
                yield Telling(float(item["lease"]["N"]) - _TELLING, Status(status), channel)
