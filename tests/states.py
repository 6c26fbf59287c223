"""Generated states of subjects, for the laws."""

import base64
import json
from typing import Any

from hypothesis import strategies as st

from rolecall.model.facets import Facet
from rolecall.model.passwords import answered
from rolecall.model.subjects import SubjectRef
from rolecall.replaying.memory_providers import ISSUER

ACCOUNT = "111122223333"
# The unique ids by which tests know a subject of each kind that has one.
UNIQUE_IDS = {
    "user": "AIDAEXAMPLE0000000001",
    "role": "AROAEXAMPLE0000000001",
    "group": "AGPAEXAMPLE0000000001",
}
names = st.text("abcdefghijklmnop-_", min_size=1, max_size=12)
arns = names.map(lambda name: f"arn:aws:iam::aws:policy/{name}")
_effects = st.sampled_from(["Allow", "Deny"])
_statement = st.fixed_dictionaries(
    {"Effect": _effects, "Action": st.sampled_from(["s3:*", "iam:*"]), "Resource": st.just("*")}
)
documents = st.lists(_statement, min_size=1, max_size=3).map(
    lambda found: json.dumps({"Version": "2012-10-17", "Statement": found})
)
inline = st.dictionaries(names, documents, max_size=3)
attached = st.dictionaries(arns, st.none(), max_size=3).map(
    lambda found: {arn: arn.rpartition("/")[2] for arn in found}
)
_KEYS = ("AKIAEXAMPLE1", "AKIAEXAMPLE2", "AKIAEXAMPLE3")
keys = st.dictionaries(st.sampled_from(_KEYS), st.sampled_from(["Active", "Inactive"]), max_size=2)
# From months before to the day of the account in memory.
_times = st.sampled_from(
    [f"2026-{day}T10:00:00Z" for day in ("01-05", "07-20", "08-01", "10-01", "11-02")]
)
key_dates = st.fixed_dictionaries(dict.fromkeys(_KEYS, _times))
key_use = st.fixed_dictionaries(dict.fromkeys(_KEYS, st.none() | _times))
login_profiles = st.none() | st.fixed_dictionaries({"created": _times})
BOUNDARIES = tuple(f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("delegated", "wide"))
identities = st.fixed_dictionaries(
    {
        "created": st.just("2026-01-05T10:00:00Z"),
        "boundary": st.sampled_from([None, None, *BOUNDARIES]),
    }
)
_principals = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["444455556666", "*"]},
        {"AWS": "444455556666"},
        {"Service": "ec2.amazonaws.com"},
        {"AWS": ["arn:aws:iam::111122223333:role/ci", "arn:aws:iam::444455556666:root"]},
    ]
)
_conditions = st.sampled_from(
    [
        None,
        {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
    ]
)


def _trust_statement(effect: str, principal: object, condition: object) -> dict[str, object]:
    statement = {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}
    return statement | ({"Condition": condition} if condition else {})


_GITHUB = "token.actions.githubusercontent.com"
_COGNITO = "cognito-identity.amazonaws.com"
_federated = st.builds(
    lambda principal, action, condition: (
        {"Effect": "Allow", "Principal": {"Federated": principal}, "Action": action}
        | ({"Condition": condition} if condition else {})
    ),
    st.sampled_from(
        [
            f"arn:aws:iam::111122223333:oidc-provider/{_GITHUB}",
            "arn:aws:iam::111122223333:saml-provider/ExampleCorp",
            "accounts.google.com",
            _COGNITO,
            [f"arn:aws:iam::111122223333:oidc-provider/{_GITHUB}", "graph.facebook.com"],
        ]
    ),
    st.sampled_from(["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:*"]),
    st.sampled_from(
        [
            None,
            {"StringEquals": {f"{_GITHUB}:aud": "sts.amazonaws.com"}},
            {"StringLike": {f"{_GITHUB}:sub": "repo:example-org/*"}},
            {"StringEquals": {f"{_COGNITO}:aud": "us-east-1:12345678-dead-beef-cafe-123456790ab0"}},
            {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
        ]
    ),
)
trusts = st.lists(
    st.builds(_trust_statement, st.just("Allow"), _principals, _conditions) | _federated,
    min_size=1,
    max_size=4,
).map(lambda found: json.dumps({"Version": "2012-10-17", "Statement": found}, indent=2))

# What AWS answers of a password policy, by what a call had set.
password_policies = st.none() | st.fixed_dictionaries(
    {
        "MinimumPasswordLength": st.integers(6, 128),
        **dict.fromkeys(
            ("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters",
             "RequireLowercaseCharacters", "AllowUsersToChangePassword", "HardExpiry"),
            st.booleans(),
        ),
    },
    optional={
        "MaxPasswordAge": st.integers(1, 1095),
        "PasswordReusePrevention": st.integers(1, 24),
    },
).map(answered)  # fmt: skip
_ids = st.text("ABCDEFGH", min_size=4, max_size=8)
_statuses = st.sampled_from(["Active", "Inactive"])
_service_credential = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["codecommit.amazonaws.com", "bedrock.amazonaws.com"]),
        "status": st.sampled_from(["Active", "Inactive", "Expired"]),
        "created": st.just("2026-10-01T08:00:00Z"),
        "expires": st.sampled_from([None, "2026-12-01T08:00:00Z"]),
    }
)

