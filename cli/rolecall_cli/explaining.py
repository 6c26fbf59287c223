"""What a policy, a trust or the holder of some comes to, in plain words: pure, for a review."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rolecall.convention import ActivityConvention
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.scales import Mode
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.assumable import Ways, ways
from rolecall.policy.documents import parse_document
from rolecall.policy.escalation import escalations
from rolecall.policy.findings import Finding
from rolecall.policy.grants import Effective
from rolecall.policy.stars import assumes_a_name_anywhere, assumes_every_role, passes_every_role
from rolecall.policy.wildcards import grants_everything, grants_whole_services
from rolecall.registry import Registry
from rolecall.settings import Settings

# What is asked of each policy alone.
_BREADTHS = (
    grants_everything,
    grants_whole_services,
    passes_every_role,
    assumes_every_role,
    assumes_a_name_anywhere,
)


@dataclass(frozen=True, slots=True)
class Broken:
    """What breaks a convention: how bad it is, and what, in a sentence."""

    severity: str
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one convention says.

    Attributes:
        broken: What breaks it; empty where it is met.
        missing: The facets that it would take to judge, where they are not known.
        mode: What it may do under the settings.
    """

    convention: str
    good_state: str
    mode: str
    broken: tuple[Broken, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say.

    Attributes:
        about: What is explained.
        ways: Who can assume the role, and how; None where there is no trust.
        grants: What it grants that matters, in sentences; None where nothing grants.
        problems: What could not be understood, in sentences.
        verdicts: What the conventions say.
    """

    about: str
    ways: Ways | None
    grants: tuple[str, ...] | None
    problems: tuple[str, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def is_broken(self) -> bool:
        """Whether a convention is broken."""
        return any(verdict.broken for verdict in self.verdicts)

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON-able data."""
        return asdict(self)


def is_trust(text: str) -> bool:
    """Whether a document says who may come in, and not what may be done."""
    try:
        raw = json.loads(text)
    except ValueError:
        return False
    if not isinstance(raw, dict):
        return False
    found: Any = next((v for k, v in raw.items() if k.lower() == "statement"), [])
    statements = found if isinstance(found, list) else [found]
    names = {key.lower() for one in statements if isinstance(one, dict) for key in one}
    return not names.isdisjoint({"principal", "notprincipal"})


def of_file(name: str, text: str, account: str, settings: Settings, now: str) -> Explanation:
    """Explain a document as the trust of a role, or as a policy that somebody has."""
    state: dict[Facet, Any]
    if is_trust(text):
        ref = SubjectRef("role", name, account)
        state = {
            Facet.ROLE_TRUST: text,
            Facet.ROLE_TRUST_REVIEWED: None,
            Facet.ROLE_ORGANIZATION_ACCOUNTS: None,
        }
    else:
        ref = SubjectRef("policy", f"arn:aws:iam::{account}:policy/{name}", account)
        state = {
            Facet.POLICY_DOCUMENT: text,
            Facet.POLICY_VERSIONS: {"v1": {"text": text, "created": now, "default": True}},
            Facet.POLICY_ATTACHMENTS: {"attached": 1, "boundaries": 0},
            Facet.POLICY_GROUPS: [],
            Facet.POLICY_DEFAULT_REVIEWED: None,
        }
    return explain(subject(ref, state, "/", at=now), settings)


def explain(found: Subject, settings: Settings) -> Explanation:
    """Explain a role, a managed policy or a user with the facets that were read of it."""
    trust = found.state.get(Facet.ROLE_TRUST)
    texts, boundary = _policies(found)
    problems = [
        f"{name} cannot be judged with certainty: {problem}."
        for name, text in (texts | ({"The trust": trust} if trust is not None else {})).items()
        if (problem := parse_document(text).problem)
    ]
    granting = any(facet in found.state for facet in _GRANTING)
    return Explanation(
        str(found.ref),
        ways(trust) if trust is not None else None,
        tuple(_grants(texts, boundary, found.ref.account)) if granting else None,
        tuple(problems),
        tuple(_verdicts(found, settings)),
    )


_GRANTING = (
    Facet.POLICY_DOCUMENT,
    Facet.ROLE_EFFECTIVE_POLICIES,
    Facet.USER_EFFECTIVE_POLICIES,
)


def _policies(found: Subject) -> tuple[dict[str, str], str | None]:
    """The texts that grant, by what they are called, and the boundary's."""
    for facet in _GRANTING[1:]:
        if facet in found.state:
            effective: Mapping[str, Any] = found.state[facet]
            return dict(effective["texts"]), effective["boundary"]
    if Facet.POLICY_DOCUMENT in found.state:
        return {"The policy": found.state[Facet.POLICY_DOCUMENT]}, None
    return {}, None


def _grants(texts: Mapping[str, str], boundary: str | None, account: str) -> Iterator[str]:
    for name, text in texts.items():
        for breadth in _BREADTHS:
            for finding in breadth(text, account):
                yield _sentence(name, finding)
    effective = Effective(texts.values(), account, [boundary] if boundary is not None else [])
    for path in escalations(effective):
        told = "can" if path.sure else "may be able to"
        yield (
            f"Whoever holds it {told} {path.why}, by {' and '.join(path.actions)}; "
            f"without {path.leg} that way is closed."
        )
    if boundary is not None:
        yield "A permissions boundary bounds all of it; what single policies grant is told without it."


def _sentence(name: str, finding: Finding) -> str:
    place = f", statement {finding.index}," if finding.index >= 0 else ""
    return f"{name}{place} {finding.why}{'' if finding.sure else ', or may do so'}."


def _verdicts(found: Subject, settings: Settings) -> Iterator[Verdict]:
    kind = found.ref.kind
    for convention in Registry(settings.options, settings.registered):
        if isinstance(convention, ActivityConvention) or kind not in convention.kinds():
            continue
        mode = settings.mode(convention.id)
        # What nobody has accepted is nothing to compare with.
        unknown = {f for f, value in found.state.items() if f.is_reviewed and value is None}
        known = found.state.keys() - unknown
        missing = tuple(f.value for f in convention.needs_of(kind) if f not in known)
        drifts = [] if missing else convention.judge(found.ref, found)
        yield Verdict(
            convention.id,
            convention.good_state(),
            "off in the settings" if mode is Mode.OFF else mode.value,
            tuple(Broken(d.severity or convention.severity.value, d.says) for d in drifts),
            missing,
        )
