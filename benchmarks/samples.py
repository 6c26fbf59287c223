"""The sample events of the project, which benchmarks multiply."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from rolecall.registry import Registry, convention_classes
from rolecall.replaying.backtest import Backtest
from rolecall.settings.files import load

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
    """The samples whose file names start so, such as `drift-`, and whose records alone bear them out."""
    settings = load(ROOT / "layers/settings/rolecall.yaml", convention_classes)
    registry = Registry(settings.options, settings.registered)
    found = (f"{p.parent.name}/{p.stem}" for p in sorted(_EVENTS.glob(f"*/{start}*.json")))
    return tuple(
        name
        for name in found
        if "state" not in sample(name)
        # What is clean for its own convention may drift from another.
        and any(Backtest(registry, settings).run([(name, sample(name))]))
        is start.startswith("drift-")
    )
