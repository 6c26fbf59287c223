"""The list of groups."""

from collections.abc import Iterator

from rolecall.aws.details import members
from rolecall.aws.lists.answers import Answers
from rolecall.aws.lists.effective import documents
from rolecall.aws.readings import State
from rolecall.model.facets import Facet
from rolecall.ports import Listed


def groups(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every group."""
    users, policies = members(answers.details("user").values()), answers.details("policy")
    for group in answers.details("group").values():
        more: State = {Facet.GROUP_MEMBERS: users.get(group.name, [])}
        texts = documents(policies, group.state[Facet.GROUP_ATTACHED_POLICIES])
        if texts is not None:
            more[Facet.GROUP_ATTACHED_DOCUMENTS] = texts
        yield answers.listed("group", group, more)
