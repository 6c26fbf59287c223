"""IAM groups."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from rolecall.model.facets import Facet
from rolecall.model.kinds.identity import Identity
from rolecall.model.subjects import Subject


class Carried(TypedDict):
    """What a group carries, and how many carry it.

    Attributes:
        attached: ARNs of its managed policies.
        inline: Names of its inline policies.
        members: How many users are in it.
    """

    attached: Sequence[str]
    inline: Sequence[str]
    members: int


class Group(Subject):
    """An IAM group."""

    kind = "group"

    @property
    def inline_policies(self) -> Mapping[str, str]:
        """Policy text by policy name, exactly as AWS stores it."""
        found: Mapping[str, str] = self.state[Facet.GROUP_INLINE_POLICIES]
        return found

    @property
    def attached_policies(self) -> Mapping[str, str]:
        """Policy name by policy ARN."""
        found: Mapping[str, str] = self.state[Facet.GROUP_ATTACHED_POLICIES]
        return found

    @property
    def identity(self) -> Identity:
        """What AWS says of the group itself."""
        found: Identity = self.state[Facet.GROUP_IDENTITY]
        return found

    @property
    def members(self) -> tuple[str, ...]:
        """Names of its users."""
        return tuple(self.state[Facet.GROUP_MEMBERS])

    @property
    def attached_documents(self) -> Mapping[str, str]:
        """Text of the default version of each attached policy, by policy ARN."""
        found: Mapping[str, str] = self.state[Facet.GROUP_ATTACHED_DOCUMENTS]
        return found
