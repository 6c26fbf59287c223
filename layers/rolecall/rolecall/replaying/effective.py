"""All the policies of a user or role in memory: put together when they are read, as they are in AWS.

What hangs on the principal itself follows its inline and attached policies and its boundary, so no call
has to keep it in step. What its groups lend it stays as it was given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds.policies import EffectivePolicies

_INLINE = "inline "


@dataclass(frozen=True, slots=True)
class _Facets:
    effective: Facet
    inline: Facet
    attached: Facet
    identity: Facet


_OF: Mapping[str, _Facets] = {
    "user": _Facets(
        Facet.USER_EFFECTIVE_POLICIES,
        Facet.USER_INLINE_POLICIES,
        Facet.USER_ATTACHED_POLICIES,
        Facet.USER_IDENTITY,
    ),
    "role": _Facets(
        Facet.ROLE_EFFECTIVE_POLICIES,
        Facet.ROLE_INLINE_POLICIES,
        Facet.ROLE_ATTACHED_POLICIES,
        Facet.ROLE_IDENTITY,
    ),
}
EFFECTIVE = frozenset(facets.effective for facets in _OF.values())


def taken_apart(kind: str, given: Mapping[Facet, Any]) -> tuple[dict[Facet, Any], dict[str, str]]:
    """The facets that given effective policies stand for, and the text of each managed policy by ARN.

    Inline and attached policies and a boundary that are given beside them count more.
    """
    facets = _OF.get(kind)
    if facets is None or facets.effective not in given:
        return dict(given), {}
    all_, boundary = given[facets.effective]["texts"], given[facets.effective]["boundary"]
    inline = {k.removeprefix(_INLINE): t for k, t in all_.items() if k.startswith(_INLINE)}
    managed = {key: text for key, text in all_.items() if key.startswith("arn:")}
    # A role has no groups: all of its policies are its own.
    own = {arn: arn.rpartition("/")[2] for arn in managed} if kind == "role" else {}
    state = {facets.inline: inline, facets.attached: own} | dict(given)
    lent = {k: t for k, t in all_.items() if not k.startswith(_INLINE)}
    lent = {k: t for k, t in lent.items() if kind == "user" and k not in state[facets.attached]}
    state[facets.effective] = {"texts": lent, "boundary": None}
    if boundary is not None:
        identity = {"created": "", "boundary": None} | given.get(facets.identity, {})
        arn = identity["boundary"] or "arn:aws:iam::aws:policy/boundary"
        state[facets.identity] = identity | {"boundary": arn}
        managed[arn] = boundary
    return state, managed


def put_together(
    kind: str, state: Mapping[Facet, Any], document: Callable[[str], str | None]
) -> EffectivePolicies:
    """The effective policies of a user or role; a policy whose document is not known is left out."""
    facets = _OF[kind]
    groups = set(state.get(Facet.USER_GROUPS, ()))
    texts = {f"{_INLINE}{name}": text for name, text in state[facets.inline].items()}
    for arn in state[facets.attached]:
        text = document(arn)
        if text is not None:
            texts[arn] = text
    for key, text in state[facets.effective]["texts"].items():
        if key.startswith("arn:") or key.split()[1] in groups:
            texts[key] = text
    boundary = state[facets.identity].get("boundary")
    return {"texts": texts, "boundary": document(boundary) if boundary else None}
