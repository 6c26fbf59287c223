"""Where the settings want a second opinion, no trust is written that it does not clear."""

import pytest

from rolecall.errors import RemedyError, ThrottledError
from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.model.scales import Severity
from rolecall.registry import Registry
from rolecall.remediation.opinion import is_asked
from tests.detection.staged import ATTACH, change, world, world_of
from tests.samples import Sample, sample, samples
from tests.world import ACTING, World, settings

ASKING = ACTING + "second_opinion: access-analyzer\n"
APPROVING, OBSERVING = (
    ASKING.replace("defaults: {mode: remediate}", f"defaults: {{mode: {mode}}}")
    for mode in ("approve", "observe")
)
OPEN = sample("role-no-wildcard-trust/drift-update-trust-one-open-statement")
GIVEN_BACK = sample("role-trust-baseline/drift-somebody-let-in")
SEES_MORE = "New access in the statement with index: 0."
DENIED = RemedyError("AWS denies access-analyzer:CheckNoNewAccess: run make generate")


def drifted(text: str = ASKING, of: Sample = OPEN) -> tuple[World, str]:
    """A world in which a role has the trust of a sample, and the id of the case about it."""
    made = world_of(of.change, text, of.state)
    cases = made.detector.detect(of.change).cases
    (case_id,) = (c for c in cases if made.ledger.get(c).case.drift.convention == of.convention)
    made.bus.published.clear()
    return made, case_id


def trust(made: World, case_id: str) -> str:
    """The live trust of the role that the case is about."""
    text = made.account.state[made.ledger.get(case_id).case.drift.subject][Facet.ROLE_TRUST]
    assert isinstance(text, str)
    return text


def held_back(made: World, case_id: str) -> Case:
    """The case, settled with nothing written and told as critical."""
    before = trust(made, case_id)
    case = made.settle(case_id)
    assert case.status is Status.NOTIFIED
    assert made.account.calls == []
    assert trust(made, case_id) == before
    assert made.ledger.get(case_id).intent is None
    assert made.ledger.made == {}
    assert made.bus.published == [case]
    assert case.severity is Severity.CRITICAL
    assert "nothing was written" in case.reason
    return case


def test_a_trust_that_it_clears_is_written_and_it_was_asked_of_that_one_and_the_live_one() -> None:
    made, case_id = drifted()
    live = trust(made, case_id)
    assert made.settle(case_id).status is Status.REMEDIATED
    assert made.checker.asked == [(trust(made, case_id), live)]
    assert trust(made, case_id) != live


def test_as_shipped_nobody_is_asked() -> None:
    made, case_id = drifted(ACTING)
    made.checker.why = SEES_MORE
    assert made.settle(case_id).status is Status.REMEDIATED
    assert made.checker.asked == []


def test_what_it_does_not_clear_is_not_written_and_people_are_told_why() -> None:
    made, case_id = drifted()
    made.checker.why = SEES_MORE
    assert held_back(made, case_id).reason.endswith(SEES_MORE)


def test_where_it_is_refused_nothing_is_written_and_people_are_told_why() -> None:
    made, case_id = drifted()
    made.checker.error = DENIED
    case = held_back(made, case_id)
    assert "no second opinion could be had" in case.reason
    assert case.reason.endswith(str(DENIED))


def test_while_it_does_not_answer_the_case_waits_and_goes_on_when_it_does() -> None:
    made, case_id = drifted()
    made.checker.error = ThrottledError("AWS throttles it")
    with pytest.raises(ThrottledError):
        made.settle(case_id)
    assert made.account.calls == []
    assert made.bus.published == []
    made.checker.error = None
    assert made.settle(case_id).status is Status.REMEDIATED


def test_an_approval_does_not_overrule_it() -> None:
    made, case_id = drifted(APPROVING)
    assert made.settle(case_id).status is Status.AWAITING_APPROVAL
    assert made.checker.asked == []
    made.checker.why = SEES_MORE
    made.approve(case_id)
    made.bus.published.clear()
    held_back(made, case_id)


@pytest.mark.parametrize(
    ("why", "error", "reason"),
    [
        ("", None, "it would be remediate"),
        (SEES_MORE, None, "it would be notify, by the second opinion"),
        ("", DENIED, "it would be notify, no second opinion"),
    ],
)
def test_a_rehearsal_asks_as_well(why: str, error: RemedyError | None, reason: str) -> None:
    made, case_id = drifted(OBSERVING)
    made.checker.why, made.checker.error = why, error
    case = made.settle(case_id)
    assert case.status is Status.OBSERVED
    assert case.reason.startswith(reason)
    assert len(made.checker.asked) == 1
    assert made.account.calls == []


def test_of_what_gives_access_back_on_purpose_it_is_not_asked() -> None:
    made, case_id = drifted(of=GIVEN_BACK)
    made.checker.why = SEES_MORE
    assert made.settle(case_id).status is Status.REMEDIATED
    assert made.checker.asked == []


def test_of_what_writes_no_trust_it_is_not_asked() -> None:
    made = world(ASKING)
    (case_id,) = made.detector.detect(change(ATTACH)).cases
    assert made.settle(case_id).status is Status.REMEDIATED
    assert made.checker.asked == []


def test_of_a_quarantine_that_ends_sessions_it_is_asked_about_the_trust_alone() -> None:
    options = "  role-no-wildcard-trust: {quarantine: true, end_sessions: true}\n"
    made, case_id = drifted(ASKING.replace("conventions:\n", f"conventions:\n{options}"))
    live = trust(made, case_id)
    assert made.settle(case_id).status is Status.REMEDIATED
    assert [call.name for call in made.account.calls] == [
        "iam:UpdateAssumeRolePolicy",
        "iam:PutRolePolicy",
    ]
    assert made.checker.asked == [(trust(made, case_id), live)]


_ASKED = {one.id for one in Registry(settings(ASKING).options) if is_asked(one)}


@pytest.mark.parametrize(
    "of", [s for s in samples() if s.is_drift and s.convention in _ASKED], ids=str
)
def test_whatever_trust_is_written_it_was_asked_about(of: Sample) -> None:
    made, case_id = drifted(of=of)
    live = trust(made, case_id)
    made.settle(case_id)
    written = [
        call.parameters["PolicyDocument"]
        for call in made.account.calls
        if call.name == "iam:UpdateAssumeRolePolicy"
    ]
    assert [(text, live) for text in written] == made.checker.asked
