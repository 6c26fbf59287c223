"""The two ways in which EC2's records differ from all others.

Calls of EC2's first years are worded as sets, `{"items": [...]}`. Later calls are worded as the XML
they once were: one wrapper named after the call, lists of one element written as that element.
"""

from datetime import datetime
from typing import Any

from botocore.model import Shape

from rolecall_cli.trail.answers import Answer
from rolecall_cli.trail.calls import Call
from rolecall_cli.trail.requests import wire_name
from rolecall_cli.trail.wording import MASK, Dialect, lower_first, word

_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
# The models do not tell a call's age. These are later calls that touch instances' identities.
_WRAPPED = frozenset(
    {
        "AssociateIamInstanceProfile",
        "CreateFleet",
        "CreateLaunchTemplate",
        "CreateLaunchTemplateVersion",
        "DeleteLaunchTemplate",
        "DeleteLaunchTemplateVersions",
        "DisassociateIamInstanceProfile",
        "ModifyFleet",
        "ModifyInstanceMetadataDefaults",
        "ModifyInstanceMetadataOptions",
        "ModifyLaunchTemplate",
        "ReplaceIamInstanceProfileAssociation",
    }
)
_SETS = {
    "groupId": ("groupSet", "groupId"),
    "instanceId": ("instancesSet", "instanceId"),
    "networkInterface": ("networkInterfaceSet", None),
    "resourceId": ("resourcesSet", "resourceId"),
    "securityGroup": ("groupSet", "groupName"),
    "securityGroupId": ("groupSet", "groupId"),
    "tag": ("tagSet", None),
    "tagSpecification": ("tagSpecificationSet", None),
}
_LAUNCHED = ("imageId", "minCount", "maxCount", "keyName")


def request(call: Call) -> dict[str, Any]:
    """Word the parameters of an EC2 call."""
    shape = call.model.input_shape
    if call.operation in _WRAPPED:
        dialect = Dialect(_wire, collection=_tagged, secret=MASK)
        return {f"{call.operation}Request": word(shape, call.parameters, dialect)}
    dialect = Dialect(_lowered_wire, collection=_items, secret=MASK)
    worded = _as_sets(word(shape, call.parameters, dialect))
    return _launch(worded) if call.operation == "RunInstances" else worded


def response(call: Call, answer: Answer) -> dict[str, Any]:
    """Word the answer to an EC2 call; one that says nothing is an acknowledgement."""
    shape = call.model.output_shape
    if call.operation in _WRAPPED:
        dialect = Dialect(_element, collection=_collapsed, secret=MASK)
        worded = word(shape, answer.elements, dialect) or {}
        told = {**worded, "requestId": answer.request_id, "xmlns": _NAMESPACE}
        return {f"{call.operation}Response": told}
    dialect = Dialect(_element, collection=_items, date=_epoch, secret=MASK)
    worded = word(shape, answer.elements, dialect) if shape else {"_return": True}
    return {"requestId": answer.request_id, **worded}


def _wire(name: str, member: Shape) -> str:
    return wire_name(name, member, ec2=True)


def _lowered_wire(name: str, member: Shape) -> str:
    return lower_first(_wire(name, member))


def _element(name: str, member: Shape) -> str:
    element = str(member.serialization.get("name", lower_first(name)))
    return "_return" if element == "return" else element


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _items(entries: list[Any]) -> dict[str, Any]:
    return {"items": entries} if entries else {}


def _tagged(entries: list[Any]) -> Any:
    numbered = [
        {**entry, "tag": number} if isinstance(entry, dict) else {"tag": number, "content": entry}
        for number, entry in enumerate(entries, start=1)
    ]
    return numbered[0] if len(numbered) == 1 else numbered


def _collapsed(entries: list[Any]) -> dict[str, Any]:
    return {"item": entries[0] if len(entries) == 1 else entries} if entries else {}


def _as_sets(value: Any) -> Any:
    """Rename the lists that records call sets, and name the bare ids within them."""
    if isinstance(value, list):
        return [_as_sets(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    renamed: dict[str, Any] = {}
    for name, inner in value.items():
        if name in _SETS and isinstance(inner, dict) and set(inner) <= {"items"}:
            told, bare = _SETS[name]
            entries = [{bare: e} if bare else _as_sets(e) for e in inner.get("items", [])]
            before = renamed.get(told, {}).get("items", [])
            renamed[told] = _items([*before, *entries])
        else:
            renamed[name] = _as_sets(inner)
    if "resourceType" in renamed and "tagSet" in renamed:
        renamed["tags"] = renamed.pop("tagSet").get("items", [])
    return renamed


def _launch(worded: dict[str, Any]) -> dict[str, Any]:
    """Put what is launched into a set of its own, and add what AWS fills in."""
    launched = {name: worded.pop(name) for name in _LAUNCHED if name in worded}
    assumed = {
        "blockDeviceMapping": {},
        "monitoring": {"enabled": False},
        "disableApiTermination": False,
    }
    return {"instancesSet": {"items": [launched]}, **assumed, **worded}
