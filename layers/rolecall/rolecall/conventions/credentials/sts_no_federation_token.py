"""Federation tokens are for registered brokers."""

from collections.abc import Iterator

from rolecall.convention import ActivityConvention, Option
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.parts import at, text
from rolecall.model.pointing import acting_user
from rolecall.model.scales import Severity
from rolecall.model.session_commands import past_command, revoke_command, unrevoke_command
from rolecall.model.standards import attack
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.matching import fits_any

# STS API reference, GetFederationToken: what DurationSeconds is where it is left out.
_SECONDS, _SECONDS_OF_ROOT = 43_200, 3_600


class StsNoFederationToken(ActivityConvention):
    """Nobody but a registered broker takes federation tokens from STS.

    Why: sts:GetFederationToken makes a session of up to 36 hours out of a long-term access key, under a
    name that the caller chooses. The session outlives the key: switching the key off does not end it.
    It also opens the console, even for a user who has no password.

    The right way: Assume a role, or sign in through Identity Center: such sessions can be revoked. An
    application that hands out federation tokens on purpose is named in the option `brokers`.

    The remedy: None: a session cannot be taken back. The alert gives the command that contains it by
    hand: a policy on the user that denies everything to the sessions issued before now.

    Undo: Nothing to take back; the policy that contains the sessions is deleted by hand.
    """

    id = "sts-no-federation-token"
    severity = Severity.HIGH
    standards = (attack("T1550"),)
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": ["aws.sts"],
        "detail": {"eventSource": ["sts.amazonaws.com"], "eventName": ["GetFederationToken"]},
    }
    related_needs = (
        Facet.USER_IDENTITY,
        Facet.USER_INLINE_POLICIES,
        Facet.USER_ATTACHED_POLICIES,
    )
    options = {  # noqa: RUF012  # the annotation is on the base class
        "brokers": Option(
            (), "Users who may: their names; * stands for any run of characters, ? for any one."
        )
    }

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a token that was given; one a day for the same user and name."""
        if change.call != "sts:GetFederationToken" or change.error:
            return
        user = acting_user(change)
        if user and fits_any(self.option("brokers"), user.name):
            return
        # The answer also holds the session token, which is a secret: it goes nowhere.
        arn = text(at(change.response, "federatedUser", "arn")) or ""
        key = text(at(change.response, "credentials", "accessKeyId")) or ""
        name = text(at(change.request, "name")) or arn.rpartition("/")[2]
        seconds = at(change.request, "durationSeconds")
        if not isinstance(seconds, int):
            seconds = _SECONDS if user else _SECONDS_OF_ROOT
        yield self.drift(
            user or SubjectRef("account", change.account, change.account),
            part=name,
            says=f"The {change.actor} took a federation token for the name {name}: "
            f"the session {arn} with the key {key}, for {seconds} seconds.",
            found={"name": name, "day": change.time[:10]},
            # For the advice. It changes with every call, so it must not tell two states apart.
            before={"key": key},
            remediable=False,
        )

    def related(self, drift: Drift) -> SubjectRef | None:
        """The user, whose permissions are the most that the session can have."""
        return drift.subject if drift.subject.kind == "user" else None

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield what the session can do at most, what it did, and the commands that contain it."""
        if isinstance(related, User):
            yield from self._reach(related)
        yield past_command(drift.before["key"])
        if drift.subject.kind != "user":
            yield "Sign in as root and delete its access key, so that no more sessions are made."
            return
        yield (
            "Switching the user's access key off does not end the session. This does, and ends the "
            "user's other sessions of now as well:"
        )
        yield revoke_command(drift.subject)
        yield f"After 36 hours all of them have ended: {unrevoke_command(drift.subject)}"

    @staticmethod
    def _reach(user: User) -> Iterator[str]:
        own = [*user.attached_policies.values(), *user.inline_policies]
        boundary = user.identity.get("boundary")
        bound = f", within the boundary {boundary}" if boundary else ""
        yield (
            "The session can do at most what its own policy and those of the user both allow: "
            f"{', '.join(own) or 'none on the user itself'}, and those of the user's groups{bound}."
        )
