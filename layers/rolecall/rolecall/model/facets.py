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
    GROUP_IDENTITY = "group.identity"
    GROUP_MEMBERS = "group.members"
    GROUP_ATTACHED_DOCUMENTS = "group.attached-documents"
    GROUP_INLINE_POLICIES = "group.inline-policies"
    GROUP_ATTACHED_POLICIES = "group.attached-policies"
    ROLE_TRUST = "role.trust"
    ROLE_INLINE_POLICIES = "role.inline-policies"
    ROLE_ATTACHED_POLICIES = "role.attached-policies"
    INSTANCE_STATE = "instance.state"
    INSTANCE_PROFILE = "instance.profile"
    INSTANCE_TAGS = "instance.tags"
    POLICY_GROUPS = "policy.groups"
    POLICY_DOCUMENT = "policy.document"
    ACCOUNT_SUMMARY = "account.summary"
    ACCOUNT_PASSWORD_POLICY = "account.password-policy"  # noqa: S105  # the name of a facet

    @property
    def kind(self) -> str:
        """The kind of subject that has this facet."""
        return self.value.partition(".")[0]
