"""How the unique id of a subject is asked for.

Permissions of the functions are generated from the calls named here.
"""

from collections.abc import Callable, Mapping

from rolecall.aws.session import Aws


def _user(aws: Aws, name: str) -> str:
    return str(aws.client("iam").get_user(UserName=name)["User"]["UserId"])


def _role(aws: Aws, name: str) -> str:
    return str(aws.client("iam").get_role(RoleName=name)["Role"]["RoleId"])


def _group(aws: Aws, name: str) -> str:
    # It answers with the members too, and one of them is the fewest it gives.
    return str(aws.client("iam").get_group(GroupName=name, MaxItems=1)["Group"]["GroupId"])


# The call, and how it is made, by kind of subject.
IDENTITIES: Mapping[str, tuple[str, Callable[[Aws, str], str]]] = {
    "user": ("iam:GetUser", _user),
    "role": ("iam:GetRole", _role),
    "group": ("iam:GetGroup", _group),
}
