"""What the tests of the runtime read: the log."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rolecall.runtime.log import log


@pytest.fixture
def lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[dict[str, Any]]]:
    """The log's lines so far, each as what it holds."""
    written: list[dict[str, Any]] = []
    handler = log.registered_handler
    monkeypatch.setattr(
        handler,
        "emit",
        lambda record: written.append(json.loads(handler.format(record).encode())),
    )
    yield written
    assert capsys.readouterr().out == ""
