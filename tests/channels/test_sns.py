"""What the two topics get."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from syrupy.assertion import SnapshotAssertion

from rolecall.channels.sns import (
    COLUMNS,
    MAX_BYTES,
    MachineTopic,
    PeopleTopic,
    machine_text,
    plain_text,
    subject,
)
from rolecall.model.cases import Case, Status
from rolecall.notification.message import message
from rolecall.notification.notify import Channel
from tests.notification.cases import STACK, TOLD, attached, bare_instance, in_status, open_trust
from tests.notification.strategies import cases, patient

TOPIC = "arn:aws:sns:us-east-1:111122223333:people"
SUBJECT = re.compile(r"[\x20-\x7e]{1,100}")
LIMIT = 262_144  # what SNS takes, attributes included


class Sns:
    """Remembers what was published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, str | None, Mapping[str, str] | None]] = []

    def publish(
        self,
        topic_arn: str,
        message: str,
        subject: str | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        self.published.append((topic_arn, message, subject, attributes))


def delivered(topic: type[PeopleTopic | MachineTopic], case: Case) -> tuple[Any, ...]:
    sns = Sns()
    channel: Channel = topic(sns.publish, TOPIC)
    channel.deliver(message(case, STACK), case)
    (published,) = sns.published
    return published


@pytest.mark.peer(68, "Cloud Custodian #1131, #2117: unreadable base64 on SNS")
@pytest.mark.parametrize("status", TOLD)
def test_people_read_plain_text(status: Status, snapshot: SnapshotAssertion) -> None:
    arn, text, line, attributes = delivered(PeopleTopic, in_status(status))
    assert (arn, attributes) == (TOPIC, None)
    assert f"{line}\n\n{text}" == snapshot


def test_sentences_keep_to_72_columns_and_commands_stay_whole() -> None:
    for case in (attached(), open_trust(), bare_instance()):
        content = message(case, STACK)
        text = plain_text(content).splitlines()
        copied = {f"  {line}" for part in content.parts for line in part.lines}
        assert copied <= set(text)
        assert all(len(line) <= COLUMNS for line in text if line not in copied)


def test_an_arn_longer_than_a_line_is_not_broken() -> None:
    arn = "arn:aws:iam::111122223333:policy/" + "very-" * 20 + "long"
    case = replace(attached(), drift=replace(attached().drift, says=f"The policy {arn} is there."))
    assert arn in plain_text(message(case, STACK))


def test_the_subject_says_how_bad_where_what_and_where_it_stands() -> None:
    assert subject(message(attached(), STACK)) == (
        "[HIGH] prod: policy AdministratorAccess is attached to the user bob it... "
        "(put right) c-k5v3qx7m2a4d"
    )


@pytest.mark.parametrize("name", ["dev\r\nBcc: everyone@evil.example", "💥" * 100, "x" * 300])
def test_no_name_gets_out_of_the_subject(name: str) -> None:
    line = subject(message(replace(attached(), account_name=name), STACK))
    assert SUBJECT.fullmatch(line)
    assert line.endswith("(put right) c-k5v3qx7m2a4d")


@patient
@given(cases)
def test_any_case_makes_a_subject_and_a_text_that_sns_takes(case: Case) -> None:
    content = message(case, STACK)
    assert SUBJECT.fullmatch(subject(content))
    text = plain_text(content)
    assert text.replace("\n", "").isprintable()
    assert "://" not in text.replace("file://", "")
    assert len(text.encode()) <= MAX_BYTES


def test_a_text_that_sns_would_refuse_is_cut_with_a_mark() -> None:
    text = plain_text(message(replace(attached(), advice=("ü" * 300_000, "")), STACK))
    assert MAX_BYTES - 4 <= len(text.encode()) <= MAX_BYTES
    assert text.endswith("\n… (cut: the message was too long)\n")


@pytest.mark.parametrize("status", TOLD)
def test_machines_read_the_case_itself(status: Status, snapshot: SnapshotAssertion) -> None:
    case = in_status(status)
    arn, text, line, attributes = delivered(MachineTopic, case)
    assert (arn, line) == (TOPIC, None)
    assert Case.from_dict(json.loads(text)) == case
    assert attributes == snapshot


def test_an_owner_that_nobody_named_is_no_attribute() -> None:
    attributes = delivered(MachineTopic, replace(attached(), owner=""))[3]
    assert "owner" not in attributes


@patient
@given(cases)
def test_any_case_makes_attributes_that_sns_takes(case: Case) -> None:
    _, text, _, attributes = delivered(MachineTopic, case)
    assert 0 < len(attributes) <= 8
    assert all(value and value.isprintable() for value in attributes.values())
    size = sum(len((name + value + "String").encode()) for name, value in attributes.items())
    assert len(text.encode()) + size <= LIMIT
    assert json.loads(text) == json.loads(json.dumps(case.to_dict()))


def test_a_case_that_sns_would_refuse_gives_up_its_largest_values_and_says_so() -> None:
    drift = replace(attached().drift, found={"inline": "x" * 200_000}, before={"y": "y" * 200_000})
    text = machine_text(replace(attached(), drift=drift))
    data = json.loads(text)
    assert len(text) <= MAX_BYTES
    assert data["cut"] == ["drift.before"]
    assert data["drift"]["found"] == drift.found
    assert data["drift"]["before"] == ""
