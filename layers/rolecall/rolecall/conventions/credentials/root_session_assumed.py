"""Root sessions of member accounts are for approved operators."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import ActivityConvention, Option
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.parts import at, text
from rolecall.model.scales import Severity
from rolecall.model.standards import attack, user_guide
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.matching import fits_any


class RootSessionAssumed(ActivityConvention):
    """Only approved operator roles open root sessions of member accounts.

    Why: sts:AssumeRoot gives the management account, or a delegated administrator, a session as the root
    user of a member account. Its tasks delete root's credentials, let root set a new password, and open
    buckets and queues that a policy had closed to everybody.

    The right way: Open a ticket, and use the operator role that is approved for it, in the option
    `approved`.

    The remedy: None: the session ends by itself after 15 minutes at most. The alert gives the command
    that finds what it did: CloudTrail writes the session's calls in the member account, with the access
    key of the session.

    Undo: Nothing to take back.
    """

    id = "root-session-assumed"
    severity = Severity.HIGH
    standards = (user_guide("Track privileged tasks in AWS CloudTrail"), attack("T1078.004"))
    # The user guide's record of this call does not say whether it is read-only, as AssumeRole is: the
    # rule takes both.
    of_reads = True
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": ["aws.sts"],
        "detail": {"eventSource": ["sts.amazonaws.com"], "eventName": ["AssumeRoot"]},
    }
    options = {  # noqa: RUF012  # the annotation is on the base class
        "approved": Option(
            (), "Roles that may: their names; * stands for any run of characters, ? for any one."
        )
    }

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a session that was opened; one a day for the same caller and task."""
        if change.call != "sts:AssumeRoot" or change.error:
            return
        # The role's own name: that of an Identity Center role is not the one that people know.
        role = change.issuer.rpartition("/")[2]
        if role and fits_any(self.option("approved"), role):
            return
        target = text(at(change.request, "targetPrincipal")) or ""
        task = (text(at(change.request, "taskPolicyArn", "arn")) or "").rpartition("/")[2]
        # The answer also holds the session token, which is a secret: it goes nowhere.
        key = text(at(change.response, "credentials", "accessKeyId")) or ""
        caller = role or change.actor.arn
        yield self.drift(
            SubjectRef("account", change.account, change.account),
            part=f"{target} {task} {caller}",
            says=f"{change.actor} opened a root session of the account {target} for the task {task}, "
            f"with the key {key}.",
            found={"target": target, "task": task, "caller": caller, "day": change.time[:10]},
            # For the advice. It changes with every call, so it must not tell two states apart.
            before={"key": key},
            remediable=False,
        )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to see what the session did."""
        yield (
            f"See what the session did, in the account {drift.found['target']} and each Region: "
            "aws cloudtrail lookup-events --lookup-attributes "
            f"AttributeKey=AccessKeyId,AttributeValue={quote(drift.before['key'])}"
        )
