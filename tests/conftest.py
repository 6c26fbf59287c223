"""What all tests share."""

from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling

from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.world import settings as make_settings


@pytest.fixture
def settings() -> Settings:
    """The settings as shipped."""
    return make_settings()


@pytest.fixture
def registry(settings: Settings) -> Registry:
    """The conventions with the shipped options."""
    return Registry(settings.options, settings.registered)


class ByStackOrFile(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives a worker a whole file, or all that shares the stack of `deployed`, which is made but once."""

    def _split_scope(self, nodeid: str) -> str:
        return str(super()._split_scope(nodeid)).partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByStackOrFile:
    return ByStackOrFile(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several workers, what takes minutes goes first, and small files fill up the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: "stack" not in item.keywords)
        for item in items:
            if "deployed" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group("deployed"))
