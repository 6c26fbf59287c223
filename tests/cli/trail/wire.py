"""Real requests as boto3 writes them, and the records the trail makes of them, without a network."""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.session import Session

from rolecall_cli.trail.answers import decode
from rolecall_cli.trail.calls import Call, Request, recognise
from rolecall_cli.trail.identity import Caller
from rolecall_cli.trail.records import Circumstances, make_record

BOB = Caller("arn:aws:iam::111122223333:user/bob", "111122223333", "AKIA0B0B", "AIDA0B0B")


class CaughtError(Exception):
    """Carries a request out of boto3 just before it would be sent."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        self.request = request


def request(service: str, operation: str, **parameters: Any) -> Request:
    """Let boto3 write and sign a request, and catch it before it is sent."""

    def catch(request: AWSPreparedRequest, **_: Any) -> None:
        raise CaughtError(request)

    client = _session().create_client(
        service,
        region_name="eu-west-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="AKIA0B0B",
        aws_secret_access_key="no-secret",
    )
    client.meta.events.register("before-send", catch)
    with pytest.raises(CaughtError) as caught:
        getattr(client, operation)(**parameters)
    sent = caught.value.request
    url = urlsplit(str(sent.url))
    body = sent.body or b""
    return Request(
        str(sent.method),
        url.path,
        {name.lower(): _text(value) for name, value in sent.headers.items()},
        body if isinstance(body, bytes) else str(body).encode(),
        parse_qs(url.query),
    )


def call(service: str, operation: str, **parameters: Any) -> Call:
    """Recognise a call that boto3 wrote."""
    recognised = recognise(request(service, operation, **parameters))
    assert recognised is not None
    return recognised


def record(made: Call, answer: str = "", status: int = 200) -> dict[str, Any]:
    """Make the record of a call that was answered so."""
    by = Circumstances(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), BOB, "req-1", "aws-cli/2")
    return make_record(made, decode(made.model, status, {}, answer), by)


def iam_answer(operation: str, result: str = "") -> str:
    """Write a success as IAM writes it."""
    inner = f"<{operation}Result>{result}</{operation}Result>" if result else ""
    return (
        f"<{operation}Response xmlns='https://iam.amazonaws.com/doc/2010-05-08/'>{inner}"
        f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    )


def iam_error(code: str, message: str = "no") -> str:
    """Write a failure as IAM writes it."""
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
        "</Error><RequestId>r</RequestId></ErrorResponse>"
    )


def ec2_answer(operation: str, inner: str) -> str:
    """Write a success as EC2 writes it."""
    return (
        f"<{operation}Response xmlns='http://ec2.amazonaws.com/doc/2016-11-15/'>{inner}"
        f"<requestId>r-ec2</requestId></{operation}Response>"
    )


def ec2_error(code: str) -> str:
    """Write a failure as EC2 writes it."""
    return (
        f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>"
        "<RequestID>r</RequestID></Response>"
    )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@cache
def _session() -> Session:
    return Session()
