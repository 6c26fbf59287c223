"""IAM roles."""

from collections.abc import Mapping

from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject


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
