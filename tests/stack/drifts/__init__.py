"""Drifts from the conventions, and the plain AWS calls that bring them: a module for each family.

A convention is shown by a `Row` in the `ROWS` of its family's module; a new module is found by being
here. On the deployed stack each row is

- brought before the stack is there, without a record, and told by the first sweep (`OLD`);
- brought after that, told by its event (`LIVE`), and found by a backtest of the trail's records
  unless it is not `recorded`;
- with an `aim`, put right on a stack that acts, and undone. (What only a sweep sees is put right by one,
  so its family's `PUTTING_RIGHT` lets its sweeps act.)

All rows meet in one account, so each has names of its own, and they end with `~`: what is made before
the stack and after it must differ. All conventions tell there, those with a grace after one second.
Beside `ROWS` a module may have

- `TELLING`: by the section of the settings, what its drifts need there, such as
  `{"conventions": {"access-key-age": {"days": 0}}}`;
- `PUTTING_RIGHT`: as `TELLING`, and only where those with an aim act;
- `PROVED_WITH_STUBS`: by the convention that has no row, what the embedded account lacks for it and
  the tests that prove it instead;
- `LACKING`: calls that the account does not know, with parameters that pass boto3;
- `SENT`: samples whose records are sent to the stack, for no call to the account makes them: the
  sample's name, and the case's subject and part.
"""

import json
from collections.abc import Mapping
from functools import reduce
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from rolecall.convention import Convention
from rolecall.model.calls import Call
from rolecall.registry import convention_classes
from tests.stack.drifts.rows import Proof, Row

_FAMILIES = [
    vars(import_module(f"{__name__}.{found.name}"))
    for found in iter_modules(__path__)
    if found.name != "rows"
]
ROWS: tuple[Row, ...] = tuple(row for family in _FAMILIES for row in family["ROWS"])
PROVED_WITH_STUBS: Mapping[str, Proof] = {
    convention: proof
    for family in _FAMILIES
    for convention, proof in family.get("PROVED_WITH_STUBS", {}).items()
}
LACKING: tuple[Call, ...] = tuple(one for family in _FAMILIES for one in family.get("LACKING", ()))
SENT: tuple[tuple[str, str, str], ...] = tuple(
    one for family in _FAMILIES for one in family.get("SENT", ())
)


def shown() -> Mapping[str, type[Convention]]:
    """All conventions but those of `service_roles`, which test_closed_loop shows."""
    return {
        id_: found
        for id_, found in convention_classes().items()
        if found.__module__.split(".")[-2] != "service_roles"
    }


def telling() -> str:
    """Settings under which all of them tell, those with a grace after a second of it."""
    return _text({"conventions": _on()}, *_said("TELLING"))


def putting_right() -> str:
    """Settings under which those with an aim act; the others only tell, so a drift meets one remedy."""
    acting = {row.convention: {"mode": "remediate"} for row in ROWS if row.aim}
    return _text(
        {
            "caps": dict.fromkeys(("account", "convention", "actor"), 10000),
            "protected": ["arn:aws:iam::111122223333:user/break-glass"],
            "conventions": _merged(_on(), acting),
        },
        *_said("TELLING"),
        *_said("PUTTING_RIGHT"),
    )


def _on() -> dict[str, dict[str, object]]:
    return {
        id_: {"mode": "notify"} | ({"grace": 1} if found.grace else {})
        for id_, found in shown().items()
    }


def _said(name: str) -> list[Any]:
    return [family[name] for family in _FAMILIES if name in family]


def _text(*parts: Any) -> str:
    return json.dumps(reduce(_merged, parts, {"version": 1}))  # which is YAML as well


def _merged(first: Any, second: Any) -> Any:
    """The second over the first: mappings are merged, and a list follows the other."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {
            key: _merged(first[key], value) if key in first else value
            for key, value in second.items()
        }
    return [*first, *second] if isinstance(first, list) else second
