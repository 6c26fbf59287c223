"""The list of identity pools, of the home Region. It tells no more than which there are."""

from collections.abc import Iterator, Mapping

from rolecall.aws.lists.answers import Answers, asking
from rolecall.aws.readings import pages
from rolecall.errors import UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall.ports import Listed

_CALL = "cognito-identity:ListIdentityPools"
_PAGE = 60  # the most that Cognito gives at once
CALLS: Mapping[str, frozenset[Facet]] = {
    _CALL: frozenset({Facet.IDENTITY_POOL_SETTINGS, Facet.IDENTITY_POOL_GUEST_ROLE})
}


def identity_pools(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every identity pool, whose state is left to a look at each: there are few."""
    for name in answers.once(_CALL, lambda: _names(answers)):
        ref = SubjectRef("identity-pool", name, answers.account, answers.aws.region)
        yield Listed(subject(ref, {}, at=answers.at))


def _names(answers: Answers) -> list[str]:
    aws = answers.aws
    try:
        with asking(_CALL):
            found = pages(
                aws, "cognito-identity", "list_identity_pools", "IdentityPools", MaxResults=_PAGE
            )
    except UnsettledError as error:  # a rare kind must not hide the others
        answers.errors.append(error)
        return []
    return sorted(pool["IdentityPoolId"] for pool in found)
