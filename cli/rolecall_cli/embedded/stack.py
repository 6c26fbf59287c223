"""Build the project with sam and deploy it to the embedded account, as to any other."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from rolecall_cli.embedded.account import ROOT, EmbeddedAccount
from rolecall_cli.embedded.bytecode import compile_built
from rolecall_cli.embedded.places import Checkout, architecture, checkout
from rolecall_cli.embedded.safety import clean_environment
from rolecall_cli.errors import StackError

type StackOutputs = Mapping[str, str]
type Progress = Callable[[str], None]

_TAIL = 15


def build(
    project: Path,
    *,
    processor: str = "",
    build_dir: Path | None = None,
    progress: Progress = lambda _: None,
) -> Path:
    """Build the project, bytecode included.

    Args:
        project: The folder with `template.yaml`.
        processor: `arm64` or `x86_64`; otherwise this machine's, as the embedded account needs it.
        build_dir: Where the artefacts go; otherwise where sam puts them.
        progress: Told in a sentence what is being done.

    Returns:
        The built template.
    """
    here = checkout()
    target = build_dir or project / ".aws-sam" / "build"
    if not (project / "template.yaml").exists():
        message = f"There is no template.yaml in {project}: nothing to build."
        raise StackError(message)
    progress("Building the functions and the layer (sam build)")
    _sam(
        here,
        "build",
        *("--template-file", str(project / "template.yaml"), "--base-dir", str(project)),
        *("--build-dir", str(target), "--cache-dir", str(target.parent / "cache"), "--cached"),
        *("--parameter-overrides", f"Architecture={processor or architecture()}"),
        environment=clean_environment(),
        cwd=project,
    )
    progress("Compiling their bytecode")
    compile_built(target, here.emulator_python, here.runtime)
    return target / "template.yaml"


def deploy(
    account: EmbeddedAccount,
    project: Path,
    *,
    stack_name: str,
    parameters: Mapping[str, str],
    template: Path | None = None,
    progress: Progress = lambda _: None,
) -> StackOutputs:
    """Deploy the built project to the account and give the stack's outputs.

    Args:
        account: Where to.
        project: The folder that was built.
        stack_name: The stack's name.
        parameters: The template's parameters; the processor's is added when the template has it.
        template: The built template, when it is not where sam puts it.
        progress: Told in a sentence what is being done.
    """
    built = template or project / ".aws-sam" / "build" / "template.yaml"
    if not built.exists():
        message = f"{built} is missing: build the project before deploying it."
        raise StackError(message)
    progress(f"Deploying the stack {stack_name} to {account.endpoint} (sam deploy)")
    overrides = {"Architecture": architecture(), **parameters}
    _sam(
        checkout(),
        "deploy",
        *("--template-file", str(built), "--stack-name", stack_name),
        *("--region", account.region, "--resolve-s3", "--no-progressbar"),
        *("--capabilities", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
        *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        *("--parameter-overrides", *(f'{k}="{_quoted(v)}"' for k, v in overrides.items())),
        # sam's bucket refuses whoever does not come by TLS, but for root. CloudFormation's calls are
        # made inside the emulator and leave no records, so root does not show up in any.
        environment=clean_environment() | account.environment(ROOT),
        cwd=project,
    )
    return outputs(account, stack_name)


def outputs(account: EmbeddedAccount, stack_name: str) -> StackOutputs:
    """Read the outputs of a deployed stack."""
    stack = account.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _sam(
    here: Checkout, command: str, *arguments: str, environment: Mapping[str, str], cwd: Path
) -> None:
    with tempfile.TemporaryDirectory(prefix="rolecall-sam-") as folder:
        # The project's samconfig.toml speaks of real accounts; this one says nothing.
        config = Path(folder) / "samconfig.toml"
        config.write_text("version = 0.1\n")
        quiet = {
            "SAM_CLI_TELEMETRY": "0",
            "PYTHONDONTWRITEBYTECODE": "",  # set in many containers, and each run would compile sam anew
            "SAM_CLI_POLL_DELAY": "0.2",  # of its five seconds, the embedded account needs one
            "__SAM_CLI_APP_DIR": folder,
            "TMPDIR": folder,  # it leaves empty folders there
            # sam build wants the functions' interpreter on the path, and pip with it.
            "PATH": os.pathsep.join([str(here.interpreter.parent), environment.get("PATH", "")]),
        }
        _run(
            [str(here.sam), command, "--config-file", str(config), *arguments],
            environment={**environment, **quiet},
            cwd=cwd,
        )


def _run(command: list[str], *, environment: Mapping[str, str], cwd: Path) -> None:
    finished = subprocess.run(
        command,
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if finished.returncode:
        what = f"{Path(command[0]).name} {command[1]}"
        tail = "\n".join(finished.stdout.splitlines()[-_TAIL:])
        message = f"`{what}` failed with code {finished.returncode}. Its last lines:\n{tail}"
        raise StackError(message)
