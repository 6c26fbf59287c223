"""An inline policy of a group or role made a managed one, so that its holder keeps what it may do."""

from collections.abc import Iterable, Iterator
from shlex import quote

from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift, digest
from rolecall.model.policy_commands import attach_command, delete_command, get_command
from rolecall.model.policy_paths import path_for
from rolecall.model.steps import deleted
from rolecall.model.subjects import SubjectRef

_LONGEST = 128  # IAM API reference: CreatePolicy, PolicyName
_MARK = 16


def managed_arn(holder: SubjectRef, policy: str, text: str, attached: Iterable[str]) -> str:
    """The ARN of the managed policy that an inline one would become.

    It is the same for the same policy: whoever comes after a worker that died finds what it made.

    Args:
        holder: The group or role.
        policy: The inline policy's name.
        text: Its text.
        attached: ARNs of managed policies that the holder carries: they tell the partition.
    """
    partition = next((arn.split(":")[1] for arn in attached), "aws")
    mark = digest([holder.name, policy, text])[:_MARK]
    name = f"{f'{holder.name}-{policy}'[: _LONGEST - _MARK - 1]}-{mark}"
    return f"arn:{partition}:iam::{holder.account}:policy{path_for(holder)}{name}"


def converted(drift: Drift, text: str, arn: str) -> Remedy:
    """The inline policy that a drift names, made a managed one: attached before the other is deleted."""
    holder, policy = drift.subject, {"PolicyArn": arn}
    kind = holder.kind.title()
    attachment = {f"{kind}Name": holder.name} | policy
    made = {"PolicyName": arn.rpartition("/")[2], "Path": path_for(holder), "PolicyDocument": text}
    return Remedy(
        Step(do=Call("iam:CreatePolicy", made), undo=Call("iam:DeletePolicy", policy)),
        Step(
            do=Call(f"iam:Attach{kind}Policy", attachment),
            undo=Call(f"iam:Detach{kind}Policy", attachment),
        ),
        deleted(holder, drift.part, text),
    )


def convert_commands(drift: Drift, arn: str) -> Iterator[str]:
    """Yield the commands that do the same."""
    holder = drift.subject
    yield f"{get_command(holder, drift.part)} --query PolicyDocument > policy.json"
    yield (
        f"aws iam create-policy --policy-name {quote(arn.rpartition('/')[2])} "
        f"--path {quote(path_for(holder))} --policy-document file://policy.json"
    )
    yield attach_command(holder, arn)
    yield delete_command(holder, drift.part)
