"""Passwords of IAM users must be good ones."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.accounts import Account
from rolecall.model.passwords import settable
from rolecall.model.scales import Severity
from rolecall.model.standards import (
    CIS_PASSWORD_LENGTH,
    CIS_PASSWORD_REUSE,
    config_rule,
    security_hub,
)
from rolecall.model.subjects import Subject

# The option for each field of the policy, and the most that IAM takes.
_OPTIONS: Final[Mapping[str, tuple[str, int]]] = {
    "MinimumPasswordLength": ("minimum_length", 128),
    "PasswordReusePrevention": ("reuse_prevention", 24),
    "MaxPasswordAge": ("max_age", 1095),
    "RequireSymbols": ("require_symbols", True),
    "RequireNumbers": ("require_numbers", True),
    "RequireUppercaseCharacters": ("require_uppercase", True),
    "RequireLowercaseCharacters": ("require_lowercase", True),
    "AllowUsersToChangePassword": ("allow_users_to_change", True),
}
# What IAM holds passwords to in an account without a policy of its own (IAM user guide, "Set an account
# password policy"); that it also wants three kinds of characters no field of a policy can say.
_WITHOUT: Final = {"MinimumPasswordLength": 8}


class AccountPasswordPolicy(Convention):
    """The account's password policy is at least as strong as the settings ask.

    Why: Passwords of IAM users are guessed and reused. A short one that was used elsewhere opens the
    console to whoever bought the list it stands in.

    The right way: Set the policy once and leave it: fourteen characters or more, of all kinds, none of
    the last 24. Passwords need not expire, as NIST SP 800-63B says: people who must change them choose
    worse ones. Whoever is held to an expiry (Security Hub IAM.10 and IAM.17 ask for 90 days) sets the
    option `max_age`. Better still is no password at all: people in IAM Identity Center. What people have
    accepted with `rolecall baseline accept` is asked for as well.

    The remedy: Writes the whole policy, as IAM has no other way: of each field the strongest of what is
    there, what the settings ask and what was accepted, so that nothing gets weaker. Passwords that are in
    use stay valid, and must meet the policy when they are next changed; with `max_age` those that are
    older must be changed at the next sign-in. That users may change their own is the one right it gives.
    Rolecall never asks for hard expiry, which locks people out for good; where it is on and the remedy
    would make passwords expire sooner, the drift is only told.

    Undo: Writes the policy as it was, every field of it, or deletes it where there was none.
    """

    id = "account-password-policy"
    severity = Severity.MEDIUM
    standards = (
        CIS_PASSWORD_LENGTH,
        CIS_PASSWORD_REUSE,
        *(security_hub(f"IAM.{number}") for number in (7, 11, 12, 13, 14, 15, 16)),
        config_rule("iam-password-policy"),
    )
    watches = ("iam:UpdateAccountPasswordPolicy", "iam:DeleteAccountPasswordPolicy")
    needs = (Facet.ACCOUNT_PASSWORD_POLICY,)
    remedies = ("iam:UpdateAccountPasswordPolicy",)
    widens = True
    settled_by = ("iam:UpdateAccountPasswordPolicy", "iam:DeleteAccountPasswordPolicy")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "minimum_length": Option(14, "Characters that a password must have, 6 to 128."),
        "reuse_prevention": Option(
            24, "How many earlier passwords may not be used again, 0 to 24."
        ),
        "max_age": Option(0, "Days until a password expires, to 1095; 0 asks for no expiry."),
        "require_symbols": Option(True, "Whether a password must have a symbol."),
        "require_numbers": Option(True, "Whether a password must have a number."),
        "require_uppercase": Option(True, "Whether a password must have an upper-case letter."),
        "require_lowercase": Option(True, "Whether a password must have a lower-case letter."),
        "allow_users_to_change": Option(True, "Whether users must be able to change their own."),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """The policy that people have accepted: it may be no weaker than that, either."""
        return (Facet.ACCOUNT_PASSWORD_POLICY_REVIEWED,)

    def drifts(self, account: Account) -> Iterator[Drift]:
        """Yield one drift that names all that is weaker than asked."""
        policy = account.password_policy
        live = settable(_WITHOUT if policy is None else policy)
        wanted = self._stronger(live, account.state.get(Facet.ACCOUNT_PASSWORD_POLICY_REVIEWED))
        weaker = {
            name: live.get(name, 0) for name, asked in wanted.items() if live.get(name) != asked
        }
        if not weaker:
            return
        expires_sooner = "MaxPasswordAge" in weaker
        what = ", ".join(f"{name} is {value}" for name, value in weaker.items())
        yield self.drift(
            account.ref,
            part="password policy",
            says=f"The password policy is weaker than asked: {what}."
            if policy is not None
            else "The account has no password policy.",
            found=None if policy is None else weaker,
            expected=wanted,
            before={"policy": None if policy is None else live},
            remediable=not (live["HardExpiry"] and expires_sooner),
        )

    def _stronger(
        self, live: Mapping[str, Any], accepted: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """The whole policy: of each field the strongest of what is there, asked and accepted."""
        found = dict(live)
        for name, (option, most) in _OPTIONS.items():
            asked = min(self.option(option), most)
            fields = (live.get(name, 0), asked, (accepted or {}).get(name, 0))
            if name == "MaxPasswordAge":
                found[name] = min((age for age in fields if age), default=0)
            else:
                found[name] = max(fields)
        return settable(found)

    def remedy(self, drift: Drift) -> Remedy | None:
        """Write the whole policy, the stronger of each field."""
        if not drift.remediable:
            return None
        before = drift.before["policy"]
        return Remedy(
            Step(
                do=Call("iam:UpdateAccountPasswordPolicy", drift.expected),
                undo=Call("iam:DeleteAccountPasswordPolicy")
                if before is None
                else Call("iam:UpdateAccountPasswordPolicy", before),
            )
        )

    def part(self, account: Account, drift: Drift) -> dict[str, Any] | None:  # noqa: ARG002
        """The whole policy, or None."""
        policy = account.password_policy
        return None if policy is None else settable(policy)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that sets the whole policy."""
        yield f"aws iam update-account-password-policy {' '.join(_flags(drift.expected))}"


def _flags(policy: Mapping[str, Any]) -> Iterator[str]:
    for name, value in policy.items():
        flag = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
        if isinstance(value, bool):
            yield f"-{flag}" if value else f"--no{flag}"
        else:
            yield f"-{flag} {value}"
