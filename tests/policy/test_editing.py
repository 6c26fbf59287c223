"""The smallest edit of a document: what is named goes, and all else stays byte for byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.policy.documents import parse_document
from rolecall.policy.editing import without_principal, without_statements
from tests.policy.test_documents import ALLOW, DENY, good_statements, text_of

SPREAD = """{
  "Version" : "2012-10-17",
  "statement": [
    {"Sid": "Build", "Effect": "Allow", "Action": "sts:AssumeRole",
     "Principal": {"AWS": ["111122223333", "444455556666"], "Service": "ec2.amazonaws.com"}},
    {"Sid": "Say \\"}, {\\"", "Effect":"Deny","Action" : ["sts:AssumeRole" ], "Principal":"*" } ,
\t{"Effect": "Allow", "Action": "sts:TagSession", "Principal": {"AWS": "111122223333"}}
  ]
}
"""
_spaces = st.sampled_from(["", " ", "\n", "  \t", "\r\n    "])


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """The same JSON, spaced somehow."""

    def space() -> str:
        return draw(_spaces)

    def write(one: Any) -> str:
        if isinstance(one, dict):
            members = [f"{json.dumps(k)}{space()}:{space()}{write(v)}" for k, v in one.items()]
            return "{" + space() + f"{space()},{space()}".join(members) + space() + "}"
        if isinstance(one, list):
            return "[" + space() + f"{space()},{space()}".join(map(write, one)) + space() + "]"
        return json.dumps(one, ensure_ascii=draw(st.booleans()))

    return space() + write(value) + space()


@given(st.lists(good_statements, min_size=1, max_size=5), st.data())
def test_taking_out_statements_leaves_all_others_byte_for_byte(
    statements: list[dict[str, Any]], data: st.DataObject
) -> None:
    text = data.draw(written({"Version": "2012-10-17", "Statement": statements, "Id": "x"}))
    gone = data.draw(st.sets(st.integers(0, len(statements) - 1), min_size=1))
    left = without_statements(text, gone)
    rest = [one for index, one in enumerate(statements) if index not in gone]
    if not rest:
        assert left is None
        return
    assert left is not None
    assert json.loads(left) == {"Version": "2012-10-17", "Statement": rest, "Id": "x"}
    assert parse_document(left).problem is None
    remains = iter(text)
    assert all(letter in remains for letter in left)  # nothing is written anew


def test_what_stands_around_a_statement_keeps_its_form() -> None:
    first, second, third = (
        SPREAD.index('{"Sid": "Build'),
        SPREAD.index('{"Sid": "Say'),
        SPREAD.rindex('{"Eff'),
    )
    after_first, after_second = SPREAD.index(",\n    {"), SPREAD.index(" ,\n\t")
    assert without_statements(SPREAD, [0]) == SPREAD[:first] + SPREAD[second:]
    assert without_statements(SPREAD, [1]) == SPREAD[:after_first] + SPREAD[after_second:]
    assert without_statements(SPREAD, [2]) == SPREAD[:after_second] + "\n  ]\n}\n"
    assert without_statements(SPREAD, [0, 1]) == SPREAD[:first] + SPREAD[third:]


def test_one_principal_goes_and_the_others_of_its_statement_stay() -> None:
    left = without_principal(SPREAD, 0, "444455556666")
    assert left == SPREAD.replace(', "444455556666"', "")
    assert without_principal(SPREAD, 0, "111122223333") == SPREAD.replace('"111122223333", ', "", 1)
    assert without_principal(SPREAD, 0, "ec2.amazonaws.com") == SPREAD.replace(
        ', "Service": "ec2.amazonaws.com"', ""
    )


def test_a_statement_whose_only_principal_goes_goes_as_well() -> None:
    assert without_principal(SPREAD, 1, "*") == without_statements(SPREAD, [1])
    assert without_principal(SPREAD, 2, "111122223333") == without_statements(SPREAD, [2])
    alone = {**ALLOW, "Principal": {"AWS": ["111122223333", "111122223333"]}}
    assert without_principal(text_of(alone), 0, "111122223333") is None


@pytest.mark.parametrize("index", [-1, 2])
def test_a_statement_that_is_not_there_cannot_be_taken_out(index: int) -> None:
    with pytest.raises(ValueError, match="no statements"):
        without_statements(text_of(ALLOW, DENY), [index])


def test_a_principal_that_is_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(ValueError, match="does not name the principal alice"):
        without_principal(SPREAD, 0, "alice")
    with pytest.raises(ValueError, match="there is no principal"):
        without_principal(text_of(ALLOW), 0, "alice")


def test_a_single_statement_leaves_nothing() -> None:
    assert without_statements(json.dumps({"Statement": ALLOW}), [0]) is None


def test_a_doubtful_document_is_not_rewritten() -> None:
    twice = '{"Statement": [{"Effect": "Deny", "Effect": "Allow", "Action": "*"}, {"a": 1}]}'
    with pytest.raises(ValueError, match='"Effect" is there twice'):
        without_statements(twice, [1])
