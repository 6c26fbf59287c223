"""Session tokens are taken with MFA."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.parts import at
from rolecall.model.pointing import acting_user
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject, SubjectRef

# The STS API takes no security keys: whoever has nothing else cannot name a device.
_SECURITY_KEY = ":u2f/"


def _usable(user: User) -> list[str]:
    return [serial for serial in user.mfa_devices if _SECURITY_KEY not in serial]


class StsSessionTokenMfa(ActivityConvention):
    """Users who have an MFA device name it when they take a session token.

    Why: sts:GetSessionToken without MFA turns a stolen access key into a session that lasts up to 36
    hours, and proves nothing about who holds the key.

    The right way: Pass --serial-number and --token-code; tools that keep sessions, such as aws-vault and
    the AWS CLI, take the device from `mfa_serial` in their profile. A user without an MFA device, or with
    security keys alone, which the STS API does not take, is not told. Tools that keep sessions call this
    all the time, so this convention is off until the settings name it, and tells a user once a day.

    The remedy: None: a session cannot be taken back.

    Undo: Nothing to take back.
    """

    id = "sts-session-token-mfa"
    severity = Severity.LOW
    standards = (user_guide("Secure API access with MFA"),)
    ships_as = Mode.OFF
    of_reads = True
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": ["aws.sts"],
        "detail": {
            "eventSource": ["sts.amazonaws.com"],
            "eventName": ["GetSessionToken"],
            "userIdentity": {"type": ["IAMUser"]},
        },
    }
    related_needs = (Facet.USER_MFA_DEVICES,)

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a token that was given without MFA; one a day for each user."""
        user = acting_user(change)
        if (
            change.call != "sts:GetSessionToken"
            or change.error
            or user is None
            or at(change.request, "serialNumber")
            or change.actor.mfa
        ):
            return
        yield self.drift(
            user,
            part="session-token",
            says=f"The user {user.name} took a session token without MFA.",
            found={"day": change.time[:10]},
            remediable=False,
        )

    def related(self, drift: Drift) -> SubjectRef:
        """The user, for its MFA devices."""
        return drift.subject

    def confirmed(self, drift: Drift, related: Subject | None) -> bool:  # noqa: ARG002
        """Whether the user has a device to name; where nothing can be read, it is told."""
        if not isinstance(related, User) or not related.knows(self.related_needs):
            return True
        return bool(_usable(related))

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the same call with the user's device."""
        devices = _usable(related) if isinstance(related, User) else []
        for serial in devices or ["SERIAL"]:
            yield f"aws sts get-session-token --serial-number {quote(serial)} --token-code CODE"
