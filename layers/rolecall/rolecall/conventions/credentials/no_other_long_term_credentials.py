"""Nobody works with SSH keys or signing certificates of an IAM user."""

from collections.abc import Iterator
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
from rolecall.policy.matching import fits_any

_SSH_KEY: Final = "SSH public key"
_CERTIFICATE: Final = "signing certificate"


class NoOtherLongTermCredentials(Convention):
    """No IAM user has an active SSH public key or signing certificate.

    Why: Both let their holder in until somebody switches them off, and neither is seen where access keys
    and passwords are reviewed. An SSH key opens CodeCommit's repositories; a signing certificate is a
    left-over of the first AWS APIs.

    The right way: git through the CodeCommit credential helper and a role. Nothing needs a signing
    certificate any more. A user who must reach CodeCommit by SSH is named in the option `users`.

    The remedy: Sets the one SSH key or the one certificate to Inactive. It is not deleted.

    Undo: Sets the same SSH key or certificate to Active.
    """

    id = "no-other-long-term-credentials"
    severity = Severity.LOW
    standards = (attack("T1098.001"), user_guide("Security best practices in IAM"))
    # No published record of these calls was found: where they name the user and the key is taken from the
    # API's model and from how CloudTrail writes IAM's other calls. Live, only the user's name matters.
    watches = (
        "iam:UploadSSHPublicKey",
        "iam:UpdateSSHPublicKey",
        "iam:UploadSigningCertificate",
        "iam:UpdateSigningCertificate",
    )
    needs = (Facet.USER_SSH_KEYS, Facet.USER_SIGNING_CERTIFICATES)
    remedies = ("iam:UpdateSSHPublicKey", "iam:UpdateSigningCertificate")
    settled_by = (
        "iam:UpdateSSHPublicKey",
        "iam:DeleteSSHPublicKey",
        "iam:UpdateSigningCertificate",
        "iam:DeleteSigningCertificate",
        "iam:DeleteUser",
    )
    options = {  # noqa: RUF012  # the annotation is on the base class
        "users": Option(
            (),
            "Names of users who may reach CodeCommit by SSH; `*` and `?` are wildcards. Their SSH keys "
            "are left alone, their signing certificates are not.",
        )
    }

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift for each active SSH key and each active certificate."""
        by_ssh = fits_any(self.option("users"), user.ref.name)
        for sort, credentials in (
            (_SSH_KEY, {} if by_ssh else user.ssh_keys),
            (_CERTIFICATE, user.signing_certificates),
        ):
            for id_, status in credentials.items():
                if status == "Active":
                    yield self.drift(
                        user.ref,
                        part=id_,
                        says=f"The user {user.ref.name} has the active {sort} {id_}.",
                        found={"credential": sort, "status": "Active"},
                        expected={"status": "Inactive"},
                    )

    def remedy(self, drift: Drift) -> Remedy:
        """Switch that one credential off."""
        call, key = (
            ("iam:UpdateSSHPublicKey", "SSHPublicKeyId")
            if drift.found["credential"] == _SSH_KEY
            else ("iam:UpdateSigningCertificate", "CertificateId")
        )
        return Remedy(inactive(call, {"UserName": drift.subject.name, key: drift.part}))

    def part(self, user: User, drift: Drift) -> str | None:
        """The status of that credential, or None."""
        is_key = drift.found["credential"] == _SSH_KEY
        return (user.ssh_keys if is_key else user.signing_certificates).get(drift.part)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how git does without the key, and how to take the credential away for good."""
        user, id_ = quote(drift.subject.name), quote(drift.part)
        if drift.found["credential"] == _CERTIFICATE:
            yield f"aws iam delete-signing-certificate --user-name {user} --certificate-id {id_}"
            return
        yield "git reaches CodeCommit with a role over HTTPS:"
        yield "git config --global credential.helper '!aws codecommit credential-helper $@'"
        yield "git config --global credential.UseHttpPath true"
        yield f"aws iam delete-ssh-public-key --user-name {user} --ssh-public-key-id {id_}"
