"""`rolecall case` tells the whole story, and `rolecall cases` what is exempt."""

import json

import pytest

from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall_cli.story import unified
from tests.cli.operating import ALICE, Command, operate
from tests.detection.staged import world_of
from tests.samples import sample
from tests.world import World

Told = tuple[World, str]


@pytest.fixture
def told() -> Told:
    """A world with a case that was put right and told on Slack."""
    one = sample("user-permissions-via-groups/drift-put-user-policy")
    made = world_of(one.change)
    (case_id,) = made.detector.detect(one.change).cases
    made.clock.now += 5
    made.settle(case_id)
    assert made.ledger.claim_telling(case_id, Status.REMEDIATED, "slack", made.clock())
    made.ledger.told(case_id, Status.REMEDIATED, "slack")
    return made, case_id


@pytest.fixture
def rolecall(told: Told, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command on that world."""
    return operate(monkeypatch, told[0])


def test_a_story_tells_the_change_the_states_the_calls_and_who_was_told(
    told: Told, rolecall: Command
) -> None:
    made, case_id = told
    case = made.ledger.get(case_id).case
    story = rolecall("case", case_id).output
    origin = case.origin
    for value in (origin.call, origin.event_id, origin.actor, origin.address):
        assert value in story
    assert "Before → after the remedy" in story
    assert '-  "Version": "2012-10-17",' in story
    assert "Written down before anything was done" in story
    assert "would call iam:DeleteUserPolicy" in story
    assert "taken back by iam:PutUserPolicy" in story
    for move in made.ledger.get(case_id).history:
        assert f"{move.to_dict()['at']}  {move.status}" in story
    (telling,) = made.ledger.told_of(case_id)
    assert f"{telling.to_dict()['at']}  remedi" in story
    assert "remediated  slack" in story
    assert f"rolecall undo {case_id}" in story
    assert "Exempt" not in story


def test_an_undone_case_tells_what_was_overwritten_and_until_when_it_is_exempt(
    told: Told, rolecall: Command
) -> None:
    made, case_id = told
    case = made.ledger.get(case_id).case
    policies = {case.drift.part: '{"Statement": "of somebody"}'}
    made.account.state[case.drift.subject][Facet.USER_INLINE_POLICIES] = policies
    undone = made.undoer.undo(case_id, reason="release", by=ALICE, over_changes=True)
    story = rolecall("case", case_id).output
    (left,) = made.ledger.exemptions()
    assert f"exemption of {ALICE} until {left.end}: release" in story
    assert "which is over" not in story
    assert "overwritten by the undo" in story
    assert '+  "Statement": "of somebody"' in story
    assert f"undone  {undone.reason}" in story
    assert "Undo begun at" in story
    made.clock.now += 86_401
    assert "which is over" in rolecall("case", case_id).output


def test_a_case_in_which_nothing_was_done_tells_what_it_should_be(
    rolecall: Command, told: Told
) -> None:
    made, _ = told
    one = sample("role-no-wildcard-trust/drift-update-trust-one-open-statement")
    other = world_of(one.change)
    (case_id,) = other.detector.detect(one.change).cases
    made.ledger.kept |= other.ledger.kept
    story = rolecall("case", case_id).output
    assert "Now → what it should be" in story
    assert "Before → after the remedy" not in story
    assert "Who was told" not in story


def test_a_story_for_machines_holds_everything(told: Told, rolecall: Command) -> None:
    made, case_id = told
    made.undoer.undo(case_id, reason="release", by=ALICE)
    entry = made.ledger.get(case_id)
    assert entry.intent
    assert entry.outcome
    (left,) = made.ledger.exemptions()
    (telling,) = made.ledger.told_of(case_id)
    story = json.loads(rolecall("case", case_id, "--format", "json").output)
    assert story.pop("next")[1].startswith("rolecall exempt")
    assert story == {
        "case": entry.case.to_dict(),
        "history": [move.to_dict() for move in entry.history],
        "intent": entry.intent.to_dict(),
        "outcome": entry.outcome.to_dict(),
        "exemption": left.to_dict(),
        "told": [telling.to_dict()],
    }
    assert [move["status"] for move in story["history"]] == [
        "pending",
        "verifying",
        "remediated",
        "undone",
    ]


def test_the_list_says_what_is_exempt_while_it_is(told: Told, rolecall: Command) -> None:
    made, case_id = told
    assert "exempt" not in rolecall("cases").output
    made.undoer.undo(case_id, reason="release", by=ALICE)
    (left,) = made.ledger.exemptions()
    assert f"undone, exempt until {left.end}" in rolecall("cases").output
    (line,) = rolecall("cases", "--format", "jsonl").output.splitlines()
    assert json.loads(line)["exemption"] == left.to_dict()
    made.clock.now += 86_401
    assert "exempt until" not in rolecall("cases").output
    (line,) = rolecall("cases", "--format", "jsonl").output.splitlines()
    assert json.loads(line)["exemption"] is None


def test_policies_are_written_out_in_a_diff() -> None:
    old, new = '{"Version":"2012-10-17","Statement":[]}', '{"Version":"2012-10-17"}'
    assert unified({"trust": old}, {"trust": new})[1:] == [
        " {",
        '   "trust": {',
        '-    "Version": "2012-10-17",',
        '-    "Statement": []',
        '+    "Version": "2012-10-17"',
        "   }",
        " }",
    ]
    assert unified(None, "PowerUserAccess")[1:] == ['+"PowerUserAccess"']
    assert unified(old, old) == []


def test_what_is_nested_too_deep_to_show_is_said_to_be_so() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert unified({"x": deep}, None) == ["… nested too deep to show"]
