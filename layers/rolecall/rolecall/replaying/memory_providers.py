"""What calls do to the providers and trust anchors of an account in memory, and to its own tokens."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from rolecall.errors import RemedyError
from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.replaying.memory_calls import Holder, State

ISSUER: Final = "https://0123456789abcdef.tokens.sts.global.api.aws"

_Made = Callable[[Holder, Call, str], Mapping[str, Any]]
_Change = Callable[[State, Mapping[str, Any]], None]


def _ref(holder: Holder, call: Call, region: str) -> SubjectRef:
    for kind, parameter in (
        ("oidc-provider", "OpenIDConnectProviderArn"),
        ("saml-provider", "SAMLProviderArn"),
    ):
        if parameter in call.parameters:
            name = call.parameters[parameter].partition(f":{kind}/")[2]
            return SubjectRef(kind, name, holder.account)
    if "trustAnchorId" in call.parameters:
        name = call.parameters["trustAnchorId"]
        return SubjectRef("trust-anchor", name, holder.account, region)
    return SubjectRef("account", holder.account, holder.account)


def _changes(change: _Change) -> _Made:
    """A call that changes one subject, where it is there."""

    def make(holder: Holder, call: Call, region: str) -> Mapping[str, Any]:
        state = holder.state.get(_ref(holder, call, region))
        if state is not None:
            change(state, call.parameters)
        return {}

    return make


def _set(facet: Facet, **changed: Any) -> _Made:
    def change(state: State, _: Mapping[str, Any]) -> None:
        state[facet] = state[facet] | changed

    return _changes(change)


def _add_client(state: State, parameters: Mapping[str, Any]) -> None:
    settings = state[Facet.OIDC_PROVIDER_SETTINGS]
    ids = sorted({*settings["client_ids"], parameters["ClientID"]})
    state[Facet.OIDC_PROVIDER_SETTINGS] = settings | {"client_ids": ids}


def _remove_client(state: State, parameters: Mapping[str, Any]) -> None:
    settings = state[Facet.OIDC_PROVIDER_SETTINGS]
    ids = [one for one in settings["client_ids"] if one != parameters["ClientID"]]
    state[Facet.OIDC_PROVIDER_SETTINGS] = settings | {"client_ids": ids}


def _set_thumbprints(state: State, parameters: Mapping[str, Any]) -> None:
    given = {"thumbprints": list(parameters["ThumbprintList"])}
    state[Facet.OIDC_PROVIDER_SETTINGS] = state[Facet.OIDC_PROVIDER_SETTINGS] | given


def _set_metadata(state: State, parameters: Mapping[str, Any]) -> None:
    state[Facet.SAML_PROVIDER_METADATA] = parameters["SAMLMetadataDocument"]


def _create_oidc_provider(holder: Holder, call: Call, _: str) -> Mapping[str, Any]:
    given = call.parameters
    ref = SubjectRef("oidc-provider", given["Url"].removeprefix("https://"), holder.account)
    if ref in holder.state:
        raise RemedyError(f"AWS refuses {call.name}: EntityAlreadyExists")
    settings = {
        "client_ids": list(given["ClientIDList"]),
        "thumbprints": list(given["ThumbprintList"]),
        "tags": {tag["Key"]: tag["Value"] for tag in given["Tags"]},
    }
    holder.add(ref, {Facet.OIDC_PROVIDER_SETTINGS: settings})
    return {}


def _delete(holder: Holder, call: Call, region: str) -> Mapping[str, Any]:
    ref = _ref(holder, call, region)
    holder.state.pop(ref, None)
    holder.paths.pop(ref, None)
    return {}


PROVIDER_CALLS: Mapping[str, _Made] = {
    "iam:CreateOpenIDConnectProvider": _create_oidc_provider,
    "iam:DeleteOpenIDConnectProvider": _delete,
    "iam:AddClientIDToOpenIDConnectProvider": _changes(_add_client),
    "iam:RemoveClientIDFromOpenIDConnectProvider": _changes(_remove_client),
    "iam:UpdateOpenIDConnectProviderThumbprint": _changes(_set_thumbprints),
    "iam:UpdateSAMLProvider": _changes(_set_metadata),
    "iam:EnableOutboundWebIdentityFederation": _set(
        Facet.ACCOUNT_OUTBOUND_FEDERATION, enabled=True, issuer=ISSUER
    ),
    "iam:DisableOutboundWebIdentityFederation": _set(
        Facet.ACCOUNT_OUTBOUND_FEDERATION, enabled=False, issuer=""
    ),
    "rolesanywhere:EnableTrustAnchor": _set(Facet.TRUST_ANCHOR_SETTINGS, enabled=True),
    "rolesanywhere:DisableTrustAnchor": _set(Facet.TRUST_ANCHOR_SETTINGS, enabled=False),
}
