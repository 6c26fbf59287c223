"""Baselines are kept in the ledger, and come with what is read and listed."""

from collections.abc import Iterable, Iterator

import pytest

from rolecall.aws.baselines import DynamoBaselines, ReviewedInventory, ReviewedReader
from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.session import Aws
from rolecall.model.baselines import Baseline
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.ports import Baselines, Listed
from rolecall.replaying.memory import MemoryAccount
from tests.aws.conftest import TABLE
from tests.fakes import MemoryBaselines
from tests.states import ACCOUNT

ROLE, OTHER = (SubjectRef("role", name, ACCOUNT) for name in ("deploy", "deploy#2"))
TRUST = '{"Statement": "\ud800é"}' + " " * 100_000
ACCEPTED = {Facet.ROLE_TRUST_REVIEWED: {"text": TRUST, "restore": True}}


def baseline(ref: SubjectRef = ROLE) -> Baseline:
    return Baseline(ref, ACCEPTED, "arn:aws:iam::111122223333:user/alice", "at", "CHG-1")


@pytest.fixture(params=["DynamoDB", "memory"])
def baselines(request: pytest.FixtureRequest) -> Baselines:
    """Each sort of baselines there is."""
    if request.param == "memory":
        return MemoryBaselines()
    ledger: DynamoLedger = request.getfixturevalue("dynamo_ledger")
    ledger.set_pause("another row")
    aws: Aws = request.getfixturevalue("aws")
    return DynamoBaselines(aws, TABLE)


def test_a_baseline_is_kept_until_it_is_forgotten(baselines: Baselines) -> None:
    baselines.accept(baseline())
    baselines.accept(baseline(OTHER))
    assert baselines.baseline(ROLE) == baseline()
    assert sorted(one.ref.name for one in baselines.baselines()) == ["deploy", "deploy#2"]
    baselines.forget(ROLE)
    assert baselines.baseline(ROLE) is None
    assert baselines.baseline(OTHER) == baseline(OTHER)


class _Account(MemoryAccount):
    """An account that is asked for live facets only."""

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        facets = list(facets)
        assert not any(facet.is_reviewed for facet in facets)
        return super().read(ref, facets)

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        for ref in (ROLE, OTHER):
            found = self.read(ref, facets)
            assert found
            yield Listed(found)


def test_what_was_accepted_is_read_and_listed_with_what_is_live() -> None:
    account, kept = _Account(), MemoryBaselines()
    kept.accept(baseline())
    account.add(ROLE, {Facet.ROLE_TRUST: "live"}, "/ci/")
    account.add(OTHER, {Facet.ROLE_TRUST: "live"})
    facets = (Facet.ROLE_TRUST, Facet.ROLE_TRUST_REVIEWED)
    expected = {
        ROLE: {Facet.ROLE_TRUST: "live"} | ACCEPTED,
        OTHER: {Facet.ROLE_TRUST: "live", Facet.ROLE_TRUST_REVIEWED: None},
    }
    reader = ReviewedReader(account, kept)
    for ref in (ROLE, OTHER):
        found = reader.read(ref, facets)
        assert found
        assert (dict(found.state), found.path) == (expected[ref], "/ci/" if ref == ROLE else "/")
    listed = list(ReviewedInventory(account, kept).listed(facets))
    assert {one.subject.ref: dict(one.subject.state) for one in listed} == expected


def test_who_is_gone_has_no_baseline() -> None:
    kept = MemoryBaselines()
    kept.accept(baseline())
    assert ReviewedReader(MemoryAccount(), kept).read(ROLE, [Facet.ROLE_TRUST_REVIEWED]) is None


def test_what_cannot_be_listed_is_said_with_the_baselines_as_well() -> None:
    account = MemoryAccount()
    account.errors.append(ValueError("no trust anchors"))
    reviewed = ReviewedInventory(account, MemoryBaselines())
    assert reviewed.errors == account.errors
