"""The lists of identity providers and trust anchors: there are few of each, so each one is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rolecall.aws.lists.answers import DETAILS, Answers, asking
from rolecall.aws.provider_facets import trusting
from rolecall.aws.reader import AwsReader
from rolecall.aws.readings import pages
from rolecall.aws.session import Aws
from rolecall.errors import UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.ports import Listed


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind: the call that names all there are, how it is made, and what is read of each."""

    naming: str
    names: Callable[[Aws], Iterable[str]]
    reading: str
    facet: Facet

    @property
    def calls(self) -> dict[str, frozenset[Facet]]:
        return dict.fromkeys((self.naming, self.reading), frozenset({self.facet}))


def _oidc_providers(aws: Aws) -> Iterable[str]:
    found = aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return [one["Arn"].partition(":oidc-provider/")[2] for one in found]


def _saml_providers(aws: Aws) -> Iterable[str]:
    found = aws.client("iam").list_saml_providers()["SAMLProviderList"]
    return [one["Arn"].partition(":saml-provider/")[2] for one in found]


def _trust_anchors(aws: Aws) -> Iterable[str]:
    found = pages(aws, "rolesanywhere", "list_trust_anchors", "trustAnchors")
    return [one["trustAnchorId"] for one in found]


_OIDC = _Kind(
    "iam:ListOpenIDConnectProviders",
    _oidc_providers,
    "iam:GetOpenIDConnectProvider",
    Facet.OIDC_PROVIDER_SETTINGS,
)
_SAML = _Kind(
    "iam:ListSAMLProviders", _saml_providers, "iam:GetSAMLProvider", Facet.SAML_PROVIDER_METADATA
)
_ANCHOR = _Kind(
    "rolesanywhere:ListTrustAnchors",
    _trust_anchors,
    "rolesanywhere:GetTrustAnchor",
    Facet.TRUST_ANCHOR_SETTINGS,
)
OIDC_CALLS: Mapping[str, frozenset[Facet]] = {
    DETAILS: frozenset({Facet.OIDC_PROVIDER_ROLES}),
    **_OIDC.calls,
}
SAML_CALLS: Mapping[str, frozenset[Facet]] = _SAML.calls
ANCHOR_CALLS: Mapping[str, frozenset[Facet]] = _ANCHOR.calls


def oidc_providers(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every OpenID Connect provider, with the roles that trust it."""
    roles = answers.details("role").values()
    trusts = {role.name: role.state[Facet.ROLE_TRUST] for role in roles}
    for found in _each(_OIDC, answers):
        state = {**found.state, Facet.OIDC_PROVIDER_ROLES: trusting(trusts, found.ref)}
        yield Listed(subject(found.ref, state, found.path, found.unique_id, found.at))


def saml_providers(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every SAML provider."""
    yield from map(Listed, _each(_SAML, answers))


def trust_anchors(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every trust anchor of the home Region."""
    yield from map(Listed, _each(_ANCHOR, answers, answers.aws.region))


def _each(kind: _Kind, answers: Answers, region: str = "") -> Iterable[Subject]:
    def ask() -> list[Subject]:
        reader, found = AwsReader(answers.aws), []
        try:
            with asking(kind.naming):
                names = kind.names(answers.aws)
            for name in sorted(names):
                ref = SubjectRef(kind.facet.kind, name, answers.account, region)
                if one := reader.read(ref, (kind.facet,)):
                    found.append(one)
        except UnsettledError as error:  # a rare kind must not hide the others
            answers.errors.append(error)
        return found

    return answers.once(kind.naming, ask)
