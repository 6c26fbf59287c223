"""All the policies of each user and role, put together from the lists."""

from collections.abc import Iterable, Mapping

from rolecall.aws.details import Detail
from rolecall.aws.policy_texts import effective
from rolecall.aws.readings import State
from rolecall.model.facets import Facet


def documents(policies: Mapping[str, Detail], arns: Iterable[str]) -> dict[str, str] | None:
    """Text of the default version by policy ARN; None where one of them is not listed."""
    wanted = list(arns)
    if not all(arn in policies for arn in wanted):
        return None
    return {arn: policies[arn].state[Facet.POLICY_DOCUMENT] for arn in wanted}


def of_role(role: Detail, policies: Mapping[str, Detail]) -> State:
    """The effective policies of a role; nothing where a document is not listed."""
    boundary = role.state[Facet.ROLE_IDENTITY]["boundary"]
    attached = documents(policies, role.state[Facet.ROLE_ATTACHED_POLICIES])
    bounds = documents(policies, [boundary] if boundary else [])
    if attached is None or bounds is None:
        return {}
    found = effective(role.state[Facet.ROLE_INLINE_POLICIES], attached, bounds.get(boundary))
    return {Facet.ROLE_EFFECTIVE_POLICIES: found}


def of_user(user: Detail, groups: Mapping[str, Detail], policies: Mapping[str, Detail]) -> State:
    """The effective policies of a user; nothing where a document or one of its groups is not listed."""
    names = user.state[Facet.USER_GROUPS]
    if not all(name in groups for name in names):
        return {}
    lent = {name: groups[name].state for name in names}
    boundary = user.state[Facet.USER_IDENTITY]["boundary"]
    attached = documents(
        policies,
        {
            **user.state[Facet.USER_ATTACHED_POLICIES],
            **{arn: "" for one in lent.values() for arn in one[Facet.GROUP_ATTACHED_POLICIES]},
        },
    )
    bounds = documents(policies, [boundary] if boundary else [])
    if attached is None or bounds is None:
        return {}
    inline = {name: one[Facet.GROUP_INLINE_POLICIES] for name, one in lent.items()}
    own = user.state[Facet.USER_INLINE_POLICIES]
    return {Facet.USER_EFFECTIVE_POLICIES: effective(own, attached, bounds.get(boundary), inline)}
