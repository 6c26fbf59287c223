"""A credential that nobody uses is switched off."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.access_keys import off_command, switched_off
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_UNUSED_CREDENTIALS, config_rule, security_hub
from rolecall.model.steps import put
from rolecall.model.subjects import Subject
from rolecall.policy.console_denial import console_denial

_PASSWORD = "password"  # noqa: S105  # the name of a part
_POLICY = "Rolecall-UnusedPassword"
_DENY = console_denial("RolecallUnusedPassword")


class UnusedCredentials(Convention):
    """A credential that is active was used or made within the last 45 days.

    Why: Nobody misses an unused key or password, so nobody notices who else has it. What counts is the
    later of its last use and its making: a password that was made today is not unused, however long ago
    its user last signed in with the one before.

    The right way: Remove what is not needed, and let people sign in through Identity Center, where
    access ends when they leave.

    The remedy: Sets an unused key to Inactive. An unused password is only told, unless the settings say
    deny_passwords: then it puts the inline policy Rolecall-UnusedPassword on the user, which denies
    everything to the console's sessions and leaves the user's access keys alone. Sessions that a key
    opens with GetSessionToken look like the console's and are denied, too; roles that the user assumes
    with a key are not. No key and no password is deleted. Where another policy has that name already,
    the password is only told.

    Undo: Sets the same key to Active, or deletes that inline policy.
    """

    id = "unused-credentials"
    severity = Severity.MEDIUM
    standards = (
        CIS_UNUSED_CREDENTIALS,
        security_hub("IAM.8"),
        security_hub("IAM.22"),
        config_rule("iam-user-unused-credentials-check"),
    )
    watches = ()
    needs = (
        Facet.USER_ACCESS_KEYS,
        Facet.USER_ACCESS_KEY_DATES,
        Facet.USER_ACCESS_KEY_USE,
        Facet.USER_LOGIN_PROFILE,
        Facet.USER_PASSWORD_USE,
        Facet.USER_INLINE_POLICIES,
    )
    remedies = ("iam:UpdateAccessKey", "iam:PutUserPolicy")
    # Who may put a policy on a user may put any: the function gets that right only when asked to.
    opt_in = {"iam:PutUserPolicy": "deny_passwords"}  # noqa: RUF012  # the annotation is on the base class
    settled_by = (
        "iam:UpdateAccessKey",
        "iam:DeleteAccessKey",
        "iam:DeleteLoginProfile",
        "iam:DeleteUser",
    )
    options = {  # noqa: RUF012  # the annotation is on the base class
        "days": Option(45, "Days without use from which a credential counts as unused."),
        "deny_passwords": Option(
            False, "Whether an unused password may be closed by an inline policy."
        ),
    }

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift for each active key that is not used, and one for such a password."""
        name = user.ref.name
        for key, status in user.access_keys.items():
            used = user.access_key_use.get(key)
            created = user.access_key_dates.get(key, "")
            if status == "Active" and self._is_unused(user, created, used):
                yield self.drift(
                    user.ref,
                    part=key,
                    says=f"The access key {key} of the user {name} {_since(used)}.",
                    found={"status": "Active", "last_used": _day(used)},
                    expected={"status": "Inactive"},
                )
        profile, used = user.login_profile, user.password_use
        policy = user.inline_policies.get(_POLICY)
        if profile and policy != _DENY and self._is_unused(user, profile["created"], used):
            yield self.drift(
                user.ref,
                part=_PASSWORD,
                says=f"The console password of the user {name} {_since(used)}.",
                found={"status": "Active", "last_used": _day(used)},
                expected={"denied by": _POLICY},
                remediable=policy is None and self.option("deny_passwords"),
            )

    def _is_unused(self, user: User, created: str, used: str | None) -> bool:
        # A time that is not known has no age, and nothing is older than it.
        times = (created,) if used is None else (created, used)
        return all(user.days_since(time) >= self.option("days") for time in times)

    def remedy(self, drift: Drift) -> Remedy | None:
        """Switch that one key off, or close the console to the user."""
        if not drift.remediable:
            return None
        if drift.part != _PASSWORD:
            return switched_off(drift.subject.name, [drift.part])
        return Remedy(put(drift.subject, _POLICY, _DENY))

    def part(self, user: User, drift: Drift) -> str | None:
        """The status of that key, or the text of the policy that closes the console, or None."""
        if drift.part == _PASSWORD:
            return user.inline_policies.get(_POLICY)
        return user.access_keys.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to do without the credential."""
        name = drift.subject.name
        if drift.part == _PASSWORD:
            yield f"aws iam delete-login-profile --user-name {quote(name)}"
        else:
            yield off_command(name, drift.part)


def _day(time: str | None) -> str | None:
    return time[:10] if time else None


def _since(used: str | None) -> str:
    return f"was last used on {used[:10]}" if used else "was never used"
