"""People come in through an identity provider, and not with a console password."""

from collections.abc import Iterator
from dataclasses import replace
from shlex import quote
from typing import Final

from rolecall.convention import Convention
from rolecall.model.calls import Remedy
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.pointing import acting_user
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_FEDERATED_USERS, attack
from rolecall.model.steps import put
from rolecall.model.subjects import Subject
from rolecall.policy.console_denial import console_denial

NAME: Final = "Rolecall-ConsolePassword"
DOCUMENT: Final = console_denial("RolecallConsolePassword")


class ConsoleUserCreated(Convention):
    """People come in through an identity provider: no IAM user has a console password.

    Why: A console password lives on when its owner leaves, has a second factor only if somebody saw to
    it, and works from anywhere. Whoever wants to come back later makes one, or sets a new one for a user
    that has one.

    The right way: Invite the person in the identity provider, or give a permission set of IAM Identity
    Center: access ends there, and with it everywhere. The few users that must have a password, such as
    break-glass ones, are protected in the settings, told as critical and never touched; others need an
    exemption. An account whose people do not come in through a provider switches this convention off.

    The remedy: Puts the inline policy Rolecall-ConsolePassword on the user, which denies everything to
    the console's sessions and leaves the user's access keys alone. Sessions that a key opens with
    GetSessionToken look like the console's and are denied, too; roles that the user assumes with a key
    are not. The password itself stays, for nobody could bring it back. A user who carries the policy is
    clean. That somebody else sets a new password for a user who has one is told as well, and a user who
    sets a new one of his own is no drift.

    Undo: Deletes that policy, or puts back the text that a policy of that name had before.
    """

    id = "console-user-created"
    severity = Severity.HIGH
    standards = (CIS_FEDERATED_USERS, attack("T1136.003"), attack("T1098.001"))
    watches = ("iam:CreateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
    needs = (Facet.USER_LOGIN_PROFILE,)
    remedies = ("iam:PutUserPolicy",)
    settled_by = ("iam:DeleteLoginProfile", "iam:DeleteUser")

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """Whether our policy is there, and the user's path, which may be Rolecall's own."""
        return (Facet.USER_INLINE_POLICIES, Facet.USER_IDENTITY)

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift when there is a console password, and not our policy."""
        there = user.state.get(Facet.USER_INLINE_POLICIES, {}).get(NAME)
        if user.login_profile is None or there == DOCUMENT:
            return
        yield self.drift(
            user.ref,
            part="console password",
            says=f"The user {user.ref.name} has a console password.",
            found={"console_password": True},
            expected="no console password",
            before=None if there is None else {NAME: there},
        )

    def brought(self, drift: Drift, change: Change) -> Drift | None:
        """What was done to a password that is there: told each day, and none for who sets his own.

        The state is as before, and so would be the case, which nobody would hear of again.
        """
        if change.call != "iam:UpdateLoginProfile":
            return drift
        actor = acting_user(change)
        if actor and actor.name.lower() == drift.subject.name.lower():
            return None
        return replace(
            drift,
            part="set by somebody else",
            says=f"{change.actor} set a new console password for the user {drift.subject.name}.",
            found={"by": str(change.actor), "day": change.time[:10]},
            remediable=False,
        )

    def remedy(self, drift: Drift) -> Remedy:
        """Close the console to the user."""
        before = drift.before[NAME] if drift.before else None
        return Remedy(put(drift.subject, NAME, DOCUMENT, before))

    def part(self, user: User, drift: Drift) -> str | None:  # noqa: ARG002
        """The text of our policy on the user, or None."""
        return user.inline_policies.get(NAME)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how the password is taken away, which cannot be undone."""
        yield f"aws iam delete-login-profile --user-name {quote(drift.subject.name)}"
        yield "Nobody can bring that password back; a new one can be given."
