"""Whether a role's trust lets in anyone at all."""

from dataclasses import dataclass
from typing import Final

from rolecall.policy.denials import catches
from rolecall.policy.documents import Document, Statement, parse_document
from rolecall.policy.principals import Form, Kind, Principals
from rolecall.policy.reading import canonical
from rolecall.policy.strangers import Answer, passage


@dataclass(frozen=True, slots=True)
class OpenStatement:
    """One statement that surely lets a stranger in: its place, its canonical text, and why."""

    index: int
    statement_json: str
    why: str


@dataclass(frozen=True, slots=True)
class TrustVerdict:
    """What is certain (`open_statements`) and, apart from that, what is not (`inconclusive`).

    A trust is clean when it has neither. With both, the named statements are open for certain and
    something else in the document could not be judged.
    """

    open_statements: tuple[OpenStatement, ...]
    inconclusive: str | None


_Denied = dict[tuple[Kind, str], Answer]

# The calls by which each kind comes in (AWS STS: Compare AWS STS credentials). sts:TagSession and
# sts:SetSourceIdentity only go along with one of these.
_FEDERATED_CALLS: Final = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
_CALLS: Final = {
    Kind.ANYONE: ("sts:AssumeRole", *_FEDERATED_CALLS),
    # An unsigned call counts as well: for anonymous callers "*" and {"AWS": "*"} are
    # equivalent (IAM JSON policy elements: Principal).
    Kind.AWS: ("sts:AssumeRole", *_FEDERATED_CALLS),
    Kind.SERVICE: ("sts:AssumeRole",),
    Kind.FEDERATED: _FEDERATED_CALLS,
}
_WHOM: Final = {
    Kind.ANYONE: 'anyone assume the role: Principal is "*"',
    Kind.AWS: 'anyone assume the role: Principal is {"AWS": "*"}',
    Kind.SERVICE: 'any AWS service assume the role: Principal is {"Service": "*"}',
    Kind.FEDERATED: 'any identity provider assume the role: Principal is {"Federated": "*"}',
}
_ALL_BUT: Final = "anyone but a few assume the role: it allows by NotPrincipal"


def judge_trust(text: str) -> TrustVerdict:
    """Find the statements of a trust document that let anyone assume the role."""
    return judge(parse_document(text))


def judge(document: Document) -> TrustVerdict:
    """Find them in a document that was read before."""
    if document.problem:
        return TrustVerdict((), document.problem)
    denied = _denied(document.statements)
    found: list[OpenStatement] = []
    doubts: list[str] = []
    for statement in document.statements:
        if statement.effect == "Allow":
            answer, why = _lets_anyone_in(statement, denied)
            if answer is Answer.YES:
                found.append(OpenStatement(statement.index, canonical(statement.raw), why))
            elif answer is Answer.UNSURE:
                doubts.append(f"statement {statement.index}: {why}")
    return TrustVerdict(tuple(found), doubts[0] if doubts else None)


def _lets_anyone_in(statement: Statement, denied: _Denied) -> tuple[Answer, str]:
    named = statement.principals
    if named is None:
        return Answer.UNSURE, "it has no Principal, which a trust must have"
    if statement.resources or statement.not_resources:
        return Answer.UNSURE, "it has a Resource, which a trust cannot have"
    # Whom an unclear principal means is not known: the widest is looked at, and no more than a
    # doubt comes of it.
    kinds = named.wildcards or ((Kind.ANYONE,) if named.unclear else ())
    doubt = ""
    ways = [(kind, call) for kind in kinds for call in _CALLS[kind]]
    for kind, call in ways:
        if not statement.covers(call) or denied[kind, call] is Answer.YES:
            continue
        through = passage(statement.conditions, signed=_signed(kind, call))
        if through.passes is Answer.UNSURE:
            doubt = doubt or through.why
        elif through.passes is Answer.YES and not named.wildcards:
            doubt = doubt or "AWS does not say whom a Principal of this form means"
        elif through.passes is Answer.YES and denied[kind, call] is Answer.UNSURE:
            doubt = doubt or "a Deny narrows it in a way that was not understood for certain"
        elif through.passes is Answer.YES:
            whom = _ALL_BUT if named.inverted else _WHOM[kind]
            return Answer.YES, f"lets {whom} and {through.why}"
    return (Answer.UNSURE, doubt) if doubt else (Answer.NO, "")


def _signed(kind: Kind, call: str) -> bool:
    return kind in (Kind.ANYONE, Kind.AWS) and call not in _FEDERATED_CALLS


def _denied(statements: tuple[Statement, ...]) -> _Denied:
    """Say for each kind and call whether a Deny catches every stranger, whatever is allowed."""
    denied: _Denied = {(kind, call): Answer.NO for kind, calls in _CALLS.items() for call in calls}
    for statement in statements:
        if statement.effect != "Deny":
            continue
        for kind, call in denied:
            if denied[kind, call] is not Answer.YES and statement.covers(call):
                answer = _catches(statement, kind, call)
                if answer is not Answer.NO:
                    denied[kind, call] = answer
    return denied


def _catches(statement: Statement, kind: Kind, call: str) -> Answer:
    if statement.principals is None or statement.resources or statement.not_resources:
        return Answer.UNSURE
    spoken_of = _speaks_of(statement.principals, kind)
    if spoken_of is Answer.NO:
        return Answer.NO
    caught = catches(statement.conditions, kind, signed=_signed(kind, call))
    # One that speaks of all and catches all is certain; one that misses anybody does not count.
    return caught if spoken_of is Answer.YES or caught is Answer.NO else Answer.UNSURE


def _speaks_of(named: Principals, kind: Kind) -> Answer:
    """Say whether a Deny on these principals speaks of every stranger of a kind."""
    if named.inverted:  # everyone but those it names, and a stranger is not named
        return Answer.UNSURE if named.unclear else Answer.YES
    wildcards = named.wildcards
    if Kind.ANYONE in wildcards or kind in wildcards:
        return Answer.YES
    if Kind.AWS in wildcards:
        # Equivalent to "*" by the page on Principal; that it also means services and providers as
        # such, no page says.
        return Answer.YES if kind is Kind.ANYONE else Answer.UNSURE
    return Answer.UNSURE if any(one.form is Form.UNCLEAR for one in named.named) else Answer.NO
