"""Every convention about groups and credentials works on the deployed stack: event, sweep and backtest.

What the embedded account lacks the calls for is in `PROVED_WITH_STUBS`, with what proves it instead.
"""

import csv
import io
from collections.abc import Iterator, Mapping
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
from rolecall_cli.embedded import people, stack
from rolecall_cli.embedded.account import embedded_account
from rolecall_cli.embedded.project import scratch_copy
from tests.samples import ROOT, sample
from tests.stack.conftest import Stack, deploy, eventually
from tests.stack.drifts import ACCOUNT, LIVE, OLD, ROWS, Row, about, acting, call, make, own_role
from tests.stack.test_sweep import swept

pytestmark = pytest.mark.stack

# All of the two families may tell. What ships as off is named, what has a grace has a second of it, and
# what judges an age takes everything for old.
TELLING = """
version: 1
defaults: {mode: notify}
job_roles:
  night-live: {job_role: night shift, owner: operations}
  night-old: {job_role: night shift, owner: operations}
conventions:
  access-key-age: {days: 0}
  group-has-policy: {grace: 1}
  group-job-role-registered: {mode: notify, grace: 1}
  group-name-meaningful: {mode: notify, pattern: "(?!misc).+"}
  group-not-empty: {grace: 1}
  group-not-personal: {mode: notify, grace: 1}
  group-quota-headroom: {percent: 1}
  mfa-not-removed: {grace: 1}
  one-active-access-key: {grace: 1}
  sts-session-token-mfa: {mode: notify}
  unused-credentials: {days: 0}
  user-group-sprawl: {most: 1}
  user-in-a-group: {grace: 1}
"""

SAMPLES = (
    "tests/aws/test_parameters.py::test_botocore_takes_every_call_of_a_remedy_and_of_its_undo",
    "tests/test_laws.py::test_a_sample_gets_the_verdict_of_its_name_live_and_in_a_backtest",
)
PROVED_WITH_STUBS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "no-other-long-term-credentials": (
        "it has no SSH public keys and no signing certificates",
        (
            "tests/aws/test_reading_credentials.py"
            "::test_keys_and_certificates_are_read_with_their_status_from_all_pages",
            *SAMPLES,
        ),
    ),
    "no-service-specific-credentials": (
        "it has no service-specific credentials",
        (
            "tests/aws/test_reading_credentials.py"
            "::test_a_service_credential_is_read_with_its_end_or_without_one",
            *SAMPLES,
        ),
    ),
    "root-no-access-key": (
        "its account summary, which group-quota-headroom reads as well, counts no key of root",
        (
            "tests/conventions/test_sts.py"
            "::test_roots_key_for_itself_is_about_no_user_and_shows_in_the_summary",
            "tests/conventions/test_sts.py"
            "::test_roots_case_ends_when_the_summary_tells_of_no_key_any_more",
            "tests/test_laws.py::test_a_state_gets_the_verdict_of_its_name_in_a_sweep_and_in_a_backtest",
        ),
    ),
    "root-session-assumed": (
        "it has no sts:AssumeRoot; the stack is sent the record of a sample",
        (
            "tests/stack/test_catalogue.py::test_a_record_of_what_the_account_lacks_is_told_all_the_same",
            "tests/conventions/test_sts.py::test_a_root_session_tells_target_task_and_key",
        ),
    ),
}
# Calls that the embedded account does not know: those of the reasons above, and the renaming of a group,
# which the samples of group-name-meaningful and group-job-role-registered show.
LACKING = (
    call("iam:UploadSSHPublicKey", UserName="nobody", SSHPublicKeyBody="ssh-rsa AAAA"),
    call("iam:ListSSHPublicKeys", UserName="nobody"),
    call("iam:UploadSigningCertificate", UserName="nobody", CertificateBody="PEM"),
    call("iam:ListSigningCertificates", UserName="nobody"),
    call(
        "iam:CreateServiceSpecificCredential",
        UserName="nobody",
        ServiceName="codecommit.amazonaws.com",
    ),
    call("iam:ListServiceSpecificCredentials", UserName="nobody"),
    call(
        "sts:AssumeRoot",
        TargetPrincipal="444455556666",
        TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
    ),
    call("iam:UpdateGroup", GroupName="nobody", NewGroupName="somebody"),
)
# What its credential report says of no user: tests/aws/test_credential_report.py and
# tests/conventions/test_unused_credentials.py show what is made of it.
NOT_REPORTED = (
    "password_last_used",
    "password_last_changed",
    "access_key_1_last_used_date",
    "cert_1_last_rotated",
)
# Records that no call to the embedded account makes: the sample's name, and the case's subject and part.
SENT = (
    ("root-session-assumed/drift-by-a-role", ACCOUNT, "444455556666 S3UnlockBucketPolicy Admin"),
    ("root-usage/drift-console-login", ACCOUNT, "signin:ConsoleLogin"),
)


def families() -> set[str]:
    """The conventions about groups and about credentials."""
    return {
        id_
        for id_, found in convention_classes().items()
        if found.__module__.split(".")[-2] in {"groups", "credentials"}
    }


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
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose conventions all tell."""
    return scratch_copy(ROOT, tmp_path_factory.mktemp("telling") / "rolecall", TELLING)


@pytest.fixture(scope="module")
def catalogue(telling: Path) -> Iterator[Catalogue]:
    """Drifts from before the stack, its first sweep, and after that the same drifts anew."""
    built = stack.build(telling)
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
        deployed = deploy(account, telling, built, "notify")
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
        settings = load(telling / "layers/settings/rolecall.yaml", convention_classes)
        yield Catalogue(deployed, settings, found, own_role(deployed))
        assert account.trail.counters()["errors"] == 0, account.trail.last_error()


by_event = pytest.mark.parametrize("row", [row for row in ROWS if LIVE in row.told], ids=str)
by_sweep = pytest.mark.parametrize(
    "row", [row for row in ROWS if OLD in row.told and not row.is_activity], ids=str
)


def test_every_convention_about_groups_and_credentials_is_shown_or_has_its_reason() -> None:
    shown = {row.convention for row in ROWS}
    assert not shown & set(PROVED_WITH_STUBS)
    assert shown | set(PROVED_WITH_STUBS) == families()


def test_every_state_convention_that_is_shown_is_shown_by_a_sweep() -> None:
    states = {row.convention for row in ROWS if not row.is_activity}
    assert {row.convention for row in ROWS if OLD in row.told and not row.is_activity} == states
    by_sweep_alone = {id_ for id_ in families() if not watched(id_)}
    assert states - {row.convention for row in ROWS if LIVE in row.told} == by_sweep_alone


def watched(id_: str) -> bool:
    found = convention_classes()[id_]
    return bool(found.watches) or issubclass(found, ActivityConvention)


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


def test_all_of_them_are_on(telling: Path) -> None:
    settings = load(telling / "layers/settings/rolecall.yaml", convention_classes)
    assert {settings.mode(id_) for id_ in families()} == {Mode.NOTIFY}


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
