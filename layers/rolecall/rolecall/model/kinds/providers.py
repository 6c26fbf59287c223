"""What lets identities of others in: providers, trust anchors, identity pools, delegation requests."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Reviewed
from rolecall.model.parts import at
from rolecall.model.subjects import Subject

# IAM Identity Center makes a SAML provider of such a name in each account that it signs people in to.
IDENTITY_CENTER = "AWSSSO_*_DO_NOT_DELETE"


class OidcSettings(TypedDict):
    """An OpenID Connect provider as AWS keeps it; client ids and thumbprints in AWS's order.

    `propagation` is what it has for trusted identity propagation, by the parameters that set it.
    """

    client_ids: Sequence[str]
    thumbprints: Sequence[str]
    tags: Mapping[str, str]
    propagation: NotRequired[Mapping[str, Any]]


class ReviewedOidc(TypedDict):
    """The client ids and thumbprints that people have accepted."""

    client_ids: Sequence[str]
    thumbprints: Sequence[str]


class OidcProvider(Subject):
    """An OpenID Connect provider; its name is its URL without the scheme, as in its ARN."""

    kind = "oidc-provider"

    @property
    def settings(self) -> OidcSettings:
        """Client ids, thumbprints and tags."""
        found: OidcSettings = self.state[Facet.OIDC_PROVIDER_SETTINGS]
        return found

    @property
    def reviewed(self) -> ReviewedOidc | None:
        """What people have accepted, or None."""
        found: ReviewedOidc | None = self.state[Facet.OIDC_PROVIDER_REVIEWED]
        return found

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the roles whose trust names it."""
        return tuple(self.state[Facet.OIDC_PROVIDER_ROLES])


class SamlProvider(Subject):
    """A SAML provider."""

    kind = "saml-provider"

    @property
    def metadata(self) -> str:
        """Its metadata document, exactly as AWS stores it."""
        found: str = self.state[Facet.SAML_PROVIDER_METADATA]
        return found

    @property
    def reviewed(self) -> Reviewed | None:
        """The metadata document that people have accepted, or None."""
        found: Reviewed | None = self.state[Facet.SAML_PROVIDER_REVIEWED]
        return found


class AnchorSettings(TypedDict):
    """A Roles Anywhere trust anchor.

    Attributes:
        name: Its name.
        enabled: Whether it lets anybody in.
        source: What it trusts: the ARN of a private certificate authority, or the certificate's text.
    """

    name: str
    enabled: bool
    source: str


def trusted_source(anchor: Any) -> str:
    """The source of a trust anchor, from how AWS's answers and records show one; "" for any other."""
    data = at(anchor, "source", "sourceData")
    return str(at(data, "acmPcaArn") or at(data, "x509CertificateData") or "")


class TrustAnchor(Subject):
    """A Roles Anywhere trust anchor; its name is its id."""

    kind = "trust-anchor"

    @property
    def settings(self) -> AnchorSettings:
        """What it trusts."""
        found: AnchorSettings = self.state[Facet.TRUST_ANCHOR_SETTINGS]
        return found


class GuestRole(TypedDict):
    """The role that guests of an identity pool get.

    Attributes:
        name: Its name.
        attached: Policy name by ARN of its managed policies.
        inline: Policy text by policy name.
    """

    name: str
    attached: Mapping[str, str]
    inline: Mapping[str, str]


class IdentityPool(Subject):
    """A Cognito identity pool; its name is its id, which begins with its Region."""

    kind = "identity-pool"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Everything that UpdateIdentityPool sets, by its parameters."""
        found: Mapping[str, Any] = self.state[Facet.IDENTITY_POOL_SETTINGS]
        return found

    @property
    def guest_role(self) -> GuestRole | None:
        """The role that guests get, or None."""
        found: GuestRole | None = self.state[Facet.IDENTITY_POOL_GUEST_ROLE]
        return found


class DelegationRequest(Subject):
    """A request of a partner for temporary access; its name is its id."""

    kind = "delegation-request"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What AWS says of it, by AWS's own names."""
        found: Mapping[str, Any] = self.state[Facet.DELEGATION_REQUEST_SETTINGS]
        return found
