"""The kinds of subject, each with a typed view of its facets."""

from collections.abc import Mapping
from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds.accounts import Account
from rolecall.model.kinds.groups import Group
from rolecall.model.kinds.instances import Instance
from rolecall.model.kinds.policies import Policy
from rolecall.model.kinds.providers import (
    DelegationRequest,
    IdentityPool,
    OidcProvider,
    SamlProvider,
    TrustAnchor,
)
from rolecall.model.kinds.roles import Role
from rolecall.model.kinds.users import User
from rolecall.model.subjects import Subject, SubjectRef

KINDS: Mapping[str, type[Subject]] = {
    kind.kind: kind
    for kind in (
        *(User, Group, Role, Instance, Policy, Account),
        *(OidcProvider, SamlProvider, TrustAnchor, IdentityPool, DelegationRequest),
    )
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
