"""EC2 instances."""

from collections.abc import Mapping

from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject


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
