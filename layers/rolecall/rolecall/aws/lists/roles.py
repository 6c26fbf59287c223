"""The list of roles."""

from collections.abc import Iterator, Mapping

from rolecall.aws.lists import effective
from rolecall.aws.lists.answers import PAGE, Answers, asking
from rolecall.aws.readings import State, pages
from rolecall.aws.role_facets import ACCOUNTS_CALL, organization_accounts, session_limit
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import SessionLimit
from rolecall.ports import Listed

_ROLES = "iam:ListRoles"
CALLS: Mapping[str, frozenset[Facet]] = {
    _ROLES: frozenset({Facet.ROLE_SESSION_LIMIT}),
    ACCOUNTS_CALL: frozenset({Facet.ROLE_ORGANIZATION_ACCOUNTS}),
}


def roles(answers: Answers, wanted: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every role."""
    limits = _limits(answers) if Facet.ROLE_SESSION_LIMIT in wanted else {}
    of_all: State = {}
    if Facet.ROLE_ORGANIZATION_ACCOUNTS in wanted:
        accounts = answers.once(ACCOUNTS_CALL, lambda: organization_accounts(answers.aws))
        of_all[Facet.ROLE_ORGANIZATION_ACCOUNTS] = accounts
    for role in answers.details("role").values():
        more = dict(of_all)
        if role.unique_id in limits:
            more[Facet.ROLE_SESSION_LIMIT] = limits[role.unique_id]
        if Facet.ROLE_EFFECTIVE_POLICIES in wanted:
            more |= effective.of_role(role, answers.details("policy"))
        yield answers.listed("role", role, more)


def _limits(answers: Answers) -> dict[str, SessionLimit]:
    """How long the sessions of each role may last, by its unique id; its details do not tell."""

    def ask() -> dict[str, SessionLimit]:
        with asking(_ROLES):
            found = pages(answers.aws, "iam", "list_roles", "Roles", MaxItems=PAGE)
        return {role["RoleId"]: session_limit(role) for role in found}

    return answers.once(_ROLES, ask)
