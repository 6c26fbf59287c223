"""What a record itself says of the state of the subjects that it points at.

It serves where nothing can be read: backtests, and samples replayed without an account.
"""

from collections.abc import Callable, Mapping
from typing import Any

from rolecall.model.changes import Change
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import trusted_source
from rolecall.model.parts import at, items, text
from rolecall.model.passwords import answered
from rolecall.model.pointing import by_root_on_itself
from rolecall.model.subjects import SubjectRef

_AN_HOUR = (
    3600  # how long sessions of a role may last where nobody says (IAM API reference, CreateRole)
)


def _inline(change: Change, facet: Facet) -> dict[Facet, Any]:
    name = text(at(change.request, "policyName"))
    document = text(at(change.request, "policyDocument"))
    return {facet: {name: document or ""}} if name else {}


def _attached(change: Change, facet: Facet) -> dict[Facet, Any]:
    arn = text(at(change.request, "policyArn"))
    return {facet: {arn: arn.rpartition("/")[2]}} if arn else {}


def _group(found: dict[Facet, Any]) -> dict[Facet, Any]:
    nothing: dict[Facet, Any] = {Facet.GROUP_INLINE_POLICIES: {}, Facet.GROUP_ATTACHED_POLICIES: {}}
    return nothing | found if found else {}


def _user(found: dict[Facet, Any]) -> dict[Facet, Any]:
    # What else the user holds is not known, and what is not known adds no drift.
    nothing: dict[Facet, Any] = {Facet.USER_INLINE_POLICIES: {}, Facet.USER_ATTACHED_POLICIES: {}}
    return nothing | found if found else {}


def _role(found: dict[Facet, Any]) -> dict[Facet, Any]:
    nothing: dict[Facet, Any] = {Facet.ROLE_INLINE_POLICIES: {}, Facet.ROLE_ATTACHED_POLICIES: {}}
    return nothing | found if found else {}


def _access_key(change: Change) -> dict[Facet, Any]:
    created = at(change.response, "accessKey")
    key = text(at(created, "accessKeyId")) or text(at(change.request, "accessKeyId"))
    status = text(at(created, "status")) or text(at(change.request, "status"))
    return {Facet.USER_ACCESS_KEYS: {key: status}} if key and status else {}


def _root_key(change: Change) -> dict[Facet, Any]:
    # A key of root is no user's, and a user's says nothing of root's.
    made = by_root_on_itself(change)
    return {Facet.ACCOUNT_SUMMARY: {"AccountAccessKeysPresent": 1}} if made else {}


def _trust(change: Change) -> dict[Facet, Any]:
    found = text(at(change.request, "assumeRolePolicyDocument")) or text(
        at(change.request, "policyDocument")
    )
    return {Facet.ROLE_TRUST: found} if found is not None else {}


def _tags(change: Change) -> dict[str, str]:
    return {
        str(at(tag, "key")): str(at(tag, "value") or "")
        for tag in items(at(change.request, "tags"))
    }


def _bounded(change: Change) -> dict[str, Any]:
    boundary = text(at(change.request, "permissionsBoundary"))
    return {"created": change.time, "boundary": boundary}


def _session_limit(change: Change, default: int | None = None) -> dict[Facet, Any]:
    # An update that leaves the description out does not tell it, and nobody judges by that.
    told = at(change.request, "maxSessionDuration")
    seconds = default if told is None else told
    description = text(at(change.request, "description")) or ""
    found = {"seconds": seconds, "description": description}
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool)
    return {Facet.ROLE_SESSION_LIMIT: found} if is_number else {}


def _new_role(change: Change) -> dict[Facet, Any]:
    identity = _bounded(change)
    found = _trust(change) | {
        Facet.ROLE_IDENTITY: identity,
        Facet.ROLE_LAST_USE: None,
        Facet.ROLE_TAGS: _tags(change),
        Facet.ROLE_INLINE_POLICIES: {},
        Facet.ROLE_ATTACHED_POLICIES: {},
        Facet.ROLE_INSTANCE_PROFILES: [],
    }
    if identity["boundary"] is None:  # else its text is not told
        found[Facet.ROLE_EFFECTIVE_POLICIES] = {"texts": {}, "boundary": None}
    return found | _session_limit(change, _AN_HOUR)


def _new_policy(change: Change) -> dict[Facet, Any]:
    nobody = {"attached": 0, "boundaries": 0}
    return _document(change) | _version(change, "v1") | {Facet.POLICY_ATTACHMENTS: nobody}


def _version(change: Change, id_: str | None) -> dict[Facet, Any]:
    document = _document(change).get(Facet.POLICY_DOCUMENT)
    if id_ is None or document is None:
        return {}
    version = {"text": document, "created": change.time, "default": True}
    return {Facet.POLICY_VERSIONS: {id_: version}}


def _new_version(change: Change) -> dict[Facet, Any]:
    id_ = text(at(change.response, "policyVersion", "versionId"))
    return _document(change) | _version(change, id_)


