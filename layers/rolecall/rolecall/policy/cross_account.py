"""Which accounts a trust lets assume the role, and what it asks of them.

Everything here speaks of `sts:AssumeRole` by users and roles. That a trust is open to everyone is for
`trust.judge_trust` to say; a wildcard that conditions bound to some accounts is judged as these accounts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Final

from rolecall.policy.claims import Bound, Claims, Value
from rolecall.policy.conditions import Condition, demanded
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.gates import MOST_PARTS, Gate, gates
from rolecall.policy.principals import Form, Kind
from rolecall.policy.strangers import only

CALL: Final = "sts:AssumeRole"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of accounts.

    Attributes:
        account: The one that the role is in.
        own_accounts: Others of one's own.
        organization_accounts: Those of the organization; None where they are not known.
        organization: Its id, such as `o-a1b2c3d4e5`; "" where it is not known.
        third_parties: Registered accounts of others.
        expired: Those of them whose registration has ended.
    """

    account: str
    own_accounts: frozenset[str] = frozenset()
    organization_accounts: frozenset[str] | None = None
    organization: str = ""
    third_parties: frozenset[str] = frozenset()
    expired: frozenset[str] = frozenset()


class Party(Enum):
    """What an account is to us."""

    OWN = "one's own, or of the organization"
    THIRD = "a registered third party"
    EXPIRED = "a third party whose registration has ended"
    UNKNOWN = "neither of the organization nor a registered third party"
    UNSURE = "no registered third party, and the accounts of the organization are not known"


def party(account: str, known: Known) -> Party:
    """Say what an account is to us."""
    if account == known.account or account in known.own_accounts:
        return Party.OWN
    if account in (known.organization_accounts or ()):
        return Party.OWN
    if account in known.expired:
        return Party.EXPIRED
    if account in known.third_parties:
        return Party.THIRD
    return Party.UNSURE if known.organization_accounts is None else Party.UNKNOWN


def unknown_account_findings(document: Document, known: Known) -> Iterator[Finding]:
    """Yield the ways in for accounts that are neither one's own nor registered.

    Args:
        document: A trust.
        known: What is known of accounts. Without the organization's, nothing is sure.
    """
    for gate, accounts in _from_accounts(document):
        within = _within_organization(gate.claims, known)
        if within is True:
            continue
        others = {one: party(one, known) for one in accounts}
        wrong = {
            one: found for one, found in others.items() if found not in (Party.OWN, Party.THIRD)
        }
        if wrong:
            told = " and ".join(f"the account {one}, which is {wrong[one].value}" for one in wrong)
            yield gate.finding(
                f"lets in {told}",
                sure=within is False and Party.UNSURE not in wrong.values(),
            )
    yield from _organizations(document, known)


def external_id_findings(document: Document, known: Known) -> Iterator[Finding]:
    """Yield the ways in for third parties that need not tell on whose behalf they come.

    A third party serves many customers. Without an external id of its making, another customer can
    name this role to it (IAM User Guide: The confused deputy problem).

    Args:
        document: A trust.
        known: What is known of accounts.
    """
    guessed = known.own_accounts | {known.account}
    for gate, accounts in _from_accounts(document):
        if _within_organization(gate.claims, known) is True:
            continue
        others = {one: party(one, known) for one in accounts}
        theirs = [one for one, found in others.items() if found is not Party.OWN]
        wrong = _wrong_with(gate.claims.bound("sts:ExternalId"), guessed)
        if theirs and wrong:
            known_of = all(others[one] is not Party.UNSURE for one in theirs)
            who = "the third party" if known_of else "an account that may be a third party's,"
            yield gate.finding(
                f"lets in {who} {' and '.join(theirs)} without a good external id: {wrong[0]}",
                sure=known_of and wrong[1],
            )


def second_factor_findings(document: Document) -> Iterator[Finding]:
    """Yield the ways in for users who brought no second factor.

    Only where users may come: callers from federation, from a role or from a service have no such key.
    Software of a third party has none either, and is told by its external id.

    Args:
        document: A trust.
    """
    for gate, _ in _from_accounts(document):
        if not _admits_users(gate) or gate.claims.bound("sts:ExternalId").literal:
            continue
        if not _asks_factor(gate.claims):
            yield gate.finding(
                f"lets users in without a second factor: {_why_no_factor(gate.claims.conditions)}"
            )


def account_wide_findings(document: Document, known: Known) -> Iterator[Finding]:
    """Yield the ways in for everybody in another account whom that account lets assume roles.

    Args:
        document: A trust.
        known: What is known of accounts.
    """
    for gate in gates(document, CALL):
        who = gate.principal
        if who.form is not Form.ACCOUNT or who.account in (None, known.account):
            continue
        if not any(_narrows_within_account(one, gate.claims) for one in gate.claims.keys):
            yield gate.finding(
                f"lets in whomever the account {who.account} allows, not one role or user of it"
            )


def orphan_findings(document: Document) -> Iterator[Finding]:
    """Yield the principals that were deleted: what is left of them is their id.

    IAM turns the ARN of a deleted user or role into its id, and a new one of that name is another
    (IAM User Guide: AWS JSON policy elements, Principal).

    Args:
        document: A trust.
    """
    return islice(_orphans(document), MOST_PARTS)


