"""Write the CloudTrail record of a call. Pure: a call and its answer in, a record out."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rolecall_cli.trail import ec2
from rolecall_cli.trail.answers import Answer
from rolecall_cli.trail.calls import Call
from rolecall_cli.trail.identity import Caller, user_identity
from rolecall_cli.trail.models import service_model
from rolecall_cli.trail.wording import iso_date, long_date, plain, word

DETAIL_TYPE = "AWS API Call via CloudTrail"
_GLOBAL = frozenset({"iam"})
_DATED_PATH = re.compile(r"/(2015-03-31|2017-03-31|2017-10-31|2018-10-31|2019-09-25)/")
_SECOND_WORDING = frozenset(
    {
        "AddPermission",
        "RemovePermission",
        "TagResource",
        "UntagResource",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    }
)
# AWS does not know the caller of a request that fails to authenticate, and writes no record of it.
UNAUTHENTICATED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidToken",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)


@dataclass(frozen=True)
class Circumstances:
    """When, by whom and by what means a call was made."""

    arrived: datetime
    caller: Caller
    request_id: str
    user_agent: str
    source: str = "127.0.0.1"


def make_record(call: Call, answer: Answer, circumstances: Circumstances) -> dict[str, Any]:
    """Write a call's record in the form that AWS gives it."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": user_identity(circumstances.caller),
        "eventTime": iso_date(circumstances.arrived),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": event_name(call),
        "awsRegion": "us-east-1" if call.service in _GLOBAL else call.region,
        "sourceIPAddress": circumstances.source,
        "userAgent": circumstances.user_agent,
        "requestParameters": None if _unread(call, answer) else _request(call),
        "responseElements": None if answer.failed else _response(call, answer),
        "requestID": circumstances.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": call.reads_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": circumstances.caller.account,
        "eventCategory": "Management",
    }
    if answer.failed:
        record["errorCode"] = error_code(call.service, answer)
        record["errorMessage"] = answer.error_message
    return record


def event_name(call: Call) -> str:
    """Name the event: the operation, with the API's date where Lambda's records carry one."""
    dated = _DATED_PATH.match(str(call.model.http.get("requestUri", "")))
    if call.service != "lambda" or not dated:
        return call.operation
    again = "v2" if call.operation in _SECOND_WORDING else ""
    return f"{call.operation}{dated[1].replace('-', '')}{again}"


def error_code(service: str, answer: Answer) -> str:
    """Word an error's code: EC2 says whose fault it was, the others use the exception's name."""
    if service == "ec2":
        return f"{'Server' if answer.server_fault else 'Client'}.{answer.error_code}"
    names = {
        str(shape.metadata.get("error", {}).get("code", shape.name)): shape.name
        for shape in service_model(service).error_shapes
    }
    return names.get(answer.error_code, answer.error_code)


def _unread(call: Call, answer: Answer) -> bool:
    return call.service != "ec2" and answer.error_code.startswith("AccessDenied")


def _request(call: Call) -> dict[str, Any] | None:
    if not call.parameters:
        return None
    if call.service == "ec2":
        return ec2.request(call)
    return word(call.model.input_shape, call.parameters, plain()) or None


def _response(call: Call, answer: Answer) -> dict[str, Any] | None:
    if call.reads_only and call.service != "sts":
        return None
    if call.service == "ec2":
        return ec2.response(call, answer)
    dates = plain(long_date if call.service in {"iam", "sts"} else iso_date)
    return word(call.model.output_shape, answer.elements, dates) or None