def _document(change: Change) -> dict[Facet, Any]:
    found = text(at(change.request, "policyDocument"))
    # A version that is not made the default one grants nothing yet.
    unused = change.call == "iam:CreatePolicyVersion" and not _is_true(
        at(change.request, "setAsDefault")
    )
    return {} if found is None or unused else {Facet.POLICY_DOCUMENT: found}


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"  # CloudTrail writes some flags as text


def _instance(change: Change, ref: SubjectRef) -> dict[Facet, Any]:
    for item in items(at(change.response, "instancesSet", "items")):
        if at(item, "instanceId") == ref.name:
            return {
                Facet.INSTANCE_STATE: text(at(item, "instanceState", "name")) or "pending",
                Facet.INSTANCE_PROFILE: text(at(item, "iamInstanceProfile", "arn")),
                Facet.INSTANCE_TAGS: {
                    str(at(tag, "key")): str(at(tag, "value") or "")
                    for tag in items(at(item, "tagSet", "items"))
                },
            }
    return {}


def _created(change: Change, facet: Facet) -> dict[Facet, Any]:
    return {facet: {"created": change.time}}


def _new_user(change: Change) -> dict[Facet, Any]:
    return {
        Facet.USER_IDENTITY: _bounded(change),
        Facet.USER_TAGS: _tags(change),
        Facet.USER_GROUPS: [],
    }


def _member(change: Change) -> dict[Facet, Any]:
    user = text(at(change.request, "userName"))
    return {Facet.GROUP_MEMBERS: [user]} if user else {}


def _joined(change: Change) -> dict[Facet, Any]:
    group = text(at(change.request, "groupName"))
    return {Facet.USER_GROUPS: [group]} if group else {}


def _service_credential(change: Change) -> dict[Facet, Any]:
    made = at(change.response, "serviceSpecificCredential")
    key = text(at(made, "serviceSpecificCredentialId")) or text(
        at(change.request, "serviceSpecificCredentialId")
    )
    status = text(at(made, "status")) or text(at(change.request, "status"))
    if not key or not status:
        return {}
    found = {
        "service": text(at(made, "serviceName")) or text(at(change.request, "serviceName")) or "",
        "status": status,
        "created": change.time,
        # CloudTrail's dates have several forms, and may be numbers.
        "expires": str(expires) if (expires := at(made, "expirationDate")) else None,
    }
    return {Facet.USER_SERVICE_CREDENTIALS: {key: found}}


def _key_of(change: Change, facet: Facet, wrapper: str, name: str) -> dict[Facet, Any]:
    made = at(change.response, wrapper)
    key = text(at(made, name)) or text(at(change.request, name))
    status = text(at(made, "status")) or text(at(change.request, "status")) or "Active"
    nothing: dict[Facet, Any] = {Facet.USER_SSH_KEYS: {}, Facet.USER_SIGNING_CERTIFICATES: {}}
    return nothing | {facet: {key: status}} if key else {}


def _new_pool(change: Change) -> dict[Facet, Any]:
    if not change.response:
        return {}
    settings = _spelled(change.response)
    settings.pop("IdentityPoolId", None)
    providers = "CognitoIdentityProviders"
    if providers in settings:
        settings[providers] = [
            _spelled(one) for one in items(settings[providers]) if isinstance(one, Mapping)
        ]
    # Its roles are set by another call.
    return {Facet.IDENTITY_POOL_SETTINGS: settings, Facet.IDENTITY_POOL_GUEST_ROLE: None}


def _spelled(given: Any) -> dict[str, Any]:
    """What a record holds, by the API's own names, of which CloudTrail changes the first letter."""
    return {f"{name[:1].upper()}{name[1:]}": value for name, value in given.items()}


def _password_policy(change: Change) -> dict[Facet, Any]:
    return {Facet.ACCOUNT_PASSWORD_POLICY: answered(_spelled(change.request or {}))}


def _oidc_provider(change: Change) -> dict[Facet, Any]:
    found = {
        "client_ids": items(at(change.request, "clientIDList")),
        "thumbprints": items(at(change.request, "thumbprintList")),
        "tags": {
            str(at(tag, "key")): str(at(tag, "value") or "")
            for tag in items(at(change.request, "tags"))
        },
    }
    return {Facet.OIDC_PROVIDER_SETTINGS: found}


def _metadata(change: Change) -> dict[Facet, Any]:
    found = text(at(change.request, "sAMLMetadataDocument"))
    return {} if found is None else {Facet.SAML_PROVIDER_METADATA: found}


def _trust_anchor(change: Change) -> dict[Facet, Any]:
    found = at(change.response, "trustAnchor")
    if not isinstance(at(found, "source"), Mapping):
        return {}
    return {
        Facet.TRUST_ANCHOR_SETTINGS: {
            "name": text(at(found, "name")) or "",
            "enabled": _is_true(at(found, "enabled")),
            "source": trusted_source(found),
        }
    }


