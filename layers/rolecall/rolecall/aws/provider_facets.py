"""How the facets of identity providers and trust anchors are read, and of the account's own tokens."""

from collections.abc import Iterator, Mapping
from typing import Final

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall.aws.readings import State, pages, policy_text, reads
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import OidcSettings, trusted_source
from rolecall.model.subjects import SubjectRef
from rolecall.policy.documents import parse_document
from rolecall.policy.principals import Kind

_PAGE: Final = 1000  # the most that IAM gives at once
_PROPAGATION: Final = ("ContextProvider", "IdentityCenterInstanceArn")


@reads(Facet.OIDC_PROVIDER_SETTINGS, by=("iam:GetOpenIDConnectProvider",))
def _oidc_provider(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=ref.arn)
    settings: OidcSettings = {
        "client_ids": found.get("ClientIDList", []),
        "thumbprints": found.get("ThumbprintList", []),
        "tags": {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
    }
    if propagation := {name: found[name] for name in _PROPAGATION if found.get(name)}:
        settings["propagation"] = propagation
    return {Facet.OIDC_PROVIDER_SETTINGS: settings}, ""


@reads(Facet.OIDC_PROVIDER_ROLES, by=("iam:ListRoles",))
def _oidc_provider_roles(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    roles = pages(aws, "iam", "list_roles", "Roles", MaxItems=_PAGE)
    trusts = {role["RoleName"]: policy_text(role["AssumeRolePolicyDocument"]) for role in roles}
    return {Facet.OIDC_PROVIDER_ROLES: trusting(trusts, ref)}, ""


def trusting(trusts: Mapping[str, str], ref: SubjectRef) -> list[str]:
    """Names of the roles whose trust lets the users of a provider in, of these trusts by name."""
    return sorted(name for name, text in trusts.items() if ref.arn in _federated(text))


def _federated(text: str) -> Iterator[str]:
    for statement in parse_document(text).statements:
        if statement.effect == "Allow" and statement.principals:
            yield from (
                one.value for one in statement.principals.named if one.kind is Kind.FEDERATED
            )


@reads(Facet.SAML_PROVIDER_METADATA, by=("iam:GetSAMLProvider",))
def _saml_provider(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    found = aws.client("iam").get_saml_provider(SAMLProviderArn=ref.arn)
    return {Facet.SAML_PROVIDER_METADATA: found["SAMLMetadataDocument"]}, "/"


@reads(Facet.TRUST_ANCHOR_SETTINGS, by=("rolesanywhere:GetTrustAnchor",))
def _trust_anchor(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    client = aws.client("rolesanywhere", ref.region)
    found = client.get_trust_anchor(trustAnchorId=ref.name)["trustAnchor"]
    return {
        Facet.TRUST_ANCHOR_SETTINGS: {
            "name": found["name"],
            "enabled": found["enabled"],
            "source": trusted_source(found),
        }
    }, ""


@reads(Facet.ACCOUNT_OUTBOUND_FEDERATION, by=("iam:GetOutboundWebIdentityFederationInfo",))
def _outbound_federation(aws: Aws, _: SubjectRef) -> tuple[State, str]:
    try:
        found = aws.client("iam").get_outbound_web_identity_federation_info()
    except ClientError as error:
        if code_of(error) != "FeatureDisabled":
            raise
        found = {}
    return {
        Facet.ACCOUNT_OUTBOUND_FEDERATION: {
            "enabled": found.get("JwtVendingEnabled", False),
            "issuer": found.get("IssuerIdentifier", ""),
        }
    }, ""
