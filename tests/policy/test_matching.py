"""Wildcards fit as IAM says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.policy.matching import action_matches, matches

patterns = st.text(alphabet="ab*?:", max_size=9)
texts = st.text(alphabet="ab*?:", max_size=9)


def fits_by_definition(pattern: str, text: str) -> bool:
    """Apply the definition word for word, with no care for speed."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(fits_by_definition(pattern[1:], text[skip:]) for skip in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and fits_by_definition(pattern[1:], text[1:])


@given(patterns, texts)
def test_the_matcher_agrees_with_the_definition(pattern: str, text: str) -> None:
    assert matches(pattern, text) is fits_by_definition(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "call", "covered"),
    [
        ("*", "iam:PutUserPolicy", True),
        ("iam:*", "iam:PutUserPolicy", True),
        ("IAM:put*", "iam:PutUserPolicy", True),
        ("i?m:PutUserPolicy", "iam:PutUserPolicy", True),
        ("iam:*User*", "iam:PutUserPolicy", True),
        ("iam:Put?serPolicy?", "iam:PutUserPolicy", False),
        ("iam:Put", "iam:PutUserPolicy", False),
        ("iam:PutUserPolicy.", "iam:PutUserPolicy", False),
        ("sts:*", "iam:PutUserPolicy", False),
        ("", "iam:PutUserPolicy", False),
        ("\u017fts:AssumeRole", "sts:AssumeRole", False),  # a long s is not an s
        ("\u212ams:Decrypt", "kms:Decrypt", False),  # nor is the Kelvin sign a k
        ("\u212a\u017f*", "\u212a\u017fS:X", True),
    ],
)
def test_an_action_pattern_covers_what_it_says(pattern: str, call: str, covered: bool) -> None:
    assert action_matches(pattern, call) is covered


def test_only_actions_are_compared_without_regard_to_case() -> None:
    assert not matches("ROLE/*", "role/deploy")
    assert action_matches("STS:*", "sts:AssumeRole")


def test_a_pattern_made_to_explode_is_still_answered() -> None:
    assert not matches("*a" * 3000 + "b", "a" * 60)
    assert matches("*a" * 60 + "*", "a" * 60)
