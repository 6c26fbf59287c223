"""Whether a trust in an OpenID Connect provider says for which audience and for which subject.

A provider vouches for whoever signs in there. Some belong to one company, some to the whole world:
then a condition on the subject is all that keeps strangers out (IAM User Guide: Creating a role for
OpenID Connect federation; Identity-provider controls for shared OIDC providers).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rolecall.model.registered import IdentityProvider
from rolecall.policy.claims import Bound, Claims, Value, reach
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.gates import Gate, gates
from rolecall.policy.identity_providers import registration
from rolecall.policy.issuers import BUILT_IN, CLUSTER, Issuer, Reach, known_issuer
from rolecall.policy.matching import fits_any, is_wild
from rolecall.policy.principals import Form, Kind, Principal

CALL: Final = "sts:AssumeRoleWithWebIdentity"
# Longer than any claim that STS takes into account; what is longer is not matched at all.
_LONGEST_CLAIM: Final = 512


def issuer_of(principal: Principal) -> str:
    """The URL, without its scheme, of the OpenID Connect provider that a principal is; "" if none."""
    if principal.kind is not Kind.FEDERATED or principal.form is not Form.ARN:
        return ""
    resource = principal.value.split(":", 5)[5]
    return resource.removeprefix("oidc-provider/") if resource.startswith("oidc-provider/") else ""


def _oidc_gates(document: Document) -> Iterator[tuple[Gate, str]]:
    for gate in gates(document, CALL):
        url = issuer_of(gate.principal)
        if url and url.lower() not in BUILT_IN:
            yield gate, url


def audience_findings(
    document: Document, registered: Mapping[str, IdentityProvider]
) -> Iterator[Finding]:
    """Yield the ways in for tokens that were made for somebody else.

    Args:
        document: A trust.
        registered: What the settings say of providers: of one with client ids, only these may be.
    """
    for gate, url in _oidc_gates(document):
        found = gate.claims.bound(f"{url}:aud")
        if not found.restricts:
            yield gate.finding(
                f"lets in tokens of {url} that were made for any audience: {found.why}",
                sure=found.admits_all and _own_claims_only(gate, url),
            )
        elif not found.literal:
            yield gate.finding(
                f"lets in tokens of {url} for every audience of a pattern: {_shown(found)}",
                sure=False,
            )
        elif (entry := registration(url, registered)) and entry.client_ids:
            others = sorted(set(found.texts) - set(entry.client_ids))
            if others:
                yield gate.finding(
                    f"lets in tokens of {url} for {' and '.join(others)}, which is not among the"
                    " client ids of that provider"
                )


def subject_findings(
    document: Document, registered: Mapping[str, IdentityProvider]
) -> Iterator[Finding]:
    """Yield the ways in for subjects that are not one owner's one thing.

    That anyone whom a shared provider, or a cluster, vouches for comes in is sure; that some more come
    in than need be is told.

    Args:
        document: A trust.
        registered: What the settings say of providers: of one with subjects, only what fits them may
            come; of any other, any one repository, project or namespace.
    """
    for gate, url in _oidc_gates(document):
        issuer = known_issuer(url)
        subject = gate.claims.bound(f"{url}:sub")
        otherwise, other = _narrowest_claim(issuer, url, gate.claims)
        by_subject = _or_anyone(reach(subject, issuer.subject, int))
        narrowest = subject if by_subject <= otherwise else other
        widest = min(by_subject, otherwise)
        entry = registration(url, registered)
        permitted = entry.subjects if entry else ()
        if permitted and otherwise is not Reach.ONE:
            if not any(all(_permits(permitted, v) for v in values) for values in subject.tests):
                yield gate.finding(
                    f"lets in subjects of {url} that are not registered for it: {_shown(subject)}",
                    sure=widest is Reach.ANYONE and _stranger_passes(gate, issuer, url, subject),
                )
        elif widest is Reach.ANYONE:
            yield gate.finding(
                f"lets in anyone whom {issuer.name} vouches for: {subject.why}",
                sure=_stranger_passes(gate, issuer, url, subject),
            )
        elif widest is Reach.OWNER:
            yield gate.finding(
                f"lets in {issuer.whole} at {issuer.name}: {_shown(narrowest)}", sure=False
            )
        elif widest is Reach.MANY:
            yield gate.finding(
                f"lets in whatever at {issuer.name} has, or takes, a name that fits: {_shown(narrowest)}",
                sure=False,
            )


def _or_anyone(found: Reach | None) -> Reach:
    return Reach.ANYONE if found is None else found


def _narrowest_claim(issuer: Issuer, url: str, claims: Claims) -> tuple[Reach, Bound]:
    """Say how far the narrowest condition on a claim other than the subject reaches, and which it is."""
    narrowest, told = Reach.ANYONE, Bound("")
    prefix = f"{url.lower()}:"
    for key in claims.keys:
        name = key.removeprefix(prefix)
        # Session tags of a web identity stand in its token.
        if (name == key and key not in issuer.claims) or name in ("sub", "azp", "oaud"):
            continue
        if name == "aud" and issuer.tenant != "aud":
            continue

        def claim(value: Value, name: str = name) -> Reach:
            return issuer.claim(name, value)

        found = claims.bound(key)
        reaches = _or_anyone(reach(found, claim, int))
        if reaches < narrowest:
            narrowest, told = reaches, found
    return narrowest, told


def _own_claims_only(gate: Gate, url: str) -> bool:
    """Say whether somebody with a token of the provider may meet all conditions but the audience's."""
    claims = {key for key in gate.claims.keys if key.startswith((f"{url.lower()}:", _TAGS))}
    return gate.claims.met_beside((f"{url}:aud",), claims - {f"{url}:aud".lower()})


def _permits(permitted: tuple[str, ...], value: Value) -> bool:
    """Say whether all that fits a value fits a registered pattern as well."""
    if value.variable or not value.text or len(value.text) > _LONGEST_CLAIM:
        return False
    # A wildcard of the value is a plain character here, which only a "*" of the pattern stands for.
    usable = [one for one in permitted if "?" not in one or not value.wild]
    return value.text in permitted or fits_any(usable, value.text)


def _stranger_passes(gate: Gate, issuer: Issuer, url: str, subject: Bound) -> bool:
    """Say whether a stranger with a token of the provider surely passes everything else.

    Of a provider that belongs to one company there are no strangers, only many who are not meant.
    """
    if not (issuer.shared or issuer is CLUSTER) or not subject.admits_strangers:
        return False
    # Those who ask for a token of a shared provider choose its audience.
    return gate.claims.met_beside((f"{url}:sub",), (f"{url}:aud",))


def _shown(found: Bound) -> str:
    """Name the patterns that are at fault, at most a few."""
    texts = [value.text for values in found.tests for value in values if is_wild(value.text)]
    texts = texts or [value.text for values in found.tests for value in values]
    if not texts:
        return found.why
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    shown = " and ".join(text[:100] for text in texts[:_FEW])
    return f"{found.key} may be {shown}{more}"


_FEW: Final = 3
_TAGS: Final = "aws:requesttag/"
