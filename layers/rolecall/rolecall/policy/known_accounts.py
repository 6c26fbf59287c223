"""What a role's facets and the settings together tell of accounts."""

from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.registered import Registered
from rolecall.policy.cross_account import Known


def known_accounts(role: Role, registered: Registered) -> Known:
    """Say which accounts are one's own and which of others are registered.

    The organization's accounts are those that AWS tells and those that the settings list. Where neither
    is there, or AWS was to be asked and did not answer, they are not known.
    """
    organization = registered.organization
    told = role.state.get(Facet.ROLE_ORGANIZATION_ACCOUNTS) if organization.read else ()
    accounts = None if told is None else frozenset((*told, *organization.accounts))
    return Known(
        account=role.ref.account,
        own_accounts=organization.accounts,
        organization_accounts=accounts or None,
        organization=organization.id,
        third_parties=frozenset(registered.third_parties),
        expired=frozenset(
            account
            for account, one in registered.third_parties.items()
            # The day on which it expires is the last one; without a time of reading none has.
            if role.days_since(f"{one.expires}T00:00:00Z") >= 1
        ),
    )
