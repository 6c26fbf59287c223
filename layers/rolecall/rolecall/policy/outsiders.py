"""Whether a trust surely lets somebody in who is not of the account's own organization."""

from collections.abc import Collection
from typing import Final

from rolecall.policy.documents import parse_document
from rolecall.policy.principals import Form, Kind, Principal
from rolecall.policy.trust import judge_trust

_CALLS: Final = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")


def lets_outsiders_in(trust: str, own: Collection[str]) -> bool:
    """Say whether an account of others, a web identity or just anyone may assume a role for certain.

    A SAML provider signs one's own people in. A Deny, or a text that cannot be judged, leaves a doubt,
    and a doubt is no.

    Args:
        trust: The trust document.
        own: Ids of the accounts that are one's own.
    """
    if judge_trust(trust).open_statements:
        return True
    document = parse_document(trust)
    if document.problem or any(one.effect == "Deny" for one in document.statements):
        return False
    return any(
        _is_outside(named, own)
        for one in document.statements
        if any(map(one.covers, _CALLS)) and one.principals and not one.principals.inverted
        for named in one.principals.named
    )


def _is_outside(named: Principal, own: Collection[str]) -> bool:
    if named.kind is Kind.AWS:
        return named.account is not None and named.account not in own
    web_identity = ":saml-provider/" not in named.value
    return named.kind is Kind.FEDERATED and named.form in (Form.ARN, Form.NAME) and web_identity
