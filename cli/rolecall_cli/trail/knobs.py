"""The trail's knobs: what is recorded, and what happens to a record on its way."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

_PREFIX = "TRAIL_"


@dataclass(frozen=True)
class Knobs:
    """How the trail treats the records it makes."""

    drop: float = 0.0
    """The probability that a record is lost."""
    duplicate: float = 0.0
    """The probability that a record is emitted more than once."""
    copies: int = 2
    """How often a duplicated record is emitted."""
    delay: float = 0.0
    """Each copy waits up to this many seconds, drawn evenly; 0: emitted before the call returns."""
    hold: bool = False
    """Keep the records until they are released."""
    muted: bool = False
    """Make no records at all, as if the trail were switched off."""
    seed: int = 0
    """Where the one generator of all draws starts."""
    services: tuple[str, ...] = ("iam", "ec2", "sts", "cognito-identity")
    """The services whose calls make records."""
    reads: tuple[str, ...] = ("sts:GetSessionToken", "sts:AssumeRoot", "sts:GetWebIdentityToken")
    """Read-only calls that make records nevertheless, such as `sts:AssumeRole`."""

    def __post_init__(self) -> None:
        for name in ("drop", "duplicate"):
            if not 0 <= getattr(self, name) <= 1:
                message = f"{name} is a probability, from 0 to 1"
                raise ValueError(message)
        if self.delay < 0 or self.copies < 1:
            message = "delay may not be negative, and there is at least one copy"
            raise ValueError(message)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the knobs' first positions from `TRAIL_DROP=0.5` and the like, each a JSON value."""
        given = {
            field.name: json.loads(environ[_PREFIX + field.name.upper()])
            for field in fields(cls)
            if _PREFIX + field.name.upper() in environ
        }
        return cls().turned(given)

    def turned(self, changes: Mapping[str, Any]) -> Self:
        """Turn some of the knobs; a name that is not a knob's is an error."""
        known = [field.name for field in fields(self)]
        if unknown := sorted(set(changes) - set(known)):
            message = f"unknown knob {unknown[0]!r}; the knobs are {', '.join(known)}"
            raise ValueError(message)
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in changes.items()
        }
        return replace(self, **values)

    def as_json(self) -> dict[str, Any]:
        """Give the knobs' positions as JSON knows them."""
        return asdict(self)
