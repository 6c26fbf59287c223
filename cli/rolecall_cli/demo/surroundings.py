"""What the demo changes around itself while it runs, and puts back: environment, signals, a folder."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_TRIES = 50
_TICK = 0.1


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Have exactly these variables in the environment while the block runs."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def ended_gently() -> Iterator[None]:
    """Treat a request to end like Ctrl-C, so that everything is cleaned up on the way out."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder that is gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="rolecall-demo-"))
    try:
        yield folder
    finally:
        for _ in range(_TRIES):
            # What an interrupted build had started may still write for a moment.
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(_TICK)
