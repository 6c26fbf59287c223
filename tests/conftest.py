"""What all tests share."""

import pytest

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
