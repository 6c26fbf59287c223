"""The facets: parts of a subject's state that must be read to judge it."""

from enum import StrEnum


class Facet(StrEnum):
    """A part of a subject's state that must be read to judge it."""

    USER_INLINE_POLICIES = "user.inline-policies"
    USER_ATTACHED_POLICIES = "user.attached-policies"
    USER_ACCESS_KEYS = "user.access-keys"
    USER_ACCESS_KEY_DATES = "user.access-key-dates"
    USER_ACCESS_KEY_USE = "user.access-key-use"
    USER_IDENTITY = "user.identity"
    USER_PASSWORD_USE = "user.password-use"  # noqa: S105  # the name of a facet
    USER_GROUPS = "user.groups"
    USER_TAGS = "user.tags"
    USER_POLICY_GROUPS = "user.policy-groups"
    USER_CARRYING_GROUPS = "user.carrying-groups"
    USER_LOGIN_PROFILE = "user.login-profile"
    USER_MFA_DEVICES = "user.mfa-devices"
    USER_SERVICE_CREDENTIALS = "user.service-credentials"
    USER_SSH_KEYS = "user.ssh-keys"
    USER_SIGNING_CERTIFICATES = "user.signing-certificates"
    USER_EFFECTIVE_POLICIES = "user.effective-policies"
    GROUP_IDENTITY = "group.identity"
    GROUP_MEMBERS = "group.members"
    GROUP_ATTACHED_DOCUMENTS = "group.attached-documents"
    GROUP_INLINE_POLICIES = "group.inline-policies"
    GROUP_ATTACHED_POLICIES = "group.attached-policies"
    ROLE_TRUST = "role.trust"
    ROLE_TRUST_REVIEWED = "role.trust-reviewed"
    ROLE_IDENTITY = "role.identity"
    ROLE_SESSION_LIMIT = "role.session-limit"
    ROLE_LAST_USE = "role.last-use"
    ROLE_TAGS = "role.tags"
    ROLE_INLINE_POLICIES = "role.inline-policies"
    ROLE_ATTACHED_POLICIES = "role.attached-policies"
    ROLE_EFFECTIVE_POLICIES = "role.effective-policies"
    ROLE_INSTANCE_PROFILES = "role.instance-profiles"
    ROLE_ORGANIZATION_ACCOUNTS = "role.organization-accounts"
    INSTANCE_STATE = "instance.state"
    INSTANCE_PROFILE = "instance.profile"
    INSTANCE_TAGS = "instance.tags"
    POLICY_GROUPS = "policy.groups"
    POLICY_DOCUMENT = "policy.document"
    POLICY_VERSIONS = "policy.versions"
    POLICY_ATTACHMENTS = "policy.attachments"
    POLICY_DEFAULT_REVIEWED = "policy.default-reviewed"
    OIDC_PROVIDER_SETTINGS = "oidc-provider.settings"
    OIDC_PROVIDER_REVIEWED = "oidc-provider.reviewed"
    OIDC_PROVIDER_ROLES = "oidc-provider.roles"
    SAML_PROVIDER_METADATA = "saml-provider.metadata"
    SAML_PROVIDER_REVIEWED = "saml-provider.reviewed"
    TRUST_ANCHOR_SETTINGS = "trust-anchor.settings"
    IDENTITY_POOL_SETTINGS = "identity-pool.settings"
    IDENTITY_POOL_GUEST_ROLE = "identity-pool.guest-role"
    DELEGATION_REQUEST_SETTINGS = "delegation-request.settings"
    ACCOUNT_SUMMARY = "account.summary"
    ACCOUNT_PASSWORD_POLICY = "account.password-policy"  # noqa: S105  # the name of a facet
    ACCOUNT_PASSWORD_POLICY_REVIEWED = "account.password-policy-reviewed"  # noqa: S105  # as above
    ACCOUNT_OUTBOUND_FEDERATION = "account.outbound-federation"

    @property
    def kind(self) -> str:
        """The kind of subject that has this facet."""
        return self.value.partition(".")[0]

    @property
    def is_reviewed(self) -> bool:
        """Whether it is what people have accepted, which the ledger tells and not AWS."""
        return self.value.endswith("reviewed")
