"""The embedded AWS account, as its users see it."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rolecall_cli.embedded import process
from rolecall_cli.embedded.knobs import TrailKnobs
from rolecall_cli.embedded.places import checkout
from rolecall_cli.embedded.safety import refuse_real_accounts
from rolecall_cli.trail import operator

if TYPE_CHECKING:
    from boto3.session import Session


@dataclass(frozen=True)
class Credentials:
    """The credentials of one principal of the embedded account."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)

    def environment(self) -> dict[str, str]:
        """Give the variables that the SDKs and command lines read."""
        variables = {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }
        return variables | ({"AWS_SESSION_TOKEN": self.token} if self.token else {})


OPERATOR = Credentials(operator.ACCESS_KEY, operator.SECRET_KEY, operator.SESSION_TOKEN)
"""An administrator who came through Identity Center; whoever does not say otherwise is them."""
ROOT = Credentials("test", "test")
"""The account's root user."""


@dataclass(frozen=True)
class EmbeddedAccount:
    """An AWS account that lives in a process on this machine."""

    endpoint: str
    account_id: str = process.ACCOUNT_ID
    region: str = process.REGION

    @property
    def trail(self) -> TrailKnobs:
        """The account's trail, and its knobs."""
        return TrailKnobs(self.endpoint)

    def environment(self, credentials: Credentials = OPERATOR) -> dict[str, str]:
        """Give the variables under which boto3, the aws command and sam use this account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            **credentials.environment(),
        }

    def client(self, service: str, credentials: Credentials | None = None) -> Any:
        """Make a boto3 client that acts as somebody, by default as the operator."""
        from botocore.config import Config  # noqa: PLC0415 - half a second the command can save

        who = credentials or OPERATOR
        return self._session.client(  # type: ignore[call-overload]  # any service by its name
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id=who.access_key,
            aws_secret_access_key=who.secret_key,
            aws_session_token=who.token,
            config=Config(proxies={}, retries={"mode": "standard"}),
        )

    def reset(self) -> None:
        """Empty the account, and set the trail back."""
        connection = HTTPConnection(urlsplit(self.endpoint).netloc, timeout=60)
        try:
            connection.request("POST", "/_ministack/reset")
            connection.getresponse().read()
        finally:
            connection.close()
        self.trail.reset()

    @cached_property
    def _session(self) -> "Session":
        from boto3.session import Session  # noqa: PLC0415

        return Session()


@contextmanager
def embedded_account(
    *, enforce_iam: bool = False, extra: Mapping[str, str] | None = None
) -> Iterator[EmbeddedAccount]:
    """Run an embedded account while the block runs; nothing of it stays.

    It also ends when this process is killed.

    Args:
        enforce_iam: Whether calls are checked against policies.
        extra: Variables for the emulator and the functions, such as `TRAIL_SEED` or `HTTP_PROXY`.
    """
    refuse_real_accounts(os.environ)
    folder = Path(tempfile.mkdtemp(prefix="rolecall-account-"))
    emulator = process.start(
        checkout(), folder, enforce_iam=enforce_iam, attached=True, extra=extra or {}
    )
    try:
        yield EmbeddedAccount(emulator.endpoint)
    finally:
        process.stop(emulator)
