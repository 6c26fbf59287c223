"""What no setting and no convention reaches: why a drift is told, and never put right.

The same tables say what the remediate function's role is denied, where IAM can express it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.model.drifts import Drift
from rolecall.model.kinds.providers import IDENTITY_CENTER
from rolecall.model.platform_roles import REACHING
from rolecall.model.subjects import SubjectRef
from rolecall.policy.documents import denies_only
from rolecall.policy.matching import matches
from rolecall.settings import Settings


@dataclass(frozen=True, slots=True)
class Own:
    """A path whose subjects belong to AWS or to Rolecall."""

    path: str
    kinds: tuple[str, ...]
    whose: str


@dataclass(frozen=True, slots=True)
class Named:
    """A subject that an AWS service makes by this name at the path `/`; elsewhere it is a look-alike."""

    kind: str
    name: str
    whose: str


OWN_PATHS = (
    Own("/aws-service-role/", ("role",), "AWS's: it is a service-linked role"),
    Own("/aws-reserved/", ("role",), "AWS's: it is a role of IAM Identity Center"),
    Own("/rolecall/", ("role", "user", "group", "policy"), "Rolecall's own"),
)
NAMED = (
    *(Named("role", name, whose) for name, whose in REACHING.items()),
    Named("saml-provider", IDENTITY_CENTER, "IAM Identity Center signs people in by it"),
)
# AWS, or whoever answers an incident, attached them to stop somebody.
PROTECTIVE = (
    "AWSCompromisedKeyQuarantine",
    "AWSCompromisedKeyQuarantineV2",
    "AWSCompromisedKeyQuarantineV3",
    "AWSDenyAll",
)


def whose(path: str) -> str:
    """Whose a subject is by its path, in a few words; "" where it may be anybody's."""
    return next((own.whose for own in OWN_PATHS if path.startswith(own.path)), "")


def is_protective(arn: str) -> bool:
    """Whether the ARN is that of one of AWS's own policies that only deny, in any partition."""
    arn_, _, *rest = f"{arn}:".split(":")
    return arn_ == "arn" and rest in [["iam", "", "aws", f"policy/{p}", ""] for p in PROTECTIVE]


def protection(drift: Drift, path: str, settings: Settings) -> str:
    """Why the drift may not be put right, in a few words; "" when it may.

    Args:
        drift: The evidence.
        path: The subject's path; "" where it is not known.
        settings: For the break-glass principals.
    """
    ref = drift.subject
    if owner := whose(path):
        return f"it lies under {path}, which is {owner}"
    for named in NAMED:
        if (ref.kind, path) == (named.kind, "/") and matches(named.name, ref.name):
            return named.whose
    found = drift.found if isinstance(drift.found, Mapping) else {}
    if is_protective(str(found.get("attached", ""))):
        return "the policy is one of AWS's own that only deny, and stops somebody"
    if denies_only(str(found.get("inline", ""))):
        return "the policy only denies, so taking it away would only grant"
    # Whoever is taken out of a group is written to as well.
    member = SubjectRef("user", str(found.get("member", "")), ref.account)
    return settings.protection(ref) or settings.protection(member)


def protected_resources() -> list[str]:
    """The protected subjects as the last parts of IAM ARNs, such as `role/rolecall/*`."""
    paths = [f"{kind}{own.path}*" for own in OWN_PATHS for kind in own.kinds]
    return [*paths, *(f"{named.kind}/{named.name}" for named in NAMED)]
