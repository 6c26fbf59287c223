"""What the settings register: what an account's people have decided to know and to trust."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rolecall.model.job_roles import JobRole


@dataclass(frozen=True, slots=True)
class Organization:
    """The accounts that are one's own.

    Attributes:
        id: The organization's id, or "".
        accounts: Ids of its accounts, as far as the settings list them.
        read: Whether they are read from AWS Organizations as well.
    """

    id: str = ""
    accounts: frozenset[str] = frozenset()
    read: bool = False


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """An account of others that may be trusted.

    Attributes:
        name: Who they are.
        owner: Whom to ask about it.
        expires: ISO date of the last day on which they may be.
    """

    name: str
    owner: str
    expires: str

    def holds(self, at: str) -> bool:
        """Whether it still may be trusted at a time that is written as `Change.time` is."""
        return at[: len(self.expires)] <= self.expires


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An OpenID Connect provider that people may come in through.

    Attributes:
        owner: Whom to ask about it.
        client_ids: The audiences that it may have; none where any may be.
        subjects: Patterns of the subjects that may come in; none where any definite one may.
    """

    owner: str
    client_ids: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """All that the settings register.

    Attributes:
        job_roles: What each group is for, by its name.
        third_parties: By account id.
        identity_providers: By their URL without the scheme; a `*` in it stands for any text.
    """

    job_roles: Mapping[str, JobRole] = field(default_factory=dict)
    organization: Organization = Organization()
    third_parties: Mapping[str, ThirdParty] = field(default_factory=dict)
    identity_providers: Mapping[str, IdentityProvider] = field(default_factory=dict)
