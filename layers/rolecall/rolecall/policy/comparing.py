"""How two documents differ, as far as their statements tell."""

from dataclasses import dataclass

from rolecall.policy.documents import Document, parse_document
from rolecall.policy.principals import Form
from rolecall.policy.reading import canonical, same_document


def grants_no_more(text: str, than: str) -> bool:
    """Say whether a document surely grants no more than another one.

    It does where each of its Allows stands in the other as well, word for word but for the order of
    keys, and each Deny of the other stands in it; a document that cannot be judged does not.
    """
    new, old = parse_document(text), parse_document(than)
    if new.problem or old.problem:
        return False
    allows, denies = _statements(new, "Allow"), _statements(new, "Deny")
    return allows <= _statements(old, "Allow") and _statements(old, "Deny") <= denies


@dataclass(frozen=True, slots=True)
class Difference:
    """How a trust differs from an earlier one.

    Attributes:
        let_in: Principals that only the later one names in an Allow, as written.
        shut_out: Those that only the earlier one names so.
        gone: A principal of the later one that is there no more, as AWS writes it, or "".
        problem: Why it cannot be told how they differ, or "".
    """

    let_in: tuple[str, ...] = ()
    shut_out: tuple[str, ...] = ()
    gone: str = ""
    problem: str = ""


def compare(earlier: str, later: str) -> Difference | None:
    """How a later trust differs from an earlier one; None where they say the same.

    Statements are compared word for word but for the order of keys and of the statements themselves.
    """
    if same_document(earlier, later):
        return None
    old, new = parse_document(earlier), parse_document(later)
    if problem := new.problem or old.problem:
        return Difference(problem=problem)
    if all(_statements(old, effect) == _statements(new, effect) for effect in ("Allow", "Deny")):
        return None
    before, after = _named(old), _named(new)
    return Difference(tuple(sorted(after - before)), tuple(sorted(before - after)), gone_from(new))


def gone_from(trust: Document) -> str:
    """A principal of a trust that is there no more, so that AWS refuses the document; else "".

    AWS shows a deleted user or role by its unique id (IAM user guide, "AWS JSON policy elements:
    Principal").
    """
    for statement in trust.statements:
        for one in statement.principals.named if statement.principals else ():
            if one.form is Form.UNIQUE_ID:
                return one.value
    return ""


def _statements(document: Document, effect: str) -> frozenset[str]:
    return frozenset(canonical(one.raw) for one in document.statements if one.effect == effect)


def _named(document: Document) -> frozenset[str]:
    return frozenset(
        one.value
        for statement in document.statements
        if statement.effect == "Allow" and statement.principals
        for one in statement.principals.named
    )
