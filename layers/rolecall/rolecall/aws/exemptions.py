"""The exemptions that undos leave, in the ledger."""

from collections.abc import Iterator

from rolecall.aws.items import as_json, drift_key, from_json, number, text
from rolecall.aws.table import Table
from rolecall.model.cases import Case
from rolecall.model.stories import LedgerExemption


class DynamoExemptions(Table):
    """Keeps for how long Rolecall is silent about a drift, and why."""

    def exempt(self, case: Case, exemption: LedgerExemption | None) -> None:
        """Stay silent about the case's drift until the exemption's end, or end that with None."""
        self._dynamo.update_item(
            TableName=self._table,
            Key=drift_key(case),
            UpdateExpression="SET snoozed_until = :until, known_until = :never, "
            "#state = if_not_exists(#state, :state), #case = if_not_exists(#case, :case), "
            "exemption = :exemption",
            ExpressionAttributeNames={"#state": "state", "#case": "case"},
            ExpressionAttributeValues={
                ":until": number(exemption.until if exemption else 0),
                ":never": number(0),
                ":state": text(case.drift.state),
                ":case": text(case.id),
                ":exemption": as_json(exemption.to_dict() if exemption else None),
            },
        )

    def exemption(self, case: Case) -> LedgerExemption | None:
        """The exemption of the case's drift, over or not; None when there is none."""
        item = self._dynamo.get_item(
            TableName=self._table, Key=drift_key(case), ConsistentRead=True
        ).get("Item", {})
        found = from_json(item["exemption"]) if "exemption" in item else None
        return LedgerExemption(**found) if found else None

    def exemptions(self) -> Iterator[LedgerExemption]:
        """Every exemption, over or not, in no order."""
        pages = self._dynamo.get_paginator("scan").paginate(
            TableName=self._table, FilterExpression="attribute_exists(exemption)"
        )
        for item in (item for page in pages for item in page["Items"]):
            if found := from_json(item["exemption"]):
                yield LedgerExemption(**found)
