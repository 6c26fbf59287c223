"""What the conventions put right on the deployed stack, and how it is undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rolecall.model.cases import SWEEP
from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import embedded_account
from tests.stack.building import with_settings
from tests.stack.conftest import Stack, deploy, eventually
from tests.stack.drifts import ROWS, putting_right
from tests.stack.drifts.rows import LIVE, OLD, Row, acting, make
from tests.stack.test_command import run
from tests.stack.test_sweep import swept

pytestmark = pytest.mark.stack

BY_EVENT = [row for row in ROWS if row.aim and LIVE in row.told]
BY_SWEEP = [row for row in ROWS if row.aim and row.told == (OLD,)]


@dataclass(frozen=True)
class PutRight:
    """The stack that puts right, and how each part looked while it drifted."""

    stack: Stack
    before: list[Any]

    def remediated(self, row: Row) -> dict[str, Any]:
        """The case about a row, once it is put right."""
        return self.stack.ended(row.name(LIVE), "remediated", row.convention)

    def undo(self) -> None:
        """Undo all that was put right, with one command."""
        run(self.stack, "undo", "--since", "1h", "--reason", "a trial", "--yes")


def look(deployed: Stack, row: Row, end: str) -> Any:
    """How the part looks now."""
    assert row.aim
    return row.aim.look(deployed.account, row.name(end))


@pytest.fixture(scope="module")
def put_right(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PutRight]:
    """Drifts that were looked at before their records came."""
    project = tmp_path_factory.mktemp("remedies") / "rolecall"
    template = with_settings(built, project, putting_right())
    with embedded_account() as account:
        deployed = deploy(account, project, template)
        operator = people.operator(account)
        with account.trail.muted():
            for one in (call for row in BY_EVENT for call in (*row.before, *row.scene)):
                make(operator, one, LIVE)
        account.trail.hold()
        for row in BY_EVENT:
            make(acting(deployed, row), row.deed, LIVE)
        before = [look(deployed, row, LIVE) for row in BY_EVENT]
        account.trail.release()
        yield PutRight(deployed, before)
        assert account.trail.counters()["errors"] == 0, account.trail.last_error()


@pytest.fixture(scope="module")
def undone(put_right: PutRight) -> PutRight:
    """The same, once all of them were undone."""
    for row in BY_EVENT:
        put_right.remediated(row)
    put_right.undo()
    put_right.stack.quiet()
    return put_right


numbered = pytest.mark.parametrize(("number", "row"), list(enumerate(BY_EVENT)), ids=str)


@numbered
def test_a_drift_is_put_right(put_right: PutRight, number: int, row: Row) -> None:
    assert row.aim
    assert row.aim.drifts(put_right.before[number]), put_right.before[number]
    put_right.remediated(row)
    now = look(put_right.stack, row, LIVE)
    assert row.aim.right(now), now


@numbered
def test_undo_brings_a_drift_back_for_good(undone: PutRight, number: int, row: Row) -> None:
    assert look(undone.stack, row, LIVE) == undone.before[number]
    assert undone.stack.ended(row.name(LIVE), "undone", row.convention)


def test_what_only_a_sweep_can_see_is_put_right_by_one_that_may_act_and_undone(
    put_right: PutRight,
) -> None:
    deployed = put_right.stack
    swept(deployed)  # the first one only tells
    with deployed.account.trail.muted():
        for one in (call for row in BY_SWEEP for call in (*row.before, *row.scene, row.deed)):
            make(people.operator(deployed.account), one, OLD)
    before = [look(deployed, row, OLD) for row in BY_SWEEP]
    made = datetime.now(UTC)
    # An age counts from the second in which a key was made.
    eventually("an age", lambda: datetime.now(UTC) - made > timedelta(seconds=1))
    swept(deployed)
    for row, was in zip(BY_SWEEP, before, strict=True):
        case = deployed.ended(row.name(OLD), "remediated", row.convention)
        assert case["origin"]["call"] == SWEEP
        now = look(deployed, row, OLD)
        assert row.aim
        assert (row.aim.drifts(was), row.aim.right(now)) == (True, True), (was, now)
    put_right.undo()
    assert [look(deployed, row, OLD) for row in BY_SWEEP] == before
