"""Whoever signs in to the console has a second factor."""

from collections.abc import Iterator
from shlex import quote
from typing import Final

from rolecall.convention import Convention
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_CONSOLE_MFA, attack, config_rule, security_hub
from rolecall.model.steps import put
from rolecall.model.subjects import Subject
from rolecall.policy.reading import canonical

NAME: Final = "Rolecall-DenyWithoutMFA"
# The calls are those that the IAM user guide leaves to a user without MFA ("AWS: Allows MFA-authenticated
# IAM users to manage their own credentials"). Changing the password is not among them: who has found it
# must not lock its owner out.
# `Bool` and not the guide's `BoolIfExists`: requests that are signed with an access key do not carry the
# key at all, and what works with one is not what drifted here.
DOCUMENT: Final = canonical(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyAllButOwnMFA",
                "Effect": "Deny",
                "NotAction": [
                    "iam:CreateVirtualMFADevice",
                    "iam:EnableMFADevice",
                    "iam:GetMFADevice",
                    "iam:GetUser",
                    "iam:ListMFADevices",
                    "iam:ListVirtualMFADevices",
                    "iam:ResyncMFADevice",
                    "sts:GetSessionToken",
                ],
                "Resource": "*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
            }
        ],
    }
)


class MfaNotRemoved(Convention):
    """A user with a console password has an MFA device.

    Why: Without a second factor the password alone opens the console. Who takes over a user takes its
    MFA device away first, to come back with the password.

    The right way: Register the new device before the old one is taken away; a user can have eight. People
    are better off still in IAM Identity Center, which asks for MFA itself. The event that wakes this
    convention is a removal; that a user never had a device is the same state, and a sweep tells it.

    The remedy: Puts the inline policy `Rolecall-DenyWithoutMFA` on the user: without MFA it denies all
    but registering a device. It stops console sessions, and temporary credentials of the user, that came
    about without MFA, from the next request on. It does not stop the user's access keys, which never
    carry MFA, nor a session that was signed in with the device before it went; and whoever has the
    password can still register a device, where another policy lets the user do so. A user who carries the
    policy is clean. The policy stays, and does nothing to whoever signs in with MFA.

    Undo: Deletes that policy, or puts back the text that a policy of that name had before.
    """

    id = "mfa-not-removed"
    severity = Severity.HIGH
    standards = (
        CIS_CONSOLE_MFA,
        security_hub("IAM.5"),
        security_hub("IAM.19"),
        config_rule("mfa-enabled-for-iam-console-access"),
        attack("T1556.006"),
    )
    # Not iam:DeleteVirtualMFADevice: its record names a serial number and no user. IAM refuses it while
    # the device is a user's, so the user's device has been deactivated before.
    watches = ("iam:DeactivateMFADevice",)
    needs = (Facet.USER_MFA_DEVICES, Facet.USER_LOGIN_PROFILE, Facet.USER_INLINE_POLICIES)
    remedies = ("iam:PutUserPolicy",)
    # Who replaces a device often takes the old one away first.
    grace = 900
    settled_by = ("iam:EnableMFADevice", "iam:DeleteLoginProfile", "iam:DeleteUser")

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift when there is a console password, and neither a device nor our policy."""
        there = user.inline_policies.get(NAME)
        if user.mfa_devices or user.login_profile is None or there == DOCUMENT:
            return
        yield self.drift(
            user.ref,
            part="MFA",
            says=f"The user {user.ref.name} has a console password and no MFA device.",
            found={"console_password": True, "mfa_devices": 0},
            expected="an MFA device",
            before=None if there is None else {NAME: there},
        )

    def remedy(self, drift: Drift) -> Remedy:
        """Deny all but registering a device while there is no MFA."""
        before = drift.before[NAME] if drift.before else None
        return Remedy(put(drift.subject, NAME, DOCUMENT, before))

    def part(self, user: User, drift: Drift) -> str | None:  # noqa: ARG002
        """The text of our policy on the user, or None."""
        return user.inline_policies.get(NAME)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how a device is registered, and the way without one."""
        user = quote(drift.subject.name)
        yield (
            f"aws iam create-virtual-mfa-device --virtual-mfa-device-name {user} "
            "--bootstrap-method QRCodePNG --outfile mfa.png"
        )
        yield (
            f"aws iam enable-mfa-device --user-name {user} --serial-number SERIAL "
            "--authentication-code1 CODE --authentication-code2 NEXT-CODE"
        )
        yield "Or, if the user needs no console:"
        yield f"aws iam delete-login-profile --user-name {user}"
