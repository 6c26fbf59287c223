"""Command lines about groups that the advice of several conventions names.

Names and ARNs may hold what a shell would run, and people copy these lines.
"""

from shlex import quote


def join_command(user: str, group: str) -> str:
    """The command that adds a user to a group."""
    return f"aws iam add-user-to-group --user-name {quote(user)} --group-name {quote(group)}"
