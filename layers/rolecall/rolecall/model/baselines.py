"""Baselines: what people have accepted as the good state of a part of a subject.

They are learnt when somebody says so (`rolecall baseline accept`) and never from what is seen first:
what is there on the first day may be the drift.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from rolecall.model.facets import Facet
from rolecall.model.passwords import settable
from rolecall.model.subjects import Subject, SubjectRef


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was accepted of one subject.

    Attributes:
        values: What was accepted, by the facet that a convention compares with.
        by: ARN of who accepted it.
        at: When, as `Change.time` is written.
        reason: Why it is good.
    """

    ref: SubjectRef
    values: Mapping[Facet, Any]
    by: str
    at: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The baseline as JSON-able data."""
        return asdict(self) | {
            "ref": self.ref.to_dict(),
            "values": {facet.value: value for facet, value in self.values.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The baseline that `to_dict` described."""
        values = {Facet(facet): value for facet, value in data["values"].items()}
        return cls(
            SubjectRef.from_dict(data["ref"]), values, data["by"], data["at"], data["reason"]
        )


def _whole(text: str, restore: bool) -> Any:
    return {"text": text, "restore": restore}


def _default(versions: Mapping[str, Any], _: bool) -> Any:
    return next((id_ for id_, version in versions.items() if version["default"]), None)


def _oidc(settings: Mapping[str, Any], _: bool) -> Any:
    return {key: list(settings[key]) for key in ("client_ids", "thumbprints")}


def _password_policy(policy: Mapping[str, Any] | None, _: bool) -> Any:
    return settable(policy) if policy else None


# From what is live to what is accepted of it.
_ACCEPTED: Mapping[Facet, tuple[Facet, Callable[[Any, bool], Any]]] = {
    Facet.ROLE_TRUST_REVIEWED: (Facet.ROLE_TRUST, _whole),
    Facet.SAML_PROVIDER_REVIEWED: (Facet.SAML_PROVIDER_METADATA, _whole),
    Facet.OIDC_PROVIDER_REVIEWED: (Facet.OIDC_PROVIDER_SETTINGS, _oidc),
    Facet.POLICY_DEFAULT_REVIEWED: (Facet.POLICY_VERSIONS, _default),
    Facet.ACCOUNT_PASSWORD_POLICY_REVIEWED: (Facet.ACCOUNT_PASSWORD_POLICY, _password_policy),
}
KINDS = tuple(sorted({facet.kind for facet in _ACCEPTED}))


def needed(kind: str) -> tuple[Facet, ...]:
    """The facets of which a subject of this kind can have a baseline."""
    return tuple(live for reviewed, (live, _) in _ACCEPTED.items() if reviewed.kind == kind)


def accepted(subject: Subject, *, restore: bool) -> dict[Facet, Any]:
    """What is accepted of a subject as it stands.

    Args:
        subject: With the facets that are `needed` of its kind.
        restore: Whether a remedy may write it back where it was changed.
    """
    return {
        reviewed: value(subject.state[live], restore)
        for reviewed, (live, value) in _ACCEPTED.items()
        if reviewed.kind == subject.ref.kind
    }


def restored(value: Any) -> bool:
    """Whether a remedy may write back what was accepted, where it was changed."""
    return isinstance(value, Mapping) and bool(value.get("restore"))
