"""What conventions about groups and credentials put right on the deployed stack, and how it is undone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rolecall.model.cases import SWEEP
from rolecall_cli.embedded import people, stack
from rolecall_cli.embedded.account import embedded_account
from rolecall_cli.embedded.project import scratch_copy
from tests.samples import ROOT
from tests.stack.conftest import ENDS, Stack, deploy, eventually
from tests.stack.drifts import ADMINISTRATOR, LIVE, MARK, OLD, ROWS, Row, acting, make
from tests.stack.test_command import run
from tests.stack.test_sweep import swept

pytestmark = pytest.mark.stack

# Who may not act here only tells, so that each drift meets one remedy.
PUTTING_RIGHT = f"""
version: 1
defaults: {{mode: notify}}
caps: {{account: 10000, convention: 10000, actor: 10000}}
protected: ["arn:aws:iam::111122223333:user/break-glass"]
conventions:
  access-key-age: {{mode: remediate, sweep_acts: true, days: 0, act_after_days: 0}}
  account-password-policy: {{mode: remediate}}
  group-no-admin-policy: {{mode: remediate}}
  group-no-inline-policy: {{mode: remediate}}
  group-privileged-membership: {{mode: remediate}}
  mfa-not-removed: {{mode: remediate, grace: 1}}
  one-active-access-key: {{mode: remediate, grace: 1}}
  unused-credentials: {{mode: remediate, sweep_acts: true, days: 0, deny_passwords: true}}
exemptions:
  - id: EX-2026-001
    convention: unused-credentials
    subject: arn:aws:iam::111122223333:user/aged*
    reason: its key is judged by its age
    owner: platform-oncall
    expires: {ENDS}
  - id: EX-2026-002
    convention: access-key-age
    subject: arn:aws:iam::111122223333:user/idle*
    reason: its key is judged by its use
    owner: platform-oncall
    expires: {ENDS}
