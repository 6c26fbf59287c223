"""An access key is replaced before it is old."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.access_keys import last_used_command, off_command, switched_off
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_ROTATE_KEYS, config_rule, security_hub
from rolecall.model.subjects import Subject

_LAST = 3


class AccessKeyAge(Convention):
    """An active access key is at most 90 days old.

    Why: A key that leaked works until it is replaced, and the older it is, the more places hold a copy.

    The right way: A role, whose credentials are new every hour. Where it must be a key, replace it
    before its time: make the second one, give it to whatever uses the first, and switch the first off.

    The remedy: Nothing at first: people are warned when the key comes of age and again a week later.
    Two weeks after the first warning it may be set to Inactive, if the settings let what a sweep finds
    be put right (`sweep_acts`). The key is not deleted.

    Undo: Sets the same key to Active. Then make a new one: this one stays too old.
    """

    id = "access-key-age"
    severity = Severity.MEDIUM
    standards = (CIS_ROTATE_KEYS, security_hub("IAM.3"), config_rule("access-keys-rotated"))
    watches = ()
    needs = (Facet.USER_ACCESS_KEYS, Facet.USER_ACCESS_KEY_DATES)
    remedies = ("iam:UpdateAccessKey",)
    settled_by = ("iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:DeleteUser")
    options = {  # noqa: RUF012  # the annotation is on the base class
        "days": Option(90, "The age in days above which a key is too old."),
        "second_warning_days": Option(7, "Days after that at which it is told again."),
        "act_after_days": Option(14, "Days after that from which it may be switched off."),
    }

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift for each active key that is too old; a new one with each warning."""
        for key, status in user.access_keys.items():
            created = user.access_key_dates.get(key, "")
            warning = self._warning(user.days_since(created))
            if status == "Active" and warning:
                yield self.drift(
                    user.ref,
                    part=key,
                    says=f"The access key {key} of the user {user.ref.name} was made on {created[:10]}.",
                    found={"created": created[:10], "warning": warning},
                    expected={"status": "Inactive"},
                    remediable=warning == _LAST,
                )

    def _warning(self, age: float) -> int:
        """Which warning a key of this age is due; 0 for none, and for an age that is not known."""
        over = age - self.option("days")
        if not over > 0:
            return 0
        if over >= self.option("act_after_days"):
            return _LAST
        return 2 if over >= self.option("second_warning_days") else 1

    def remedy(self, drift: Drift) -> Remedy | None:
        """Switch that one key off, once people have been warned twice."""
        return switched_off(drift.subject.name, [drift.part]) if drift.remediable else None

    def part(self, user: User, drift: Drift) -> str | None:
        """The status of that key, or None."""
        return user.access_keys.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the steps of a rotation."""
        yield f"aws iam create-access-key --user-name {quote(drift.subject.name)}"
        yield last_used_command(drift.part)
        yield off_command(drift.subject.name, drift.part)
