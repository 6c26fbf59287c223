"""Command lines about the policies of a group or role that the advice of several conventions names.

Names and ARNs may hold what a shell would run, and people copy these lines.
"""

from shlex import quote

from rolecall.model.subjects import SubjectRef


def attach_command(holder: SubjectRef, arn: str) -> str:
    """The command that puts a managed policy on a group or role."""
    return f"aws iam attach-{_named(holder)} --policy-arn {quote(arn)}"


def detach_command(holder: SubjectRef, arn: str) -> str:
    """The command that takes a managed policy off a group or role."""
    return f"aws iam detach-{_named(holder)} --policy-arn {quote(arn)}"


def delete_command(holder: SubjectRef, policy: str) -> str:
    """The command that deletes an inline policy of a group or role."""
    return f"aws iam delete-{_named(holder)} --policy-name {quote(policy)}"


def get_command(holder: SubjectRef, policy: str) -> str:
    """The command that shows an inline policy of a group or role."""
    return f"aws iam get-{_named(holder)} --policy-name {quote(policy)}"


def _named(holder: SubjectRef) -> str:
    return f"{holder.kind}-policy --{holder.kind}-name {quote(holder.name)}"
