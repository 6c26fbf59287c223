"""One embedded account for a module's tests; what needs a fresh one starts its own."""

from collections.abc import Iterator

import pytest

from rolecall_cli.embedded.account import EmbeddedAccount, embedded_account


@pytest.fixture(scope="module")
def shared_account() -> Iterator[EmbeddedAccount]:
    with embedded_account() as account:
        yield account


@pytest.fixture
def account(shared_account: EmbeddedAccount) -> Iterator[EmbeddedAccount]:
    """The module's account, emptied; whatever a test did, the trail made no error of its own."""
    shared_account.reset()
    yield shared_account
    assert (shared_account.trail.counters()["errors"], shared_account.trail.last_error()) == (
        0,
        None,
    )
