"""The deployed sweep finds what no event told, once, and ends what is no longer there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rolecall.aws.handing import SweepsQueue
from rolecall.aws.inventory import AwsInventory
from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.model.sweeps import LastSweep, sweep_id
from rolecall.registry import convention_classes
from rolecall.settings.files import load
from rolecall_cli import sweep
from rolecall_cli.embedded.account import ROOT, embedded_account
from tests.stack.conftest import Stack, deploy, eventually

pytestmark = pytest.mark.stack

POWER = "arn:aws:iam::aws:policy/PowerUserAccess"


@pytest.fixture(scope="module")
def unseen(project: Path, built: Path) -> Iterator[Stack]:
    """A stack in an account where much was done before it came, and left no record."""
    with embedded_account() as account:
        iam = account.client("iam")
        with account.trail.muted():
            for number in range(8):
                iam.create_user(UserName=f"user-{number}")
                iam.attach_user_policy(UserName=f"user-{number}", PolicyArn=POWER)
            iam.create_access_key(UserName="user-0")
        yield deploy(account, project, built)


def aws(stack: Stack) -> Aws:
    """The account's clients, as Rolecall makes them."""
    account = stack.account
    keys = {
        "aws_access_key_id": ROOT.access_key,
        "aws_secret_access_key": ROOT.secret_key,
    }
    return Aws(account.region, credentials=keys, endpoint=account.endpoint)


def swept(stack: Stack) -> LastSweep:
    """One sweep, begun as an operator begins it, at its end."""
    clients = aws(stack)
    id_ = sweep_id(SweepsQueue(clients, stack.outputs["SweepsQueueUrl"]).begin())
    ledger = DynamoLedger(clients, stack.outputs["LedgerTable"])

    def ended() -> LastSweep | None:
        last = ledger.last_sweep()
        return last if last and last.sweep.id == id_ else None

    found = eventually(f"the end of sweep {id_}", ended)
    assert found
    return found


def test_a_first_sweep_opens_a_case_for_each_drift_and_sends_one_digest(unseen: Stack) -> None:
    first = swept(unseen)
    assert first.sweep.missed == 0
    for number in range(8):
        (case,) = unseen.about(f"user-{number}", "user-permissions-via-groups")
        assert (case["status"], case["origin"]["call"]) == ("notified", "rolecall:Sweep")
    (key,) = unseen.about("user-0", "no-long-term-access-keys")
    assert key["drift"]["part"].startswith("AKIA")
    unseen.quiet()
    (digest,) = unseen.about(unseen.account.account_id, "sweep-digest")
    assert [id_ for id_, _ in unseen.alerts()] == [digest["id"]]
    # It only tells, although all conventions may act here.
    iam = unseen.account.client("iam")
    attached = iam.list_attached_user_policies(UserName="user-0")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [POWER]


def test_the_next_sweep_opens_nothing_again_and_ends_what_is_gone(unseen: Stack) -> None:
    iam = unseen.account.client("iam")
    with unseen.account.trail.muted():
        iam.detach_user_policy(UserName="user-7", PolicyArn=POWER)
    second = swept(unseen)
    assert (second.sweep.opened, second.sweep.resolved) == (0, 1)
    (case,) = unseen.about("user-7", "user-permissions-via-groups")
    assert (case["status"], case["reason"]) == ("resolved", "a sweep no longer finds it")
    assert len(unseen.about("user-0", "user-permissions-via-groups")) == 1
    unseen.quiet()
    assert unseen.alerts() == []


def test_a_drift_that_only_a_sweep_saw_is_put_right_when_its_record_comes(unseen: Stack) -> None:
    iam = unseen.account.client("iam")
    iam.attach_user_policy(UserName="user-1", PolicyArn=POWER)  # once more: this has a record
    case = unseen.ended("user-1", "remediated", "user-permissions-via-groups")
    assert case["origin"]["call"] == "iam:AttachUserPolicy"
    assert len(unseen.about("user-1", "user-permissions-via-groups")) == 1


def test_the_account_can_be_judged_from_outside_without_its_stack(
    unseen: Stack, project: Path
) -> None:
    clients = aws(unseen)
    settings = load(project / "layers/settings/rolecall.yaml", convention_classes)
    account = unseen.account.account_id
    inventory, reader = AwsInventory(clients, account), AwsReader(clients)
    before = len(unseen.cases())
    around = sweep.look(inventory, reader, settings, account)
    # What the embedded account has no call for is said, and the rest is judged.
    lacking = ("InvalidAction", "rolesanywhere:")
    assert [error for error in around.errors if not any(word in error for word in lacking)] == []
    found = {
        one.drift.subject.name
        for one in around.findings
        if one.drift.convention == "user-permissions-via-groups"
    }
    assert {f"user-{number}" for number in (0, 2, 3, 4, 5, 6)} <= found
    assert "user-7" not in found
    assert len(unseen.cases()) == before
