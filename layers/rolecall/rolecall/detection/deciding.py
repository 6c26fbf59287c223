"""What is to be done about a drift: the one place where modes, exemptions and protection meet."""

from dataclasses import dataclass, replace

from rolecall.convention import ActivityConvention, Convention
from rolecall.model.calls import Remedy
from rolecall.model.cases import Status
from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.settings import Settings

# A stack update may put right in its next step what its last step broke: time to finish, no pardon,
# for anyone who can run CloudFormation can wear its name.
CLOUDFORMATION_GRACE = 300


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about a drift.

    Attributes:
        status: Where its case starts.
        reason: Why, where the status does not say all.
        delay: Seconds to wait before the case is settled.
        remedy: The plan, whether or not it will be carried out; None where there is none.
    """

    mode: Mode
    status: Status
    severity: Severity
    reason: str = ""
    delay: int = 0
    remedy: Remedy | None = None


def decide(
    drift: Drift,
    convention: Convention,
    settings: Settings,
    *,
    path: str,
    today: str,
    through: str = "",
    waited: bool = False,
) -> Decision:
    """What is to be done about a drift.

    Args:
        drift: The evidence.
        convention: Whose evidence it is.
        settings: The account's settings, under the stack's ceiling.
        path: The subject's path, as far as it was read.
        today: ISO date, for exemptions.
        through: What the change was made with.
        waited: Whether the grace is over.
    """
    mode = settings.mode(convention.id)
    plan = Decision(
        mode,
        Status.OBSERVED,
        settings.severity(convention.id, convention.severity),
        remedy=convention.remedy(drift) if drift.remediable else None,
    )
    if not mode.at_least(Mode.NOTIFY):
        return plan
    exemption = settings.exemption(drift)
    if exemption and not exemption.is_over(today):
        reason = f"exemption {exemption.id} of {exemption.owner} until {exemption.expires}"
        return replace(plan, status=Status.EXEMPT, reason=reason)
    protection = settings.protection(drift.subject, path)
    if protection:
        return replace(plan, status=Status.PROTECTED, severity=Severity.CRITICAL, reason=protection)
    note = f"exemption {exemption.id} ended on {exemption.expires}" if exemption else ""
    acts = mode.at_least(Mode.APPROVE) and plan.remedy is not None
    grace = settings.grace(convention.id, convention.grace)
    if acts and through == "CloudFormation":
        grace = max(grace, CLOUDFORMATION_GRACE)
    if waited or isinstance(convention, ActivityConvention):  # what was done does not go away
        grace = 0
    if acts:
        status = Status.PENDING if mode is Mode.REMEDIATE else Status.AWAITING_APPROVAL
    else:
        status = Status.WAITING if grace else Status.NOTIFIED
    return replace(plan, status=status, reason=note, delay=grace)
