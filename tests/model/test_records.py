"""The parser is total, and reads what CloudTrail writes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.model.changes import Change, Rejected
from rolecall.model.records import MAX_BODY, parse, parse_body
from tests.model.hostile import any_text, broken_samples, json_values
from tests.samples import sample

EVENT = sample("user-permissions-via-groups/drift-attach-user-policy").event
RECORD: dict[str, Any] = EVENT["detail"]


def _is_answer(found: Change | Rejected) -> None:
    if isinstance(found, Rejected):
        assert found.reason.endswith(".")
        assert " " in found.reason
    else:
        service, _, name = found.call.partition(":")
        assert service
        assert name
        assert found.event_id
        assert len(found.account) == 12


@pytest.mark.peer(7, "Cloud Custodian #3877: an unexpected event is a KeyError")
@given(json_values)
def test_any_json_value_is_a_change_or_a_rejection_with_a_sentence(value: Any) -> None:
    _is_answer(parse(value))


@given(st.binary(max_size=200) | any_text)
def test_any_body_is_a_change_or_a_rejection_with_a_sentence(body: bytes | str) -> None:
    _is_answer(parse_body(body))


@given(broken_samples())
def test_a_broken_record_is_a_change_or_a_rejection_with_a_sentence(event: Any) -> None:
    _is_answer(parse(event))
    _is_answer(parse_body(json.dumps(event)))


BODY = json.dumps(RECORD)
_HOSTILE = {
    "empty": "",
    "a list": "[]",
    "a number": "7",
    "NaN": BODY.replace('"1.11"', "NaN"),
    "Infinity": BODY.replace('"1.11"', "-Infinity"),
    "a number of 5000 digits": BODY.replace('"1.11"', "9" * 5000),
    "nested 100000 deep": BODY.replace('"1.11"', "[" * 100_000 + "]" * 100_000),
    "too long": json.dumps(RECORD | {"padding": "x" * MAX_BODY}),
    "too long in bytes": json.dumps(RECORD | {"x": "é" * MAX_BODY}, ensure_ascii=False).encode(),
    "half": BODY[:-10],
    "two": BODY + BODY,
    "not UTF-8": b"\xff\xfe{",
    "control characters": BODY.replace("AttachUserPolicy", "Attach\x00UserPolicy"),
    "a detail of another shape": json.dumps(EVENT | {"detail": [RECORD]}),
}


@pytest.mark.parametrize("body", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_what_is_no_record_is_rejected(body: str | bytes) -> None:
    found = parse_body(body)
    assert isinstance(found, Rejected)
    assert found.reason.endswith(".")


_USELESS = {
    "eventSource": (None, "", 7, ["iam.amazonaws.com"]),
    "eventName": (None, "", {"omitted": True}),
    "eventID": (None, "", 7),
    "recipientAccountId": ("1", "11112222333x", "١١١١٢٢٢٢٣٣٣٣", ""),
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in _USELESS.items() for value in values]
)
def test_a_record_without_its_call_key_or_account_is_rejected(key: str, value: Any) -> None:
    assert isinstance(parse(RECORD | {key: value}), Rejected)


def test_a_rejection_names_the_event_where_it_can() -> None:
    found = parse(RECORD | {"eventName": None})
    assert isinstance(found, Rejected)
    assert found.event_id == RECORD["eventID"]


def test_a_body_of_the_longest_size_is_still_read() -> None:
    bare = len(json.dumps(RECORD | {"padding": ""}))
    body = json.dumps(RECORD | {"padding": "x" * (MAX_BODY - bare)})
    assert len(body) == MAX_BODY
    assert isinstance(parse_body(body), Change)


def test_the_envelope_and_the_bare_record_are_the_same_change() -> None:
    assert parse(EVENT) == parse(RECORD) == parse_body(json.dumps(EVENT))


def test_a_key_that_stands_twice_counts_as_its_last() -> None:
    body = BODY.replace('"eventName": ', '"eventName": "CreateUser", "eventName": ')
    found = parse_body(body)
    assert isinstance(found, Change)
    assert found.call == "iam:AttachUserPolicy"


def test_the_account_of_the_actor_serves_where_the_recipient_is_not_named() -> None:
    found = parse({k: v for k, v in RECORD.items() if k != "recipientAccountId"})
    assert isinstance(found, Change)
    assert found.account == "111122223333"


@pytest.mark.peer(6, "Cloud Custodian #3292: CreateFunction20150331 is not resolved")
@pytest.mark.parametrize(
    ("source", "name", "call"),
    [
        ("iam", "AttachUserPolicy", "iam:AttachUserPolicy"),
        ("lambda", "CreateFunction20150331", "lambda:CreateFunction"),
        ("lambda", "UpdateFunctionConfiguration20150331v2", "lambda:UpdateFunctionConfiguration"),
        ("lambda", "UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"),
        ("lambda", "AddPermission20150331v2", "lambda:AddPermission"),
        ("lambda", "TagResource20170331v2", "lambda:TagResource"),
        ("lambda", "Invoke", "lambda:Invoke"),
        ("lambda", "20150331", "lambda:20150331"),
        ("iam", "DateInIam20150331", "iam:DateInIam20150331"),
    ],
)
def test_a_call_has_one_spelling_whatever_date_its_record_carries(
    source: str, name: str, call: str
) -> None:
    found = parse(RECORD | {"eventSource": f"{source}.amazonaws.com", "eventName": name})
    assert isinstance(found, Change)
    assert found.call == call


@pytest.mark.parametrize("key", ["requestParameters", "responseElements"])
@pytest.mark.parametrize("value", [None, "text", 7, [], [{}]])
def test_parameters_of_another_shape_are_none(key: str, value: Any) -> None:
    found = parse(RECORD | {key: value})
    assert isinstance(found, Change)
    assert (found.request if key == "requestParameters" else found.response) is None


def test_a_replayed_record_stays_marked() -> None:
    plain, replayed = parse(RECORD), parse(RECORD, replayed=True)
    assert isinstance(plain, Change)
    assert isinstance(replayed, Change)
    assert (plain.replayed, replayed.replayed) == (False, True)


@pytest.mark.parametrize(
    ("key", "value", "through"),
    [
        ("userAgent", "aws-cli/2.31", "AWS CLI"),
        ("userAgent", "Boto3/1.44 md/Botocore", "an SDK"),
        ("userAgent", "APN/1.0 HashiCorp/1.0 Terraform/1.9", "Terraform"),
        ("userAgent", "cloudformation.amazonaws.com", "CloudFormation"),
        ("userAgent", "Mozilla/5.0", "the console"),
        ("userAgent", "curl/8", "an unnamed client"),
        ("userAgent", None, "an unnamed client"),
        ("userAgent", 7, "an unnamed client"),
        ("sessionCredentialFromConsole", "true", "the console"),
        ("sessionCredentialFromConsole", True, "the console"),
        ("userIdentity", {"invokedBy": "cloudformation.amazonaws.com"}, "CloudFormation"),
        ("userIdentity", {"invokedBy": "ssm.amazonaws.com"}, "the AWS service ssm"),
        ("userIdentity", {"invokedBy": "AWS Internal"}, "an unnamed client"),
    ],
)
def test_it_tells_what_the_change_was_made_with(key: str, value: Any, through: str) -> None:
    found = parse(RECORD | {"userAgent": None} | {key: value})
    assert isinstance(found, Change)
    assert found.through == through
