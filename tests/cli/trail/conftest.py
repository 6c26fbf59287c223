"""One embedded account for the tests that make real calls."""

from tests.cli.embedded.conftest import account, shared_account

__all__ = ["account", "shared_account"]
