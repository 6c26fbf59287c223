"""What is to be done about a drift: the one place where modes, exemptions, protection and facts meet.

Nothing here reads or writes. Whoever learns more, that all writes are paused or a cap is reached, says so
in the facts and asks again.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from rolecall.convention import ActivityConvention, Convention
from rolecall.detection.exempting import Standing, weigh
from rolecall.model.calls import Remedy
from rolecall.model.cases import Status
from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.protection import protection as protection_of
from rolecall.settings import Settings

# A stack update may put right in its next step what its last step broke: time to finish, no pardon,
# for anyone who can run CloudFormation can wear its name.
CLOUDFORMATION_GRACE = 300
# Whoever sweeps may come between a change and its record, which tells more and may do more.
SWEEP_GRACE = 900
# Kinds of which a path can be AWS's own: where it is not known, nothing may be written.
_NEEDS_PATH = frozenset({"role"})


class Verdict(StrEnum):
    """What is to be done about a drift."""

    OFF = "off"
    OBSERVE = "observe"
    EXEMPT = "exempt"
    PROTECTED = "protected"
    NOTIFY = "notify"
    WAIT = "wait"
    APPROVE = "approve"
    PAUSED = "paused"
    CAPPED = "capped"
    REMEDIATE = "remediate"


_STATUS = {
    Verdict.OFF: Status.OBSERVED,
    Verdict.OBSERVE: Status.OBSERVED,
    Verdict.EXEMPT: Status.EXEMPT,
    Verdict.PROTECTED: Status.PROTECTED,
    Verdict.NOTIFY: Status.NOTIFIED,
    Verdict.WAIT: Status.WAITING,
    Verdict.APPROVE: Status.AWAITING_APPROVAL,
    Verdict.PAUSED: Status.PAUSED,
    Verdict.CAPPED: Status.CAPPED,
    Verdict.REMEDIATE: Status.PENDING,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the drift and the settings when it is decided.

    Attributes:
        today: ISO date, for exemptions.
        path: The subject's path; "" where it is not known.
        through: What the change was made with.
        waited: Whether the grace is over.
        approved: Whether people have approved what the remedy would do now.
        paused: Why all writes are paused, or "".
        capped: Which cap holds this write back, in words, or "".
        unguarded: Why nobody might be left who can administer IAM, or "".
        doubted: Why the remedy might give somebody access who has none, or "".
        swept: Whether a sweep found it, and no change.
        first: Whether no sweep has judged by this convention before: such a one never acts.
        unique_id: The subject's unique id, if an exemption depends on it; "" where it is not known, None
            where no account can be asked.
    """

    today: str
    path: str = ""
    through: str = ""
    waited: bool = False
    approved: bool = False
    paused: str = ""
    capped: str = ""
    unguarded: str = ""
    doubted: str = ""
    swept: bool = False
    first: bool = False
    unique_id: str | None = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about a drift.

    Attributes:
        status: Where its case stands, or starts.
        reason: Why, where the verdict does not say all.
        delay: Seconds to wait before the case is settled.
        remedy: The plan, whether or not it will be carried out; None where there is none.
    """

    mode: Mode
    verdict: Verdict
    status: Status
    severity: Severity
    reason: str = ""
    delay: int = 0
    remedy: Remedy | None = None

    def to(self, verdict: Verdict, reason: str = "") -> "Decision":
        """The same with another verdict and its reason."""
        return replace(self, verdict=verdict, status=_STATUS[verdict], reason=reason)

    def urgent(self, verdict: Verdict, reason: str) -> "Decision":
        """As `to`, for what people must see first."""
        return replace(self.to(verdict, reason), severity=Severity.CRITICAL)

    def after(self, grace: int, status: Status) -> "Decision":
        """The same drift, decided again when its grace is over."""
        return replace(self.to(Verdict.WAIT, self.reason), delay=grace, status=status)


def decide(drift: Drift, convention: Convention, settings: Settings, facts: Facts) -> Decision:
    """What is to be done about a drift.

    Args:
        drift: The evidence.
        convention: Whose evidence it is.
        settings: The account's settings, under the stack's ceiling.
        facts: What else is known.
    """
    mode = settings.mode(convention.id)
    plan = Decision(
        mode,
        Verdict.OFF,
        Status.OBSERVED,
        settings.severity(
            convention.id, Severity(drift.severity) if drift.severity else convention.severity
        ),
        remedy=convention.remedy(drift) if drift.remediable else None,
    )
    if mode is Mode.OFF:
        return plan
    if mode is Mode.OBSERVE:
        return _observed(plan, _judged(plan, drift, convention, settings, facts), facts)
    return _judged(plan, drift, convention, settings, facts)


def _observed(plan: Decision, would: Decision, facts: Facts) -> Decision:
    """What is only written to the ledger: what the mode `remediate` would have done."""
    reason = f"it would be {would.verdict}"
    found = plan.to(Verdict.OBSERVE, f"{reason}, {would.reason}" if would.reason else reason)
    # What would be put right is rehearsed up to the write, and after the same grace.
    acts = would.status is Status.PENDING and not facts.waited
    return replace(found, status=Status.WAITING, delay=would.delay) if acts else found


def _judged(
    plan: Decision, drift: Drift, convention: Convention, settings: Settings, facts: Facts
) -> Decision:
    exempt, note = weigh(settings.exemptions_about(drift), facts.today, facts.unique_id)
    if exempt is Standing.HOLDS:
        return plan.to(Verdict.EXEMPT, note)
    protection = protection_of(drift, facts.path, settings)
    if protection:
        return plan.urgent(Verdict.PROTECTED, protection)
    acts = plan.mode is not Mode.NOTIFY and plan.remedy is not None
    acts = acts and exempt is not Standing.UNSURE
    if acts and drift.subject.kind in _NEEDS_PATH and not facts.path:
        acts, note = False, "its path is not known, so it may be one of AWS's own"
    if acts and facts.swept and (facts.first or not settings.sweep_acts(convention.id)):
        acts, note = False, "a sweep found it, which only tells"
    plan = replace(plan, reason=note)
    grace = settings.grace(convention.id, convention.grace)
    if facts.swept:
        grace = max(grace, SWEEP_GRACE)
    if acts and facts.through == "CloudFormation":
        grace = max(grace, CLOUDFORMATION_GRACE)
    asks = plan.mode is Mode.APPROVE or not convention.by_itself or drift.needs_approval
    by_itself = acts and not asks
    # What was done does not go away, so nothing is waited for.
    waits = grace and not facts.waited and not isinstance(convention, ActivityConvention)
    if waits:
        # That it will be put right is told at once, that somebody must look only if it stays.
        return plan.after(grace, Status.PENDING if by_itself else Status.WAITING)
    if not acts:
        return plan.to(Verdict.NOTIFY, note)
    if not (by_itself or facts.approved):
        return plan.to(Verdict.APPROVE, note)
    return _held_back(plan, facts) or plan.to(Verdict.REMEDIATE, note)


def _held_back(plan: Decision, facts: Facts) -> Decision | None:
    if facts.paused:
        return plan.to(Verdict.PAUSED, facts.paused)
    if facts.unguarded or facts.doubted:
        return plan.urgent(Verdict.NOTIFY, facts.unguarded or facts.doubted)
    if facts.capped:
        return plan.urgent(Verdict.CAPPED, facts.capped)
    return None
