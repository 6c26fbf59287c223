"""What is done about a drift, by mode, exemption, protection and grace."""

from dataclasses import replace
from typing import Any

import pytest

from rolecall.detection.deciding import CLOUDFORMATION_GRACE, Decision, decide
from rolecall.model.cases import Status
from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.registry import Registry
from tests.settings.yaml import exemption, text
from tests.states import ref
from tests.world import settings

ID = "user-permissions-via-groups"
DRIFT = Drift(ID, ref("user"), "p", "It is so.", {"inline": "{}"})
GROUP = Drift("group-has-policy", ref("group"), "policies", "It is so.", [])
TODAY = "2026-11-02"


def _decide(
    rest: str, drift: Drift = DRIFT, ceiling: Mode = Mode.REMEDIATE, **said: Any
) -> Decision:
    found = settings(text(rest), ceiling)
    convention = Registry(found.options)[drift.convention]
    return decide(drift, convention, found, **({"path": "", "today": TODAY} | said))


def _mode(mode: str, more: str = "") -> str:
    return f"conventions: {{{ID}: {{mode: {mode}{more}}}}}\n"


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ("off", Status.OBSERVED),
        ("observe", Status.OBSERVED),
        ("notify", Status.NOTIFIED),
        ("approve", Status.AWAITING_APPROVAL),
        ("remediate", Status.PENDING),
    ],
)
def test_a_mode_says_how_far_it_goes(mode: str, status: Status) -> None:
    assert _decide(_mode(mode)).status is status


@pytest.mark.parametrize(
    ("mode", "status"),
    [("approve", Status.NOTIFIED), ("remediate", Status.NOTIFIED), ("observe", Status.OBSERVED)],
)
def test_what_has_no_remedy_is_told_at_most(mode: str, status: Status) -> None:
    unclear = replace(DRIFT, remediable=False)
    found = _decide(_mode(mode), unclear)
    assert (found.status, found.remedy) == (status, None)


def test_a_convention_without_remedies_is_told_at_most() -> None:
    found = _decide("conventions: {group-has-policy: {mode: remediate, grace: 0}}\n", GROUP)
    assert (found.status, found.remedy) == (Status.NOTIFIED, None)


@pytest.mark.parametrize(
    ("ceiling", "status"),
    [
        (Mode.OBSERVE, Status.OBSERVED),
        (Mode.NOTIFY, Status.NOTIFIED),
        (Mode.APPROVE, Status.AWAITING_APPROVAL),
        (Mode.REMEDIATE, Status.PENDING),
    ],
)
def test_the_highest_mode_is_the_ceiling(ceiling: Mode, status: Status) -> None:
    found = _decide(_mode("remediate"), ceiling=ceiling)
    assert (found.status, found.mode) == (status, ceiling)


def test_the_plan_is_shown_whether_or_not_it_is_carried_out() -> None:
    found = _decide(_mode("notify")).remedy
    assert found
    assert found.calls == {"iam:DeleteUserPolicy"}


@pytest.mark.parametrize("mode", ["notify", "approve", "remediate"])
def test_an_exempt_drift_is_neither_told_nor_touched(mode: str) -> None:
    found = _decide(_mode(mode) + exemption())
    assert found.status is Status.EXEMPT
    assert found.reason == "exemption EX-1 of platform-oncall until 2027-03-31"


def test_an_exemption_that_ended_exempts_no_more_and_is_named() -> None:
    found = _decide(_mode("remediate") + exemption(), today="2027-04-01")
    assert found.status is Status.PENDING
    assert found.reason == "exemption EX-1 ended on 2027-03-31"


@pytest.mark.parametrize("mode", ["notify", "approve", "remediate"])
def test_a_protected_subject_is_told_as_critical_and_never_touched(mode: str) -> None:
    rest = _mode(mode, ", severity: low")
    path = _decide(rest, path="/aws-reserved/sso.amazonaws.com/")
    named = _decide(rest, replace(DRIFT, subject=replace(ref("user"), name="break-glass")))
    for found in (path, named):
        assert (found.status, found.severity) == (Status.PROTECTED, Severity.CRITICAL)
        assert found.reason


def test_the_settings_say_how_bad_it_is() -> None:
    assert _decide(_mode("notify")).severity is Severity.HIGH
    assert _decide(_mode("notify", ", severity: low")).severity is Severity.LOW


def test_a_drift_that_is_told_waits_for_its_grace_first() -> None:
    found = _decide(_mode("notify", ", grace: 60"))
    assert (found.status, found.delay) == (Status.WAITING, 60)
    over = _decide(_mode("notify", ", grace: 60"), waited=True)
    assert (over.status, over.delay) == (Status.NOTIFIED, 0)


def test_a_drift_that_is_acted_on_is_told_at_once_and_acted_on_after_its_grace() -> None:
    found = _decide(_mode("remediate", ", grace: 60"))
    assert (found.status, found.delay) == (Status.PENDING, 60)
    assert _decide(_mode("remediate", ", grace: 60"), waited=True).delay == 0


def test_a_convention_brings_its_own_grace_and_the_settings_may_shorten_it() -> None:
    assert _decide("", GROUP).delay == 900
    assert _decide("conventions: {group-has-policy: {grace: 0}}\n", GROUP).status is Status.NOTIFIED


@pytest.mark.parametrize(
    ("mode", "more", "through", "delay"),
    [
        ("remediate", "", "CloudFormation", CLOUDFORMATION_GRACE),
        ("approve", "", "CloudFormation", CLOUDFORMATION_GRACE),
        ("remediate", ", grace: 600", "CloudFormation", 600),
        ("remediate", "", "Terraform", 0),
        # Telling does no harm to a stack update, and a name must not silence anything.
        ("notify", "", "CloudFormation", 0),
    ],
)
def test_a_stack_update_gets_time_to_finish_and_no_pardon(
    mode: str, more: str, through: str, delay: int
) -> None:
    found = _decide(_mode(mode, more), through=through)
    assert found.delay == delay
    assert found.status in {Status.PENDING, Status.AWAITING_APPROVAL, Status.NOTIFIED}