_clients = st.lists(names, max_size=3, unique=True).map(sorted)
_thumbprints = st.lists(st.sampled_from(["0a" * 20, "1b" * 20, "2c" * 20]), max_size=2, unique=True)
_tags = st.dictionaries(names, names, max_size=2)
_SAML = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://{entity}">
  <IDPSSODescriptor><KeyDescriptor use="signing">
    <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
      <X509Certificate>{certificate}</X509Certificate>
    </X509Data></KeyInfo>
  </KeyDescriptor></IDPSSODescriptor>
</EntityDescriptor>"""


def saml_metadata(certificate: str, entity: str = "idp.example.com") -> str:
    """The metadata of a SAML provider that signs with a certificate of this content."""
    encoded = base64.b64encode(certificate.encode()).decode()
    return _SAML.format(entity=entity, certificate=encoded)


metadata = st.builds(
    saml_metadata,
    st.sampled_from(["first", "second"]),
    st.sampled_from(["idp.example.com", "other.example.com"]),
) | st.just("<no metadata>")
SOURCES = (
    "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11112222-3333-4444-8555-666677778888",
    "-----BEGIN CERTIFICATE-----\nRVhBTVBMRQ==\n-----END CERTIFICATE-----\n",
    "",
)

ADMIN = {"arn:aws:iam::aws:policy/AdministratorAccess": "AdministratorAccess"}
_STATES: dict[str, dict[Facet, st.SearchStrategy[Any]]] = {
    "user": {
        Facet.USER_INLINE_POLICIES: inline,
        Facet.USER_ATTACHED_POLICIES: attached,
        Facet.USER_ACCESS_KEYS: keys,
        Facet.USER_ACCESS_KEY_DATES: key_dates,
        Facet.USER_ACCESS_KEY_USE: key_use,
        Facet.USER_LOGIN_PROFILE: login_profiles,
        Facet.USER_IDENTITY: identities,
        Facet.USER_PASSWORD_USE: st.none() | _times,
        Facet.USER_MFA_DEVICES: st.sampled_from([[], [f"arn:aws:iam::{ACCOUNT}:mfa/bob"]]),
        Facet.USER_SERVICE_CREDENTIALS: st.dictionaries(
            _ids.map(lambda key: f"ACCA{key}"), _service_credential, max_size=2
        ),
        Facet.USER_SSH_KEYS: st.dictionaries(
            _ids.map(lambda key: f"APKA{key}"), _statuses, max_size=2
        ),
        Facet.USER_SIGNING_CERTIFICATES: st.dictionaries(_ids, _statuses, max_size=2),
        Facet.USER_GROUPS: st.lists(names, max_size=8, unique=True),
    },
    "group": {
        Facet.GROUP_INLINE_POLICIES: inline,
        Facet.GROUP_ATTACHED_POLICIES: st.builds(
            dict.__or__, attached, st.sampled_from([{}, ADMIN])
        ),
        Facet.GROUP_MEMBERS: st.lists(names, max_size=2, unique=True).map(sorted),
        Facet.GROUP_IDENTITY: st.sampled_from(
            [{"created": made} for made in ("2026-01-01T00:00:00Z", "2026-11-02T11:59:00Z", "")]
        ),
    },
    "account": {
        Facet.ACCOUNT_PASSWORD_POLICY: password_policies,
        Facet.ACCOUNT_OUTBOUND_FEDERATION: st.sampled_from(
            [{"enabled": True, "issuer": ISSUER}, {"enabled": False, "issuer": ""}]
        ),
        Facet.ACCOUNT_SUMMARY: st.fixed_dictionaries(
            {
                "Groups": st.integers(0, 300),
                "GroupsQuota": st.just(300),
                "Users": st.just(5000),
                "AccountAccessKeysPresent": st.integers(0, 1),
            }
        ),
    },
    "role": {
        Facet.ROLE_TRUST: trusts,
        Facet.ROLE_INLINE_POLICIES: inline,
        Facet.ROLE_ATTACHED_POLICIES: st.builds(
            dict.__or__, attached, st.sampled_from([{}, ADMIN])
        ),
        Facet.ROLE_IDENTITY: identities,
        Facet.ROLE_LAST_USE: st.none() | _times,
        Facet.ROLE_SESSION_LIMIT: st.fixed_dictionaries(
            {
                "seconds": st.sampled_from([3600, 14400, 43200]),
                "description": st.sampled_from(["", "Writes the reports"]),
            }
        ),
        Facet.ROLE_TAGS: st.dictionaries(
            st.sampled_from(["owner", "Owner", "team"]), st.sampled_from(["", "ops"]), max_size=1
        ),
        Facet.ROLE_INSTANCE_PROFILES: st.sampled_from([[], ["web"]]),
    },
    "instance": {
        Facet.INSTANCE_STATE: st.sampled_from(["running", "stopped", "terminated"]),
        Facet.INSTANCE_PROFILE: st.sampled_from(
            [None, f"arn:aws:iam::{ACCOUNT}:instance-profile/web"]
        ),
        Facet.INSTANCE_TAGS: st.sampled_from([{}, {"aws:autoscaling:groupName": "web"}]),
    },
    "oidc-provider": {
        Facet.OIDC_PROVIDER_SETTINGS: st.fixed_dictionaries(
            {"client_ids": _clients, "thumbprints": _thumbprints, "tags": _tags}
        ),
        Facet.OIDC_PROVIDER_REVIEWED: st.none()
        | st.fixed_dictionaries({"client_ids": _clients, "thumbprints": _thumbprints}),
        Facet.OIDC_PROVIDER_ROLES: st.lists(names, max_size=2, unique=True).map(sorted),
    },
    "saml-provider": {
        Facet.SAML_PROVIDER_METADATA: metadata,
        Facet.SAML_PROVIDER_REVIEWED: st.none()
        | st.fixed_dictionaries({"text": metadata, "restore": st.booleans()}),
    },
    "trust-anchor": {
        Facet.TRUST_ANCHOR_SETTINGS: st.fixed_dictionaries(
            {"name": names, "enabled": st.booleans(), "source": st.sampled_from(SOURCES)}
        ),
    },
    "identity-pool": {
        Facet.IDENTITY_POOL_SETTINGS: st.fixed_dictionaries(
            {
                "IdentityPoolName": names,
                "AllowUnauthenticatedIdentities": st.booleans(),
            },
            optional={
                "AllowClassicFlow": st.booleans(),
                "SupportedLoginProviders": st.just({"graph.facebook.com": "0"}),
                "IdentityPoolTags": st.dictionaries(names, names, max_size=2),
            },
        ),
        Facet.IDENTITY_POOL_GUEST_ROLE: st.none()
        | st.fixed_dictionaries({"name": names, "attached": attached, "inline": inline}),
    },
}


_wide = st.sampled_from(["*", "iam:*", "s3:*", "iam:PassRole", "sts:AssumeRole", "s3:GetObject"])
_version_texts = st.lists(
    st.fixed_dictionaries({"Effect": _effects, "Action": _wide, "Resource": st.just("*")}),
    min_size=1,
    max_size=2,
).map(lambda found: json.dumps({"Version": "2012-10-17", "Statement": found}))


def _policy(texts: list[str], default: int, accepted: int | None) -> dict[Facet, Any]:
    default %= len(texts)
    versions = {
        f"v{at + 1}": {
            "text": one,
            "created": f"2026-10-0{at + 1}T10:00:00Z",
            "default": at == default,
        }
        for at, one in enumerate(texts)
    }
    return {
        Facet.POLICY_DOCUMENT: texts[default],
        Facet.POLICY_VERSIONS: versions,
        Facet.POLICY_DEFAULT_REVIEWED: accepted and f"v{accepted}",
    }


policies = st.builds(
    _policy,
    st.lists(_version_texts, min_size=1, max_size=5),
    st.integers(0, 4),
    st.none() | st.integers(1, 5),
)


def states(kind: str) -> st.SearchStrategy[dict[Facet, Any]]:
    """Any state of a subject of this kind."""
    if kind == "policy":
        return policies
    return st.fixed_dictionaries(dict(_STATES.get(kind, {})))


def ref(kind: str) -> SubjectRef:
    """A subject of this kind."""
    if kind == "instance":
        return SubjectRef(kind, "i-0123456789abcdef0", ACCOUNT, "us-east-1")
    if kind == "trust-anchor":
        return SubjectRef(kind, "a0a0a0a0-1111-4222-8333-444455556666", ACCOUNT, "us-east-1")
    if kind == "identity-pool":
        pool = "us-east-1:1cf667a2-49a6-454b-9e45-231990000000"
        return SubjectRef(kind, pool, ACCOUNT, "us-east-1")
    names_ = {
        "account": ACCOUNT,
        "oidc-provider": "login.example.com/pool",
        "policy": f"arn:aws:iam::{ACCOUNT}:policy/own",
    }
    return SubjectRef(kind, names_.get(kind, "bob"), ACCOUNT)
