"""`rolecall local`: an AWS account on this machine, with Rolecall deployed in it."""

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from rolecall.model.scales import Mode
from rolecall_cli.embedded import detached, stack
from rolecall_cli.embedded.detached import Running
from rolecall_cli.embedded.places import checkout

STACK_NAME = "rolecall"

app = typer.Typer(
    name="local",
    help="Rolecall in an AWS account on this machine: no credentials, no cost, nothing stays.",
    no_args_is_help=True,
)


class Format(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="How the answer is written.")]


@app.command()
def up(
    *,
    enforce_iam: Annotated[
        bool, typer.Option("--enforce-iam", help="Check every call against policies, as AWS does.")
    ] = False,
    highest_mode: Annotated[
        Mode, typer.Option(help="The ceiling over the modes of the checkout's settings.")
    ] = Mode.REMEDIATE,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Start the account, or use the one that runs, and deploy the project as it is now."""
    here = checkout()
    _progress("Starting the embedded account")
    running = detached.start(here, enforce_iam=enforce_iam)
    stack.build(here.root, progress=_progress)
    # The emulator knows no bus policies.
    parameters = {"HighestMode": highest_mode.value, "RestrictBus": "no", "VerifyAfter": "1"}
    outputs = stack.deploy(
        running.account, here.root, stack_name=STACK_NAME, parameters=parameters, progress=_progress
    )
    if format_ is Format.JSON:
        print(json.dumps({**_as_json(running), "outputs": dict(outputs)}, indent=2))
        return
    print(_usage(running))
    for name, value in outputs.items():
        print(f"  {name}: {value}")


@app.command()
def status(*, format_: FormatOption = Format.TEXT) -> None:
    """Tell whether the account runs, and what its trail has done."""
    running = detached.status(checkout())
    if format_ is Format.JSON:
        print(json.dumps(_as_json(running), indent=2))
    elif running is None:
        print("No embedded account runs. Start one with: rolecall local up")
    else:
        print(_usage(running))
        counted = ", ".join(f"{n} {name}" for name, n in running.account.trail.counters().items())
        print(f"Records of its trail: {counted}")


@app.command()
def down() -> None:
    """Stop the account and remove everything it wrote."""
    stopped = detached.stop(checkout())
    _progress("The embedded account is gone." if stopped else "No embedded account ran.")


def _progress(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _as_json(running: Running | None) -> dict[str, object]:
    if running is None:
        return {"running": False}
    account = running.account
    return {
        "running": True,
        "endpoint": account.endpoint,
        "account_id": account.account_id,
        "region": account.region,
        "enforce_iam": running.enforce_iam,
        "pid": running.pid,
        "log": running.log,
        "environment": account.environment(),
        "trail": account.trail.counters(),
    }


def _usage(running: Running) -> str:
    account = running.account
    exports = "\n".join(f"  export {name}={value}" for name, value in account.environment().items())
    return (
        f"The account {account.account_id} answers at {account.endpoint} ({account.region}).\n"
        f"For boto3, the aws command and sam, in this shell:\n{exports}\n"
        "Then, for example: aws iam create-user --user-name bob\n"
        "Stop it with: rolecall local down"
    )
