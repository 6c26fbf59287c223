"""States that are written down: beside a recorded event, or alone, for what only a sweep can see.

```
{"state": {"at": "2026-11-02T10:00:00Z", "account": "111122223333", "subjects": [
  {"kind": "user", "name": "bob", "path": "/", "state": {"user.access-keys": {"AKIA...": "Active"}}}]}}
```

Facets that a subject does not name are empty.
"""

from collections.abc import Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from rolecall.model.cases import SWEEP
from rolecall.model.changes import Change, Rejected
from rolecall.model.facets import Facet
from rolecall.model.kinds import KINDS
from rolecall.model.subjects import SubjectRef
from rolecall.replaying.memory import MemoryAccount


def is_state(value: Any) -> bool:
    """Whether a value is a state alone, and no record."""
    return isinstance(value, Mapping) and "state" in value and "detail" not in value


def staged(value: Any) -> MemoryAccount | Rejected | None:
    """The account in the state that a value holds; None where it holds none."""
    if not isinstance(value, Mapping) or "state" not in value:
        return None
    try:
        return _staged(value["state"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Rejected(f"The state cannot be used: {type(error).__name__} {error}.")


def _staged(data: Mapping[str, Any]) -> MemoryAccount:
    account = MemoryAccount(data["account"])
    account.now = data["at"]
    for one in data["subjects"]:
        if one["kind"] not in KINDS:
            raise ValueError(f"there is no kind {one['kind']}")
        ref = SubjectRef(one["kind"], one["name"], account.account, one.get("region", ""))
        state = {Facet(facet): _fit(Facet(facet), value) for facet, value in one["state"].items()}
        account.add(ref, state, one.get("path", "/"))
    return account


def _fit(facet: Facet, value: Any) -> Any:
    """The value, which must be of the type that the subject's property of this name answers with."""
    named = getattr(KINDS[facet.kind], facet.partition(".")[2].replace("-", "_"), None)
    if isinstance(named, property):
        try:
            TypeAdapter(get_type_hints(named.fget)["return"]).validate_python(value)
        except ValidationError:
            raise ValueError(f"{facet} has another form") from None
    return value


def swept(account: MemoryAccount) -> Change:
    """What stands for the change where a state alone is judged."""
    return Change(SWEEP, "", account.now, account.account, "", "", None, None, {}, replayed=True)
