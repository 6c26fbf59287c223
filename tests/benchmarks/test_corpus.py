"""The generated trail has the mix that the report states."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import corpus
from rolecall.detection.judging import judge
from rolecall.model.changes import Change
from rolecall.model.kinds import subject
from rolecall.model.recorded import recorded
from rolecall.model.records import parse
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from rolecall.replaying.files import records_in
from rolecall.settings import Settings


def drifts(record: dict[str, Any], registry: Registry, settings: Settings) -> int:
    """How many drifts a record shows on its own."""
    change = parse(record)
    assert isinstance(change, Change)

    def read(ref: SubjectRef, _: Any) -> Subject:
        return subject(ref, recorded(change, ref))  # who needs more says nothing

    judged, rejected = judge(change, registry, settings, read)
    assert not rejected
    return sum(len(judgement.drifts) for judgement in judged)


def test_the_shares_are_those_of_the_mix() -> None:
    assert sum(corpus.MIX.values()) == 1000
    assert Counter(kind for kind, _ in corpus.records(3000)) == {
        kind: share * 3 for kind, share in corpus.MIX.items()
    }


def test_what_is_left_over_is_read() -> None:
    found = Counter(kind for kind, _ in corpus.records(1007))
    assert found.total() == 1007
    assert found["read"] == corpus.MIX["read"] + 7


def test_the_same_seed_gives_the_same_records_and_each_its_own_id() -> None:
    first, again = list(corpus.records(500)), list(corpus.records(500))
    assert first == again
    assert len({record["eventID"] for _, record in first}) == 500
    assert first != list(corpus.records(500, seed=2))


@pytest.mark.parametrize("kind", corpus.MIX)
def test_only_the_records_that_are_called_drifts_show_one(
    kind: str, registry: Registry, settings: Settings
) -> None:
    found = [record for given, record in corpus.records(1000) if given == kind]
    assert found
    for record in found:
        shown = drifts(record, registry, settings)
        assert bool(shown) == (kind == "watched, drift"), record["eventName"]


def test_a_written_trail_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    corpus.write(path, 200)
    assert [value for _, value in records_in(path)] == [
        json.loads(json.dumps(record)) for _, record in corpus.records(200)
    ]
