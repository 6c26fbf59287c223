"""How the ledger's rows are written in DynamoDB's own form, and read from it."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from rolecall.model.cases import Case, Status
from rolecall.model.stories import Move
from rolecall.ports import Entry, Intent, Outcome

RETENTION = 400 * 86_400  # seconds that a case is kept
_PLAIN = 16_384  # characters up to which JSON is kept as readable text

Item = Mapping[str, Any]


def text(value: str) -> dict[str, str]:
    """A text."""
    return {"S": value}


def number(value: float) -> dict[str, str]:
    """A number, to the millisecond where it is a time."""
    return {"N": f"{value:.3f}"}


def as_json(value: Any) -> dict[str, Any]:
    """JSON-able data, compressed where it is long."""
    # ensure_ascii: DynamoDB refuses a lone surrogate, and escaped it is plain text.
    whole = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    if len(whole) <= _PLAIN:
        return {"S": whole}
    # IAM does not count white space: a policy padded to 131,072 characters, which a case holds more
    # than once, would not fit into an item of 400 KB.
    return {"B": zlib.compress(whole.encode())}


def from_json(value: Mapping[str, Any]) -> Any:
    """The data that `as_json` wrote."""
    return json.loads(zlib.decompress(value["B"]) if "B" in value else value["S"])


SWEEP_KEY = {"pk": text("CONTROL"), "sk": text("SWEEP")}


def case_key(case_id: str) -> dict[str, Any]:
    """The key of a case."""
    return {"pk": text(f"CASE#{case_id}"), "sk": text("CASE")}


def drift_key(case: Case) -> dict[str, Any]:
    """The key of a case's drift, which is the same for every case of that drift."""
    return {
        "pk": text(f"SUBJECT#{case.drift.subject.key}"),
        "sk": text(f"DRIFT#{case.drift.key}"),
    }


def writer_key(case: Case) -> dict[str, Any]:
    """The key of who writes whole values on a case's subject."""
    return {"pk": text(f"SUBJECT#{case.drift.subject.key}"), "sk": text("WRITER")}


def case_of(item: Item) -> Case:
    """The case in a row."""
    return Case.from_dict(from_json(item["doc"]))


def _outcome(data: Mapping[str, Any]) -> Outcome:
    return Outcome(
        tuple(data["undo"]),
        data["left"],
        data["at"],
        data["undoing"],
        data["before"],
        data.get("overwritten"),  # an older version does not write it
    )


def move(case: Case, at: float) -> dict[str, Any]:
    """That the case stands where it does since then."""
    return {
        "M": {
            "at": number(at),
            "status": text(case.status),
            "reason": as_json(case.reason),
        }
    }


def _move(item: Item) -> Move:
    status, reason = Status(item["status"]["S"]), from_json(item["reason"])
    return Move(float(item["at"]["N"]), status, reason=reason)


def entry_of(item: Item) -> Entry:
    """The case in a row with everything beside it."""
    intent = from_json(item["intent"]) if "intent" in item else None
    outcome = from_json(item["outcome"]) if "outcome" in item else None
    return Entry(
        case_of(item),
        int(float(item.get("fence", {"N": "0"})["N"])),
        Intent.from_dict(intent) if intent else None,
        _outcome(outcome) if outcome else None,
        history=tuple(_move(one["M"]) for one in item.get("history", {"L": []})["L"]),
    )


def failed_writes(error: ClientError) -> list[bool]:
    """Of each write of a cancelled transaction, whether its condition failed."""
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    return [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
