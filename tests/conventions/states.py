"""Subjects in a state of a few words, and what a convention says of them."""

from typing import Any

from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import JobRole
from rolecall.model.kinds import subject
from rolecall.model.registered import Registered
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.states import ACCOUNT


def user(name: str = "bob", **state: Any) -> Subject:
    """A user with these attached and inline policies and keys."""
    return subject(
        SubjectRef("user", name, ACCOUNT),
        {
            Facet.USER_ATTACHED_POLICIES: {
                arn: arn.rpartition("/")[2] for arn in state.get("attached", ())
            },
            Facet.USER_INLINE_POLICIES: state.get("inline", {}),
            Facet.USER_ACCESS_KEYS: state.get("keys", {}),
        },
    )


def drifts(convention: str, of: Subject, **options: Any) -> list[Drift]:
    """What a convention with these options says of the subject."""
    return list(Registry({convention: options})[convention].drifts(of))


def parts(
    convention: str,
    of: Subject,
    options: dict[str, Any] | None = None,
    job_roles: dict[str, JobRole] | None = None,
) -> list[str]:
    """Which parts of the subject the convention finds fault with."""
    registry = Registry({convention: options or {}}, Registered(job_roles or {}))
    return [drift.part for drift in registry[convention].drifts(of)]
