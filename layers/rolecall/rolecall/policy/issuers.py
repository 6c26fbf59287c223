"""What is known of OpenID Connect providers: what their tokens say, and how a subject names its owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import pairwise
from typing import Final

from rolecall.policy.claims import Value


class Reach(IntEnum):
    """Whom a claim's value lets through."""

    ONE = 0
    """One repository, project, pipeline or namespace."""
    OWNER = 1
    """All that one owner has."""
    MANY = 2
    """Also what others have whose names fit."""
    ANYONE = 3
    """Every token of the provider."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """One provider of tokens.

    Attributes:
        name: What people call it.
        shared: Whether strangers get tokens of it, too: then nothing but a claim keeps them out.
        marks: What stands in a subject around the names of owner and thing, in order; empty where it
            is not known how subjects are made.
        owner: How many of the marks must stand before any wildcard for the owner to be fixed.
        whole: What all that one owner has is called.
        tenant: The claim that names the tenant: "sub", or "aud" where the audience does.
        form: A subject of one thing, with words in capitals to fill in.
        templates: Whether an owner chooses which claims its subjects hold, and in which order.
        claims: How far a whole value of one of its other claims reaches.
    """

    name: str
    shared: bool = False
    marks: tuple[str, ...] = ()
    owner: int = 0
    whole: str = "everything of its tenant"
    tenant: str = "sub"
    form: str = "SUBJECT"
    templates: bool = False
    claims: Mapping[str, Reach] = field(default_factory=dict)

    def subject(self, value: Value) -> Reach:
        """Say whom a subject lets through."""
        if value.anything:
            return Reach.ANYONE
        if value.variable or not value.text:
            return Reach.MANY
        if self.templates:
            return _of_template(self, value)
        if not value.wild:
            return Reach.ONE
        return _of_marks(self, _passed(_head(value.text), self.marks))

    def claim(self, name: str, value: Value) -> Reach:
        """Say whom a value of another claim lets through; of an unknown claim, nobody knows."""
        widest = self.claims.get(name, Reach.MANY if self.shared else Reach.ONE)
        if value.anything:
            return Reach.ANYONE
        if value.literal:
            return widest
        if widest is Reach.ONE and name in _PATHS:
            # "org/repo/.github/workflows/deploy.yml@*" fixes the repository, "org/*" the owner.
            slashes = _head(value.text).count("/")
            return Reach(max(0, 2 - slashes)) if name in _FILES else _owner_of_path(slashes)
        return Reach.MANY


def _of_marks(issuer: Issuer, passed: int) -> Reach:
    if issuer.marks and passed == len(issuer.marks):
        return Reach.ONE
    return Reach.OWNER if issuer.owner and passed >= issuer.owner else Reach.MANY


def _owner_of_path(slashes: int) -> Reach:
    return Reach.OWNER if slashes else Reach.MANY


def _head(text: str) -> str:
    """What stands before the first wildcard."""
    return text[: min((text + "*").index("*"), (text + "?").index("?"))]


def _passed(head: str, marks: tuple[str, ...]) -> int:
    """Count the marks that stand in a literal beginning, each with a name before it."""
    at = 0
    for count, mark in enumerate(marks):
        found = head.find(mark, at + 1 if count else 0)
        if count == 0 and found != 0:
            return 0
        if found < 0:
            # "organization:example:*" ends its name, though the next word is not there.
            ended = head.find(mark[0], at + 1) > 0
            return min(count + ended, len(marks) - 1)
        at = found + len(mark)
    return len(marks)


def _of_template(issuer: Issuer, value: Value) -> Reach:
    """Read the usual form ("repo:org/name:", with immutable ids "repo:org@1/name@2:") and any template.

    A value cannot pretend to be the next claim: GitHub writes a colon in it as "%3A" (GitHub:
    Customizing the subject claims).
    """
    head = _head(value.text) if value.wild else value.text + ":"
    reach = _of_marks(issuer, _passed(head, issuer.marks))
    fields = head.split(":")
    # The last field of a beginning is cut by the wildcard, so it names nothing yet.
    for name, text in pairwise(fields[:-1]):
        if text and name in issuer.claims:
            reach = min(reach, issuer.claims[name])
    if value.wild and reach is Reach.OWNER:
        tail = value.text[max(value.text.rfind("*"), value.text.rfind("?")) + 1 :].split(":")
        for name, text in pairwise(tail[1:]):
            # Behind a wildcard a claim tells only together with its owner.
            if text and issuer.claims.get(name) is Reach.ONE:
                return Reach.ONE
    return reach


_FILES: Final = frozenset({"job_workflow_ref", "workflow_ref"})
_PATHS: Final = _FILES | {"repository", "project_path"}

_GITHUB: Final = Issuer(
    "GitHub Actions",
    shared=True,
    templates=True,
    form="repo:ORGANIZATION/REPOSITORY:environment:ENVIRONMENT",
    marks=("repo:", "/", ":"),
    owner=2,
    whole="every repository of that owner",
    claims={
        "repository": Reach.ONE,
        "repository_id": Reach.ONE,
        "job_workflow_ref": Reach.ONE,
        "workflow_ref": Reach.ONE,
        "repository_owner": Reach.OWNER,
        "repository_owner_id": Reach.OWNER,
        "enterprise": Reach.OWNER,
        "enterprise_id": Reach.OWNER,
        # The rest, such as environment, ref or actor, every repository may have alike.
    },
)
_TERRAFORM: Final = Issuer(
    "HCP Terraform",
    shared=True,
    marks=("organization:", ":project:", ":"),
    owner=2,
    whole="every workspace of that organization",
    form="organization:ORGANIZATION:project:PROJECT:workspace:WORKSPACE:run_phase:apply",
)
_CIRCLE: Final = Issuer(
    "CircleCI",
    marks=("org/", "/project/", "/"),
    owner=2,
    whole="every project of that organization",
    form="org/ORGANIZATION-ID/project/PROJECT-ID/user/USER-ID",
    claims={"project_id": Reach.ONE, "oidc.circleci.com/project-id": Reach.ONE},
)
CLUSTER: Final = Issuer(
    "the cluster",
    marks=("system:serviceaccount:", ":"),
    whole="every service account of that namespace",
    form="system:serviceaccount:NAMESPACE:NAME",
)
_BITBUCKET: Final = Issuer(
    "Bitbucket Pipelines", marks=("{", "}"), whole="every repository of the workspace"
)
_BY_AUDIENCE: Final = {"aud": Reach.ONE}
_EXACT: Final = {
    "token.actions.githubusercontent.com": _GITHUB,
    "app.terraform.io": _TERRAFORM,
    "app.eu.terraform.io": _TERRAFORM,
    "gitlab.com": Issuer(
        "GitLab",
        shared=True,
        marks=("project_path:", "/", ":"),
        owner=2,
        whole="every project of that group",
        form="project_path:GROUP/PROJECT:ref_type:branch:ref:main",
        claims={
            "project_path": Reach.ONE,
            "project_id": Reach.ONE,
            "namespace_path": Reach.OWNER,
            "namespace_id": Reach.OWNER,
        },
    ),
    "agent.buildkite.com": Issuer(
        "Buildkite",
        shared=True,
        marks=("organization:", ":pipeline:", ":"),
        owner=2,
        whole="every pipeline of that organization",
        form="organization:ORGANIZATION:pipeline:PIPELINE:ref:refs/heads/main:commit:COMMIT:step:STEP",
        # Session tags stand in the token, so the provider vouches for them.
        claims={
            "aws:requesttag/pipeline_id": Reach.ONE,
            "aws:requesttag/organization_id": Reach.OWNER,
            "aws:requesttag/organization_slug": Reach.OWNER,
        },
    ),
    # The rest of what AWS knows to be shared (IAM User Guide: Identity-provider controls for shared
    # OIDC providers).
    "oidc.vercel.com": Issuer("Vercel", shared=True, tenant="aud", claims=_BY_AUDIENCE),
    "api.pulumi.com/oidc": Issuer("Pulumi Cloud", shared=True, tenant="aud", claims=_BY_AUDIENCE),
    "sandboxes.cloud": Issuer("sandboxes.cloud", shared=True, tenant="aud", claims=_BY_AUDIENCE),
} | {
    host: Issuer(name, shared=True)
    for host, name in (
        ("vstoken.actions.githubusercontent.com", "GitHub Actions"),
        ("oidc-configuration.audit-log.githubusercontent.com", "GitHub's audit log streaming"),
        ("oidc.codefresh.io", "Codefresh"),
        ("studio.datachain.ai/api", "DVC Studio"),
        ("scalr.io", "Scalr"),
        ("tokens.cloud.shisho.dev", "Shisho Cloud"),
        ("proidc.upbound.io", "Upbound"),
    )
}
BUILT_IN: Final = ("accounts.google.com", "graph.facebook.com", "www.amazon.com")
"""Whose tokens every account takes without a provider of its own; see `app_ids`."""


def known_issuer(url: str) -> Issuer:
    """Say what is known of a provider by its URL without the scheme; of an unknown one, its name."""
    host = url.lower()
    if host in _EXACT:
        return _EXACT[host]
    if host.startswith("oidc.eks.") and "/id/" in host:
        return CLUSTER
    if host.startswith("oidc.circleci.com/org/"):
        return _CIRCLE
    if host.startswith("api.bitbucket.org/2.0/workspaces/"):
        return _BITBUCKET
    if host.startswith("token.actions.githubusercontent.com/"):  # one enterprise has it to itself
        return replace(_GITHUB, name="GitHub Actions of the enterprise", shared=False)
    return Issuer(url)


def subject_form(url: str) -> str:
    """What a subject of one thing looks like at a provider, with words in capitals to fill in."""
    return known_issuer(url).form
