"""Slack, through an incoming webhook.

The webhook's address is a secret: whoever holds it can write to the channel. It is read when it is
needed, kept for five minutes, and never stands in a log, an error or a repr. So errors of the request
are turned into our own outside of any `except`, and carry neither a cause nor a context.
"""

import re
import time
from collections.abc import Callable, Collection

from rolecall.channels.slack_blocks import payload
from rolecall.errors import DeliveryError, SecretError
from rolecall.model.cases import Case
from rolecall.notification.message import Message

SLACK_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
KEEP = 300.0  # seconds
_ADDRESS = re.compile(
    r"(?:https://(?P<host>[a-z0-9.-]+)|http://(?P<local>127\.0\.0\.1)(?::\d{1,5})?)/[A-Za-z0-9/_-]+",
    re.ASCII,
)
_WORD = re.compile(r"[a-z_]{1,40}", re.ASCII)
_OK, _REDIRECTS, _REFUSES, _SLOWER, _BROKEN = 200, 300, 400, 429, 500
_REVOKED = frozenset({401, 403, 404, 410})


class _Address:
    """The webhook's address, hidden from whoever prints it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "<webhook address>"

    def reveal(self) -> str:
        return self._text

    def leads_to(self, hosts: Collection[str]) -> bool:
        found = _ADDRESS.fullmatch(self._text)
        return found is not None and (found["host"] or found["local"]) in hosts


class Slack:
    """A Slack channel.

    Args:
        secret: Reads the webhook's address.
        secret_name: The secret's name, for people who must put it right.
        hosts: Where an address may lead; `127.0.0.1` stands for plain http there.
        clock: Seconds, from any start.
    """

    name = "slack"

    def __init__(
        self,
        secret: Callable[[], str],
        secret_name: str,
        *,
        hosts: Collection[str] = SLACK_HOSTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._secret_name = secret_name
        self._hosts = hosts
        self._clock = clock
        self._address: _Address | None = None
        self._until = 0.0

    def deliver(self, message: Message, case: Case) -> None:  # noqa: ARG002  # people read the message
        """Tell the case in the channel.

        Raises:
            DeliveryError: Slack did not take it.
            SecretError: the secret is missing, or is no webhook's address.
        """
        trouble = self._send(self._current(), payload(message))
        if trouble:
            raise DeliveryError(trouble)

    def _advice(self) -> str:
        return (
            "put the webhook's address, alone and as plain text, into a file and run "
            f"aws secretsmanager put-secret-value --secret-id {self._secret_name} "
            "--secret-string file://FILE"
        )

    def _current(self) -> _Address:
        if self._address is None or self._clock() >= self._until:
            address = _Address(self._secret().strip())
            if not address.leads_to(self._hosts):
                raise SecretError(
                    f"The secret {self._secret_name} is not the address of a Slack webhook: "
                    f"{self._advice()}."
                )
            self._address, self._until = address, self._clock() + KEEP
        return self._address

    def _send(self, address: _Address, body: dict[str, object]) -> str:
        """Send it; answer with what went wrong, or ""."""
        from rolecall.channels.slack_webhook import post  # noqa: PLC0415  # costs a third of a second

        try:
            status, answer = post(address.reveal(), body)
        except Exception as error:  # whatever it is, its text may hold the address
            return f"Slack could not be reached ({_kind(error)}); the alert will be tried again."
        return self._verdict(status, answer.strip())

    def _verdict(self, status: int, answer: str) -> str:
        if status == _OK and answer == "ok":
            return ""
        # Anything but a single word was not written by Slack's API, and could hold anything.
        said = f"{status} {answer}" if _WORD.fullmatch(answer) else f"{status}"
        if status == _SLOWER:
            return f"Slack asks us to slow down ({said}); the alert will be tried again."
        if status >= _BROKEN:
            return f"Slack is in trouble ({said}); the alert will be tried again."
        if status in _REVOKED:
            self._address = None  # the next try reads the secret anew
            return (
                f"Slack no longer knows the webhook ({said}): make a new one in Slack, then "
                f"{self._advice()}."
            )
        if _REDIRECTS <= status < _REFUSES:
            return (
                f"Slack answered with a redirect ({said}), which is not followed: {self._advice()}."
            )
        return (
            f"Slack refused the alert ({said}): read it in the ledger, and report this to the makers "
            "of Rolecall."
        )


def _kind(error: Exception) -> str:
    # urllib wraps what happened; its class says enough, and its text could say too much.
    reason = getattr(error, "reason", None)
    return type(reason if isinstance(reason, Exception) else error).__name__
