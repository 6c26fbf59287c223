"""Throw-away things in a real account, each with the call that takes it away again."""

import secrets
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import code_of, is_gone
from rolecall.aws.session import Aws

PATH = "/rolecall-contract/"
_TRIES = (
    5  # IAM may still see a policy that was just taken away, and then refuses to delete its user
)
_SERVER_FAULT = 500


class Scratch:
    """What a run made, and has not yet taken away.

    Args:
        aws: The clients.
        sleep: Waits so many seconds.
    """

    def __init__(self, aws: Aws, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name = f"rolecall-contract-{secrets.token_hex(4)}"
        self._aws = aws
        self._sleep = sleep
        self._made: list[tuple[str, Callable[[], Any]]] = []

    def make[T](self, what: str, make: Callable[[], T], unmake: Callable[[], Any]) -> T:
        """Make a thing that `clean` takes away.

        It is noted before it is made, since a call whose answer is lost may have been carried out.
        """
        self._made.append((what, unmake))
        try:
            return make()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < _SERVER_FAULT:
                self._made.pop()  # AWS refused it
            raise

    def clean(self) -> None:
        """Take everything away, newest first; what cannot be taken away stays noted."""
        stuck = []
        while self._made:
            if not self._unmade(self._made[-1][1]):
                stuck.append(self._made[-1])
            self._made.pop()
        self._made = stuck

    def _unmade(self, unmake: Callable[[], Any]) -> bool:
        for attempt in range(_TRIES):
            try:
                unmake()
            except (ClientError, BotoCoreError) as error:
                if is_gone(error):
                    return True
                if code_of(error) != "DeleteConflict":
                    return False
                self._sleep(2**attempt)
            else:
                return True
        return False

    def left(self) -> list[str]:
        """What is still there: what could not be taken away, and all that lies under the path."""
        iam = self._aws.client("iam")
        found = [what for what, _ in self._made]
        try:
            for operation, key in (("list_users", "Users"), ("list_roles", "Roles")):
                pages = iam.get_paginator(operation).paginate(PathPrefix=PATH)
                found += [thing["Arn"] for page in pages for thing in page[key]]
        except (ClientError, BotoCoreError) as error:
            found.append(f"perhaps more under {PATH}, which cannot be listed ({code_of(error)})")
        return found
