"""IAM roles."""

from collections.abc import Mapping
from typing import TypedDict

from rolecall.model.facets import Facet
from rolecall.model.kinds.identity import Identity
from rolecall.model.kinds.policies import EffectivePolicies
from rolecall.model.subjects import Subject


class SessionLimit(TypedDict):
    """How long sessions of a role may last, in seconds, and its description, which is set with it."""

    seconds: int
    description: str


class Reviewed(TypedDict):
    """What people have accepted as the good state, with `rolecall baseline accept`.

    Attributes:
        text: The text that was accepted.
        restore: Whether they want it back when it was changed.
    """

    text: str
    restore: bool


class Role(Subject):
    """An IAM role."""

    kind = "role"

    @property
    def trust(self) -> str:
        """Text of the trust policy, exactly as AWS stores it."""
        found: str = self.state[Facet.ROLE_TRUST]
        return found

    @property
    def inline_policies(self) -> Mapping[str, str]:
        """Policy text by policy name, exactly as AWS stores it."""
        found: Mapping[str, str] = self.state[Facet.ROLE_INLINE_POLICIES]
        return found

    @property
    def trust_reviewed(self) -> Reviewed | None:
        """The trust that people have accepted, or None."""
        found: Reviewed | None = self.state[Facet.ROLE_TRUST_REVIEWED]
        return found

    @property
    def identity(self) -> Identity:
        """What AWS says of the role itself."""
        found: Identity = self.state[Facet.ROLE_IDENTITY]
        return found

    @property
    def session_limit(self) -> SessionLimit:
        """How long its sessions may last."""
        found: SessionLimit = self.state[Facet.ROLE_SESSION_LIMIT]
        return found

    @property
    def last_use(self) -> str | None:
        """When it was last used; None where not in the 400 days that AWS looks back."""
        found: str | None = self.state[Facet.ROLE_LAST_USE]
        return found

    @property
    def tags(self) -> Mapping[str, str]:
        """Value by tag key."""
        found: Mapping[str, str] = self.state[Facet.ROLE_TAGS]
        return found

    @property
    def attached_policies(self) -> Mapping[str, str]:
        """Policy name by policy ARN."""
        found: Mapping[str, str] = self.state[Facet.ROLE_ATTACHED_POLICIES]
        return found

    @property
    def effective_policies(self) -> EffectivePolicies:
        """All that may give it permissions, and what bounds them."""
        found: EffectivePolicies = self.state[Facet.ROLE_EFFECTIVE_POLICIES]
        return found

    @property
    def instance_profiles(self) -> tuple[str, ...]:
        """Names of the instance profiles that it is in."""
        return tuple(self.state[Facet.ROLE_INSTANCE_PROFILES])

    @property
    def organization_accounts(self) -> frozenset[str] | None:
        """Ids of the organization's accounts; None where they could not be read."""
        found = self.state[Facet.ROLE_ORGANIZATION_ACCOUNTS]
        return None if found is None else frozenset(found)
