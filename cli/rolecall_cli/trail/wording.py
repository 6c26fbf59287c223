"""Write decoded parameters and answers as CloudTrail words them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

MASK = "<sensitiveDataRemoved>"
# Never shown, whatever a model says of them.
_ALWAYS_SECRET = frozenset(
    {
        "SecretAccessKey",
        "Password",
        "OldPassword",
        "NewPassword",
        "TokenCode",
        "UserData",
        "ZipFile",
    }
)


def lower_first(name: str) -> str:
    """Lower-case the first letter only: `AWSServiceName` becomes `aWSServiceName`."""
    return name[:1].lower() + name[1:]


def long_date(moment: datetime) -> str:
    """Write a date as IAM's records do: `Jul 10, 2023 11:54:39 AM`."""
    moment = moment.astimezone(UTC)
    hour = moment.hour % 12 or 12
    return f"{moment:%b} {moment.day}, {moment.year} {hour}:{moment:%M:%S %p}"


def iso_date(moment: datetime) -> str:
    """Write a date as most records do: `2023-07-10T11:54:39Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Dialect:
    """How one kind of record words names, lists, dates and secrets."""

    name: Callable[[str, Shape], str]
    collection: Callable[[list[Any]], Any] = list
    date: Callable[[datetime], Any] = iso_date
    secret: str | None = None
    """What stands in a secret's place; nothing: its name is left out too."""


def plain(date: Callable[[datetime], Any] = iso_date) -> Dialect:
    """The dialect of every service but EC2."""
    return Dialect(name=lambda name, _: lower_first(name), date=date)


def word(shape: Shape | None, value: Any, dialect: Dialect) -> Any:
    """Word one value, following the model of its shape."""
    match shape, value:
        case StructureShape(), dict():
            return _structure(shape, value, dialect)
        case ListShape(), list():
            return dialect.collection([word(shape.member, entry, dialect) for entry in value])
        case MapShape(), dict():
            return {key: word(shape.value, entry, dialect) for key, entry in value.items()}
        case _, datetime():
            return dialect.date(value)
        case _, bytes() | bytearray():
            return MASK
        case _:
            return value


def _structure(shape: StructureShape, value: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    worded: dict[str, Any] = {}
    for name, member in shape.members.items():
        if name not in value:
            continue
        told = dialect.name(name, member)
        if name not in _ALWAYS_SECRET and "sensitive" not in member.metadata:
            worded[told] = word(member, value[name], dialect)
        elif dialect.secret is not None:
            worded[told] = dialect.secret
    return worded
