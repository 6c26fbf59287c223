"""What each function does with one message of its queue."""

from collections.abc import Mapping
from typing import Any

from rolecall.detection.detect import REJECTED
from rolecall.model.cases import Case
from rolecall.model.changes import Change, Rejected
from rolecall.model.records import parse, parse_body, read_json
from rolecall.model.redacting import redacted_text
from rolecall.runtime.log import log
from rolecall.runtime.wiring import Runtime

Message = Mapping[str, Any]


def detect(runtime: Runtime, message: Message) -> None:
    """Judge the record in a message of the changes queue."""
    body = message["body"]
    change = _own(runtime, parse_body(body))
    if isinstance(change, Rejected):
        _reject(runtime, body, change.reason, change.event_id)
        return
    seen = runtime.detector.detect(change)
    if seen.outcome == REJECTED:
        _reject(runtime, body, seen.reason, change.event_id)
        return
    log.info(
        "judged",
        outcome=seen.outcome,
        call=change.call,
        event_id=change.event_id,
        cases=list(seen.cases),
        reason=seen.reason,
    )


def _own(runtime: Runtime, change: Change | Rejected) -> Change | Rejected:
    if isinstance(change, Rejected) or change.account == runtime["ACCOUNT_ID"]:
        return change
    # Names alone are read and written here, so those of another account would meet our own.
    return Rejected(
        f"The record is about account {change.account}, which this stack does not watch.",
        change.event_id,
    )


def _reject(runtime: Runtime, body: str, reason: str, event_id: str) -> None:
    # Straight to where an alarm stands: trying it again would only reject it again.
    runtime.dead_letters.send(redacted_text(body), reason)
    log.warning(reason, outcome=REJECTED, event_id=event_id)


def settle(runtime: Runtime, message: Message) -> None:
    """Settle the case that a message of the remedies queue names."""
    case = runtime.remediator.settle(read_json(message["body"])["case"])
    missed = int(case.origin.swept and case.status.is_told and _has_event(runtime, case))
    log.info("settled", outcome=case.status.value, case=case.id, reason=case.reason, missed=missed)


def _has_event(runtime: Runtime, case: Case) -> bool:
    """Whether an event should have told of the drift that a sweep found."""
    convention = runtime.registry.get(case.drift.convention)
    return convention is not None and bool(convention.watches)


def tell(runtime: Runtime, message: Message) -> None:
    """Tell people of the case in a message of the alerts queue."""
    case = Case.from_dict(read_json(message["body"])["detail"])
    channels = runtime.notifier.notify(case)
    log.info("told", outcome="told", case=case.id, status=case.status.value, channels=channels)


def overdue(runtime: Runtime) -> dict[str, Any]:
    """Announce what ends soon and bring forward what a dead worker left undone, every hour."""
    announced = runtime.expiring.announce()
    cases = runtime.overdue.bring_forward()
    if announced:
        log.info("Exemptions end soon.", outcome="announced", cases=announced)
    if cases:
        log.warning(
            "Some cases were overdue and are brought forward.", outcome="overdue", cases=cases
        )
    return {"overdue": cases, "announced": announced}


def replay(runtime: Runtime, event: Mapping[str, Any]) -> dict[str, Any]:
    """Judge one event that a person sent by hand; with `act`, as if it had come from its queue."""
    change = _own(runtime, parse(event["replay"], replayed=True))
    if isinstance(change, Rejected):
        return {"rejected": change.reason}
    findings, rejected = runtime.detector.findings(change)
    answer = {
        "call": change.call,
        "rejected": rejected[0].reason if rejected else "",
        "unwatched": runtime.detector.unwatched(change),
        "verdicts": [finding.to_dict() for finding in findings],
    }
    if event.get("act"):
        seen = runtime.detector.detect(change)
        answer |= {"outcome": seen.outcome, "cases": list(seen.cases)}
        log.info("replayed", outcome=seen.outcome, call=change.call, event_id=change.event_id)
    return answer
