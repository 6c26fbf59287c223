"""From a CloudTrail record to a change. Total: whatever comes in, a change or a `Rejected` comes out.

Record shapes are those of the CloudTrail user guide, "CloudTrail record contents".
"""

import json
from typing import Any, Never, TypeGuard

from rolecall.model.changes import Change, Rejected
from rolecall.model.redacting import redacted_parts

# An EventBridge entry has at most 256 KB; what is larger did not come from there.
MAX_BODY = 262_144
_ACCOUNT_DIGITS = 12
_SUFFIX = ".amazonaws.com"
# Where a record tells what a call was given, answered and did; its other parts have fixed shapes.
_TOLD = ("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails")


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The JSON value of a text.

    Raises:
        ValueError: it is not JSON, holds NaN or Infinity, or is nested too deep to read.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def parse_body(body: str | bytes, *, replayed: bool = False) -> Change | Rejected:
    """The change that a message body holds: a bare record or a whole EventBridge event."""
    if len(body) > MAX_BODY:
        return Rejected(
            f"The record has {len(body):,} bytes and EventBridge delivers at most {MAX_BODY:,}; "
            "look it up in CloudTrail."
        )
    try:
        value = read_json(body)
    except ValueError as error:
        return Rejected(f"The message is not a CloudTrail record: {error}.")
    return parse(value, replayed=replayed)


def _call(source: str, name: str) -> str:
    service = source.removesuffix(_SUFFIX)
    if service == "lambda":
        # CloudTrail writes CreateFunction20150331 and UpdateFunctionConfiguration20150331v2.
        stem = name.rstrip("0123456789")
        stem = stem.removesuffix("v").rstrip("0123456789") if stem.endswith("v") else stem
        name = stem or name
    return f"{service}:{name}"


def _is_account(value: Any) -> TypeGuard[str]:
    return (
        isinstance(value, str)
        and len(value) == _ACCOUNT_DIGITS
        and value.isascii()
        and value.isdigit()
    )


def parse(value: Any, *, replayed: bool = False) -> Change | Rejected:
    """The change that a parsed record holds, bare or in EventBridge's envelope, without its secrets."""
    if not isinstance(value, dict):
        return Rejected("The message is not a CloudTrail record: it is not a JSON object.")
    record = value
    if "detail" in value and "eventName" not in value:
        record = value["detail"]
        if not isinstance(record, dict):
            return Rejected("The event has no record: its detail is not a JSON object.")
    event_id = record.get("eventID")
    event_id = event_id if isinstance(event_id, str) else ""
    source, name = record.get("eventSource"), record.get("eventName")
    if not isinstance(source, str) or not source or not isinstance(name, str) or not name:
        return Rejected(
            "The record does not say which call it is: no eventSource or eventName.", event_id
        )
    error = record.get("errorCode")
    identity = record.get("userIdentity")
    account = record.get("recipientAccountId")
    if not isinstance(account, str):
        account = identity.get("accountId") if isinstance(identity, dict) else None
    if not _is_account(account):
        return Rejected(
            "The record does not name its account: no recipientAccountId of 12 digits.", event_id
        )
    if not event_id:
        return Rejected("The record has no eventID, which every CloudTrail record has.")
    record = redacted_parts(record, _TOLD)
    request, response = record.get("requestParameters"), record.get("responseElements")
    time, region = record.get("eventTime"), record.get("awsRegion")
    return Change(
        call=_call(source, name),
        event_id=event_id,
        time=time if isinstance(time, str) else "",
        account=account,
        region=region if isinstance(region, str) else "",
        error=error if isinstance(error, str) else "",
        request=request if isinstance(request, dict) else None,
        response=response if isinstance(response, dict) else None,
        record=record,
        replayed=replayed,
    )
