"""Policy documents, read from their raw text into one form."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from rolecall.policy import conditions, principals
from rolecall.policy.conditions import Condition
from rolecall.policy.matching import action_matches
from rolecall.policy.principals import Principals
from rolecall.policy.reading import ELEMENTS, STATEMENT, ShapeError, canonical, load


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; `index` is its place in the document as written, `raw` what stood there."""

    index: int
    sid: str | None
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: Principals | None
    conditions: tuple[Condition, ...]
    raw: dict[str, Any]

    def covers(self, call: str) -> bool:
        """Say whether the statement speaks of a call, by Action or by NotAction."""
        if self.not_actions:
            return not any(action_matches(pattern, call) for pattern in self.not_actions)
        return any(action_matches(pattern, call) for pattern in self.actions)


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says; with a `problem`, its statements are a reading and no certainty."""

    statements: tuple[Statement, ...]
    problem: str | None


@lru_cache(maxsize=256)  # several conventions judge the same text one after the other
def parse_document(text: str) -> Document:
    """Read any text; what cannot be judged with certainty is named as the problem."""
    try:
        raw, repeated = load(text)
        items = _statement_items(raw)
    except ShapeError as error:
        return Document((), str(error))
    read: list[Statement] = []
    problem = repeated
    for index, item in enumerate(items):
        try:
            read.append(_statement(index, item))
        except ShapeError as error:
            problem = problem or f"statement {index}: {error}"
    return Document(tuple(read), problem)


def denies_only(text: str) -> bool:
    """Say whether a document does nothing but deny."""
    document = parse_document(text)
    if document.problem or not document.statements:
        return False
    return all(statement.effect == "Deny" for statement in document.statements)


def allows_only(text: str, prefix: str) -> bool:
    """Say whether all that a document allows is calls whose names begin like this, in lower case."""
    document = parse_document(text)
    if document.problem or not document.statements:
        return False
    return all(
        statement.effect == "Deny"
        or (
            bool(statement.actions)
            and all(action.lower().startswith(prefix) for action in statement.actions)
        )
        for statement in document.statements
    )


def _statement_items(raw: dict[str, Any]) -> list[Any]:
    elements = {key.lower(): value for key, value in raw.items()}
    if not elements.keys() <= {"version", "id", "statement"}:
        raise ShapeError("it has an element that IAM policies do not have")
    if elements.get("version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        raise ShapeError("its Version is not one that IAM knows")
    found = elements.get("statement")
    items = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    if not items:
        raise ShapeError("it has no statements")
    return items


def _statement(index: int, raw: object) -> Statement:
    if not isinstance(raw, dict):
        raise ShapeError("it is not an object")
    elements = {key.lower(): value for key, value in raw.items()}
    if not elements.keys() <= STATEMENT.keys():
        raise ShapeError("it has an element that statements do not have")
    for name in ("action", "principal", "resource"):
        if name in elements and f"not{name}" in elements:
            raise ShapeError(f"it has both {ELEMENTS[name]} and {ELEMENTS['not' + name]}")
    if "action" not in elements and "notaction" not in elements:
        raise ShapeError("it has no Action")
    effect, sid = elements.get("effect"), elements.get("sid")
    # Names are not case-sensitive, these values are (IAM JSON policy elements: Effect).
    if effect not in ("Allow", "Deny"):
        raise ShapeError("its Effect is neither Allow nor Deny")
    if not isinstance(sid, str | None):
        raise ShapeError("its Sid is not text")
    tests, problem = conditions.normalise(elements.get("condition", {}))
    if problem:
        raise ShapeError(problem)
    return Statement(
        index=index,
        sid=sid,
        effect=effect,
        actions=_texts(elements, "action"),
        not_actions=_texts(elements, "notaction"),
        resources=_texts(elements, "resource"),
        not_resources=_texts(elements, "notresource"),
        principals=_principals(elements),
        conditions=tests,
        raw=raw,
    )


def _principals(elements: dict[str, Any]) -> Principals | None:
    for name in ("principal", "notprincipal"):
        if name in elements:
            return principals.normalise(elements[name], inverted=name == "notprincipal")
    return None


def _texts(elements: dict[str, Any], name: str) -> tuple[str, ...]:
    if name not in elements:
        return ()
    value = elements[name]
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(one, str) and one for one in listed):
        raise ShapeError(f"its {ELEMENTS[name]} is not text or a list of texts")
    return tuple(listed)


CLOSED_TRUST: Final = canonical(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RolecallQuarantine",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": [
                    "sts:AssumeRole",
                    "sts:AssumeRoleWithSAML",
                    "sts:AssumeRoleWithWebIdentity",
                    "sts:TagSession",
                    "sts:SetSourceIdentity",
                ],
            }
        ],
    }
)
"""The trust document that lets nobody in: a role in quarantine. Live sessions go on."""
