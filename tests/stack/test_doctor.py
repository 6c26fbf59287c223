"""`rolecall doctor` and its contract against a deployed stack: their flow, and nothing of AWS."""

import pytest

from rolecall.aws.session import Aws
from rolecall.errors import RolecallError
from rolecall_cli.contract import doors, iam, run
from rolecall_cli.contract.checks import CHECKS
from rolecall_cli.contract.scratch import PATH, Scratch
from rolecall_cli.contract.trial import Trial
from rolecall_cli.deployed import Deployed
from rolecall_cli.doctor.examined import Examined
from rolecall_cli.embedded.account import OPERATOR
from tests.stack import test_command
from tests.stack.conftest import PATIENCE, Stack

pytestmark = pytest.mark.stack


def test_the_doctor_tells_what_is_not_in_order_until_it_is(deployed: Stack) -> None:
    printed = test_command.run(deployed, "doctor", code=1)
    assert "there is no trail" in printed
    assert "user/break-glass" not in printed.replace("\n", "")
    account = deployed.account
    account.client("s3").create_bucket(Bucket="trail-of-the-account")
    account.client("cloudtrail").create_trail(
        Name="main", S3BucketName="trail-of-the-account", IsMultiRegionTrail=True
    )
    account.client("cloudtrail").start_logging(Name="main")
    # The stack was deployed with settings that are not this checkout's, and nobody has swept.
    assert "2 of 11 are not in order" in test_command.run(deployed, "doctor", code=1)


def test_the_contract_needs_the_name_of_the_account(deployed: Stack) -> None:
    assert "--account" in test_command.run(deployed, "doctor", "--contract", "--yes", code=2)
    other = ("doctor", "--contract", "--yes", "--account", "444455556666")
    assert "nothing was done" in test_command.run(deployed, *other, code=2)


def test_the_contract_sees_its_drift_become_a_case_and_leaves_nothing(
    deployed: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Its simulator loses the path of the role, so that waiting for a decision takes a whole minute;
    # and what its alerts queue takes from anyone would keep the stack from falling silent.
    left_out = {iam.a_write_settles, doors.alerts_queue_takes_from_the_rule_only}
    monkeypatch.setattr(run, "CHECKS", tuple(c for c in CHECKS if c not in left_out))
    account = deployed.account
    stack = Deployed("rolecall", account.region)
    stack.aws = Aws(
        account.region,
        endpoint=account.endpoint,
        credentials={
            "aws_access_key_id": OPERATOR.access_key,
            "aws_secret_access_key": OPERATOR.secret_key,
            "aws_session_token": OPERATOR.token,
        },
    )
    trial = Trial(Examined(stack, None), Scratch(stack.aws), PATIENCE)
    with pytest.raises(RolecallError, match="checks failed"):
        run.run(trial)
    printed = capsys.readouterr().out
    assert "pass  A drift made by hand becomes a case" in printed
    assert "pass  EventBridge refuses an event that claims to come from AWS" in printed
    assert "pass  Each queue hides a message" in printed
    assert "Everything that was made is gone again." in printed
    assert account.client("iam").list_users(PathPrefix=PATH)["Users"] == []
    assert deployed.about(trial.scratch.name)
