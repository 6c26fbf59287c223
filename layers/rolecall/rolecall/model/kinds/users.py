"""IAM users."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from rolecall.model.facets import Facet
from rolecall.model.kinds.groups import Carried
from rolecall.model.kinds.identity import Identity
from rolecall.model.kinds.policies import EffectivePolicies
from rolecall.model.subjects import Subject


class LoginProfile(TypedDict):
    """A user's console password: when it was made."""

    created: str


class ServiceCredential(TypedDict):
    """A credential that works with one AWS service only; `expires` is None where it never does."""

    service: str
    status: str
    created: str
    expires: str | None


class User(Subject):
    """An IAM user."""

    kind = "user"

    @property
    def inline_policies(self) -> Mapping[str, str]:
        """Policy text by policy name, exactly as AWS stores it."""
        found: Mapping[str, str] = self.state[Facet.USER_INLINE_POLICIES]
        return found

    @property
    def attached_policies(self) -> Mapping[str, str]:
        """Policy name by policy ARN."""
        found: Mapping[str, str] = self.state[Facet.USER_ATTACHED_POLICIES]
        return found

    @property
    def access_keys(self) -> Mapping[str, str]:
        """Status (`Active`, `Inactive`) by access key id."""
        found: Mapping[str, str] = self.state[Facet.USER_ACCESS_KEYS]
        return found

    @property
    def access_key_dates(self) -> Mapping[str, str]:
        """When each access key was made, by its id."""
        found: Mapping[str, str] = self.state[Facet.USER_ACCESS_KEY_DATES]
        return found

    @property
    def access_key_use(self) -> Mapping[str, str | None]:
        """When each access key was last used, by its id; None where it never was."""
        found: Mapping[str, str | None] = self.state[Facet.USER_ACCESS_KEY_USE]
        return found

    @property
    def identity(self) -> Identity:
        """What AWS says of the user itself."""
        found: Identity = self.state[Facet.USER_IDENTITY]
        return found

    @property
    def password_use(self) -> str | None:
        """When its password was last used; None where never, or not for years."""
        found: str | None = self.state[Facet.USER_PASSWORD_USE]
        return found

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups it is in."""
        return tuple(self.state[Facet.USER_GROUPS])

    @property
    def tags(self) -> Mapping[str, str]:
        """Value by tag key."""
        found: Mapping[str, str] = self.state[Facet.USER_TAGS]
        return found

    @property
    def policy_groups(self) -> Mapping[str, Sequence[str]]:
        """Names of the groups that carry each of its attached policies, by policy ARN."""
        found: Mapping[str, Sequence[str]] = self.state[Facet.USER_POLICY_GROUPS]
        return found

    @property
    def carrying_groups(self) -> Mapping[str, Carried]:
        """The groups that carry one of its attached policies, by name, with all that they carry."""
        found: Mapping[str, Carried] = self.state[Facet.USER_CARRYING_GROUPS]
        return found

    @property
    def login_profile(self) -> LoginProfile | None:
        """Its console password, or None."""
        found: LoginProfile | None = self.state[Facet.USER_LOGIN_PROFILE]
        return found

    @property
    def mfa_devices(self) -> tuple[str, ...]:
        """Serial numbers of its MFA devices."""
        return tuple(self.state[Facet.USER_MFA_DEVICES])

    @property
    def service_credentials(self) -> Mapping[str, ServiceCredential]:
        """Its service-specific credentials by id."""
        found: Mapping[str, ServiceCredential] = self.state[Facet.USER_SERVICE_CREDENTIALS]
        return found

    @property
    def ssh_keys(self) -> Mapping[str, str]:
        """Status (`Active`, `Inactive`) by SSH public key id."""
        found: Mapping[str, str] = self.state[Facet.USER_SSH_KEYS]
        return found

    @property
    def signing_certificates(self) -> Mapping[str, str]:
        """Status (`Active`, `Inactive`) by signing certificate id."""
        found: Mapping[str, str] = self.state[Facet.USER_SIGNING_CERTIFICATES]
        return found

    @property
    def effective_policies(self) -> EffectivePolicies:
        """All that may give it permissions, and what bounds them."""
        found: EffectivePolicies = self.state[Facet.USER_EFFECTIVE_POLICIES]
        return found
