"""Start the emulator with a wrapper around its dispatcher that makes the records."""

import asyncio
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rolecall_cli.trail import ATTACHED, answers, emulator, operator
from rolecall_cli.trail.calls import Call, Request, recognise
from rolecall_cli.trail.door import PATH, Door
from rolecall_cli.trail.knobs import Knobs
from rolecall_cli.trail.records import DETAIL_TYPE, UNAUTHENTICATED, Circumstances, make_record
from rolecall_cli.trail.trail import Event, Timer, Trail


def main() -> None:
    """Serve until told to stop."""
    if folder := os.environ.pop(ATTACHED, None):
        threading.Thread(target=_die_with_parent, args=(folder,), daemon=True).start()
    account = os.environ["MINISTACK_ACCOUNT_ID"]
    trail = Trail(emulator.emit, _later, Knobs.from_environment(os.environ))
    sys.argv = ["ministack"]
    emulator.serve(lambda dispatch: _recording(dispatch, trail, Door(trail, account), account))


def _recording(
    dispatch: emulator.Dispatch, trail: Trail, door: Door, account: str
) -> emulator.Dispatch:
    """Wrap the dispatcher: the answer goes back untouched, whatever happens to the record."""

    async def dispatch_and_record(*arguments: Any) -> tuple[int, dict[str, str], Any]:
        method, path, headers, body, query_params, request_id = arguments
        if path.startswith(PATH):
            return door.answer(method, path, body)
        if operator.ACCESS_KEY in headers.get("authorization", ""):
            # Here and not at the start, so that the operator also survives a reset.
            emulator.seat(
                *(operator.role(account), operator.POLICY),
                *(operator.ACCESS_KEY, operator.session(account)),
            )
        request = Request(method, path, headers, body, query_params)
        arrived, call, caller = datetime.now(UTC), None, None
        if not trail.knobs.muted and request.scope and request.scope[1] in trail.knobs.services:
            with trail.counting_errors():
                call = recognise(request)
                # Before the call: afterwards its key, user or role may be gone.
                caller = emulator.caller(headers, query_params)
        response = await dispatch(*arguments)
        if call and caller and (not call.reads_only or call.spelling in trail.knobs.reads):
            with trail.counting_errors():
                agent = headers.get("user-agent", "")
                _record(trail, call, response, Circumstances(arrived, caller, request_id, agent))
        return response

    return dispatch_and_record


def _record(
    trail: Trail, call: Call, response: tuple[int, dict[str, str], Any], by: Circumstances
) -> None:
    answer = answers.decode(call.model, *response)
    if answer.error_code not in UNAUTHENTICATED:
        record = make_record(call, answer, by)
        region = record["awsRegion"]
        source = f"aws.{call.service}"
        trail.take(Event(source, DETAIL_TYPE, record, by.caller.account, region))


def _later(delay: float, arrive: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(delay, arrive)


def _die_with_parent(folder: str) -> None:
    """Wait for the parent's end of the pipe to close, then go, and leave nothing behind."""
    # Straight from the descriptor: a buffered read would hold a lock that Python wants at its end.
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)
