"""Builds the stage: a copy of the project with settings that may act, built and deployed by sam."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rolecall_cli.demo.cast import SECRET, assemble
from rolecall_cli.demo.deeds import ACCOUNT, PROFILE
from rolecall_cli.demo.screen import Screen
from rolecall_cli.demo.stage import Stage
from rolecall_cli.demo.surroundings import environment, scratch_folder
from rolecall_cli.embedded import stack
from rolecall_cli.embedded.account import embedded_account
from rolecall_cli.embedded.places import checkout

STACK = "rolecall"
# Only what has a scene is on: the others would have their say between the scenes.
SETTINGS = f"""\
version: 1
accounts: {{"{ACCOUNT}": example}}
defaults: {{mode: "off", owner: platform-oncall}}
protected: ["arn:aws:iam::{ACCOUNT}:user/break-glass"]
conventions:
  user-permissions-via-groups: {{mode: remediate}}
  role-no-wildcard-trust: {{mode: remediate}}
  no-long-term-access-keys: {{mode: remediate}}
  ec2-launched-with-profile: {{mode: remediate, profile: {PROFILE}, role: {PROFILE}}}
  group-has-policy: {{mode: notify, grace: 2}}
  own-role-used-by-others: {{mode: notify}}
  root-usage: {{mode: notify}}
"""
_PARAMETERS = {
    "HighestMode": "remediate",
    "RestrictBus": "no",  # the embedded account knows no policies of buses
    "VerifyAfter": "1",  # and it settles at once
    "SlackWebhookSecret": SECRET,
    "AlertEmail": "security@example.com",
    "LogRetentionDays": "1",
}
# What sam keeps from one build to the next, so that it need not fetch again what layers depend on.
_KEPT = ("build.toml", "cache", "deps")


@contextmanager
def built_stage(screen: Screen, webhook: str) -> Iterator[Stage]:
    """Build everything; nothing of it is left when the block ends, however it ends.

    Args:
        screen: Shows how it goes.
        webhook: The address of the Slack inbox.
    """
    with scratch_folder() as folder:
        with screen.step("copy", "Copy the project, and let four conventions act"):
            project = _copy(folder / "project")
        with embedded_account() as account, ThreadPoolExecutor(1) as beside:
            people = beside.submit(assemble, account, webhook)
            # What sam and pip write aside goes with the folder, too.
            (folder / "tmp").mkdir()
            with environment(os.environ | {"TMPDIR": str(folder / "tmp")}):
                with screen.step("build", "Build it with sam") as tell:
                    template = stack.build(project, progress=tell)
                    cast = people.result()
                with screen.step("deploy", "Deploy it with sam to an AWS account in here") as tell:
                    outputs = stack.deploy(
                        account,
                        project,
                        stack_name=STACK,
                        parameters=_PARAMETERS,
                        template=template,
                        progress=tell,
                    )
            yield Stage(account, outputs, cast)


def _copy(target: Path) -> Path:
    # Needs the generators, which only a checkout has; it is looked for first.
    root = checkout().root
    from rolecall_cli.embedded.project import scratch_copy  # noqa: PLC0415

    scratch_copy(root, target, SETTINGS)
    _copy_kept(root / ".aws-sam", target / ".aws-sam")
    return target


def _copy_kept(source: Path, target: Path) -> None:
    target.mkdir()
    try:
        for name in _KEPT:
            copy = shutil.copytree if (source / name).is_dir() else shutil.copy2
            copy(source / name, target / name)
    except OSError:
        # Nothing was built here yet, or somebody builds right now: then from the beginning.
        shutil.rmtree(target)
