"""Wildcards as IAM reads them: `*` is any run of characters, `?` is any one."""

from collections.abc import Iterable


def is_wild(pattern: str) -> bool:
    """Say whether a pattern holds a wildcard at all."""
    return "*" in pattern or "?" in pattern


def matches(pattern: str, text: str) -> bool:
    """Say whether the whole text fits the pattern, letter case included.

    No regular expression is built from input: this walk returns to the last `*` only, so it takes
    at most len(pattern) + len(text)² steps and a hostile pattern cannot make it explode.
    """
    if not is_wild(pattern):
        return pattern == text
    at_pattern = at_text = resume_text = 0
    last_star = -1
    while at_text < len(text):
        # The star is asked for first: a text may hold a literal "*" of its own.
        if at_pattern < len(pattern) and pattern[at_pattern] == "*":
            last_star, resume_text = at_pattern, at_text
            at_pattern += 1
            if at_pattern == len(pattern):
                return True  # the last star takes all that is left
        elif at_pattern < len(pattern) and pattern[at_pattern] in ("?", text[at_text]):
            at_pattern += 1
            at_text += 1
        elif last_star >= 0:
            resume_text += 1
            at_pattern, at_text = last_star + 1, resume_text
        else:
            return False
    return not pattern[at_pattern:].strip("*")


def fits_any(patterns: Iterable[str], text: str) -> bool:
    """Say whether the whole text fits one of these patterns, letter case included."""
    return any(matches(pattern, text) for pattern in patterns)


def action_matches(pattern: str, call: str) -> bool:
    """Say whether an Action pattern covers a call such as `iam:PutUserPolicy`.

    Actions are compared without regard to case (IAM JSON policy elements: Action).
    """
    return matches(lower_ascii(pattern), lower_ascii(call))


def lower_ascii(text: str) -> str:
    """Put a pattern or a call in the one letter case in which actions are compared."""
    # Beyond ASCII nothing is lowered: str.lower turns the Kelvin sign into a plain "k", and a
    # look-alike must not pass for the letter.
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
