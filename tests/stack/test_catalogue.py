"""Every convention works on the deployed stack: event, sweep and backtest.

What it takes to show one is in `tests/stack/drifts`. What the embedded account lacks the calls for is in
`PROVED_WITH_STUBS`, with what proves it instead.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rolecall.convention import ActivityConvention
from rolecall.model.calls import Call
from rolecall.model.cases import SWEEP
from rolecall.model.scales import Mode
from rolecall.registry import Registry, convention_classes
from rolecall.replaying.backtest import Backtest
from rolecall.settings import Settings
from rolecall.settings.files import load
from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import embedded_account
from tests.samples import ROOT, sample
from tests.stack import drifts
from tests.stack.building import with_settings
from tests.stack.conftest import Stack, deploy, eventually
from tests.stack.drifts import LACKING, PROVED_WITH_STUBS, ROWS, SENT, shown
from tests.stack.drifts.rows import LIVE, OLD, Row, about, acting, make, own_role
from tests.stack.test_sweep import swept

pytestmark = pytest.mark.stack

# What its credential report says of no user: tests/aws/test_credential_report.py and
# tests/conventions/test_unused_credentials.py show what is made of it.
NOT_REPORTED = (
    "password_last_used",
    "password_last_changed",
    "access_key_1_last_used_date",
    "cert_1_last_rotated",
)


@dataclass(frozen=True)
class Catalogue:
    """The stack after all drifts were brought.

    Attributes:
        found: The cases at the end of the first sweep.
        role: The name of the role of remediate.
    """

    stack: Stack
    settings: Settings
    found: list[dict[str, Any]]
    role: str

    def told(self, row: Row) -> dict[str, Any]:
        """The case that an event brought, once people were told."""

        def there() -> list[dict[str, Any]]:
            return [
                case
                for case in self.stack.cases()
                if case["status"] == "notified"
                and case["origin"]["call"] != SWEEP
                and about(row, LIVE, case, self.role)
            ]

        return eventually(f"a case for {row}", there)[0]

    def past(self) -> set[tuple[str, str, str]]:
        """What a backtest finds in the records that the trail has made."""
        records = self.stack.account.trail.records()
        run = Backtest(Registry(self.settings.options, self.settings.registered), self.settings)
        placed = ((f"trail:{at}", record) for at, record in enumerate(records))
        found = {(p.drift.convention, p.drift.subject.arn, p.drift.part) for p in run.run(placed)}
        assert not run.rejected, run.reasons
        return found


@pytest.fixture(scope="module")
def catalogue(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """Drifts from before the stack, its first sweep, and after that the same drifts anew."""
    project = tmp_path_factory.mktemp("telling") / "rolecall"
    template = with_settings(built, project, drifts.telling())
    with embedded_account() as account:
        operator = people.operator(account)
        with account.trail.muted():
            for row in ROWS:
                if OLD in row.told and not row.is_activity:
                    for one in (*row.before, *row.scene, row.deed):
                        make(operator, one, OLD)
            for row in ROWS:
                for one in row.before if LIVE in row.told else ():
                    make(operator, one, LIVE)
        deployed = deploy(account, project, template, "notify")
        swept(deployed)
        found = deployed.cases()
        rows = [row for row in ROWS if LIVE in row.told]
        with account.trail.muted():
            for row in rows:
                for one in row.scene:
                    make(operator, one, LIVE)
        account.trail.hold()  # what comes at once wakes few functions, and each takes seconds to wake
        for row in rows:
            make(acting(deployed, row), row.deed, LIVE)
        for name, _, _ in SENT:
            account.trail.emit(sample(name).event)
        assert account.trail.release() == len(rows) + len(SENT)
        settings = load(project / "layers/settings/rolecall.yaml", convention_classes)
        yield Catalogue(deployed, settings, found, own_role(deployed))
        assert account.trail.counters()["errors"] == 0, account.trail.last_error()


by_event = pytest.mark.parametrize("row", [row for row in ROWS if LIVE in row.told], ids=str)
by_sweep = pytest.mark.parametrize(
    "row", [row for row in ROWS if OLD in row.told and not row.is_activity], ids=str
)


def test_every_convention_is_shown_or_has_its_reason() -> None:
    with_rows = {row.convention for row in ROWS}
    assert not with_rows & set(PROVED_WITH_STUBS)
    assert with_rows | set(PROVED_WITH_STUBS) == set(shown())


def test_every_state_convention_that_is_shown_is_shown_by_a_sweep() -> None:
    states = {row.convention for row in ROWS if not row.is_activity}
    assert {row.convention for row in ROWS if OLD in row.told and not row.is_activity} == states
    by_sweep_alone = {
        id_
        for id_, found in shown().items()
        if not found.watches and not issubclass(found, ActivityConvention)
    }
    assert states - {row.convention for row in ROWS if LIVE in row.told} == by_sweep_alone


@pytest.mark.parametrize("convention", PROVED_WITH_STUBS)
def test_what_the_account_lacks_is_proved_by_tests_that_are_there(convention: str) -> None:
    _, tests = PROVED_WITH_STUBS[convention]
    for path, _, name in (test.partition("::") for test in tests):
        assert f"\ndef {name}(" in (ROOT / path).read_text()


@pytest.mark.parametrize("lacking", LACKING, ids=lambda lacking: lacking.name)
def test_the_account_does_not_know_what_it_is_said_to_lack(
    catalogue: Catalogue, lacking: Call
) -> None:
    with catalogue.stack.account.trail.muted(), pytest.raises(ClientError, match="InvalidAction"):
        make(people.operator(catalogue.stack.account), lacking, LIVE)


def test_the_account_counts_no_key_of_root(catalogue: Catalogue) -> None:
    account = catalogue.stack.account
    with account.trail.muted():
        people.root(account).client("iam").create_access_key()
    summary = account.client("iam").get_account_summary()["SummaryMap"]
    assert summary["AccountAccessKeysPresent"] == 0


def test_the_accounts_credential_report_does_not_tell_when_anything_was_used(
    catalogue: Catalogue,
) -> None:
    report = catalogue.stack.account.client("iam").get_credential_report()["Content"].decode()
    rows = [row for row in csv.DictReader(io.StringIO(report)) if row["user"] != "<root_account>"]
    assert {f"{name}{OLD}" for name in ("aged", "absent")} <= {row["user"] for row in rows}
    assert {row[column] for row in rows for column in NOT_REPORTED} == {"N/A"}


def test_all_of_them_are_on(catalogue: Catalogue) -> None:
    assert {catalogue.settings.mode(id_) for id_ in shown()} == {Mode.NOTIFY}


@by_sweep
def test_the_first_sweep_tells_what_was_there_before_the_stack(
    catalogue: Catalogue, row: Row
) -> None:
    (case,) = [case for case in catalogue.found if about(row, OLD, case, catalogue.role)]
    assert (case["status"], case["origin"]["call"]) == ("notified", SWEEP)


@by_event
def test_a_call_that_brings_a_drift_is_told_as_what_it_was(catalogue: Catalogue, row: Row) -> None:
    assert catalogue.told(row)["origin"]["call"] == row.deed.name


@pytest.mark.parametrize(("name", "subject", "part"), SENT)
def test_a_record_of_what_the_account_lacks_is_told_all_the_same(
    catalogue: Catalogue, name: str, subject: str, part: str
) -> None:
    convention = sample(name).convention
    case = catalogue.stack.ended(subject, "notified", convention)
    parts = {c["drift"]["part"] for c in catalogue.stack.about(subject, convention)}
    assert part in parts, case


def test_a_backtest_of_the_trails_records_finds_what_records_alone_can_tell(
    catalogue: Catalogue,
) -> None:
    past = catalogue.past()
    for row in (row for row in ROWS if LIVE in row.told):
        drift = catalogue.told(row)["drift"]
        key = (row.convention, drift["subject"]["arn"], drift["part"])
        assert (key in past) is row.recorded, key


def test_a_backtest_finds_nothing_that_the_stack_did_not_find(catalogue: Catalogue) -> None:
    past = catalogue.past()

    def all_there() -> bool:
        drifts = [case["drift"] for case in catalogue.stack.cases()]
        return past <= {(d["convention"], d["subject"]["arn"], d["part"]) for d in drifts}

    eventually("a case for all that a backtest finds", all_there)
