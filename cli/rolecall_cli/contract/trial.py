"""One run of the contract: the stack it is about, what it makes, and how it waits."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of, is_gone
from rolecall.policy.documents import CLOSED_TRUST
from rolecall_cli.contract.scratch import PATH, Scratch
from rolecall_cli.doctor.examined import Examined

ALLOWED = "allowed"
_DENIED = ("AccessDenied", "AuthorizationError", "NotAuthorized")
_BY_A_POLICY = "explicit deny in a resource-based policy"


class Trial:
    """What the checks of the contract work with.

    Args:
        stack: The deployed stack.
        scratch: Makes and takes away.
        patience: Seconds to wait for a change to arrive as a case.
        clock: Seconds that only ever rise.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        stack: Examined,
        scratch: Scratch,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.stack = stack
        self.scratch = scratch
        self.patience = patience
        self.clock = clock
        self._sleep = sleep

    def client(self, service: str) -> Any:
        """The client of a service in the stack's Region."""
        return self.stack.client(service)

    def arn(self, resource: str) -> str:
        """The ARN of something in IAM, such as `user/bob`."""
        return f"arn:{self.stack.partition}:iam::{self.stack.account}:{resource}"

    def until(
        self, is_so: Callable[[], bool], patience: float, *, since: float, every: float
    ) -> float | None:
        """Seconds until something was so; None when patience ends."""
        return self.times([is_so], patience, since=since, every=every, in_a_row=1)[0]

    def times(
        self,
        looks: Sequence[Callable[[], bool]],
        patience: float,
        *,
        since: float,
        every: float = 0.5,
        in_a_row: int = 5,
    ) -> list[float | None]:
        """For each look, the seconds until it was so, as many times in a row; None when patience ends.

        One look proves little of IAM: its readers do not all learn of a write at once.
        """
        firsts, rows = [0.0] * len(looks), [0] * len(looks)
        while self.clock() - since < patience:
            for number, is_so in enumerate(looks):
                if rows[number] == in_a_row:
                    continue
                if not is_so():
                    rows[number] = 0
                    continue
                if rows[number] == 0:
                    firsts[number] = self.clock() - since
                rows[number] += 1
            if all(row == in_a_row for row in rows):
                break
            self._sleep(every)
        return [first if row == in_a_row else None for first, row in zip(firsts, rows, strict=True)]

    @cached_property
    def role(self) -> str:
        """The name of a throw-away role that nobody can assume."""
        iam, name = self.client("iam"), self.scratch.name
        self.scratch.make(
            f"the role {name}",
            lambda: iam.create_role(
                RoleName=name, Path=PATH, AssumeRolePolicyDocument=CLOSED_TRUST
            ),
            lambda: iam.delete_role(RoleName=name),
        )
        self.await_it(lambda: iam.get_role(RoleName=name))
        return name

    def await_it(self, read: Callable[[], Any]) -> None:
        """Wait until what was just made can be read, or for a minute."""

        def is_there() -> bool:
            try:
                read()
            except ClientError as error:
                if not is_gone(error):
                    raise
                return False
            return True

        self.times([is_there], 60, since=self.clock())

    def put_on_role(self, role: str, policy: str, text: str) -> None:
        """Give a role an inline policy that goes again with everything else."""
        iam = self.client("iam")
        names = {"RoleName": role, "PolicyName": policy}
        self.scratch.make(
            f"the inline policy {policy} of the role {role}",
            lambda: iam.put_role_policy(**names, PolicyDocument=text),
            lambda: iam.delete_role_policy(**names),
        )

    def decision(
        self, principal: str, call: str, resource: str, context: Mapping[str, str] | None = None
    ) -> str:
        """What IAM's own simulator decides: `allowed`, `implicitDeny` or `explicitDeny`.

        Args:
            principal: ARN of the user or role.
            call: Such as `iam:PassRole`.
            resource: ARN, or `*`.
            context: Values of condition keys.
        """
        entries = [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in (context or {}).items()
        ]
        answer = self.client("iam").simulate_principal_policy(
            PolicySourceArn=principal,
            ActionNames=[call],
            ResourceArns=[resource],
            ContextEntries=entries,
        )
        return str(answer["EvaluationResults"][0]["EvalDecision"])

    def inline(self, role: str, policy: str) -> list[dict[str, Any]]:
        """The statements of a role's inline policy; none where it has no such policy."""
        iam = self.client("iam")
        if policy not in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            return []
        answer = iam.get_role_policy(RoleName=role, PolicyName=policy)
        # The clients leave policies as IAM sends them, which is percent-encoded.
        found: list[dict[str, Any]] = json.loads(unquote(answer["PolicyDocument"]))["Statement"]
        return found


def is_denied(error: Exception) -> bool:
    """Whether AWS did not let the caller do this."""
    return code_of(error).startswith(_DENIED)


def by_resource_policy(message: str) -> bool:
    """Whether a refusal says that a policy on the resource denied it."""
    return _BY_A_POLICY in message


def statement(effect: str, call: str) -> str:
    """A policy of one statement, as text."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": effect, "Action": call, "Resource": "*"}],
        }
    )


def listed(words: Iterable[str]) -> str:
    """Words in one line, each once."""
    return ", ".join(dict.fromkeys(words))
