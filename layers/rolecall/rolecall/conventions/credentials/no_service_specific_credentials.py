"""Nobody reaches a single AWS service with a credential of its own."""

import dataclasses
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Final

from rolecall.convention import Convention, Option
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import User
from rolecall.model.scales import Severity
from rolecall.model.standards import attack, user_guide
from rolecall.model.steps import inactive
from rolecall.model.subjects import Subject
from rolecall.policy.console_users import is_named_by_bedrock

_INSTEAD: Final[Mapping[str, tuple[str, ...]]] = {
    "codecommit.amazonaws.com": (
        "git reaches CodeCommit with a role, without a password of its own:",
        "git config --global credential.helper '!aws codecommit credential-helper $@'",
        "git config --global credential.UseHttpPath true",
    ),
    "bedrock.amazonaws.com": (
        "Call Bedrock with a role; what takes nothing but an API key takes a short-term one, which ends "
        "with the role's session, after 12 hours at most:",
        "pip install aws-bedrock-token-generator",
        'AWS_BEARER_TOKEN_BEDROCK="$(python -c '
        "'from aws_bedrock_token_generator import provide_token; print(provide_token())')\"",
    ),
    "cassandra.amazonaws.com": (
        "Amazon Keyspaces takes a role's credentials through the SigV4 plugin of the Cassandra driver.",
    ),
    "logs.amazonaws.com": (
        "CloudWatch Logs takes calls that are signed with a role's credentials, as its agent makes them.",
    ),
}


class NoServiceSpecificCredentials(Convention):
    """No IAM user has an active service-specific credential.

    Why: A password for CodeCommit or Keyspaces, or an API key for Bedrock or CloudWatch Logs, works from
    anywhere, asks for no second factor, and works for ever unless an end was asked for when it was made.

    The right way: A role: git through the CodeCommit credential helper, Keyspaces through the SigV4
    plugin, Bedrock with the role itself or a short-term key made from it. A service that cannot do
    without is named in the option `services`.

    The remedy: Sets the one credential to Inactive. It is not deleted, and its password stays the same.
    One that ends by itself is only told, with a lower severity, and so is one of a user that is named as
    the Bedrock console names its own: a model's application may hang on it.

    Undo: Sets the same credential to Active.
    """

    id = "no-service-specific-credentials"
    severity = Severity.HIGH
    standards = (attack("T1098.001"), user_guide("Security best practices in IAM"))
    # No published record of these calls was found: where they name the user and the credential is taken
    # from the API's model and from how CloudTrail writes IAM's other calls. Live, only the user's name
    # matters.
    watches = (
        "iam:CreateServiceSpecificCredential",
        "iam:ResetServiceSpecificCredential",
        "iam:UpdateServiceSpecificCredential",
    )
    needs = (Facet.USER_SERVICE_CREDENTIALS,)
    remedies = ("iam:UpdateServiceSpecificCredential",)
    settled_by = (
        "iam:UpdateServiceSpecificCredential",
        "iam:DeleteServiceSpecificCredential",
        "iam:DeleteUser",
    )
    options = {  # noqa: RUF012  # the annotation is on the base class
        "services": Option(
            (),
            "Services whose credentials are permitted, as AWS names them, such as "
            "`cassandra.amazonaws.com`.",
        )
    }

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift for each active credential."""
        name = user.ref.name
        for id_, one in user.service_credentials.items():
            service, expires = one["service"], one["expires"]
            if one["status"] != "Active" or service in self.option("services"):
                continue
            lasts = f"until {expires}" if expires else "for ever"
            drift = self.drift(
                user.ref,
                part=id_,
                says=f"The user {name} has the credential {id_} for {service or 'one service'}, "
                f"which works {lasts}.",
                found={"service": service, "status": "Active", "expires": expires},
                expected={"status": "Inactive"},
                remediable=not expires and not is_named_by_bedrock(name),
            )
            yield dataclasses.replace(drift, severity=Severity.MEDIUM) if expires else drift

    def remedy(self, drift: Drift) -> Remedy | None:
        """Switch that one credential off."""
        if not drift.remediable:
            return None
        one = {"UserName": drift.subject.name, "ServiceSpecificCredentialId": drift.part}
        return Remedy(inactive("iam:UpdateServiceSpecificCredential", one))

    def part(self, user: User, drift: Drift) -> str | None:
        """The status of that credential, or None."""
        one = user.service_credentials.get(drift.part)
        return one["status"] if one else None

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield what its service takes instead, and how to take it away once nothing uses it."""
        yield from _INSTEAD.get(drift.found["service"], ())
        yield (
            "aws iam delete-service-specific-credential "
            f"--user-name {quote(drift.subject.name)} "
            f"--service-specific-credential-id {quote(drift.part)}"
        )
