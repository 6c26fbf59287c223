"""Root stays in its envelope."""

from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.parts import at
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_ROOT_USAGE, security_hub
from rolecall.model.subjects import SubjectRef

# Older records of the console name it as `invokedBy`, and it is people who work there.
_CONSOLE = "signin.amazonaws.com"
_ORGANIZATIONS = "organizations.amazonaws.com"


class RootUsage(ActivityConvention):
    """Nobody works as root.

    Why: Root can do everything, no policy binds it, and nothing tells which person it was.

    The right way: Work through a role; keep root for the few tasks that only root can do, and manage
    the root of member accounts centrally (sts:AssumeRoot).

    The remedy: None: what root did is done, and no API takes root away.

    Undo: Nothing to take back.
    """

    id = "root-usage"
    severity = Severity.CRITICAL
    standards = (CIS_ROOT_USAGE, security_hub("IAM.20"), security_hub("CloudWatch.1"))
    # What AWS does in root's name (invokedBy) passes the rule and is judged clean in `seen`, where a
    # sample can show it; service events are many and nobody's deed, so the rule stops them.
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": [{"prefix": "aws."}],
        "detail": {
            "userIdentity": {"type": ["Root"]},
            "eventType": [{"anything-but": ["AwsServiceEvent"]}],
        },
    }

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a call or sign-in by root; one a day for the same call."""
        identity = change.record.get("userIdentity")
        if (
            not isinstance(identity, Mapping)
            or identity.get("type") != "Root"
            or identity.get("invokedBy") not in (None, "", _CONSOLE)
            or change.record.get("eventType") == "AwsServiceEvent"
            or self._makes_member_account(change)
        ):
            return
        yield self.drift(
            SubjectRef("account", change.account, change.account),
            part=change.call,
            says=f"Root of account {change.account} {self._deed(change)}.",
            found={"call": change.call, "day": change.time[:10], "failed": self._failed(change)},
            remediable=False,
        )

    @staticmethod
    def _makes_member_account(change: Change) -> bool:
        # Organizations gives a new member account its service-linked role, in root's name. Nobody gains
        # anything by doing the same by hand.
        asked = at(change.request, "aWSServiceName")
        return change.call == "iam:CreateServiceLinkedRole" and asked == _ORGANIZATIONS

    @staticmethod
    def _failed(change: Change) -> bool:
        # A sign-in or change of password that failed has no errorCode: the answer says Failure.
        answer: Any = change.response or {}
        return bool(change.error) or answer.get(change.call.partition(":")[2]) == "Failure"

    def _deed(self, change: Change) -> str:
        service, _, name = change.call.partition(":")
        failed = self._failed(change)
        if service == "signin" and name == "ConsoleLogin":
            return "failed to sign in to the console" if failed else "signed in to the console"
        return f"tried {change.call}, which failed" if failed else f"called {change.call}"
