"""The account itself."""

from collections.abc import Mapping
from typing import Any, TypedDict

from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject


class OutboundFederation(TypedDict):
    """Whether the account hands out its own web identity tokens, and the issuer they name, or ""."""

    enabled: bool
    issuer: str


class Account(Subject):
    """The account itself."""

    kind = "account"

    @property
    def summary(self) -> Mapping[str, int]:
        """IAM's counts and quotas by AWS's own names: `Groups`, `GroupsQuota`, ..."""
        found: Mapping[str, int] = self.state[Facet.ACCOUNT_SUMMARY]
        return found

    @property
    def password_policy(self) -> Mapping[str, Any] | None:
        """The password policy by AWS's own names, or None where there is none."""
        found: Mapping[str, Any] | None = self.state[Facet.ACCOUNT_PASSWORD_POLICY]
        return found

    @property
    def password_policy_reviewed(self) -> Mapping[str, Any] | None:
        """The fields of the password policy that people have accepted, or None."""
        found: Mapping[str, Any] | None = self.state[Facet.ACCOUNT_PASSWORD_POLICY_REVIEWED]
        return found

    @property
    def outbound_federation(self) -> OutboundFederation:
        """Whether it hands out web identity tokens."""
        found: OutboundFederation = self.state[Facet.ACCOUNT_OUTBOUND_FEDERATION]
        return found
