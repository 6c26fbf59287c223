"""A user works with one access key at a time."""

from collections.abc import Iterator

from rolecall.convention import Convention
from rolecall.model.access_keys import last_used_command, off_command, switched_off
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_ONE_ACTIVE_KEY
from rolecall.model.subjects import Subject


class OneActiveAccessKey(Convention):
    """An IAM user has at most one active access key.

    Why: The second key is there for the hours of a rotation. One that stays active is a credential that
    nobody watches, and a rotation that never ended.

    The right way: Finish the rotation within a day: give the new key to whatever uses the old one, see
    that the old one is not used any more, and switch it off.

    The remedy: Sets the key whose last use is longer ago to Inactive, so before all one that was never
    used; of two that are alike in this, it is the one that was made first. No key is deleted. AWS tells
    a use late, so look at both before you approve.

    Undo: Sets the same key to Active.
    """

    id = "one-active-access-key"
    severity = Severity.MEDIUM
    standards = (CIS_ONE_ACTIVE_KEY,)
    watches = ("iam:CreateAccessKey", "iam:UpdateAccessKey")
    needs = (Facet.USER_ACCESS_KEYS, Facet.USER_ACCESS_KEY_DATES)
    remedies = ("iam:UpdateAccessKey",)
    # The time to rotate in: both keys are active meanwhile.
    grace = 86_400
    settled_by = ("iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:DeleteUser")

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """When the keys were last used, to choose between them."""
        return (Facet.USER_ACCESS_KEY_USE,)

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift when more than one key is active."""
        active = [key for key, status in user.access_keys.items() if status == "Active"]
        if len(active) > 1:
            yield self.drift(
                user.ref,
                part="active keys",
                says=f"The user {user.ref.name} has {len(active)} active access keys.",
                found={"active": len(active)},
                expected=dict.fromkeys(_all_but_the_last_used(user, active), "Inactive"),
            )

    def remedy(self, drift: Drift) -> Remedy:
        """Switch off the key that is missed least."""
        return switched_off(drift.subject.name, drift.expected)

    def part(self, user: User, drift: Drift) -> dict[str, str]:  # noqa: ARG002
        """The status of each key: which of them is switched off depends on both."""
        return dict(user.access_keys)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to see the use of each key, and how to end the rotation."""
        for key in drift.expected:
            yield last_used_command(key)
            yield off_command(drift.subject.name, key)


def _all_but_the_last_used(user: User, keys: list[str]) -> list[str]:
    known = user.knows((Facet.USER_ACCESS_KEY_USE,))
    used = user.access_key_use if known else {}

    # Times as text are in the order of time, and "" comes before all.
    def age(key: str) -> tuple[str, str]:
        return used.get(key) or "", user.access_key_dates.get(key, "")

    return sorted(keys, key=age)[:-1]
