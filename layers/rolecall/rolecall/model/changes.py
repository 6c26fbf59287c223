"""A change: one CloudTrail record, parsed. It points to subjects; it never decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.model.actors import Actor, actor, issuer

# First match wins; the user agent is what the caller chose to send, so this is for display only.
_AGENTS = (
    ("cloudformation.amazonaws.com", "CloudFormation"),
    ("terraform", "Terraform"),
    ("pulumi", "Pulumi"),
    ("aws-cli", "AWS CLI"),
    ("console.amazonaws.com", "the console"),
    ("console.aws.amazon.com", "the console"),
    ("aws-internal", "the console"),
    ("mozilla", "the console"),
    ("boto", "an SDK"),
    ("aws-sdk", "an SDK"),
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be used, and why, in one sentence."""

    reason: str
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One call on the account, as its record tells it.

    Attributes:
        call: The call in its one spelling: `iam:PutUserPolicy`; dates in Lambda's names are gone.
        event_id: The record's own key.
        time: When, as CloudTrail writes it: UTC, whole seconds, `2026-11-02T10:00:00Z`.
        account: The account it happened in.
        region: The Region it was recorded in.
        error: The error code of a failed call, or "".
        request: The request's parameters, or None.
        response: The answer's elements, or None.
        record: The whole record, as AWS wrote it.
        replayed: Whether a person sent it by hand; then actor, time and address are only a claim.
        own: Whether a role of this stack made it, which only the deployed stack can tell.
    """

    call: str
    event_id: str
    time: str
    account: str
    region: str
    error: str
    request: Mapping[str, Any] | None
    response: Mapping[str, Any] | None
    record: Mapping[str, Any]
    replayed: bool = False
    own: bool = False

    @property
    def actor(self) -> Actor:
        """Who did it."""
        return actor(self.record.get("userIdentity"), self.address)

    @property
    def issuer(self) -> str:
        """ARN, with its path, of the role whose session made it, or ""."""
        return issuer(self.record.get("userIdentity"))

    @property
    def address(self) -> str:
        """Where it came from: an address, or the name of an AWS service."""
        address = self.record.get("sourceIPAddress")
        return address if isinstance(address, str) else ""

    @property
    def through(self) -> str:
        """What it was made with: the console, AWS CLI, an SDK, Terraform, CloudFormation, a service."""
        identity = self.record.get("userIdentity")
        invoked_by = identity.get("invokedBy") if isinstance(identity, Mapping) else None
        if isinstance(invoked_by, str) and invoked_by.endswith(".amazonaws.com"):
            service = invoked_by.removesuffix(".amazonaws.com")
            return "CloudFormation" if service == "cloudformation" else f"the AWS service {service}"
        if str(self.record.get("sessionCredentialFromConsole")).lower() == "true":
            return "the console"
        agent = self.record.get("userAgent")
        lowered = agent.lower() if isinstance(agent, str) else ""
        for mark, name in _AGENTS:
            if mark in lowered:
                return name
        return "an unnamed client"
