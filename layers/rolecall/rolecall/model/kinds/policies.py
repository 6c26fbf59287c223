"""Managed policies, and all the policies of one principal."""

from collections.abc import Mapping
from typing import TypedDict

from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject


class EffectivePolicies(TypedDict):
    """All that may give a user or role permissions, and what bounds them.

    Attributes:
        texts: Text by where the policy comes from: `inline NAME`, an ARN, or for a user
            `group NAME inline NAME`. Each policy is there once.
        boundary: Text of its permissions boundary, or None where it has none.
    """

    texts: Mapping[str, str]
    boundary: str | None


class Version(TypedDict):
    """One version of a managed policy; `default` where it is the one that holds."""

    text: str
    created: str
    default: bool


def version_number(id_: str) -> int:
    """The number in a version's id, which grows with each version that is made."""
    digits = id_.removeprefix("v")
    return int(digits) if digits.isdecimal() else 0


class Attachments(TypedDict):
    """How many principals carry a policy, and for how many it is the permissions boundary."""

    attached: int
    boundaries: int


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

    @property
    def versions(self) -> Mapping[str, Version]:
        """Its versions by id (`v1`, `v2`, ...)."""
        found: Mapping[str, Version] = self.state[Facet.POLICY_VERSIONS]
        return found

    @property
    def default_version(self) -> str | None:
        """Id of the version that holds; None where the versions were not read."""
        found: Mapping[str, Version] = self.state.get(Facet.POLICY_VERSIONS, {})
        return next((id_ for id_, one in found.items() if one["default"]), None)

    @property
    def attachments(self) -> Attachments:
        """How many carry it."""
        found: Attachments = self.state[Facet.POLICY_ATTACHMENTS]
        return found

    @property
    def default_reviewed(self) -> str | None:
        """Id of the version that people have accepted as the default one, or None."""
        found: str | None = self.state[Facet.POLICY_DEFAULT_REVIEWED]
        return found
