"""Nobody works with long-term access keys."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_NO_KEYS_AT_SETUP, CIS_ONE_ACTIVE_KEY, attack
from rolecall.model.subjects import Facet, Subject, User

# The SES and Bedrock consoles name the users so whose keys they hand out. Anyone can choose such a name.
_NAMED_BY_CONSOLES = ("ses-smtp-user", "BedrockAPIKey-")


class NoLongTermAccessKeys(Convention):
    """No IAM user has an active access key.

    Why: An access key works from anywhere until somebody switches it off; leaked keys are the most
    common way into an account. A role's credentials end by themselves.

    The right way: A role: an instance profile or a function's role inside AWS, OIDC for build systems,
    IAM Roles Anywhere for servers elsewhere, aws sso login for people.

    The remedy: Sets the one key to Inactive. The key is not deleted. A key of a user that is named as the
    SES and Bedrock consoles name theirs is only told: mail or a model may hang on it.

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
        remediable = not user.ref.name.startswith(_NAMED_BY_CONSOLES)
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

    def remedy(self, drift: Drift) -> Remedy | None:
        """Switch that one key off."""
        if not drift.remediable:
            return None
        key = {"UserName": drift.subject.name, "AccessKeyId": drift.part}
        return Remedy(
            Step(
                do=Call("iam:UpdateAccessKey", key | {"Status": "Inactive"}),
                undo=Call("iam:UpdateAccessKey", key | {"Status": "Active"}),
            )
        )

    def part(self, user: User, drift: Drift) -> str | None:
        """The status of that key, or None."""
        return user.access_keys.get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to see what the key is used for, before it is deleted."""
        yield f"aws iam get-access-key-last-used --access-key-id {quote(drift.part)}"
