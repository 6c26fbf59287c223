"""Documents are read in one form, and what is doubtful is said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.policy.documents import (
    CLOSED_TRUST,
    denies_only,
    parse_document,
)

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DENY = {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:s3:::a"}


def text_of(*statements: Any, **elements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)} | elements)


# Statements of every shape, good and odd, for laws that must hold whatever stands there.
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
names = st.sampled_from(
    ["Effect", "effect", "Action", "NotAction", "Principal", "NotPrincipal", "Condition", "Sid"]
)
odd_statements = st.dictionaries(names, anything | st.sampled_from(["Allow", "*"]), max_size=5)
odd_documents = st.dictionaries(
    st.sampled_from(["Version", "Statement", "statement", "Id", "X"]),
    anything | odd_statements | st.lists(odd_statements, max_size=3),
)
good_statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3),
    },
    optional={
        "Sid": st.text(max_size=6),
        "Resource": st.text(min_size=1, max_size=8),
        "Condition": st.dictionaries(
            st.text(alphabet="abc", max_size=4),
            st.dictionaries(
                st.text(alphabet="xyz", max_size=4),
                st.lists(
                    st.text(max_size=4)
                    | st.integers()
                    | st.floats(allow_nan=False, allow_infinity=False)
                ),
            ),
        ),
    },
)


def test_a_statement_is_read_element_by_element() -> None:
    statement = {**DENY, "Sid": "No", "Condition": {"Bool": {"aws:SecureTransport": False}}}
    document = parse_document(text_of(ALLOW, statement))
    assert document.problem is None
    first, second = document.statements
    assert (first.index, first.effect, first.actions) == (0, "Allow", ("s3:GetObject",))
    assert (first.sid, first.principals, first.conditions) == (None, None, ())
    assert (second.index, second.effect, second.sid) == (1, "Deny", "No")
    assert (second.actions, second.not_actions) == ((), ("iam:*", "sts:*"))
    assert (first.resources, second.not_resources) == (("*",), ("arn:aws:s3:::a",))
    assert second.conditions[0].values == ("false",)
    assert second.raw == statement


@pytest.mark.peer(
    13, "Cloud Custodian: a Statement that is one object crashes the filter and the run"
)
def test_names_in_any_case_and_a_single_statement_mean_the_same() -> None:
    usual = parse_document(text_of({**ALLOW, "Principal": {"AWS": ["*"]}}))
    other = parse_document(
        json.dumps(
            {
                "statement": {
                    "EFFECT": "Allow",
                    "action": ["s3:GetObject"],
                    "RESOURCE": ["*"],
                    "principal": {"aws": "*"},
                }
            }
        )
    )
    (one,), (two,) = usual.statements, other.statements
    assert (usual.problem, other.problem) == (None, None)
    assert (one.actions, one.resources, one.principals) == (
        two.actions,
        two.resources,
        two.principals,
    )


def test_a_statement_speaks_of_its_actions_or_of_all_but_its_not_actions() -> None:
    allow, deny = parse_document(text_of(ALLOW, DENY)).statements
    assert allow.covers("s3:getobject")
    assert not allow.covers("s3:PutObject")
    assert deny.covers("s3:GetObject")
    assert not deny.covers("sts:AssumeRole")


STATEMENT_TEXT = json.dumps(ALLOW)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is not JSON"),
        ("{", "it is not JSON"),
        ("\ufeff{}", "it is not JSON"),
        ("%7B%22Statement%22%3A%5B%5D%7D", "it is not JSON"),
        ('{"Statement": NaN}', "it is not JSON"),
        ('{"Statement": -Infinity}', "it is not JSON"),
        ('{"Statement": 1e999}', "it is not JSON"),
        ('{"Statement": ' + "9" * 5000 + "}", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ("null", "it is not a JSON object"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"Id": ' + "[" * 40 + "]" * 40 + "}", "it is nested too deeply"),
        (text_of(ALLOW) + " " * 131_072, "it is longer than any policy that IAM takes"),
        ("{}", "it has no statements"),
        (text_of(), "it has no statements"),
        ('{"Statement": "x"}', "it has no statements"),
        (text_of(ALLOW, Version="2020-01-01"), "its Version is not one that IAM knows"),
        (text_of(ALLOW, Version=[]), "its Version is not one that IAM knows"),
        (text_of(ALLOW, Extra=1), "it has an element that IAM policies do not have"),
        (text_of("x"), "statement 0: it is not an object"),
        (
            text_of(ALLOW, {**ALLOW, "Principle": "*"}),
            "statement 1: it has an element that statements do not have",
        ),
        (
            text_of({**ALLOW, "Effect": "allow"}),
            "statement 0: its Effect is neither Allow nor Deny",
        ),
        (
            text_of({**ALLOW, "Effect": ["Deny"]}),
            "statement 0: its Effect is neither Allow nor Deny",
        ),
        (text_of({**ALLOW, "NotAction": "x"}), "statement 0: it has both Action and NotAction"),
        (
            text_of({**ALLOW, "Principal": "*", "NotPrincipal": "*"}),
            "statement 0: it has both Principal and NotPrincipal",
        ),
        (text_of({"Effect": "Deny", "Resource": "*"}), "statement 0: it has no Action"),
        (
            text_of({**ALLOW, "Action": []}),
            "statement 0: its Action is not text or a list of texts",
        ),
        (
            text_of({**ALLOW, "Resource": [1]}),
            "statement 0: its Resource is not text or a list of texts",
        ),
        (text_of({**ALLOW, "Sid": 1}), "statement 0: its Sid is not text"),
        (text_of({**ALLOW, "Condition": []}), "statement 0: its Condition is not an object"),
        (
            '{"Statement": [{"Effect": "Deny", "Effect": "Allow", "Action": "*"}]}',
            'the key "Effect" is there twice',
        ),
        (
            '{"Statement": [{"Effect": "Deny", "effect": "Allow", "Action": "*"}]}',
            'the key "Effect" is there twice',
        ),
        (
            f'{{"Statement": [], "Statement": [{STATEMENT_TEXT}]}}',
            'the key "Statement" is there twice',
        ),
        (
            text_of({**ALLOW, "Condition": {"Bool": {"aws:X": "1", "AWS:x": "2"}}}),
            "a key is there twice",
        ),
    ],
)
def test_what_cannot_be_judged_is_named(text: str, problem: str) -> None:
    assert parse_document(text).problem == problem


def test_statements_beside_an_odd_one_keep_their_places() -> None:
    document = parse_document(text_of({"Effect": "Maybe"}, ALLOW))
    assert [statement.index for statement in document.statements] == [1]
    assert document.problem


@pytest.mark.peer(13, "iambic #463, #397, #593: real policy documents crash the import")
@given(st.text() | anything.map(json.dumps) | odd_documents.map(json.dumps))
def test_any_text_is_read_without_an_error(text: str) -> None:
    document = parse_document(text)
    assert document.problem or document.statements


@given(st.lists(good_statements, min_size=1, max_size=4))
def test_a_well_formed_document_has_no_problem(statements: list[dict[str, Any]]) -> None:
    document = parse_document(text_of(*statements))
    assert document.problem is None
    assert [statement.raw for statement in document.statements] == statements
    assert [statement.index for statement in document.statements] == list(range(len(statements)))


@pytest.mark.peer(16, "Step Functions approval sample: looks at the first statement only")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (text_of(DENY), True),
        (text_of(DENY, DENY), True),
        (CLOSED_TRUST, True),
        (text_of(DENY, ALLOW), False),
        (text_of(), False),
        ("{", False),
        ('{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*"}}', False),
    ],
)
def test_a_document_denies_only_when_every_statement_does(text: str, expected: bool) -> None:
    assert denies_only(text) is expected


def test_the_closed_trust_is_the_compact_form_of_one_deny() -> None:
    (statement,) = parse_document(CLOSED_TRUST).statements
    assert (statement.sid, statement.effect) == ("RolecallQuarantine", "Deny")
    assert " " not in CLOSED_TRUST
    assert json.loads(CLOSED_TRUST)["Statement"][0]["Principal"] == {"AWS": "*"}
