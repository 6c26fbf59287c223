"""Nobody signs in to the console with a password alone."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.parts import at
from rolecall.model.pointing import acting_user
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_MONITOR_SIGN_IN_WITHOUT_MFA, attack, security_hub
from rolecall.model.subjects import Subject, SubjectRef


class ConsoleLoginNoMfa(ActivityConvention):
    """IAM users sign in to the console with a second factor.

    Why: Whoever has the password has the console, and the record of the sign-in looks like any other.

    The right way: Register an MFA device, or better, come in through the identity provider, which asks
    for it there: such sign-ins say MFAUsed "No" and are not judged. A user's sign-in is recorded in
    us-east-1, us-east-2, eu-north-1, ap-southeast-2 or the Region of the address that was opened: what
    is recorded elsewhere is seen only where it is forwarded to this Region.

    The remedy: None: who is in is in. What a user without a device may do is left to the convention
    mfa-not-removed.

    Undo: Nothing to take back.
    """

    id = "console-login-no-mfa"
    severity = Severity.HIGH
    standards = (
        CIS_MONITOR_SIGN_IN_WITHOUT_MFA,
        security_hub("CloudWatch.3"),
        attack("T1078.004"),
    )
    # AWS spells the detail-type of sign-ins in two ways; source and event tell enough.
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": ["aws.signin"],
        "detail": {
            "eventSource": ["signin.amazonaws.com"],
            "eventName": ["ConsoleLogin"],
            "userIdentity": {"type": ["IAMUser"]},
        },
    }
    related_needs = (Facet.USER_MFA_DEVICES, Facet.USER_LOGIN_PROFILE)

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a sign-in without MFA; one a day for each user."""
        user = acting_user(change)
        # A sign-in that failed has no errorCode: the answer says Failure.
        failed = change.error or at(change.response, "ConsoleLogin") != "Success"
        used = str(at(change.record, "additionalEventData", "MFAUsed")).lower()
        if change.call != "signin:ConsoleLogin" or failed or user is None or used != "no":
            return
        yield self.drift(
            user,
            part="sign-in",
            says=f"The user {user.name} signed in to the console without MFA, from {change.address}.",
            found={"day": change.time[:10]},
            remediable=False,
        )

    def related(self, drift: Drift) -> SubjectRef:
        """The user, for its MFA devices and its password."""
        return drift.subject

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield what the user has by now, and how a device is registered."""
        user = quote(drift.subject.name)
        known = related if isinstance(related, User) and related.knows(self.related_needs) else None
        if known and known.login_profile is None:
            yield f"The user {drift.subject.name} has no console password any more."
            return
        if known and known.mfa_devices:
            yield f"By now the user has an MFA device: {', '.join(known.mfa_devices)}."
            yield "See that it is the user's own; a session that is open already goes on."
            return
        yield (
            f"aws iam create-virtual-mfa-device --virtual-mfa-device-name {user} "
            "--bootstrap-method QRCodePNG --outfile mfa.png"
        )
        yield (
            f"aws iam enable-mfa-device --user-name {user} --serial-number SERIAL "
            "--authentication-code1 CODE --authentication-code2 NEXT-CODE"
        )
        yield "Or, if it was not the user, or people come in through an identity provider:"
        yield f"aws iam delete-login-profile --user-name {user}"
