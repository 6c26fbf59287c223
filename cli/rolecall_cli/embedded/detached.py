"""An embedded account that outlives the command that started it."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from rolecall_cli.embedded import process
from rolecall_cli.embedded.account import EmbeddedAccount
from rolecall_cli.embedded.places import Checkout
from rolecall_cli.embedded.process import Emulator
from rolecall_cli.embedded.safety import refuse_real_accounts
from rolecall_cli.errors import EmbeddedAccountError


@dataclass(frozen=True)
class Running:
    """What is known of the account that runs detached."""

    endpoint: str
    pid: int
    enforce_iam: bool
    log: str

    @property
    def account(self) -> EmbeddedAccount:
        """The account itself."""
        return EmbeddedAccount(self.endpoint)


def start(checkout: Checkout, *, enforce_iam: bool) -> Running:
    """Start the checkout's account, or find the one that runs already.

    Raises:
        EmbeddedAccountError: when it does not start, or one runs that enforces otherwise.
    """
    refuse_real_accounts(os.environ)
    if running := status(checkout):
        if running.enforce_iam != enforce_iam:
            message = (
                "An embedded account runs already, and IAM enforcement is chosen at its start: "
                "run `rolecall local down` first."
            )
            raise EmbeddedAccountError(message)
        return running
    folder = _folder(checkout)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    emulator = process.start(checkout, folder, enforce_iam=enforce_iam, attached=False, extra={})
    running = Running(emulator.endpoint, emulator.pid, enforce_iam, str(folder / process.LOG_NAME))
    _state_file(checkout).write_text(json.dumps(asdict(running)))
    return running


def status(checkout: Checkout) -> Running | None:
    """Tell what runs; nothing, when the process is gone or another answers in its place."""
    try:
        running = Running(**json.loads(_state_file(checkout).read_text()))
    except (FileNotFoundError, TypeError, ValueError):
        return None
    return running if process.answers(_emulator(checkout, running)) else None


def stop(checkout: Checkout) -> bool:
    """Stop the account and remove what it wrote; tell whether there was one."""
    running = status(checkout)
    if running:
        process.stop(_emulator(checkout, running))
    shutil.rmtree(_folder(checkout), ignore_errors=True)
    _state_file(checkout).unlink(missing_ok=True)
    return running is not None


def _emulator(checkout: Checkout, running: Running) -> Emulator:
    return Emulator(running.endpoint, running.pid, _folder(checkout))


def _folder(checkout: Checkout) -> Path:
    return checkout.state / "account"


def _state_file(checkout: Checkout) -> Path:
    return checkout.state / "account.json"
