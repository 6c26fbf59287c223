"""The baselines, in the ledger, and what is read and listed together with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rolecall.aws.items import as_json, from_json, text
from rolecall.aws.table import Table
from rolecall.model.baselines import Baseline
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.ports import Baselines, Inventory, Listed, Reader

_ROW = "BASELINE"


class DynamoBaselines(Table):
    """Keeps the baselines beside the cases of their subjects."""

    def baseline(self, ref: SubjectRef) -> Baseline | None:
        """What was accepted of a subject, or None."""
        item = self._dynamo.get_item(
            TableName=self._table, Key=self._key(ref), ConsistentRead=True
        ).get("Item")
        return Baseline.from_dict(from_json(item["doc"])) if item else None

    def baselines(self) -> Iterator[Baseline]:
        """Every baseline, in no order."""
        pages = self._dynamo.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :row",
            ExpressionAttributeValues={":row": text(_ROW)},
        )
        for item in (item for page in pages for item in page["Items"]):
            yield Baseline.from_dict(from_json(item["doc"]))

    def accept(self, baseline: Baseline) -> None:
        """Keep a baseline in the place of an earlier one."""
        item = self._key(baseline.ref) | {"doc": as_json(baseline.to_dict())}
        self._dynamo.put_item(TableName=self._table, Item=item)

    def forget(self, ref: SubjectRef) -> None:
        """Forget what was accepted of a subject."""
        self._dynamo.delete_item(TableName=self._table, Key=self._key(ref))

    @staticmethod
    def _key(ref: SubjectRef) -> dict[str, Any]:
        return {"pk": text(f"SUBJECT#{ref.key}"), "sk": text(_ROW)}


def _with(found: Subject, wanted: Iterable[Facet], baseline: Baseline | None) -> Subject:
    values: Mapping[Facet, Any] = baseline.values if baseline else {}
    accepted = {facet: values.get(facet) for facet in wanted}
    return subject(found.ref, {**found.state, **accepted}, found.path, found.unique_id, found.at)


class ReviewedReader:
    """Reads subjects, and what was accepted of them from the baselines."""

    def __init__(self, reader: Reader, baselines: Baselines) -> None:
        self._reader = reader
        self._baselines = baselines

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject with these facets of its state now, or None when it is gone.

        Raises:
            RetryError: AWS does not answer now, or does not let this role read.
        """
        wanted = set(facets)
        reviewed = {facet for facet in wanted if facet.is_reviewed}
        found = self._reader.read(ref, wanted - reviewed)
        if found is None or not reviewed:
            return found
        return _with(found, reviewed, self._baselines.baseline(ref))

    def unique_id(self, ref: SubjectRef) -> str | None:
        """The subject's unique id now, as the reader tells it."""
        return self._reader.unique_id(ref)


class ReviewedInventory:
    """Lists the account, and what was accepted of its subjects: the baselines are read once."""

    def __init__(self, inventory: Inventory, baselines: Baselines) -> None:
        self._inventory = inventory
        self._baselines = baselines

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        """Yield every subject that has some of these facets, with what lists and baselines carry.

        Raises:
            RetryError: AWS does not answer now, or does not let this role list.
        """
        wanted = set(facets)
        reviewed = {facet for facet in wanted if facet.is_reviewed}
        kept = {one.ref.key: one for one in self._baselines.baselines()} if reviewed else {}
        for listed in self._inventory.listed(wanted - reviewed):
            found = listed.subject
            of_kind = {facet for facet in reviewed if facet.kind == found.ref.kind}
            if of_kind:
                found = _with(found, of_kind, kept.get(found.ref.key))
            yield Listed(found, listed.sketched)

    @property
    def errors(self) -> Sequence[Exception]:
        """Why some kinds could not be listed, of which then nothing is said."""
        return self._inventory.errors

    @property
    def spent(self) -> int:
        """AWS calls made so far, by the inventory and by whoever shares its clients."""
        return self._inventory.spent
