"""A trust in an OpenID Connect provider names the subject."""

from collections.abc import Iterator

from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.kinds.roles import Role
from rolecall.model.parts import at, text
from rolecall.model.pointing import subjects
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard, attack, user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.documents import Document, parse_document
from rolecall.policy.findings import Finding
from rolecall.policy.issuers import subject_form
from rolecall.policy.web_identity import subject_findings
from rolecall.trust_convention import TrustConvention

_REFUSED = ("MalformedPolicyDocument", "MalformedPolicyDocumentException")


class OidcTrustSubject(TrustConvention):
    """A role that an OpenID Connect provider's tokens open names whose tokens they must be.

    Why: GitHub, GitLab, HCP Terraform and the like make tokens for the whole world. Where only the
    audience is asked for, every repository of every owner there may assume the role. AWS refuses such
    trusts when they are written, but leaves those that were there before.

    The right way: Compare `sub` by StringEquals with one repository, project, workspace or service
    account, such as `repo:example-org/app:environment:production`; a wildcard only behind the whole
    name, with its last mark: `repo:example-org/app:*`. A claim of the provider that names as much does as
    well, such as `token.actions.githubusercontent.com:repository_id`. What is to be wider, list as
    `subjects` under `identity_providers`.

    The remedy: Where anybody with a token of a shared provider, or any pod of a cluster, comes in, writes
    the trust back without that provider in that statement, and without the statement where it names
    nobody else. What is wider than one thing, such as `repo:*` or `repo:example-org/*`, is only told, and
    so are providers that only one company has, and what was not understood for certain.

    Undo: Writes the trust back with the text it had; for a shared provider AWS may refuse it by now.
    """

    id = "oidc-trust-subject"
    severity = Severity.CRITICAL
    standards = (
        user_guide("Identity-provider controls for shared OIDC providers"),
        Standard("Checkov", "", (("", "CKV_AWS_358"),)),
        attack("T1199"),
    )

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        """Yield the providers whose tokens come in for subjects that are not one owner's one thing."""
        return subject_findings(trust, self.registered.identity_providers)

    def refused(self, change: Change) -> Iterator[Drift]:
        """Yield what a trust shows that AWS refused because it asks for no subject."""
        written = text(at(change.request, "assumeRolePolicyDocument")) or text(
            at(change.request, "policyDocument")
        )
        roles = subjects(change, "role")
        if change.error not in _REFUSED or written is None or not isinstance(roles, tuple):
            return
        for found in self._open(written):
            for role in roles:
                yield self.drift(
                    role,
                    part=f"refused {found.principal}",
                    says=f"AWS refused a trust of the role {role.name}, which {found.why}.",
                    found={"refused": change.call},
                    remediable=False,
                )

    def _open(self, written: str) -> list[Finding]:
        found = subject_findings(parse_document(written), self.registered.identity_providers)
        return [one for one in found if one.sure]

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield how the subject is named."""
        url = drift.part.partition(":oidc-provider/")[2]
        yield (
            f'"Condition": {{"StringEquals": {{"{url}:sub": "{subject_form(url)}"}}}} in trust.json'
        )
        yield from super().advice(drift, related)
