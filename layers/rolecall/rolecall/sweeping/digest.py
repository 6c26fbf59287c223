"""One message for what a sweep found, where it found much."""

from collections import Counter
from collections.abc import Sequence

from rolecall.model.cases import DIGEST, SWEEP, Case, Origin, Status, case_id
from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.model.subjects import SubjectRef
from rolecall.model.sweeps import Sweep
from rolecall.model.times import moment
from rolecall.settings import Settings

_WORST = 10
_WHY = (
    "A sweep judges the whole account. It finds what was there before Rolecall was, what no event tells, "
    "and what events have missed."
)
_WAY = (
    "Go through the cases from the most severe on: put right by hand what is wrong, and exempt, with an "
    "owner and an end, what is meant to be so."
)


def digest_of(
    cases: Sequence[Case], sweep: Sweep, settings: Settings, account: str, now: float
) -> Case:
    """The case that tells of all these cases at once.

    Args:
        cases: What the sweep opened and nobody was told of yet; at least one.
        sweep: The sweep.
        settings: The account's settings.
        account: The account's id.
        now: Seconds since the epoch.
    """
    ranked = sorted(cases, key=lambda case: (-case.severity.rank, case.drift.convention))
    by_severity = Counter(case.severity for case in cases)
    by_convention = Counter(case.drift.convention for case in ranked)
    severities = ", ".join(
        f"{by_severity[severity]} {severity}"
        for severity in sorted(by_severity, key=lambda one: -one.rank)
    )
    drift = Drift(
        DIGEST,
        SubjectRef("account", account, account),
        f"sweep {sweep.id}",
        f"A sweep found {len(cases)} drifts that nobody was told of: {severities}.",
        {"drifts": dict(by_convention.most_common())},
        remediable=False,
    )
    return Case(
        id=case_id(drift, sweep.id),
        drift=drift,
        origin=Origin(SWEEP, sweep.id, sweep.begun, "a sweep", "", "", account, ""),
        severity=max(
            (case.severity for case in cases), key=lambda one: one.rank, default=Severity.INFO
        ),
        mode=Mode.NOTIFY,
        status=Status.NOTIFIED,
        settings=settings.version,
        opened=moment(now),
        advice=(
            _WHY,
            _WAY,
            "The worst of them:",
            *(f"{case.severity} {case.id}: {case.drift.says}" for case in ranked[:_WORST]),
        ),
        account_name=settings.account_name(account),
    )
