"""Nobody works with long-term access keys."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rolecall.convention import Convention
from rolecall.model.access_keys import last_used_command, switched_off
from rolecall.model.calls import Remedy
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.parts import at
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_NO_KEYS_AT_SETUP, CIS_ONE_ACTIVE_KEY, attack
from rolecall.model.subjects import Subject
from rolecall.policy.console_users import is_named_by_console


class NoLongTermAccessKeys(Convention):
    """No IAM user has an active access key.

    Why: An access key works from anywhere until somebody switches it off; leaked keys are the most
    common way into an account. A role's credentials end by themselves. A key that somebody makes for
    another user, or switches on again, is a usual back door, and told as critical.

    The right way: A role: an instance profile or a function's role inside AWS, OIDC for build systems,
    IAM Roles Anywhere for servers elsewhere, aws sso login for people. A service that cannot do without
    a key has a user of its own with an exemption in the settings, which ends on a date; it covers the
    new key of a rotation, too.

    The remedy: Sets the one key to Inactive. The key is not deleted. A key of a user that is named as
    the SES and Bedrock consoles name theirs is only told: mail or a model may hang on it. Whoever
    switches a key on again and again meets the limit `caps.drift` of the settings: then all writes on
    that user stop, and people are told to look.

    Undo: Sets the same key to Active.
    """

    id = "no-long-term-access-keys"
    severity = Severity.HIGH
    standards = (CIS_NO_KEYS_AT_SETUP, CIS_ONE_ACTIVE_KEY, attack("T1098.001"))
    watches = ("iam:CreateAccessKey", "iam:UpdateAccessKey")
    needs = (Facet.USER_ACCESS_KEYS,)
    remedies = ("iam:UpdateAccessKey",)
    settled_by = ("iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:DeleteUser")

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift for each active key."""
        remediable = not is_named_by_console(user.ref.name)
        for key, status in user.access_keys.items():
            if status == "Active":
                yield self.drift(
                    user.ref,
                    part=key,
                    says=f"The user {user.ref.name} has the active access key {key}.",
                    found={"status": "Active"},
                    expected={"status": "Inactive"},
                    remediable=remediable,
                )

    def brought(self, drift: Drift, change: Change) -> Drift:
        """Worse, when the very key was made by another than its user, or switched on again."""
        made = at(change.response, "accessKey", "accessKeyId") == drift.part
        if made and (change.actor.kind, change.actor.name) != ("user", drift.subject.name):
            more = f"{change.actor} made it."
        elif (drift.part, "Active") == _switched(change):
            more = f"{change.actor} switched it on again."
        else:
            return drift
        return replace(drift, says=f"{drift.says} {more}", severity=Severity.CRITICAL)

    def remedy(self, drift: Drift) -> Remedy | None:
        """Switch that one key off."""
        return switched_off(drift.subject.name, [drift.part]) if drift.remediable else None

    def part(self, user: User, drift: Drift) -> str | None:
        """The status of that key, or None."""
        return user.access_keys.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to see what the key is used for, before it is deleted."""
        yield last_used_command(drift.part)


def _switched(change: Change) -> tuple[Any, Any]:
    return at(change.request, "accessKeyId"), at(change.request, "status")
