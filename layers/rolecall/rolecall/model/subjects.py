"""The things that conventions judge, and the facets of their state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self


class Facet(StrEnum):
    """A part of a subject's state that must be read to judge it."""

    USER_INLINE_POLICIES = "user.inline-policies"
    USER_ATTACHED_POLICIES = "user.attached-policies"
    USER_ACCESS_KEYS = "user.access-keys"
    USER_GROUPS = "user.groups"
    GROUP_INLINE_POLICIES = "group.inline-policies"
    GROUP_ATTACHED_POLICIES = "group.attached-policies"
    ROLE_TRUST = "role.trust"
    ROLE_INLINE_POLICIES = "role.inline-policies"
    ROLE_ATTACHED_POLICIES = "role.attached-policies"
    INSTANCE_STATE = "instance.state"
    INSTANCE_PROFILE = "instance.profile"
    INSTANCE_TAGS = "instance.tags"
    POLICY_GROUPS = "policy.groups"
    POLICY_DOCUMENT = "policy.document"

    @property
    def kind(self) -> str:
        """The kind of subject that has this facet."""
        return self.value.partition(".")[0]


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Which subject: enough to find it again, whatever its state.

    The name of an IAM user, group or role is unique in its account without its path, so it is the
    identity; a path, where a reading shows one, only serves to protect (see `Subject.path`).
    """

    kind: str
    name: str
    account: str
    region: str = ""

    @property
    def key(self) -> str:
        """The subject as one string; `#` never stands in it, so keys built from it stay apart."""
        text = f"{self.account}/{self.region}/{self.kind}/{self.name}"
        return text.replace("%", "%25").replace("#", "%23")

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def arn(self) -> str:
        """The subject's ARN, without a path.

        Exemptions and protected subjects are compared by it.
        """
        match self.kind:
            case "instance":
                return f"arn:aws:ec2:{self.region}:{self.account}:instance/{self.name}"
            case "account":
                return f"arn:aws:iam::{self.account}:root"
            case "policy":
                return self.name
            case kind:
                return f"arn:aws:iam::{self.account}:{kind}/{self.name}"

    def to_dict(self) -> dict[str, str]:
        """The reference as JSON-able data."""
        return {
            "kind": self.kind,
            "name": self.name,
            "account": self.account,
            "region": self.region,
            "arn": self.arn,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> Self:
        """The reference that `to_dict` described."""
        return cls(data["kind"], data["name"], data["account"], data.get("region", ""))


class Subject:
    """A subject and those facets of its state that were read.

    Reading a facet that was not asked for raises KeyError: a convention must declare what it needs.
    `path` and `unique_id` are there where what was read tells them, and "" otherwise.
    """

    __slots__ = ("path", "ref", "state", "unique_id")
    kind: ClassVar[str] = ""

    def __init__(
        self, ref: SubjectRef, state: Mapping[Facet, Any], path: str = "", unique_id: str = ""
    ) -> None:
        self.ref = ref
        self.state = state
        self.path = path
        self.unique_id = unique_id

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Subject)
            and (self.ref, dict(self.state)) == (other.ref, dict(other.state))
            and (self.path, self.unique_id) == (other.path, other.unique_id)
        )

    __hash__ = None  # type: ignore[assignment]  # equal by state, and state is not hashable

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.ref!r}, {dict(self.state)!r})"

    def knows(self, facets: Iterable[Facet]) -> bool:
        """Whether all these facets were read."""
        return all(facet in self.state for facet in facets)


class User(Subject):
    """An IAM user."""

    kind = "user"

    @property
    def inline_policies(self) -> Mapping[str, str]:
        """Policy text by policy name, exactly as AWS stores it."""
        found: Mapping[str, str] = self.state[Facet.USER_INLINE_POLICIES]
        return found

    @property
    def attached_policies(self) -> Mapping[str, str]:
        """Policy name by policy ARN."""
        found: Mapping[str, str] = self.state[Facet.USER_ATTACHED_POLICIES]
        return found

    @property
    def access_keys(self) -> Mapping[str, str]:
        """Status (`Active`, `Inactive`) by access key id."""
        found: Mapping[str, str] = self.state[Facet.USER_ACCESS_KEYS]
        return found


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


class Instance(Subject):
    """An EC2 instance."""

    kind = "instance"

    @property
    def status(self) -> str:
        """`pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`."""
        found: str = self.state[Facet.INSTANCE_STATE]
        return found

    @property
    def profile(self) -> str | None:
        """ARN of the instance profile, or None."""
        found: str | None = self.state[Facet.INSTANCE_PROFILE]
        return found

    @property
    def tags(self) -> Mapping[str, str]:
        """Value by tag key."""
        found: Mapping[str, str] = self.state[Facet.INSTANCE_TAGS]
        return found


class Policy(Subject):
    """A managed policy."""

    kind = "policy"

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups that carry it."""
        return tuple(self.state[Facet.POLICY_GROUPS])


class Account(Subject):
    """The account itself."""

    kind = "account"


KINDS: Mapping[str, type[Subject]] = {
    kind.kind: kind for kind in (User, Group, Role, Instance, Policy, Account)
}


def subject(
    ref: SubjectRef, state: Mapping[Facet, Any], path: str = "", unique_id: str = ""
) -> Subject:
    """The subject of the right class for the reference's kind."""
    return KINDS[ref.kind](ref, state, path, unique_id)
