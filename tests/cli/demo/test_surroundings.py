"""What the demo changes around itself is put back, however it ends."""

import os
import signal
from contextlib import suppress

import pytest

from rolecall_cli.demo.surroundings import ended_gently, environment, scratch_folder


def test_the_environment_is_exactly_what_was_asked_for_and_then_as_before() -> None:
    before = dict(os.environ)
    with suppress(KeyboardInterrupt), environment({"AWS_ACCESS_KEY_ID": "test"}):
        assert dict(os.environ) == {"AWS_ACCESS_KEY_ID": "test"}
        raise KeyboardInterrupt
    assert dict(os.environ) == before


def test_the_scratch_folder_goes_with_all_that_is_in_it() -> None:
    with suppress(KeyboardInterrupt), scratch_folder() as folder:
        (folder / "project").mkdir()
        (folder / "project" / "template.yaml").touch()
        raise KeyboardInterrupt
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_is_like_ctrl_c(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ended_gently():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before
