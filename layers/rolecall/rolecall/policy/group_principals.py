"""Groups where a policy asks who is calling: there nobody is ever a group."""

from collections.abc import Iterator

from rolecall.policy.documents import Statement, parse_document

_KEYS = {"aws:principalarn": "aws:PrincipalArn", "aws:userid": "aws:userid"}
_ARN_PARTS = 6
_SERVICE = 2


def named_groups(text: str) -> list[tuple[str, str]]:
    """The groups that a document takes for callers, each with the element it stands in, in order.

    A group in Resource is legal, and so is a group of an Identity Store. What cannot be read of the
    text names none.
    """
    # A sweep asks this of every document there is, and hardly any can name one: JSON can write a letter
    # otherwise only with a backslash.
    if "\\" not in text and "group/" not in text.lower():
        return []
    found = {one for statement in parse_document(text).statements for one in _named(statement)}
    return sorted(found)


def _named(statement: Statement) -> Iterator[tuple[str, str]]:
    principals = statement.principals
    if principals:
        element = "NotPrincipal" if principals.inverted else "Principal"
        for one in principals.named:
            if _is_group(one.value):
                yield element, one.value
    for condition in statement.conditions:
        if condition.key in _KEYS:
            for value in condition.values:
                if _is_group(value):
                    yield f"Condition {_KEYS[condition.key]}", value


def _is_group(value: str) -> bool:
    parts = value.lower().split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS and parts[0] == "arn":
        # A path may hold any mark: "user/a:group/bob" is a user.
        return parts[_SERVICE] != "identitystore" and parts[-1].startswith("group/")
    # A wildcard may stand for some of the parts.
    return ":group/" in value.lower() and ":identitystore:" not in value.lower()
