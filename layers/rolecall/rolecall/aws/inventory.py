"""Lists the whole account in pages.

Permissions of the function that sweeps are generated from the calls named with each kind.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rolecall.aws.lists import (
    accounts,
    groups,
    identity_pools,
    instances,
    policies,
    providers,
    roles,
    users,
)
from rolecall.aws.lists.answers import DETAILS, Answers
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.ports import Listed


@dataclass(frozen=True, slots=True)
class _List:
    """How the subjects of one kind are listed.

    Attributes:
        subjects: Yields them.
        calls: The AWS calls it makes, each with the facets that it is made for.
        details: The kinds whose details it is put together from.
    """

    subjects: Callable[[Answers, frozenset[Facet]], Iterator[Listed]]
    calls: Mapping[str, frozenset[Facet]]
    details: frozenset[str] = frozenset()


def _detailed(kind: str) -> Mapping[str, frozenset[Facet]]:
    return {DETAILS: frozenset(facet for facet in Facet if facet.kind == kind)}


_LISTS: Mapping[str, _List] = {
    "user": _List(users.users, {**_detailed("user"), **users.CALLS}, frozenset({"user", "group"})),
    "group": _List(groups.groups, _detailed("group"), frozenset({"user", "group", "policy"})),
    "role": _List(roles.roles, {**_detailed("role"), **roles.CALLS}, frozenset({"role"})),
    "instance": _List(instances.instances, instances.CALLS),
    "policy": _List(policies.policies, _detailed("policy"), frozenset({"group", "policy"})),
    "account": _List(accounts.accounts, accounts.CALLS),
    "oidc-provider": _List(providers.oidc_providers, providers.OIDC_CALLS, frozenset({"role"})),
    "saml-provider": _List(providers.saml_providers, providers.SAML_CALLS),
    "trust-anchor": _List(providers.trust_anchors, providers.ANCHOR_CALLS),
    "identity-pool": _List(identity_pools.identity_pools, identity_pools.CALLS),
}
# The facets that need every policy's document beside.
_WITH_DOCUMENTS = frozenset({Facet.USER_EFFECTIVE_POLICIES, Facet.ROLE_EFFECTIVE_POLICIES})


def calls_listing(facets: Iterable[Facet]) -> frozenset[str]:
    """The AWS calls that list every subject that has some of these facets."""
    wanted = frozenset(facets)
    return frozenset(
        call
        for kind in {facet.kind for facet in wanted} & _LISTS.keys()
        for call, made_for in _LISTS[kind].calls.items()
        if wanted & made_for
    )


class AwsInventory:
    """Lists the account through the AWS APIs; for one sweep, for it keeps what it has listed.

    What the lists do not carry of a subject is not in its state: SSH keys of any user, what the
    credential report says of a user who was made after it, service-specific credentials where AWS
    does not list those of all users, the documents of a group's, user's or role's policies where it
    does not list one of them.

    Args:
        aws: The clients. Instances, trust anchors and identity pools are those of its home Region.
        account: The account's id.
        now: The clock.
        sleep: Waits so many seconds for the credential report.
    """

    def __init__(
        self,
        aws: Aws,
        account: str,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._aws = aws
        self._answers = Answers(aws, account, now, sleep)
        self._before = aws.requests

    @property
    def errors(self) -> Sequence[Exception]:
        """Why some kinds could not be listed, of which then nothing is said."""
        return self._answers.errors

    @property
    def spent(self) -> int:
        """AWS calls made so far, by it and by whoever shares its clients."""
        return self._aws.requests - self._before

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        """Yield every subject that has some of these facets, by kind and name, with what lists carry.

        Raises:
            RetryError: AWS does not answer now, or does not let this role list.
        """
        wanted = frozenset(facets)
        kinds = sorted({facet.kind for facet in wanted} & _LISTS.keys())
        details = {detail for kind in kinds for detail in _LISTS[kind].details}
        if wanted & _WITH_DOCUMENTS:
            details.add("policy")
        self._answers.fetch(details)
        for kind in kinds:
            yield from _LISTS[kind].subjects(self._answers, wanted)
