"""Whether a trust in Amazon Cognito says for which identity pool, and for guests or for those signed in.

Every pool of every account has the same principal: only the pool's id keeps others out, and only `amr`
tells a guest from somebody who signed in (Amazon Cognito Developer Guide: Role trust and permissions).
"""

import re
from collections.abc import Iterator
from typing import Final

from rolecall.policy.claims import Bound, Claims
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.gates import Gate, gates
from rolecall.policy.principals import Kind
from rolecall.policy.web_identity import CALL

# China and GovCloud have hosts of their own, and their condition keys begin with these.
_HOST: Final = re.compile(r"cognito-identity(-us-gov|\.cn-[a-z]+-\d)?\.amazonaws\.com(\.cn)?")
_POOL: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+:[0-9a-fA-F-]{36}")
_WAYS: Final = ("authenticated", "unauthenticated")


def pool_findings(document: Document, pools: frozenset[str] | None = None) -> Iterator[Finding]:
    """Yield the ways in for other pools than one, and for guests beside those who signed in.

    Args:
        document: A trust.
        pools: The ids of the account's own identity pools; None where they are not known.
    """
    for gate in gates(document, CALL):
        host = gate.principal.value.lower()
        named = gate.principal.kind is Kind.FEDERATED and _HOST.fullmatch(host)
        # One person of one pool needs no more.
        if named and not gate.claims.bound(f"{host}:sub").literal:
            found = [*_of_pool(gate, host, pools), *_of_way(gate, host)]
            # What is sure is not to be held up by what is a doubt.
            yield from [one for one in found if one.sure] or found


def _of_pool(gate: Gate, host: str, pools: frozenset[str] | None) -> Iterator[Finding]:
    pool, person = gate.claims.bound(f"{host}:aud"), gate.claims.bound(f"{host}:sub")
    if not pool.literal:
        stranger = pool.admits_strangers and person.admits_strangers
        stranger = stranger and not (pool.restricts or person.restricts)
        stranger = stranger and _asked_of_any(gate.claims, f"{host}:amr")
        patterns = f"{pool.key} is a pattern" if pool.restricts else pool.why
        yield gate.finding(
            f"lets in identity pools of other accounts: {patterns}",
            sure=stranger and gate.claims.met_beside((pool.key, person.key), (f"{host}:amr",)),
        )
        return
    odd = [text for text in pool.texts if not _POOL.fullmatch(text)]
    others = sorted(set(pool.texts) - pools) if pools is not None else []
    if odd:
        yield gate.finding(
            f"names {' and '.join(odd)} as its identity pool, which is not the id of one",
            sure=False,
        )
    elif others:
        yield gate.finding(
            f"lets in {' and '.join(others)}, which is no identity pool of this account"
        )


def _of_way(gate: Gate, host: str) -> Iterator[Finding]:
    key = f"{host}:amr"
    way = gate.claims.bound(key)
    if not way.restricts:
        yield gate.finding(
            f"lets in guests beside those who signed in: {way.why}",
            sure=way.admits_all and gate.claims.met_beside((key,), (f"{host}:aud",)),
        )
        return
    if not _asked_of_any(gate.claims, key):
        yield gate.finding(
            f"compares {key} without ForAnyValue, though it has several values", sure=False
        )
    elif all(_lets_both(way, one) for one in _WAYS):
        yield gate.finding(
            f"lets in guests as well as those who signed in: {key} may be either", sure=False
        )


def _lets_both(way: Bound, text: str) -> bool:
    return all(any(value.fits(text) for value in values) for values in way.tests)


def _asked_of_any(claims: Claims, key: str) -> bool:
    """Say whether all comparisons of the ways are of any one: a token has several, as a rule."""
    compared = (one for one in claims.conditions if one.key == key and one.operator != "Null")
    return all(one.qualifier == "ForAnyValue" for one in compared)
