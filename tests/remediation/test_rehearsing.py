"""What is only observed goes the whole way up to the write, and stops there."""

import pytest

from rolecall.model.cases import Status
from tests.detection.staged import ATTACHED, world_of
from tests.remediation.watched import WatchedWorld, pending
from tests.samples import Sample, samples
from tests.settings.yaml import text

OBSERVING = text("defaults: {mode: observe}\n")


def observed() -> tuple[WatchedWorld, str]:
    """A case about bob that is only observed."""
    return pending(OBSERVING)


def test_it_goes_the_same_way_as_a_remedy_up_to_the_call() -> None:
    made, case_id = observed()
    assert made.settled(case_id) is Status.OBSERVED
    assert made.log.calls == [
        "ledger.claim",
        "account.read",
        "account.read",  # the guard's, of a break-glass principal
        "ledger.intend",
        "ledger.conclude",
    ]


def test_the_ledger_tells_what_would_have_been_done_and_to_what() -> None:
    made, case_id = observed()
    made.settled(case_id)
    entry = made.ledger.get(case_id)
    assert entry.case.reason == "it would be remediate"
    assert entry.intent
    (step,) = entry.intent.remedy
    assert step["do"]["call"] == "iam:DetachUserPolicy"
    assert entry.intent.snapshot["user.attached-policies"] == {ATTACHED: "PowerUserAccess"}
    assert entry.outcome is None


def test_a_pause_would_hold_it_back_as_well() -> None:
    made, case_id = observed()
    made.ledger.set_pause("incident 7")
    assert made.settled(case_id) is Status.OBSERVED
    assert made.ledger.get(case_id).case.reason == "it would be paused, incident 7"


def test_a_stopped_subject_would_hold_it_back_as_well() -> None:
    made, case_id = observed()
    made.ledger.set_stop(made.ledger.get(case_id).case.drift.subject, "somebody fights")
    assert made.settled(case_id) is Status.OBSERVED
    assert made.ledger.get(case_id).case.reason == "it would be capped, somebody fights"


@pytest.mark.peer(36, "Cloud Custodian: dryrun is ignored in event modes")
@pytest.mark.parametrize("sample", [s for s in samples() if s.is_drift], ids=str)
@pytest.mark.parametrize("mode", ["observe", "notify", "approve"])
def test_below_remediate_no_drift_makes_a_call(sample: Sample, mode: str) -> None:
    more = "conventions: {ec2-launched-with-profile: {profile: base, role: base}}\n"
    acting = text(f"defaults: {{mode: {mode}, grace: 0}}\n{more}")
    made = world_of(sample.change, acting, sample.state)
    for case_id in made.detector.detect(sample.change).cases:
        made.settle(case_id)
    assert made.account.calls == []


def test_nobody_hears_of_it() -> None:
    made, case_id = observed()
    made.settled(case_id)
    assert made.bus.published == []


def test_the_guard_would_hold_it_back_as_well() -> None:
    made, case_id = observed()
    for ref in [ref for ref in made.account.state if ref.name == "break-glass"]:
        del made.account.state[ref]
    assert made.settled(case_id) is Status.OBSERVED
    reason = made.ledger.get(case_id).case.reason
    assert reason.startswith("it would be notify, none of the break-glass principals")
