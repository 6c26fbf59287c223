"""Who a statement names, in one form whatever way it was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rolecall.policy.matching import is_wild


class Kind(StrEnum):
    """The sort of identity that a principal belongs to."""

    ANYONE = "*"
    AWS = "AWS"
    SERVICE = "Service"
    FEDERATED = "Federated"
    CANONICAL_USER = "CanonicalUser"
    UNKNOWN = "unknown"


class Form(StrEnum):
    """How a principal names whom it means."""

    WILDCARD = "wildcard"
    ACCOUNT = "account"
    ARN = "arn"
    UNIQUE_ID = "unique id"
    NAME = "name"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal: its kind, its form, its account if it tells one, and the text as written."""

    kind: Kind
    form: Form
    value: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Principals:
    """All that one statement names; `inverted` when it names whom it leaves out (NotPrincipal)."""

    named: tuple[Principal, ...]
    inverted: bool

    @property
    def unclear(self) -> bool:
        """Whether it cannot be said for certain whom the statement means."""
        if any(one.form is Form.UNCLEAR for one in self.named):
            return True
        # "Everyone but everyone" is nobody by its words; AWS documents no such use.
        return self.inverted and any(one.form is Form.WILDCARD for one in self.named)

    @property
    def wildcards(self) -> tuple[Kind, ...]:
        """The kinds of which every member is meant.

        NotPrincipal means everyone but a few (IAM JSON policy elements: NotPrincipal).
        """
        if self.inverted:
            return () if self.unclear else (Kind.ANYONE,)
        return tuple(dict.fromkeys(one.kind for one in self.named if one.form is Form.WILDCARD))


def normalise(element: object, *, inverted: bool) -> Principals:
    """Read a Principal or NotPrincipal element (IAM JSON policy elements: Principal)."""
    return Principals(tuple(_read(element)) or (_unclear(),), inverted)


def _read(element: object) -> Iterator[Principal]:
    if element == "*":
        yield Principal(Kind.ANYONE, Form.WILDCARD, "*")
    elif isinstance(element, dict):
        for key, values in element.items():
            kind = _KINDS.get(key.lower(), Kind.UNKNOWN)
            for value in values if isinstance(values, list) else [values]:
                yield _one(kind, value) if isinstance(value, str) else _unclear(kind)
    else:
        yield _unclear()


def _one(kind: Kind, value: str) -> Principal:
    if value == "*" and kind in (Kind.AWS, Kind.SERVICE, Kind.FEDERATED):
        return Principal(kind, Form.WILDCARD, value)
    # IAM knows no wildcard for a part of a principal, so what it would do with one is not known.
    if not value or is_wild(value) or kind is Kind.UNKNOWN:
        return Principal(kind, Form.UNCLEAR, value)
    if value.startswith("arn:"):
        return _arn(kind, value)
    if kind is Kind.AWS:
        return _bare(value)
    return Principal(kind, Form.NAME, value)


def _bare(value: str) -> Principal:
    if _is_account(value):
        return Principal(Kind.AWS, Form.ACCOUNT, value, value)
    # What the ARN of a deleted user or role turns into (IAM identifiers: unique identifiers).
    unique_id = value.startswith(("AIDA", "AROA")) and value.isascii() and value.isalnum()
    return Principal(Kind.AWS, Form.UNIQUE_ID if unique_id else Form.UNCLEAR, value)


def _arn(kind: Kind, value: str) -> Principal:
    parts = value.split(":", 5)
    if len(parts) < 6 or not all((parts[1], parts[2], parts[5])):  # noqa: PLR2004 - an ARN has six parts
        return Principal(kind, Form.UNCLEAR, value)
    account = parts[4] if _is_account(parts[4]) else None
    # The partition may be any: an account's root ARN and its bare number mean the same.
    if kind is Kind.AWS and account and parts[2] == "iam" and parts[5] == "root":
        return Principal(kind, Form.ACCOUNT, value, account)
    return Principal(kind, Form.ARN, value, account)


def _is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdigit()  # noqa: PLR2004 - twelve digits


def _unclear(kind: Kind = Kind.UNKNOWN) -> Principal:
    return Principal(kind, Form.UNCLEAR, "")


_KINDS = {
    kind.lower(): kind for kind in (Kind.AWS, Kind.SERVICE, Kind.FEDERATED, Kind.CANONICAL_USER)
}
