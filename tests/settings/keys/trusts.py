"""What the options that all conventions about trusts have change."""

from collections.abc import Callable
from typing import Any

from rolecall.registry import Registry, convention_classes
from rolecall.settings import Settings
from rolecall.trust_convention import TrustConvention
from tests.settings.keys import Change
from tests.settings.yaml import text


def _option(id_: str, name: str) -> Callable[[Settings], Any]:
    return lambda found: Registry(found.options)[id_].option(name)


# What they do is shown once for all, in tests/conventions/test_trusts.py.
CHANGES: dict[str, Change] = {
    f"{id_}.{name}": (
        text(),
        text(f"conventions: {{{id_}: {{{name}: true}}}}\n"),
        _option(id_, name),
        False,
        True,
    )
    for id_, one in convention_classes().items()
    if issubclass(one, TrustConvention)
    for name in one.options
    if name in TrustConvention.options
}
