"""What Slack is sent."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion

from rolecall.channels.slack_blocks import MAX_BLOCKS, MAX_HEADER, payload
from rolecall.model.cases import Case, Status
from rolecall.notification.message import message
from tests.notification.cases import STACK, TOLD, attached, in_status, open_trust
from tests.notification.strategies import cases, patient

TITLES = ("Before → after", "What was found", "The right way", "Next")


def body(case: Case) -> dict[str, Any]:
    return payload(message(case, STACK))


def objects(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield from block.get("elements", [])
        if "text" in block:
            yield block["text"]


@pytest.mark.parametrize("status", TOLD)
def test_each_status_reads_well(status: Status, snapshot: SnapshotAssertion) -> None:
    assert body(in_status(status)) == snapshot


def test_the_fallback_is_the_whole_story_in_one_line() -> None:
    assert body(attached())["text"] == message(attached(), STACK).summary


def test_nothing_is_unfurled() -> None:
    sent = body(attached())
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


def test_a_header_without_room_is_followed_by_the_whole_sentence() -> None:
    says = f"The policy {'x' * 200} is there."
    blocks = body(replace(attached(), drift=replace(attached().drift, says=says)))["blocks"]
    header = blocks[0]["text"]["text"]
    assert len(header) <= MAX_HEADER
    assert header.endswith("… · prod (111122223333)")
    assert blocks[1]["text"]["text"] == says


def test_a_header_with_room_says_it_once() -> None:
    sections = [found["text"] for found in objects(body(attached())["blocks"])]
    assert sum(attached().drift.says in text for text in sections) == 1


def test_a_command_is_shown_whole_or_not_at_all() -> None:
    long = "aws iam x " + "y" * 2000
    sent = body(replace(attached(), advice=("", "Right.", long, "aws iam z")))
    (code,) = [found["text"] for found in objects(sent["blocks"]) if "aws iam z" in found["text"]]
    assert code == "```aws iam z\n… 1 lines left out: too long for Slack```"


def test_policy_text_cannot_end_the_code_it_stands_in() -> None:
    case = open_trust()
    found = {"statement": '{"Sid":"```\\n<!channel> *approved*"}'}
    case = replace(case, drift=replace(case.drift, found=found, before=None, expected=None))
    (code,) = [found for found in objects(body(case)["blocks"]) if "approved" in found["text"]]
    assert code["text"].count("```") == 2
    assert "&lt;!channel&gt;" in code["text"]


@patient
@given(cases)
def test_any_case_is_harmless_and_within_slacks_limits(case: Case) -> None:
    sent = body(case)
    assert len(json.dumps(sent["blocks"])) <= MAX_BLOCKS
    for block in Block.parse_all(sent["blocks"]):
        block.validate_json()
    assert len(sent["blocks"]) <= 50
    assert len(sent["blocks"][0]["text"]["text"]) <= MAX_HEADER
    texts = [sent["text"]]
    for found in objects(sent["blocks"]):
        texts.append(found["text"])
        assert 0 < len(found["text"]) <= 3000
        if found["type"] == "mrkdwn":
            assert found["verbatim"] is True
            before, code, after = found["text"].split("```")
            assert before in {"", *(f"*{title}*\n" for title in TITLES)}
            assert "`" not in code
            assert after == ""
        else:
            assert found["type"] == "plain_text"
    for text in texts:
        assert "<" not in text
        assert ">" not in text
        assert "://" not in text.replace("file://", "")
        assert text.replace("\n", "").isprintable()
        bare = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert "&" not in bare
