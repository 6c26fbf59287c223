"""An embedded account starts, serves, and leaves nothing behind."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rolecall_cli.embedded import detached, people, process
from rolecall_cli.embedded.account import EmbeddedAccount, embedded_account
from rolecall_cli.embedded.places import Checkout, checkout
from rolecall_cli.embedded.process import Emulator
from rolecall_cli.errors import EmbeddedAccountError


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid: int, folder: Path) -> bool:
    deadline = time.monotonic() + 5
    while (alive(pid) or folder.exists()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid) and not folder.exists()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own for all temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Checkout:
    """A checkout that shares the environments with this one, but not the state."""
    here = checkout()
    for name in (".venv-emulator", "cli"):
        (tmp_path / name).symlink_to(here.root / name)
    return Checkout(tmp_path)


def test_what_was_started_is_gone_afterwards_functions_too(temporary: Path) -> None:
    with embedded_account() as account:
        pid = account.trail.pid()
        function = invoke(account, "return {'pid': os.getpid()}")
        [folder] = temporary.iterdir()
        assert alive(pid)
        assert alive(function["pid"])
    assert gone(pid, folder)
    assert gone(function["pid"], folder)
    assert list(temporary.iterdir()) == []


def test_a_function_acts_as_its_role_and_inherits_no_path_of_ours() -> None:
    with embedded_account() as account:
        answer = invoke(
            account,
            "boto3.client('iam').create_group(GroupName='by-function')",
            "return {'inherited': os.environ.get('PYTHONPATH')}",
        )
        assert answer == {"inherited": None}
        identity = account.trail.records()[-1]["userIdentity"]
        assert identity["arn"] == "arn:aws:sts::111122223333:assumed-role/runner/function"
        issuer = identity["sessionContext"]["sessionIssuer"]["arn"]
        assert issuer == "arn:aws:iam::111122223333:role/apps/runner"


def invoke(account: EmbeddedAccount, *lines: str) -> dict[str, Any]:
    """Deploy a function of these lines and give its answer."""
    people.session(account, "runner", "set-up", path="/apps/")
    body = "".join(f"    {line}\n" for line in lines)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", f"import os, boto3\ndef handler(event, context):\n{body}")
    functions = account.client("lambda")
    functions.create_function(
        FunctionName="function",
        Runtime="python3.13",
        Handler="app.handler",
        Role="arn:aws:iam::111122223333:role/apps/runner",
        Code={"ZipFile": packed.getvalue()},
        Timeout=30,
    )
    answer = functions.invoke(FunctionName="function")
    with answer["Payload"] as payload:
        given: dict[str, Any] = json.loads(payload.read())
    return given


def test_it_does_not_outlive_a_killed_parent(temporary: Path) -> None:
    script = (
        "import os, tempfile\n"
        f"tempfile.tempdir = {str(temporary)!r}\n"
        "from rolecall_cli.embedded.account import EmbeddedAccount, embedded_account\n"
        "with embedded_account() as account:\n"
        "    print(account.trail.pid(), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert gone(int(killed.stdout), next(iter(temporary.iterdir()), temporary / "gone"))


def test_enforcement_denies_what_no_policy_allows() -> None:
    with embedded_account(enforce_iam=True) as account:
        bob = people.user(account, "bob")
        iam = bob.client("iam")
        with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
            iam.create_group(GroupName="g")
        [denied] = account.trail.records()
        assert denied["errorCode"] == "AccessDenied"
        assert denied["requestParameters"] is None
        assert denied["userIdentity"]["arn"] == bob.arn


def test_a_request_of_nobody_leaves_no_record() -> None:
    with embedded_account(enforce_iam=True) as account:
        bob = people.user(account, "bob")
        account.client("iam").delete_access_key(
            UserName="bob", AccessKeyId=bob.credentials.access_key
        )
        iam = bob.client("iam")
        with pytest.raises(iam.exceptions.ClientError, match="InvalidClientTokenId"):
            iam.create_group(GroupName="g")
        assert [record["eventName"] for record in account.trail.records()] == ["DeleteAccessKey"]


def test_a_start_that_fails_says_why(
    elsewhere: Checkout, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_free_port", lambda: 99999)
    folder = temporary / "account"
    folder.mkdir()
    with pytest.raises(
        EmbeddedAccountError, match=r"(?s)ended with code 1\. Its log ends:.*port must be"
    ):
        process.start(elsewhere, folder, enforce_iam=False, attached=True, extra={})
    assert not folder.exists()


def test_a_missing_environment_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedAccountError, match="run `make setup`"):
        process.start(Checkout(tmp_path), tmp_path, enforce_iam=False, attached=True, extra={})


def test_a_detached_account_is_found_again_and_stopped(elsewhere: Checkout) -> None:
    assert detached.status(elsewhere) is None
    running = detached.start(elsewhere, enforce_iam=False)
    try:
        running.account.client("iam").create_group(GroupName="g")
        assert detached.start(elsewhere, enforce_iam=False) == running
        with pytest.raises(EmbeddedAccountError, match="rolecall local down"):
            detached.start(elsewhere, enforce_iam=True)
        assert detached.status(elsewhere) == running
    finally:
        assert detached.stop(elsewhere)
    assert gone(running.pid, elsewhere.state / "account")
    assert not detached.stop(elsewhere)
    assert list(elsewhere.state.iterdir()) == []


def test_a_state_file_of_a_dead_account_is_no_account(elsewhere: Checkout) -> None:
    running = detached.start(elsewhere, enforce_iam=False)
    process.stop(Emulator(running.endpoint, running.pid, elsewhere.state / "account"))
    assert detached.status(elsewhere) is None
    assert not detached.stop(elsewhere)
    shutil.rmtree(elsewhere.state)