def _orphans(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        named = statement.principals.named if statement.principals else ()
        for one in dict.fromkeys(named):
            if one.form is Form.UNIQUE_ID:
                kind = "user" if one.value.startswith("AIDA") else "role"
                yield Finding(
                    statement.index,
                    f"names the {kind} {one.value}, which was deleted",
                    sure=not document.problem,
                    principal=one.value,
                )


def _from_accounts(document: Document) -> Iterator[tuple[Gate, tuple[str, ...]]]:
    """Yield every way in for users and roles, with the accounts that they are of."""
    for gate in gates(document, CALL):
        who = gate.principal
        accounts: tuple[str, ...] = ()
        if who.account and who.kind is Kind.AWS:
            accounts = (who.account,)
        elif who.form is Form.WILDCARD and who.kind in (Kind.ANYONE, Kind.AWS):
            accounts = _bound_accounts(gate.claims)
        only_these = gate.claims.bound("aws:PrincipalAccount")
        if only_these.literal:
            accounts = tuple(one for one in accounts if one in only_these.texts)
        if accounts:
            yield gate, accounts


def _bound_accounts(claims: Claims) -> tuple[str, ...]:
    """The accounts that conditions bound a wildcard to; none where they bound it otherwise."""
    accounts = claims.bound("aws:PrincipalAccount").texts
    if accounts:
        return accounts
    for values in claims.bound("aws:PrincipalArn").tests:
        named = [_arn_parts(value) for value in values]
        if all(parts and _is_account(parts[4]) for parts in named):
            return tuple(dict.fromkeys(parts[4] for parts in named))
    return ()


def _organizations(document: Document, known: Known) -> Iterator[Finding]:
    """Yield where a wildcard is bound to an organization that is not one's own."""
    for gate in gates(document, CALL):
        who = gate.principal
        if who.form is not Form.WILDCARD or who.kind not in (Kind.ANYONE, Kind.AWS):
            continue
        found = gate.claims.bound("aws:PrincipalOrgID")
        others = sorted(set(found.texts) - {known.organization})
        if others and not _bound_accounts(gate.claims):
            yield gate.finding(
                f"lets in every account of the organization {' and '.join(others)},"
                " which is not known to be one's own",
                sure=bool(known.organization),
            )


def _within_organization(claims: Claims, known: Known) -> bool | None:
    """Say whether only members of one's own organization come; None where that is not known."""
    by_id = claims.bound("aws:PrincipalOrgID")
    roots = [
        {value.text.partition("/")[0] for value in values}
        for values in claims.bound("aws:PrincipalOrgPaths").tests
    ]
    named = [set(by_id.texts)] if by_id.literal else []
    named += [root for root in roots if not any("*" in one or "?" in one for one in root)]
    if not named:
        return False
    if not known.organization:
        return None
    return any(one == {known.organization} for one in named)


def _wrong_with(external: Bound, guessed: frozenset[str]) -> tuple[str, bool] | None:
    """Say what is wrong with an external id, and whether that is sure."""
    if not external.restricts:
        return external.why, not external.doubtful
    if not external.literal:
        text = external.tests[0][0].text
        return ("it is a pattern" if text else "it is empty"), True
    own = sorted(guessed.intersection(external.texts))
    return (f"{own[0]} is one's own account, which anyone may guess", True) if own else None


def _admits_users(gate: Gate) -> bool:
    who = gate.principal
    if who.form is Form.ARN and not who.value.split(":", 5)[5].startswith("user/"):
        return False
    for values in gate.claims.bound("aws:PrincipalArn").tests:
        if all((parts := _arn_parts(value)) and parts[5].startswith(_ROLES) for value in values):
            return False
    kinds = gate.claims.bound("aws:PrincipalType")
    if kinds.literal and not {"User", "Account"}.intersection(kinds.texts):
        return False
    return not any(
        all(value.text.startswith("AROA") for value in values)
        for values in gate.claims.bound("aws:userid").tests
    )


def _asks_factor(claims: Claims) -> bool:
    there = demanded(claims.conditions)
    return any(
        _is_factor(one) for one in claims.conditions if not one.passes_absent or one.key in there
    )


def _is_factor(condition: Condition) -> bool:
    if condition.key == _FACTOR:
        return only(condition, "Bool", "true")
    # The age is there only where a second factor was.
    aged = condition.operator in ("NumericLessThan", "NumericLessThanEquals")
    return condition.key == _AGE and (condition.demands or (aged and bool(condition.values)))


def _why_no_factor(conditions: tuple[Condition, ...]) -> str:
    for one in conditions:
        if one.key in (_FACTOR, _AGE) and one.passes_absent:
            return f"{one.label} passes when the key is absent, as it is with long-term keys"
    return "no condition asks for aws:MultiFactorAuthPresent"


def _narrows_within_account(key: str, claims: Claims) -> bool:
    found = claims.bound(key)
    if key == "aws:principalarn":
        return any(all(map(_one_of_account, values)) for values in found.tests)
    return (key in _OF_ONE or key.startswith("aws:principaltag/")) and found.restricts


def _one_of_account(value: Value) -> bool:
    parts = _arn_parts(value)
    # "arn:aws:iam::444455556666:*" and ":role/*" are the whole account in other words.
    return bool(parts) and not value.variable and bool(parts[5].partition("/")[2].strip("*?"))


def _arn_parts(value: Value) -> list[str]:
    parts = value.text.split(":", 5)
    return parts if len(parts) == _PARTS else []


def _is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdigit()  # noqa: PLR2004 - twelve digits


_PARTS: Final = 6
_ROLES: Final = ("role/", "assumed-role/")
_FACTOR: Final = "aws:multifactorauthpresent"
_AGE: Final = "aws:multifactorauthage"
_OF_ONE: Final = frozenset({"aws:userid", "aws:username", "aws:sourceidentity"})
