"""The sample events of the project, which benchmarks multiply."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from rolecall.registry import Registry

ROOT = Path(__file__).resolve().parents[1]
_EVENTS = ROOT / "events"


@cache
def _text(name: str) -> str:
    return (_EVENTS / f"{name}.json").read_text(encoding="utf-8")


def sample(name: str) -> dict[str, Any]:
    """A fresh copy of one sample by `<convention>/<stem>`: a whole EventBridge event."""
    event: dict[str, Any] = json.loads(_text(name))
    return event


@cache
def names(start: str) -> tuple[str, ...]:
    """The samples whose file names start so, such as `drift-`, and which a backtest can judge."""
    found = sorted(_EVENTS.glob(f"*/{start}*.json"))
    own = {c.id for c in Registry().activity if c.of_own_roles}
    return tuple(f"{p.parent.name}/{p.stem}" for p in found if p.parent.name not in own)
