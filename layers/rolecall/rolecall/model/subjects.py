"""The things that conventions judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from rolecall.model.facets import Facet
from rolecall.model.times import DAY, seconds

# How the names of AWS's calls spell a kind, where they do it otherwise than people.
_NOUNS = {"oidc-provider": "OpenIDConnectProvider", "saml-provider": "SAMLProvider"}


def noun(kind: str) -> str:
    """A kind of subject as the names of AWS's calls spell it, such as `Group` in `iam:CreateGroup`."""
    return _NOUNS.get(kind, kind.title().replace("-", ""))


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
            case "trust-anchor":
                return (
                    f"arn:aws:rolesanywhere:{self.region}:{self.account}:trust-anchor/{self.name}"
                )
            case "identity-pool":
                return f"arn:aws:cognito-identity:{self.region}:{self.account}:identitypool/{self.name}"
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
