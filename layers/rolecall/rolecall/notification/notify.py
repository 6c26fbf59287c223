"""The use case of the notify function: a case comes in, every channel tells it once."""

from collections.abc import Callable, Sequence
from typing import Protocol

from rolecall.model.cases import Case
from rolecall.notification.message import Message, message
from rolecall.ports import Tellings


class Channel(Protocol):
    """A place where people or machines hear of cases."""

    @property
    def name(self) -> str:
        """Its name, under which the ledger remembers what was told there."""

    def deliver(self, message: Message, case: Case) -> None:
        """Tell the case.

        Raises:
            DeliveryError: it did not get there.
        """


class Notifier:
    """Tells cases on every channel.

    Args:
        channels: Where to tell.
        tellings: What was told already.
        clock: Seconds since the epoch.
        stack: The stack's name, for the commands in a message.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        tellings: Tellings,
        clock: Callable[[], float],
        stack: str,
    ) -> None:
        self._channels = channels
        self._tellings = tellings
        self._clock = clock
        self._stack = stack

    def notify(self, case: Case) -> list[str]:
        """Tell a case on every channel that has not told this state of it yet.

        Returns:
            The names of the channels that told it now.

        Raises:
            DeliveryError: one channel did not tell it; a retry tells it there, and nowhere twice.
            LeaseHeldError: another worker is telling it on one channel.
            ExceptionGroup: more than one channel did not tell it.
        """
        if not case.status.is_told:
            return []
        content = message(case, self._stack)
        told: list[str] = []
        errors: list[Exception] = []
        for channel in self._channels:
            try:
                if self._tell(channel, content, case):
                    told.append(channel.name)
            except Exception as error:  # one channel must not silence the others
                errors.append(error)
        if len(errors) > 1:
            raise ExceptionGroup(f"channels did not tell case {case.id}", errors)
        if errors:
            raise errors[0]
        return told

    def _tell(self, channel: Channel, content: Message, case: Case) -> bool:
        if not self._tellings.claim_telling(case.id, case.status, channel.name, self._clock()):
            return False
        try:
            channel.deliver(content, case)
        except BaseException:
            # Free for the retry; a worker that dies here loses it when its lease runs out.
            self._tellings.untold(case.id, case.status, channel.name)
            raise
        self._tellings.told(case.id, case.status, channel.name)
        return True