"""

type Look = Callable[[Any], Any]


def _password_policy(iam: Any) -> Any:
    return dict(iam.get_account_password_policy()["PasswordPolicy"])


def _attached_to_chiefs(iam: Any) -> list[str]:
    answer = iam.list_attached_group_policies(GroupName="chiefs-live")
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def _policies_of_readers(iam: Any) -> tuple[list[str], list[str], list[str]]:
    inline = iam.list_group_policies(GroupName="readers-live")["PolicyNames"]
    attached = iam.list_attached_group_policies(GroupName="readers-live")["AttachedPolicies"]
    texts = [
        iam.get_group_policy(GroupName="readers-live", PolicyName=name)["PolicyDocument"]
        for name in inline
    ]
    managed = [
        policy["PolicyName"]
        for policy in iam.list_policies(Scope="Local")["Policies"]
        if policy["PolicyName"].startswith("readers-live")
    ]
    return texts, [policy["PolicyName"] for policy in attached], managed


def _admins(iam: Any) -> list[str]:
    return [user["UserName"] for user in iam.get_group(GroupName="admins-live")["Users"]]


def _inline_of_signer(iam: Any) -> list[str]:
    names: list[str] = iam.list_user_policies(UserName="signer-live")["PolicyNames"]
    return names


def _keys(iam: Any) -> dict[str, str]:
    answer = iam.list_access_keys(UserName="rotating-live")
    return {key["AccessKeyId"]: key["Status"] for key in answer["AccessKeyMetadata"]}


@dataclass(frozen=True)
class Aim:
    """What to look at, and how it looks before the remedy and after it."""

    look: Look
    before: Callable[[Any], bool]
    after: Callable[[Any], bool]


AIMS: Mapping[str, Aim] = {
    "account-password-policy": Aim(
        _password_policy,
        lambda policy: policy["MinimumPasswordLength"] == 6,
        lambda policy: policy["MinimumPasswordLength"] == 14 and policy["RequireSymbols"],
    ),
    "group-no-admin-policy": Aim(
        _attached_to_chiefs, lambda arns: arns == [ADMINISTRATOR], lambda arns: arns == []
    ),
    "group-no-inline-policy": Aim(
        _policies_of_readers,
        lambda found: len(found[0]) == 1 and found[1:] == ([], []),
        lambda found: found[0] == [] and len(found[1]) == 1 and found[1] == found[2],
    ),
    "group-privileged-membership": Aim(
        _admins, lambda users: users == ["mallory-live"], lambda users: users == []
    ),
    "mfa-not-removed": Aim(
        _inline_of_signer,
        lambda names: names == [],
        lambda names: names == ["Rolecall-DenyWithoutMFA"],
    ),
    "one-active-access-key": Aim(
        _keys,
        lambda keys: list(keys.values()) == ["Active"] * 2,
        lambda keys: sorted(keys.values()) == ["Active", "Inactive"],
    ),
}
REMEDIED = [row for row in ROWS if row.convention in AIMS and LIVE in row.told]


@dataclass(frozen=True)
class PutRight:
    """The stack that puts right, and how each part looked while it drifted."""

    stack: Stack
    before: Mapping[str, Any]

    def now(self, row: Row) -> Any:
        """How the part looks now."""
        return AIMS[row.convention].look(self.stack.account.client("iam"))

    def remediated(self, row: Row) -> dict[str, Any]:
        """The case about a row, once it is put right."""
        subject = row.subject.replace(MARK, LIVE)
        return self.stack.ended(subject, "remediated", row.convention)


@pytest.fixture(scope="module")
def put_right(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PutRight]:
    """Drifts that were looked at before their records came."""
    project = scratch_copy(ROOT, tmp_path_factory.mktemp("remedies") / "rolecall", PUTTING_RIGHT)
    built = stack.build(project)
    with embedded_account() as account:
        deployed = deploy(account, project, built)
        operator = people.operator(account)
        with account.trail.muted():
            for one in (call for row in REMEDIED for call in row.scene):
                make(operator, one, LIVE)
        account.trail.hold()
        for row in REMEDIED:
            make(acting(deployed, row), row.deed, LIVE)
        iam = account.client("iam")
        before = {row.convention: AIMS[row.convention].look(iam) for row in REMEDIED}
        account.trail.release()
        yield PutRight(deployed, before)
        assert account.trail.counters()["errors"] == 0, account.trail.last_error()


def test_every_aim_has_its_row() -> None:
    assert sorted(row.convention for row in REMEDIED) == sorted(AIMS)


@pytest.mark.parametrize("row", REMEDIED, ids=str)
def test_a_drift_is_put_right_and_undo_brings_it_back_for_good(
    put_right: PutRight, row: Row
) -> None:
    aim, before = AIMS[row.convention], put_right.before[row.convention]
    assert aim.before(before), before
    case_id = put_right.remediated(row)["id"]
    assert aim.after(put_right.now(row)), put_right.now(row)
    run(put_right.stack, "undo", case_id, "--reason", "a trial", "--yes")
    put_right.stack.quiet()
    assert put_right.now(row) == before
    (case,) = [case for case in put_right.stack.cases() if case["id"] == case_id]
    assert case["status"] == "undone"


def _credentials(iam: Any, user: str) -> tuple[list[str], list[str]]:
    keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    return [key["Status"] for key in keys], iam.list_user_policies(UserName=user)["PolicyNames"]


def test_what_only_a_sweep_can_see_is_put_right_by_one_that_may_act_and_undone(
    put_right: PutRight,
) -> None:
    deployed, iam = put_right.stack, put_right.stack.account.client("iam")
    rows = {
        row.subject.replace(MARK, OLD): row
        for row in ROWS
        if row.convention in {"access-key-age", "unused-credentials"}
    }
    swept(deployed)  # the first one only tells
    with deployed.account.trail.muted():
        for row in rows.values():
            for one in (*row.scene, row.deed):
                make(people.operator(deployed.account), one, OLD)
    before = {user: _credentials(iam, user) for user in rows}
    made = datetime.now(UTC)
    # An age counts from the second in which a key was made.
    eventually("an age", lambda: datetime.now(UTC) - made > timedelta(seconds=1))
    swept(deployed)
    cases = [deployed.ended(user, "remediated", row.convention) for user, row in rows.items()]
    assert {case["origin"]["call"] for case in cases} == {SWEEP}
    assert {user: _credentials(iam, user) for user in rows} == {
        "aged-old": (["Inactive"], []),
        "idle-old": (["Inactive"], []),
        "absent-old": ([], ["Rolecall-UnusedPassword"]),
    }
    for case in cases:
        run(deployed, "undo", case["id"], "--reason", "a trial", "--yes")
    assert {user: _credentials(iam, user) for user in rows} == before
