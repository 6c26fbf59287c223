"""The things that conventions judge, and the facets of their state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NotRequired, Self, TypedDict

from rolecall.model.times import DAY, seconds


class Facet(StrEnum):
    """A part of a subject's state that must be read to judge it."""

    USER_INLINE_POLICIES = "user.inline-policies"
    USER_ATTACHED_POLICIES = "user.attached-policies"
    USER_ACCESS_KEYS = "user.access-keys"
    USER_ACCESS_KEY_DATES = "user.access-key-dates"
    USER_ACCESS_KEY_USE = "user.access-key-use"
    USER_IDENTITY = "user.identity"
    USER_PASSWORD_USE = "user.password-use"  # noqa: S105  # the name of a facet
    USER_GROUPS = "user.groups"
    USER_TAGS = "user.tags"
    USER_POLICY_GROUPS = "user.policy-groups"
    USER_CARRYING_GROUPS = "user.carrying-groups"
    USER_LOGIN_PROFILE = "user.login-profile"
    USER_MFA_DEVICES = "user.mfa-devices"
    USER_SERVICE_CREDENTIALS = "user.service-credentials"
    USER_SSH_KEYS = "user.ssh-keys"
    USER_SIGNING_CERTIFICATES = "user.signing-certificates"
    GROUP_IDENTITY = "group.identity"
    GROUP_MEMBERS = "group.members"
    GROUP_ATTACHED_DOCUMENTS = "group.attached-documents"
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
    ACCOUNT_SUMMARY = "account.summary"
    ACCOUNT_PASSWORD_POLICY = "account.password-policy"  # noqa: S105  # the name of a facet

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
    `path` and `unique_id` are there where what was read tells them, and "" otherwise. `at` is when it
    was read, as `Change.time` is written: what has an age is judged by it, for a convention has no
    clock.
    """

    __slots__ = ("at", "path", "ref", "state", "unique_id")
    kind: ClassVar[str] = ""

    def __init__(
        self,
        ref: SubjectRef,
        state: Mapping[Facet, Any],
        path: str = "",
        unique_id: str = "",
        at: str = "",
    ) -> None:
        self.ref = ref
        self.state = state
        self.path = path
        self.unique_id = unique_id
        self.at = at

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

    def days_since(self, time: str) -> float:
        """Days between a time and the reading; NaN, which is no age, where one of the two is no time."""
        return (seconds(self.at) - seconds(time)) / DAY


class Identity(TypedDict):
    """What AWS says of a user or group itself; times as `Change.time` is written.

    Attributes:
        created: When it was made.
        boundary: ARN of its permissions boundary, or None.
    """

    created: str
    boundary: NotRequired[str | None]


class LoginProfile(TypedDict):
    """A user's console password: when it was made."""

    created: str


class ServiceCredential(TypedDict):
    """A credential that works with one AWS service only; `expires` is None where it never does."""

    service: str
    status: str
    created: str
    expires: str | None


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

    @property
    def access_key_dates(self) -> Mapping[str, str]:
        """When each access key was made, by its id."""
        found: Mapping[str, str] = self.state[Facet.USER_ACCESS_KEY_DATES]
        return found

    @property
    def access_key_use(self) -> Mapping[str, str | None]:
        """When each access key was last used, by its id; None where it never was."""
        found: Mapping[str, str | None] = self.state[Facet.USER_ACCESS_KEY_USE]
        return found

    @property
    def identity(self) -> Identity:
        """What AWS says of the user itself."""
        found: Identity = self.state[Facet.USER_IDENTITY]
        return found

    @property
    def password_use(self) -> str | None:
        """When its password was last used; None where never, or not for years."""
        found: str | None = self.state[Facet.USER_PASSWORD_USE]
        return found

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups it is in."""
        return tuple(self.state[Facet.USER_GROUPS])

    @property
    def tags(self) -> Mapping[str, str]:
        """Value by tag key."""
        found: Mapping[str, str] = self.state[Facet.USER_TAGS]
        return found

    @property
    def policy_groups(self) -> Mapping[str, Sequence[str]]:
        """Names of the groups that carry each of its attached policies, by policy ARN."""
        found: Mapping[str, Sequence[str]] = self.state[Facet.USER_POLICY_GROUPS]
        return found

    @property
    def carrying_groups(self) -> Mapping[str, Carried]:
        """The groups that carry one of its attached policies, by name, with all that they carry."""
        found: Mapping[str, Carried] = self.state[Facet.USER_CARRYING_GROUPS]
        return found

    @property
    def login_profile(self) -> LoginProfile | None:
        """Its console password, or None."""
        found: LoginProfile | None = self.state[Facet.USER_LOGIN_PROFILE]
        return found

    @property
    def mfa_devices(self) -> tuple[str, ...]:
        """Serial numbers of its MFA devices."""
        return tuple(self.state[Facet.USER_MFA_DEVICES])

    @property
    def service_credentials(self) -> Mapping[str, ServiceCredential]:
        """Its service-specific credentials by id."""
        found: Mapping[str, ServiceCredential] = self.state[Facet.USER_SERVICE_CREDENTIALS]
        return found

    @property
    def ssh_keys(self) -> Mapping[str, str]:
        """Status (`Active`, `Inactive`) by SSH public key id."""
        found: Mapping[str, str] = self.state[Facet.USER_SSH_KEYS]
        return found

    @property
    def signing_certificates(self) -> Mapping[str, str]:
        """Status (`Active`, `Inactive`) by signing certificate id."""
        found: Mapping[str, str] = self.state[Facet.USER_SIGNING_CERTIFICATES]
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

    @property
    def document(self) -> str:
        """Text of its default version."""
        found: str = self.state[Facet.POLICY_DOCUMENT]
        return found


class Account(Subject):
    """The account itself."""

    kind = "account"

    @property
    def summary(self) -> Mapping[str, int]:
        """IAM's counts and quotas by AWS's own names: `Groups`, `GroupsQuota`, ..."""
        found: Mapping[str, int] = self.state[Facet.ACCOUNT_SUMMARY]
        return found

    @property
    def password_policy(self) -> Mapping[str, Any] | None:
        """The password policy by AWS's own names, or None where there is none."""
        found: Mapping[str, Any] | None = self.state[Facet.ACCOUNT_PASSWORD_POLICY]
        return found


KINDS: Mapping[str, type[Subject]] = {
    kind.kind: kind for kind in (User, Group, Role, Instance, Policy, Account)
}


def subject(
    ref: SubjectRef,
    state: Mapping[Facet, Any],
    path: str = "",
    unique_id: str = "",
    at: str = "",
) -> Subject:
    """The subject of the right class for the reference's kind."""
    return KINDS[ref.kind](ref, state, path, unique_id, at)
