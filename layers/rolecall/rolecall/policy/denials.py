"""Whether a Deny catches every stranger; one that misses some narrows nothing for certain."""

from rolecall.policy.bounds import IDENTITY_KEYS, Key
from rolecall.policy.conditions import ARN_NOT_LIKE, STRING_LIKE, STRING_NOT_LIKE, Condition
from rolecall.policy.principals import Kind
from rolecall.policy.strangers import Answer, only


def catches(conditions: tuple[Condition, ...], kind: Kind, *, signed: bool) -> Answer:
    """Say whether a Deny under these conditions catches every stranger of a kind."""
    answers = [_catches(one, kind, signed=signed) for one in conditions]
    if Answer.NO in answers:
        return Answer.NO
    return Answer.UNSURE if Answer.UNSURE in answers else Answer.YES


def _catches(condition: Condition, kind: Kind, *, signed: bool) -> Answer:
    key = IDENTITY_KEYS.get(condition.key)
    if key is not None:
        return _catches_identity(condition, key)
    if condition.key == "aws:principalisawsservice":
        # The usual companion of a Deny on the organization; it spares services and catches everyone
        # else.
        spares_services = condition.if_exists and only(condition, "Bool", "false")
        return Answer.YES if spares_services and kind is not Kind.SERVICE else Answer.UNSURE
    if condition.key == "aws:multifactorauthpresent" and only(condition, "Bool", "false"):
        # A stranger brings a second factor. Whoever comes by a token has no such key to bring.
        return Answer.NO if signed else Answer.UNSURE
    if condition.key == "aws:securetransport" and only(condition, "Bool", "false"):
        return Answer.NO
    return Answer.UNSURE


def _catches_identity(condition: Condition, key: Key) -> Answer:
    binds = bool(condition.values) and all(
        key.binds(value, by_part=condition.by_part) for value in condition.values
    )
    arn = key.arn and condition.by_part
    if not binds or (condition.by_part and not arn):
        return Answer.UNSURE
    if condition.operator in STRING_NOT_LIKE | ARN_NOT_LIKE:
        # A negated comparison holds, too, when the key is absent, so it catches whoever is not
        # named. With ForAnyValue it does not: whoever lacks the key slips by.
        return Answer.UNSURE if condition.qualifier == "ForAnyValue" else Answer.YES
    if (condition.operator in STRING_LIKE or arn) and not condition.passes_absent:
        return Answer.NO  # it catches only those it names
    return Answer.UNSURE
