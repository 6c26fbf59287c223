"""What AWS says of a user, group or role itself."""

from typing import NotRequired, TypedDict


class Identity(TypedDict):
    """What AWS says of a user, group or role itself; times as `Change.time` is written.

    Attributes:
        created: When it was made.
        boundary: ARN of its permissions boundary, or None; a group has none.
    """

    created: str
    boundary: NotRequired[str | None]