def _outbound(change: Change) -> dict[Facet, Any]:
    issuer = text(at(change.response, "issuerIdentifier")) or ""
    return {Facet.ACCOUNT_OUTBOUND_FEDERATION: {"enabled": True, "issuer": issuer}}


_SAYS: Mapping[str, Callable[[Change, SubjectRef], dict[Facet, Any]]] = {
    "iam:CreateUser": lambda c, _: _new_user(c),
    "iam:CreateLoginProfile": lambda c, _: _created(c, Facet.USER_LOGIN_PROFILE),
    "iam:UpdateLoginProfile": lambda _, __: {Facet.USER_LOGIN_PROFILE: {"created": ""}},
    "iam:PutUserPolicy": lambda c, _: _user(_inline(c, Facet.USER_INLINE_POLICIES)),
    "iam:AttachUserPolicy": lambda c, _: _user(_attached(c, Facet.USER_ATTACHED_POLICIES)),
    "iam:CreateAccessKey": lambda c, ref: _root_key(c) if ref.kind == "account" else _access_key(c),
    "iam:UpdateAccessKey": lambda c, _: _access_key(c),
    "iam:CreateServiceSpecificCredential": lambda c, _: _service_credential(c),
    "iam:ResetServiceSpecificCredential": lambda c, _: _service_credential(c),
    "iam:UpdateServiceSpecificCredential": lambda c, _: _service_credential(c),
    "iam:UploadSSHPublicKey": lambda c, _: _key_of(
        c, Facet.USER_SSH_KEYS, "sSHPublicKey", "sSHPublicKeyId"
    ),
    "iam:UpdateSSHPublicKey": lambda c, _: _key_of(c, Facet.USER_SSH_KEYS, "", "sSHPublicKeyId"),
    "iam:UploadSigningCertificate": lambda c, _: _key_of(
        c, Facet.USER_SIGNING_CERTIFICATES, "certificate", "certificateId"
    ),
    "iam:UpdateSigningCertificate": lambda c, _: _key_of(
        c, Facet.USER_SIGNING_CERTIFICATES, "", "certificateId"
    ),
    "iam:AddUserToGroup": lambda c, ref: _joined(c) if ref.kind == "user" else _member(c),
    "iam:CreateGroup": lambda c, _: (
        _created(c, Facet.GROUP_IDENTITY)
        | {
            Facet.GROUP_MEMBERS: [],
            Facet.GROUP_INLINE_POLICIES: {},
            Facet.GROUP_ATTACHED_POLICIES: {},
            Facet.GROUP_ATTACHED_DOCUMENTS: {},
        }
    ),
    "iam:UpdateGroup": lambda _, __: {Facet.GROUP_IDENTITY: {"created": ""}},
    "iam:PutGroupPolicy": lambda c, _: _group(_inline(c, Facet.GROUP_INLINE_POLICIES)),
    "iam:AttachGroupPolicy": lambda c, _: _group(_attached(c, Facet.GROUP_ATTACHED_POLICIES)),
    "iam:PutRolePolicy": lambda c, _: _role(_inline(c, Facet.ROLE_INLINE_POLICIES)),
    "iam:AttachRolePolicy": lambda c, _: _role(_attached(c, Facet.ROLE_ATTACHED_POLICIES)),
    "iam:CreateRole": lambda c, _: _new_role(c),
    "iam:UpdateRole": lambda c, _: _session_limit(c),
    "iam:UpdateAssumeRolePolicy": lambda c, _: _role(_trust(c)),
    "iam:CreatePolicy": lambda c, _: _new_policy(c),
    "iam:CreatePolicyVersion": lambda c, _: _new_version(c),
    "iam:UpdateAccountPasswordPolicy": lambda c, _: _password_policy(c),
    "iam:DeleteAccountPasswordPolicy": lambda _, __: {Facet.ACCOUNT_PASSWORD_POLICY: None},
    "iam:CreateOpenIDConnectProvider": lambda c, _: _oidc_provider(c),
    "iam:CreateSAMLProvider": lambda c, _: _metadata(c),
    "iam:UpdateSAMLProvider": lambda c, _: _metadata(c),
    "iam:EnableOutboundWebIdentityFederation": lambda c, _: _outbound(c),
    "sts:GetWebIdentityToken": lambda c, _: _outbound(c),
    "rolesanywhere:CreateTrustAnchor": lambda c, _: _trust_anchor(c),
    "rolesanywhere:UpdateTrustAnchor": lambda c, _: _trust_anchor(c),
    "rolesanywhere:EnableTrustAnchor": lambda c, _: _trust_anchor(c),
    "ec2:RunInstances": _instance,
    "cognito-identity:CreateIdentityPool": lambda c, _: _new_pool(c),
}


def recorded(change: Change, ref: SubjectRef) -> Mapping[Facet, Any]:
    """The facets of a subject that the record itself tells; empty where it tells none."""
    says = _SAYS.get(change.call)
    return says(change, ref) if says and not change.error else {}
