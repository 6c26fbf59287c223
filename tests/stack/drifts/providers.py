"""Drifts from the conventions about identity providers, trust anchors and outbound tokens."""

from typing import Any

from rolecall_cli.embedded.account import EmbeddedAccount
from tests.stack.drifts.rows import ACCOUNT, LIVE, SAMPLES, Aim, Proof, Row, call
from tests.states import saml_metadata

PUTTING_RIGHT = {"conventions": {"oidc-provider-approved": {"delete": True}}}
_READING = "tests/aws/test_reading_providers.py"
PROVED_WITH_STUBS: dict[str, Proof] = {
    "oidc-provider-drift": (
        "it has no calls that change client ids or thumbprints",
        (
            f"{_READING}::test_an_oidc_provider_is_read_with_all_that_making_it_anew_takes",
            "tests/conventions/test_providers.py"
            "::test_each_client_id_that_differs_is_a_drift_of_its_own_with_the_reverse_call",
            *SAMPLES,
        ),
    ),
    "outbound-federation-approved": (
        "it has no outbound federation",
        (
            f"{_READING}"
            "::test_whether_the_account_hands_out_tokens_is_read_where_it_never_did_as_well",
            *SAMPLES,
        ),
    ),
    "roles-anywhere-trust-anchor": (
        "it has no Roles Anywhere",
        (
            f"{_READING}::test_a_trust_anchor_is_read_with_whom_it_trusts",
            "tests/aws/test_inventory.py::test_what_is_listed_of_a_subject_is_what_is_read_of_it",
            *SAMPLES,
        ),
    ),
}
_NOBODYS = {"OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/nobody.example.com"}
LACKING = (
    call("iam:AddClientIDToOpenIDConnectProvider", **_NOBODYS, ClientID="nobody"),
    call("iam:RemoveClientIDFromOpenIDConnectProvider", **_NOBODYS, ClientID="nobody"),
    call("iam:UpdateOpenIDConnectProviderThumbprint", **_NOBODYS, ThumbprintList=["0a" * 20]),
    call("iam:EnableOutboundWebIdentityFederation"),
    call("iam:GetOutboundWebIdentityFederationInfo"),
)
# As much as AWS takes at least.
METADATA = saml_metadata("first") + " " * 1000


def _provider(account: EmbeddedAccount, name: str) -> Any:
    """The client ids, thumbprints and tags of a provider; None where it is not there."""
    iam, arn = account.client("iam"), f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"
    listed = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    if arn not in [one["Arn"] for one in listed]:
        return None
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    return [found[key] for key in ("Url", "ClientIDList", "ThumbprintList", "Tags")]


ROWS = (
    Row(
        "oidc-provider-approved",
        call(
            "iam:CreateOpenIDConnectProvider",
            Url="https://login~.example.com/pool",
            ClientIDList=["build", "deploy"],
            ThumbprintList=["0a" * 20],
            Tags=[{"Key": "team", "Value": "build"}],
        ),
        "login~.example.com/pool",
        "registration",
        aim=Aim(_provider, lambda found: found is not None, lambda found: found is None),
    ),
    Row(
        "saml-provider-approved",
        call("iam:CreateSAMLProvider", Name="idp~", SAMLMetadataDocument=METADATA),
        "idp~",
        "metadata",
        recorded=False,  # that nobody has accepted it
    ),
    Row(
        "saml-provider-approved",
        call(
            "iam:DeleteSAMLProvider",
            SAMLProviderArn=f"arn:aws:iam::{ACCOUNT}:saml-provider/former~",
        ),
        "former~",
        "existence",
        scene=(call("iam:CreateSAMLProvider", Name="former~", SAMLMetadataDocument=METADATA),),
        told=(LIVE,),
    ),
)
