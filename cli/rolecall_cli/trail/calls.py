"""Recognise an AWS call in an HTTP request."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from botocore.model import OperationModel

from rolecall_cli.trail.models import operation_model
from rolecall_cli.trail.requests import from_form, from_json, from_rest, match_path

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
_READS = ("Get", "List", "Describe", "Simulate", "Generate")
# Read-only in CloudTrail's eyes, whatever their names say; the federation token is the exception. What
# AssumeRoot is, no published record says: here it is what AssumeRole is.
_STS_READS = ("AssumeRole", "AssumeRoot", "DecodeAuthorizationMessage")
_STS_WRITES = ("GetFederationToken",)


@dataclass(frozen=True)
class Request:
    """One HTTP request, as the emulator hands it to its services."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, Sequence[str]]

    @property
    def scope(self) -> tuple[str, str] | None:
        """The Region and service the request was signed for."""
        found = _SCOPE.search(self.headers.get("authorization", ""))
        return (found[1], found[2]) if found else None


@dataclass(frozen=True)
class Call:
    """One AWS call: the operation and its parameters under the names of the API."""

    service: str
    region: str
    model: OperationModel
    parameters: dict[str, Any]

    @property
    def operation(self) -> str:
        """The operation's name, such as `PutUserPolicy`."""
        return self.model.name

    @property
    def spelling(self) -> str:
        """The call in the one spelling used everywhere, such as `iam:PutUserPolicy`."""
        return f"{self.service}:{self.operation}"

    @property
    def reads_only(self) -> bool:
        """Whether CloudTrail calls this operation read-only."""
        if self.service == "sts" and self.operation.startswith(_STS_READS):
            return True
        return self.operation.startswith(_READS) and self.operation not in _STS_WRITES


def recognise(request: Request) -> Call | None:
    """Tell which call a request is, or nothing when it is none that botocore knows."""
    if request.scope is None:
        return None
    region, service = request.scope
    target = request.headers.get("x-amz-target", "")
    form = _form(request)
    if "Action" in form:
        model = operation_model(service, form["Action"])
        parameters = from_form(model, form) if model else {}
    elif target:
        model = operation_model(service, target.rsplit(".", 1)[-1])
        parameters = from_json(request.body)
    else:
        model, in_path = match_path(service, request.method, request.path)
        parameters = from_rest(model, in_path, request.query, request.body) if model else {}
    return Call(service, region, model, parameters) if model else None


def _form(request: Request) -> dict[str, str]:
    fields = {name: values[0] for name, values in request.query.items() if values}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = request.body.decode("utf-8", errors="replace")
        fields |= {name: v[0] for name, v in parse_qs(body, keep_blank_values=True).items()}
    return fields
