"""The path of the policies that are made for one group: their records tell by it which group it is.

An ARN of such a policy reads `arn:aws:iam::111122223333:policy/groups/data-engineers/NAME`.
"""

_HEAD = "/groups/"


def path_for(group: str) -> str:
    """The path of the policies made for a group."""
    return f"{_HEAD}{group}/"


def group_of(path: str) -> str:
    """The group that a path is for; "" where it is for none."""
    name = path.removeprefix(_HEAD).removesuffix("/")
    return name if path == path_for(name) and "/" not in name else ""
