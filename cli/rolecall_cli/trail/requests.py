"""Decode a request's parameters, with botocore's model, to true lists, numbers and booleans."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from rolecall_cli.trail.models import service_model

_PLACEHOLDER = re.compile(r"\{(\w+)(\+?)\}")


def from_form(model: OperationModel, fields: Mapping[str, str]) -> dict[str, Any]:
    """Decode the flat fields of a query-protocol request, such as `Tags.member.1.Key`."""
    if model.input_shape is None:
        return {}
    ec2 = model.service_model.metadata.get("protocol") == "ec2"
    decoded: dict[str, Any] = _Form(fields, ec2=ec2).structure(model.input_shape, "")
    return decoded


def from_json(body: bytes) -> dict[str, Any]:
    """Decode the body of a JSON-protocol request."""
    decoded = json.loads(body or b"{}")
    return decoded if isinstance(decoded, dict) else {}


def match_path(
    service: str, method: str, path: str
) -> tuple[OperationModel | None, dict[str, str]]:
    """Find the operation of a REST request, and the parameters that its path carries."""
    found: list[tuple[int, OperationModel | None, dict[str, str]]] = []
    for operation in service_model(service).operation_names:
        model = service_model(service).operation_model(operation)
        template = str(model.http.get("requestUri", "")).split("?")[0].rstrip("/")
        pattern = _PLACEHOLDER.sub(
            lambda part: f"(?P<{part[1]}>{'.+' if part[2] else '[^/]+'})", template
        )
        matched = re.fullmatch(pattern, path.rstrip("/"))
        if matched and model.http.get("method") == method:
            literal = len(_PLACEHOLDER.sub("", template))
            values = {name: unquote(value) for name, value in matched.groupdict().items()}
            found.append((literal, model, values))
    # Of several templates that fit, the one that says most.
    _, best, values = max(found, key=lambda entry: entry[0], default=(0, None, {}))
    return best, values


def from_rest(
    model: OperationModel,
    in_path: Mapping[str, str],
    query: Mapping[str, Sequence[str]],
    body: bytes,
) -> dict[str, Any]:
    """Gather a REST request's parameters from its path, query string and JSON body."""
    if model.input_shape is None:
        return {}
    in_body = {} if "payload" in model.input_shape.serialization else from_json(body)
    gathered: dict[str, Any] = {}
    for name, member in model.input_shape.members.items():
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri" if wire in in_path:
                gathered[name] = in_path[wire]
            case "querystring" if query.get(wire):
                gathered[name] = query[wire][0]
            case None if wire in in_body:
                gathered[name] = in_body[wire]
    return gathered


def wire_name(name: str, member: Shape, *, ec2: bool) -> str:
    """Name a parameter as the query protocols write it in a request."""
    wire: str = member.serialization.get("name", name)
    if not ec2:
        return wire
    return str(member.serialization.get("queryName", wire[0].upper() + wire[1:]))


class _Form:
    """The fields of one query-protocol request."""

    def __init__(self, fields: Mapping[str, str], *, ec2: bool) -> None:
        self._fields = fields
        self._ec2 = ec2

    def structure(self, shape: StructureShape, prefix: str) -> dict[str, Any]:
        """Decode the members that are present under a prefix."""
        decoded = {}
        for name, member in shape.members.items():
            key = prefix + wire_name(name, member, ec2=self._ec2)
            if isinstance(member, ListShape):
                key = self._list_prefix(key, member)
            if self._present(key):
                decoded[name] = self._value(member, key)
        return decoded

    def _value(self, shape: Shape, key: str) -> Any:
        if isinstance(shape, StructureShape):
            return self.structure(shape, f"{key}.")
        if isinstance(shape, ListShape):
            return [self._value(shape.member, entry) for entry in self._entries(key)]
        if isinstance(shape, MapShape):
            entries = self._entries(f"{key}.entry")
            return {
                self._fields[f"{e}.key"]: self._value(shape.value, f"{e}.value") for e in entries
            }
        return _plain(shape, self._fields.get(key, ""))

    def _list_prefix(self, key: str, shape: ListShape) -> str:
        if self._ec2:
            return key
        inner = shape.member.serialization.get("name")
        if shape.serialization.get("flattened"):
            return ".".join([*key.split(".")[:-1], inner]) if inner else key
        # An empty list is sent as the bare name.
        return key if self._fields.get(key) == "" else f"{key}.{inner or 'member'}"

    def _entries(self, key: str) -> list[str]:
        numbers = {
            int(head)
            for name in self._fields
            if name.startswith(f"{key}.") and (head := name[len(key) + 1 :].split(".")[0]).isdigit()
        }
        return [f"{key}.{number}" for number in sorted(numbers)]

    def _present(self, key: str) -> bool:
        return key in self._fields or any(name.startswith(f"{key}.") for name in self._fields)


def _plain(shape: Shape, text: str) -> str | float | bool:
    match shape.type_name:
        case "boolean":
            return text == "true"
        case "integer" | "long" if text:
            return int(text)
        case "double" | "float" if text:
            return float(text)
        case _:
            return text
