"""Whatever boto3 can send, the trail reads back."""

from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.serialize import create_serializer

from rolecall_cli.trail.models import service_model
from rolecall_cli.trail.requests import from_form

DEPTH = 5


def sample(shape: Shape, depth: int = 0) -> Any:
    """Make a value of a shape, with every member and two elements in each list."""
    match shape:
        case StructureShape():
            known = {} if depth == DEPTH else shape.members
            return {name: sample(member, depth + 1) for name, member in known.items()}
        case ListShape():
            return [sample(shape.member, depth + 1) for _ in range(2)]
        case MapShape():
            return {"key": sample(shape.value, depth + 1)}
    numbers = {"integer": 7, "long": 7, "double": 0.5, "float": 0.5, "boolean": True}
    return numbers.get(shape.type_name, "text")


def pruned(value: Any) -> Any:
    """Leave out what is empty, for which the query protocols have no words."""
    if isinstance(value, dict):
        kept = {name: pruned(entry) for name, entry in value.items()}
        return {name: entry for name, entry in kept.items() if entry not in ({}, [])}
    if isinstance(value, list):
        return [entry for entry in map(pruned, value) if entry not in ({}, [])]
    return value


@pytest.mark.parametrize("service", ["iam", "sts", "ec2"])
def test_every_writes_parameters_are_read_back_as_they_were(service: str) -> None:
    model = service_model(service)
    serializer = create_serializer(str(model.metadata["protocol"]), include_validation=False)
    for name in model.operation_names:
        operation = model.operation_model(name)
        if name.startswith(("Get", "List", "Describe")) or operation.input_shape is None:
            continue
        parameters = _without_moments(operation.input_shape, sample(operation.input_shape))
        sent = serializer.serialize_to_request(parameters, operation)["body"]
        fields = {key: str(value) for key, value in sent.items()}
        assert from_form(operation, fields) == pruned(parameters), name


def _without_moments(shape: Shape, value: Any) -> Any:
    """Leave out dates and bytes: those are sent in another form than given."""
    match shape, value:
        case StructureShape(), dict():
            return {
                name: _without_moments(shape.members[name], entry)
                for name, entry in value.items()
                if shape.members[name].type_name not in {"timestamp", "blob"}
            }
        case ListShape(), list():
            plain = shape.member.type_name not in {"timestamp", "blob"}
            return [_without_moments(shape.member, entry) for entry in value] if plain else []
        case _:
            return value
