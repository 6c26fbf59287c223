"""No text of the account's is more than text."""

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.channels.escaping import ascii_line, for_slack, json_length, visible
from tests.notification.strategies import patient, texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bob\r\nBcc: x", "bob\\u000d\\u000aBcc: x"),
        ("\x1b[31m\x00\x7f\x9b", "\\u001b[31m\\u0000\\u007f\\u009b"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("a\u200bb\u200dc\ufeffd\u00ade", "a\\u200bb\\u200dc\\ufeffd\\u00ade"),
        ("\u2028\u2029\u00a0\u3000", "\\u2028\\u2029\\u00a0\\u3000"),
        ("\u3164\u115f\u2800\ufe0f\u034f", "\\u3164\\u115f\\u2800\\ufe0f\\u034f"),
        ("\U000e0041\U000e0101", "\\U000e0041\\U000e0101"),
        ("\ud800", "\\ud800"),
        ("Zürich 東京 💥 a b", "Zürich 東京 💥 a b"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_its_number(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://evil.example", "http[:]//evil.example"),
        ("HTTPS://evil", "HTTPS[:]//evil"),
        ("profile://evil", "profile[:]//evil"),
        ("--policy-document file://trust.json", "--policy-document file://trust.json"),
    ],
)
def test_links_are_broken_but_those_to_files(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_slack_markup_is_escaped() -> None:
    assert for_slack("<!channel> & `x`", 100) == "&lt;!channel&gt; &amp; `x`"
    assert for_slack("```<x>```", 100, code=True) == "\u02bc\u02bc\u02bc&lt;x&gt;\u02bc\u02bc\u02bc"


def test_what_is_escaped_already_is_escaped_again() -> None:
    assert for_slack("&lt;!channel&gt;", 100) == "&amp;lt;!channel&amp;gt;"


def test_a_cut_never_splits_an_entity() -> None:
    for limit in range(6, 40):
        short = for_slack("<" * 50, limit, measure=len)
        assert len(short) <= limit
        assert html.unescape(short).strip("<") == "…"


def test_a_subject_has_a_question_mark_for_what_is_not_ascii() -> None:
    assert ascii_line("Zürich\n💥", 100) == "Z?rich??"
    assert ascii_line("x" * 101, 100) == "x" * 97 + "..."


@patient
@given(texts, st.integers(20, 3000), st.booleans())
def test_any_text_is_harmless_and_fits(text: str, limit: int, code: bool) -> None:
    shown = for_slack(text, limit, code=code)
    assert len(json.dumps(shown)) - 2 == json_length(shown) <= limit
    assert not set(shown) & {"<", ">", "\n"}
    assert not code or "`" not in shown
    assert shown.isprintable()
    assert "://" not in shown.replace("file://", "")
    bare = shown.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in bare
