"""The list of identity pools of one Region. It tells no more than which there are."""

from collections.abc import Iterator, Mapping

from rolecall.aws.lists.answers import Answers, asking
from rolecall.aws.readings import pages
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall.ports import Listed

_CALL = "cognito-identity:ListIdentityPools"
_PAGE = 60  # the most that Cognito gives at once
CALLS: Mapping[str, frozenset[Facet]] = {
    _CALL: frozenset(facet for facet in Facet if facet.kind == "identity-pool")
}


def identity_pools(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield the identity pools of the home Region, in the order of their ids."""
    with asking(_CALL):
        found = pages(
            answers.aws,
            "cognito-identity",
            "list_identity_pools",
            "IdentityPools",
            MaxResults=_PAGE,
        )
    for name in sorted(pool["IdentityPoolId"] for pool in found):
        ref = SubjectRef("identity-pool", name, answers.account, answers.aws.region)
        yield Listed(subject(ref, {}, at=answers.at))
