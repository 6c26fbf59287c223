"""Steps that the remedies of several conventions take."""

from collections.abc import Mapping

from rolecall.model.calls import Call, Step
from rolecall.model.subjects import SubjectRef


def inactive(call: str, names: Mapping[str, str]) -> Step:
    """A credential set to Inactive, by the call that sets its status; it is not deleted.

    Args:
        call: Such as `iam:UpdateAccessKey`.
        names: The parameters that name the credential and its user.
    """
    return Step(
        do=Call(call, {**names, "Status": "Inactive"}),
        undo=Call(call, {**names, "Status": "Active"}),
    )


def detached(holder: SubjectRef, arn: str) -> Step:
    """A managed policy taken off a user, group or role."""
    kind = holder.kind.title()
    attachment = {f"{kind}Name": holder.name, "PolicyArn": arn}
    return Step(
        do=Call(f"iam:Detach{kind}Policy", attachment),
        undo=Call(f"iam:Attach{kind}Policy", attachment),
    )


def deleted(holder: SubjectRef, policy: str, text: str) -> Step:
    """An inline policy of a user, group or role deleted; undo puts it back with the same text."""
    kind = holder.kind.title()
    names = {f"{kind}Name": holder.name, "PolicyName": policy}
    return Step(
        do=Call(f"iam:Delete{kind}Policy", names),
        undo=Call(f"iam:Put{kind}Policy", names | {"PolicyDocument": text}),
    )


def put(holder: SubjectRef, policy: str, text: str, before: str | None = None) -> Step:
    """An inline policy put on a user, group or role; undo deletes it, or puts back what it said before.

    Args:
        holder: Whose it is.
        policy: Its name.
        text: What it says.
        before: What one of that name said before, or None where there was none.
    """
    kind = holder.kind.title()
    names = {f"{kind}Name": holder.name, "PolicyName": policy}
    write = f"iam:Put{kind}Policy"
    return Step(
        do=Call(write, names | {"PolicyDocument": text}),
        undo=Call(f"iam:Delete{kind}Policy", names)
        if before is None
        else Call(write, names | {"PolicyDocument": before}),
    )


def trust_written(role: SubjectRef, text: str, before: str) -> Step:
    """The trust of a role written whole; undo writes what it was before."""
    name, write = {"RoleName": role.name}, "iam:UpdateAssumeRolePolicy"
    return Step(
        do=Call(write, name | {"PolicyDocument": text}),
        undo=Call(write, name | {"PolicyDocument": before}),
    )
