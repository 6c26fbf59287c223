"""The path of the policies that are made for one group or role: their records tell by it which one.

An ARN of such a policy reads `arn:aws:iam::111122223333:policy/groups/data-engineers/NAME`.
"""

from rolecall.model.subjects import SubjectRef


def path_for(holder: SubjectRef) -> str:
    """The path of the policies made for a group or role."""
    return f"/{holder.kind}s/{holder.name}/"


def holder_of(path: str, kind: str) -> str:
    """The name of the group or role that a path is for; "" where it is for none of this kind."""
    name = path.removeprefix(f"/{kind}s/").removesuffix("/")
    return name if path == f"/{kind}s/{name}/" and "/" not in name else ""
