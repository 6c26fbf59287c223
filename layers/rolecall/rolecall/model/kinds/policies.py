"""Managed policies."""

from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject


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
