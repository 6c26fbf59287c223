"""The list of managed policies."""

from collections.abc import Iterator

from rolecall.aws.details import carriers
from rolecall.aws.lists.answers import Answers
from rolecall.model.facets import Facet
from rolecall.ports import Listed


def policies(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every managed policy of the account's own, and those of AWS's own that somebody has."""
    groups = carriers(answers.details("group").values())
    for policy in answers.details("policy").values():
        more = {Facet.POLICY_GROUPS: groups.get(policy.name, [])}
        yield answers.listed("policy", policy, more)
