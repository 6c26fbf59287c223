"""Works on the messages of an SQS batch side by side and says which ones go back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import DeliveryError, RetryError, RolecallError
from rolecall.runtime.log import log
from rolecall.runtime.wiring import Runtime

# Time that a message needs at most; with less left, it goes back to the queue untouched.
_RESERVE_MS = 8_000
# What may well succeed a little later; a queue, the table or the bus that does not answer, too.
_PASSES = (RetryError, DeliveryError, BotoCoreError, ClientError)

Message = Mapping[str, Any]


class Batch:
    """One batch of messages.

    Args:
        runtime: What the function works with.
        work: Works on one message; what it raises sends that message, and only it, back.
    """

    def __init__(self, runtime: Runtime, work: Callable[[Runtime, Message], None]) -> None:
        self._runtime = runtime
        self._work = work

    def answer(
        self, messages: Sequence[Message], milliseconds_left: Callable[[], int]
    ) -> dict[str, list[dict[str, str]]]:
        """Work on all messages and answer as `ReportBatchItemFailures` wants it."""

        def done(message: Message) -> bool:
            return milliseconds_left() > _RESERVE_MS and self._is_done(message)

        if len(messages) == 1:
            results = [done(messages[0])]
        else:
            # Not imported for one message: a cold start most often has one.
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

            with ThreadPoolExecutor(max_workers=max(len(messages), 1)) as pool:
                results = list(pool.map(done, messages))
        return {
            "batchItemFailures": [
                {"itemIdentifier": message["messageId"]}
                for message, is_done in zip(messages, results, strict=True)
                if not is_done
            ]
        }

    def _is_done(self, message: Message) -> bool:
        try:
            self._work(self._runtime, message)
        except _PASSES as error:
            self._later(message, str(error), getattr(error, "after", 0))
            return False
        except RolecallError as error:
            log.error(str(error), outcome="failed", message_id=message["messageId"])
            return False
        except Exception as error:
            # Of several channels each can have failed in a way that passes.
            if isinstance(error, ExceptionGroup) and error.split(_PASSES)[1] is None:
                self._later(message, " ".join(str(one) for one in error.exceptions))
                return False
            # The edge of the batch: whatever one message does, the others are not repeated for it.
            log.exception("This message could not be worked on.", outcome="failed")
            return False
        return True

    def _later(self, message: Message, why: str, after: int = 0) -> None:
        # What says when it comes back is on its way, and nothing went wrong.
        say, outcome = (log.info, "later") if after else (log.warning, "retry")
        say(why, outcome=outcome, message_id=message["messageId"])
        try:
            self._runtime.later(message, after)
        except Exception:
            # Then it comes back after the whole timeout; the others are not repeated for that either.
            log.exception("A message could not be put off.", outcome="retry")
