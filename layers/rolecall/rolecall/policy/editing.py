"""The smallest correct edit: a document less a statement or a principal, all else byte for byte."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from json import JSONDecoder

from rolecall.policy.documents import parse_document

_DECODER = JSONDecoder()
_SPACE = " \t\n\r"


@dataclass(frozen=True, slots=True)
class _Span:
    """One member of an object or item of a list: where it starts and ends, and its value starts."""

    start: int
    end: int
    value: int
    key: str = ""


def without_statements(text: str, indexes: Collection[int]) -> str | None:
    """The same document less some statements, or None when none would be left.

    Args:
        text: A document that is read without a problem.
        indexes: Their places in the document as written.

    Raises:
        ValueError: the document is not understood for certain, or has no such statement.
    """
    statements = _statements(text)
    if not all(0 <= index < len(statements) for index in indexes):
        raise ValueError(f"the document has no statements {sorted(indexes)}")
    if len(set(indexes)) == len(statements):
        return None
    return _cut(text, statements, set(indexes))


def without_principal(text: str, index: int, principal: str) -> str | None:
    """The same document less one principal of a statement, or None when nobody would be named at all.

    Where the statement names nobody else, it goes as well.

    Args:
        text: A document that is read without a problem.
        index: The statement's place in the document as written.
        principal: The principal as it is written there.

    Raises:
        ValueError: the document is not understood for certain, or has no such statement or principal.
    """
    statement = _statements(text)[index]
    named = _member(text, statement.value, "principal")
    kinds = list(_spans(text, named.value)) if text[named.value] == "{" else [named]
    for number, kind in enumerate(kinds):
        listed = text[kind.value] == "["
        items = list(_spans(text, kind.value)) if listed else [kind]
        found = {at for at, item in enumerate(items) if _value(text, item) == principal}
        if not found:
            continue
        if len(found) < len(items):
            return _cut(text, items, found)
        if len(kinds) > 1:
            return _cut(text, kinds, {number})
        return without_statements(text, [index])
    raise ValueError(f"statement {index} does not name the principal {principal}")


def _statements(text: str) -> list[_Span]:
    problem = parse_document(text).problem
    if problem:
        raise ValueError(f"the document cannot be rewritten: {problem}")
    found = _member(text, _skip(text, 0), "statement")
    return list(_spans(text, found.value)) if text[found.value] == "[" else [found]


def _member(text: str, at: int, key: str) -> _Span:
    """The member of an object by its name, whose case AWS does not tell apart."""
    for span in _spans(text, at):
        if span.key.lower() == key:
            return span
    raise ValueError(f"there is no {key}")


def _spans(text: str, at: int) -> Iterator[_Span]:
    """Yield the members of the object, or the items of the list, that starts there."""
    keyed = text[at] == "{"
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        start, key = at, ""
        if keyed:
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # past the colon
        value = at
        _, end = _DECODER.raw_decode(text, at)
        yield _Span(start, end, value, key)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def _value(text: str, span: _Span) -> object:
    return _DECODER.raw_decode(text, span.value)[0]


def _cut(text: str, spans: list[_Span], gone: set[int]) -> str:
    """The text without these of all the members of one object or list; some are left."""
    kept = [span for at, span in enumerate(spans) if at not in gone]
    # Each kept one brings the comma and the spacing that stood before it, but for the first.
    parts = [text[: spans[0].start], text[kept[0].start : kept[0].end]]
    for at, span in enumerate(spans):
        if span in kept[1:]:
            parts.append(text[spans[at - 1].end : span.end])
    return "".join([*parts, text[spans[-1].end :]])
