"""Rolecall's roles are worn by its functions only."""

from collections.abc import Iterator

from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.scales import Severity
from rolecall.model.standards import attack
from rolecall.model.subjects import Subject, SubjectRef


class OwnRoleUsedByOthers(ActivityConvention):
    """Nobody but Rolecall uses Rolecall's roles.

    Why: The remediate function's role may take permissions away from anyone. Every call it makes is
    written down as an intent before it is made, so a call that no intent foretold, or any write by the
    role of another function, was made by somebody else: with credentials taken from a function, with
    its code changed, or through a trust that was opened.

    The right way: Leave these roles to Lambda. Put things right under your own role, and take back what
    Rolecall did with `rolecall undo`.

    The remedy: None: a session cannot be taken back, and what it did must be judged by people. Failed
    calls are told as well.

    Undo: Nothing to take back.
    """

    id = "own-role-used-by-others"
    severity = Severity.CRITICAL
    standards = (attack("T1078.004"),)
    of_own_roles = True
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": [{"prefix": "aws."}],
        "detail": {
            # What the functions read, send and keep are reads and data events; the log streams that
            # Lambda opens in their name are not.
            "eventName": [{"anything-but": ["CreateLogStream"]}],
            "readOnly": [False],
            "eventCategory": ["Management"],
        },
    }

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a call by an own role; one a day for the same call.

        Detection drops those that an intent foretold before it asks.
        """
        name = change.issuer.rpartition("/")[2]
        deed = f"tried {change.call}, which failed" if change.error else f"called {change.call}"
        yield self.drift(
            SubjectRef("role", name, change.account),
            part=change.call,
            says=f"Somebody used Rolecall's role {name} and {deed}; no case intended that.",
            found={"call": change.call, "day": change.time[:10], "failed": bool(change.error)},
            remediable=False,
        )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to stop it and how to see what else was done."""
        name = drift.subject.name
        yield "Stop Rolecall's writes meanwhile: rolecall pause --reason ..."
        yield f"See who may assume the role: aws iam get-role --role-name {name}"
        yield (
            "See what its sessions did: aws cloudtrail lookup-events --lookup-attributes "
            f"AttributeKey=ResourceName,AttributeValue={name}"
        )
