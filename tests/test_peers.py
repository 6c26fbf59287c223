"""Failures of other remediators that belong to no one module of ours, and that none is forgotten."""

import copy

import pytest
from botocore.session import get_session

from rolecall.registry import Registry
from tests.patterns import matches
from tests.samples import ROOT, Sample, samples
from tests.world import OWN_ROLE, settings
from tools import peers, rules

_REGISTRY = Registry(settings().options)
_PATTERNS = list(rules.patterns(list(_REGISTRY), [OWN_ROLE]).values())
_WATCHED = [s for s in samples() if _REGISTRY[s.convention].watches]


@pytest.mark.peer(12, "Cloud Custodian: CreateCluster of EKS matches that of Redshift")
@pytest.mark.parametrize("sample", _WATCHED, ids=str)
def test_the_same_call_of_another_service_does_not_match(sample: Sample) -> None:
    event = copy.deepcopy(sample.event)
    # Root's calls match whatever service they are made to.
    event["detail"]["userIdentity"]["type"] = "IAMUser"
    assert any(matches(pattern, event) for pattern in _PATTERNS)
    event["source"] = "aws.redshift"
    event["detail"]["eventSource"] = "redshift.amazonaws.com"
    assert not any(matches(pattern, event) for pattern in _PATTERNS)


@pytest.mark.peer(76, "policy-guard: a rule names an event that does not exist")
@pytest.mark.parametrize(
    "call", sorted({c for v in _REGISTRY for c in (*v.watches, *v.settled_by)})
)
def test_every_watched_call_is_one_that_aws_has(call: str) -> None:
    service, _, name = call.partition(":")
    assert name in get_session().get_service_model(service).operation_names


def test_every_failure_has_its_test_or_the_reason_why_not() -> None:
    tested = {number for number, _, _ in peers.marks(ROOT)}
    assert tested.isdisjoint(peers.NOT_OURS)
    every = tested | set(peers.NOT_OURS)
    assert every == set(range(1, max(every) + 1))
