"""Decode the emulator's answer to a call, with botocore's own parsers."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from botocore.compat import HTTPHeaders
from botocore.model import OperationModel, Shape
from botocore.parsers import ResponseParserError, create_parser


@dataclass(frozen=True)
class Answer:
    """What a call was answered: its elements under the names of the API, or its error."""

    elements: dict[str, Any]
    request_id: str = ""
    error_code: str = ""
    error_message: str = ""
    server_fault: bool = False

    @property
    def failed(self) -> bool:
        """Whether the call was refused or broke."""
        return bool(self.error_code)


def decode(
    model: OperationModel, status: int, headers: Mapping[str, str], body: bytes | str | object
) -> Answer:
    """Decode an answer; one that no SDK could read counts as having said nothing."""
    octets = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b""
    fields = HTTPHeaders()
    for name, value in headers.items():
        fields[name] = str(value)
    parser = create_parser(str(model.service_model.metadata["protocol"]))
    try:
        parsed: dict[str, Any] = parser.parse(
            {"status_code": status, "headers": fields, "body": octets},
            # Its stubs do not know that an operation may have no output.
            cast("Shape", model.output_shape),
        )
    except ResponseParserError:
        parsed = {}
    request_id = str(parsed.pop("ResponseMetadata", {}).get("RequestId", ""))
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(parsed, request_id)
    error = parsed.get("Error", {})
    return Answer(
        {},
        request_id,
        error_code=error.get("Code") or "InternalFailure",
        error_message=error.get("Message", ""),
        server_fault=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
    )
