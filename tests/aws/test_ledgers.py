"""What a ledger promises. The one in DynamoDB and the one that other tests use keep the same promises."""

from dataclasses import replace
from datetime import datetime

import pytest

from rolecall.aws.ledger import DynamoLedger
from rolecall.errors import CappedError, CaseError, LeaseHeldError, PausedError
from rolecall.model.calls import Call
from rolecall.model.cases import Case, Status
from rolecall.model.stories import LedgerExemption, Telling
from rolecall.model.subjects import SubjectRef
from rolecall.model.sweeps import LastSweep, Sweep
from rolecall.ports import APART, Cap, Intent, Ledger, Opening, Outcome
from tests.aws.cases import case
from tests.fakes import MemoryLedger
from tests.states import ACCOUNT, ref

NOW = 1_793_610_900.0
DAY = 86_400
UNDO = ({"call": "iam:PutUserPolicy", "parameters": {"x": [1, None, "é\ud800"]}},)
INTENT = Intent({"user.inline-policies": {"p": "{\n}"}}, ({"do": {}, "undo": {}},), "at")
OUTCOME = Outcome(UNDO, None, "at")


def exemption(of: Case) -> LedgerExemption:
    """One of a minute."""
    return LedgerExemption.of(of, reason="é\ud800", owner="alice", until=NOW + 60)


@pytest.fixture(params=["DynamoDB", "memory"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Each ledger there is."""
    if request.param == "memory":
        return MemoryLedger()
    found: DynamoLedger = request.getfixturevalue("dynamo_ledger")
    return found


def test_a_case_is_opened_once_and_found_again(ledger: Ledger) -> None:
    mine = case()
    assert ledger.open_case(mine, NOW) == (Opening.OPENED, mine)
    assert ledger.get(mine.id).case == mine
    assert list(ledger.cases()) == [mine]


def test_the_same_record_again_finds_the_case_as_it_stands(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    ended = mine.moved(Status.FAILED, reason="refused", ended="x")
    ledger.conclude(ledger.claim(mine.id, NOW, 120), ended, None)
    assert ledger.open_case(mine, NOW) == (Opening.REPEATED, ended)


@pytest.mark.parametrize("after", [0, 1, DAY - 1])
def test_the_same_drift_through_another_record_is_known_for_a_day(
    ledger: Ledger, after: float
) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    assert ledger.open_case(case(event="e-2"), NOW + after) == (Opening.KNOWN, mine)
    assert list(ledger.cases()) == [mine]


def test_after_a_day_a_drift_that_is_still_there_opens_again(ledger: Ledger) -> None:
    ledger.open_case(case(), NOW)
    assert ledger.open_case(case(event="e-2"), NOW + DAY + 1)[0] is Opening.OPENED
    assert ledger.open_case(case(event="e-3"), NOW + DAY + 2)[0] is Opening.KNOWN


@pytest.mark.peer(63, "Flowpipe mod: two users with an inline policy of one name collide")
@pytest.mark.parametrize(
    "other",
    [
        case(found="two", event="e-2"),
        case("q", event="e-2"),
        case(convention="no-long-term-access-keys", event="e-2"),
        case(of=SubjectRef("user", "carol", ACCOUNT), event="e-2"),
    ],
    ids=["state", "part", "convention", "subject"],
)
def test_another_state_part_convention_or_subject_opens_a_case(
    ledger: Ledger, other: object
) -> None:
    ledger.open_case(case(), NOW)
    assert ledger.open_case(other, NOW)[0] is Opening.OPENED  # type: ignore[arg-type]


def test_a_snoozed_drift_opens_nothing_in_any_state_until_its_hour(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    ledger.exempt(mine, exemption(mine))
    for other in (case(event="e-2"), case(found="two", event="e-3")):
        assert ledger.open_case(other, NOW + 59) == (Opening.SNOOZED, mine)
    assert ledger.open_case(case(event="e-2"), NOW + 61)[0] is Opening.OPENED


def test_an_exemption_is_kept_with_its_reason_owner_and_end(ledger: Ledger) -> None:
    mine, other = case(), case("q", event="e-2")
    for one in (mine, other):
        ledger.open_case(one, NOW)
    assert (ledger.exemption(mine), list(ledger.exemptions())) == (None, [])
    ledger.exempt(mine, exemption(mine))
    assert ledger.exemption(mine) == exemption(mine)
    assert ledger.exemption(case(event="e-3")) == exemption(mine)
    assert ledger.exemption(other) is None
    assert list(ledger.exemptions()) == [exemption(mine)]
    assert ledger.exemption(case(of=SubjectRef("user", "nobody", ACCOUNT))) is None


def test_an_exemption_that_is_taken_back_silences_nothing(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    ledger.exempt(mine, exemption(mine))
    ledger.exempt(mine, None)
    assert (ledger.exemption(mine), list(ledger.exemptions())) == (None, [])
    assert ledger.open_case(case(event="e-2"), NOW + 1)[0] is Opening.OPENED


def test_a_case_keeps_where_it_stood_and_why(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    moves = [
        mine.moved(Status.PENDING, reason="approved by carol"),
        mine.moved(Status.PENDING, reason="the same place is no move"),
        mine.moved(Status.FAILED, reason="refused", ended="x"),
    ]
    for moved in moves:
        ledger.conclude(ledger.claim(mine.id, NOW, 120), moved, None)
    history = ledger.get(mine.id).history
    assert [(move.status, move.reason) for move in history] == [
        (Status.NOTIFIED, ""),
        (Status.PENDING, "approved by carol"),
        (Status.FAILED, "refused"),
    ]
    assert history[0].at == NOW
    assert all(move.at > 0 for move in history)
    assert ledger.claim(mine.id, NOW, 120).history == history


def test_a_drift_that_is_gone_stands_in_the_history(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    ledger.settle(mine.drift.subject, mine.drift.convention, [], "now")
    last = ledger.get(mine.id).history[-1]
    assert (last.status, last.reason) == (Status.RESOLVED, "it is gone")


def test_the_ledger_knows_what_was_told_where_and_when(ledger: MemoryLedger) -> None:
    told = ("c-1", Status.NOTIFIED, "slack")
    assert ledger.claim_telling(*told, NOW)
    assert list(ledger.told_of("c-1")) == []  # it is not told yet
    ledger.told(*told)
    ledger.claim_telling("c-1", Status.REMEDIATED, "slack", NOW)  # it never got there
    ledger.claim_telling("c-12", Status.NOTIFIED, "slack", NOW)
    ledger.told("c-12", Status.NOTIFIED, "slack")
    assert list(ledger.told_of("c-1")) == [Telling(NOW, Status.NOTIFIED, "slack")]


def test_a_claim_holds_until_it_is_given_back_or_its_lease_ends(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    entry = ledger.claim(mine.id, NOW, 120)
    with pytest.raises(LeaseHeldError):
        ledger.claim(mine.id, NOW + 119, 120)
    ledger.release(entry)
    second = ledger.claim(mine.id, NOW + 1, 120)
    third = ledger.claim(mine.id, NOW + 122, 120)
    assert entry.fence < second.fence < third.fence


def test_a_case_that_nobody_opened_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(CaseError, match="no case c-unknown"):
        ledger.get("c-unknown")
    with pytest.raises(CaseError, match="no case c-unknown"):
        ledger.claim("c-unknown", NOW, 120)


@pytest.mark.peer(
    64, "Cloud Custodian #7515: the second event of an hour overwrites the evidence of the first"
)
def test_an_intent_is_kept_and_the_next_one_remembers_it(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    entry = ledger.claim(mine.id, NOW, 120)
    ledger.intend(entry, INTENT)
    assert ledger.get(mine.id).intent == INTENT
    later = INTENT.then(Intent({}, (), "later"))
    ledger.intend(entry, later)
    ledger.release(entry)
    assert ledger.claim(mine.id, NOW, 120).intent == later
    assert later.earlier == (INTENT,)
    assert later.then(Intent({}, (), "last")).earlier == (INTENT, Intent({}, (), "later"))


def test_a_subject_that_is_stopped_takes_no_intent_until_people_have_looked(ledger: Ledger) -> None:
    mine, other = case(), case(of=SubjectRef("user", "carol", ACCOUNT), event="e-2")
    for one in (mine, other):
        ledger.open_case(one, NOW)
    entry = ledger.claim(mine.id, NOW, 120)
    ledger.set_stop(mine.drift.subject, "somebody fights")
    with pytest.raises(CappedError, match="somebody fights") as raised:
        ledger.intend(entry, INTENT, [Cap("account", "a", 5)])
    assert raised.value.sort == "stop"
    assert ledger.get(mine.id).intent is None
    ledger.intend(ledger.claim(other.id, NOW, 120), INTENT)
    ledger.set_stop(mine.drift.subject, "")
    ledger.intend(entry, INTENT)
    assert ledger.get(mine.id).intent == INTENT


MEANT = Call("iam:DeleteUserPolicy", {"UserName": "bob", "PolicyName": "p"})
STEP = {"do": MEANT.to_dict(), "undo": {}}


def test_what_was_intended_on_a_subject_is_found_by_the_subject_whatever_becomes_of_the_case(
    ledger: Ledger,
) -> None:
    other = case(of=SubjectRef("user", "carol", ACCOUNT), event="e-9")
    first, second = case(), case(found="two", event="e-2")
    for number, mine in enumerate((first, second, other)):
        ledger.open_case(mine, NOW)
        entry = ledger.claim(mine.id, NOW, 120)
        ledger.intend(entry, Intent({}, (STEP,), f"at {number}"))
        ledger.conclude(entry, mine.moved(Status.REMEDIATED, ended="x"), OUTCOME)
    assert sorted(ledger.intended(ref("user")), key=str) == [("at 0", MEANT), ("at 1", MEANT)]
    assert ledger.intended(SubjectRef("user", "dave", ACCOUNT)) == []


def test_the_calls_of_every_try_are_kept_beside_its_subject(ledger: Ledger) -> None:
    mine, other = case(), Call("iam:DeleteUserPolicy", {"UserName": "bob", "PolicyName": "q"})
    ledger.open_case(mine, NOW)
    for number, meant in enumerate((MEANT, other)):
        entry = ledger.claim(mine.id, NOW, 120)
        step = {"do": meant.to_dict(), "undo": {}}
        ledger.intend(entry, Intent({}, (step,), f"at {number}"))
        ledger.release(entry)
    assert sorted(ledger.intended(ref("user")), key=str) == [("at 0", MEANT), ("at 1", other)]


def test_nothing_was_intended_while_writes_are_paused_or_a_cap_is_reached(ledger: Ledger) -> None:
    cap = (Cap("account", "account/1/h", 1),)
    other, mine = case(of=SubjectRef("user", "carol", ACCOUNT)), case(event="e-2")
    for one in (other, mine):
        ledger.open_case(one, NOW)
    ledger.intend(ledger.claim(other.id, NOW, 120), INTENT, cap)
    entry = ledger.claim(mine.id, NOW, 120)
    with pytest.raises(CappedError):
        ledger.intend(entry, Intent({}, (STEP,), "at"), cap)
    ledger.set_pause("incident 7")
    with pytest.raises(PausedError):
        ledger.intend(entry, Intent({}, (STEP,), "at"))
    assert ledger.intended(ref("user")) == []


def test_an_end_is_kept_with_its_outcome_and_gives_the_case_back(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    entry = ledger.claim(mine.id, NOW, 120)
    ended = mine.moved(Status.REMEDIATED, ended="x")
    ledger.conclude(entry, ended, OUTCOME)
    found = ledger.claim(mine.id, NOW, 120)
    assert (found.case, found.outcome) == (ended, OUTCOME)
    ledger.conclude(found, ended.moved(Status.UNDONE), None)
    assert ledger.get(mine.id).outcome == OUTCOME


@pytest.mark.parametrize("ended", ["x", ""])
def test_when_a_case_has_ended_its_drift_opens_another(ledger: Ledger, ended: str) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    ledger.conclude(ledger.claim(mine.id, NOW, 120), mine.moved(Status.FAILED, ended=ended), None)
    opening, _ = ledger.open_case(case(event="e-2"), NOW)
    assert opening is (Opening.OPENED if ended else Opening.KNOWN)


def test_the_last_sweep_that_ended_is_remembered_and_no_earlier_one(ledger: Ledger) -> None:
    assert ledger.last_sweep() is None
    for id_ in ("s-1", "s-2"):
        ended = LastSweep(Sweep(id_, "begun", "user/bob", 7, 3, 1, 2, 40), "ended", ("a", "b"))
        ledger.swept(ended)
        assert ledger.last_sweep() == ended
    assert list(ledger.cases()) == list(ledger.unheard()) == []


def test_an_old_case_that_ends_leaves_the_drift_to_the_newer_one(ledger: Ledger) -> None:
    old, new = case(), case(found="two", event="e-2")
    ledger.open_case(old, NOW)
    ledger.open_case(new, NOW)
    ended = old.moved(Status.SUPERSEDED, ended="x")
    ledger.conclude(ledger.claim(old.id, NOW, 120), ended, None)
    assert ledger.get(old.id).case == ended
    assert ledger.open_case(case(found="two", event="e-3"), NOW) == (Opening.KNOWN, new)


@pytest.mark.parametrize("end", ["", "x"])
def test_who_lost_the_case_writes_nothing(ledger: Ledger, end: str) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    zombie = ledger.claim(mine.id, NOW, 120)
    owner = ledger.claim(mine.id, NOW + 121, 120)
    with pytest.raises(LeaseHeldError):
        ledger.intend(zombie, INTENT)
    with pytest.raises(LeaseHeldError):
        ledger.conclude(zombie, mine.moved(Status.FAILED, ended=end), OUTCOME)
    ledger.release(zombie)  # in silence: it is not its own to give back
    found = ledger.get(mine.id)
    assert (found.case, found.intent, found.outcome) == (mine, None, None)
    assert found.fence == owner.fence
    with pytest.raises(LeaseHeldError):
        ledger.claim(mine.id, NOW + 122, 120)
    assert ledger.open_case(case(event="e-2"), NOW + 300)[0] is Opening.KNOWN


def test_a_drift_whose_case_a_worker_has_in_hand_is_tried_again(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    entry = ledger.claim(mine.id, NOW, 120)
    # The worker has looked already, and may end the case without this drift.
    with pytest.raises(LeaseHeldError):
        ledger.open_case(case(event="e-2"), NOW + 120)
    ledger.release(entry)
    assert ledger.open_case(case(event="e-2"), NOW + 120) == (Opening.KNOWN, mine)


@pytest.mark.parametrize(
    ("status", "resolved"),
    [
        (Status.NOTIFIED, True),
        (Status.OBSERVED, True),
        (Status.AWAITING_APPROVAL, True),
        (Status.EXEMPT, True),
        (Status.PROTECTED, True),
        (Status.PAUSED, True),
        (Status.CAPPED, True),
        # A worker has these in hand, or will have.
        (Status.WAITING, False),
        (Status.PENDING, False),
        (Status.REMEDIATED, False),
        (Status.UNDONE, False),
    ],
)
def test_a_drift_that_is_gone_resolves_its_case(
    ledger: Ledger, status: Status, *, resolved: bool
) -> None:
    mine = case(status=status)
    ledger.open_case(mine, NOW)
    found = ledger.settle(mine.drift.subject, mine.drift.convention, [], "now")
    now = mine.moved(Status.RESOLVED, reason="it is gone", ended="now") if resolved else mine
    assert found == ([now] if resolved else [])
    assert ledger.get(mine.id).case == now
    opening, _ = ledger.open_case(case(event="e-2"), NOW)
    assert opening is (Opening.OPENED if resolved else Opening.KNOWN)


def test_only_what_is_gone_of_this_convention_and_subject_is_resolved(ledger: Ledger) -> None:
    gone, still = case("gone"), case("still")
    others = [
        case(convention="user-permissions-via-groups-2"),
        case(convention="no-long-term-access-keys"),
        case(of=SubjectRef("user", "bo", ACCOUNT)),
        case(of=SubjectRef("user", "bob", "444455556666")),
    ]
    for one in (gone, still, *others):
        ledger.open_case(one, NOW)
    found = ledger.settle(ref("user"), gone.drift.convention, [still.drift.key], "now")
    assert [one.id for one in found] == [gone.id]
    for one in (still, *others):
        assert ledger.get(one.id).case == one
    assert ledger.settle(ref("user"), gone.drift.convention, [still.drift.key], "later") == []


@pytest.mark.peer(67, "Cloud Custodian #8702, #5211: the same alert several times")
def test_a_telling_is_told_once_for_each_status_and_channel(ledger: MemoryLedger) -> None:
    told = ("c-1", Status.NOTIFIED, "slack")
    assert ledger.claim_telling(*told, NOW)
    ledger.told(*told)
    assert not ledger.claim_telling(*told, NOW)
    assert ledger.claim_telling("c-1", Status.REMEDIATED, "slack", NOW)
    assert ledger.claim_telling("c-1", Status.NOTIFIED, "sns", NOW)
    assert ledger.claim_telling("c-2", Status.NOTIFIED, "slack", NOW)


def test_a_telling_that_did_not_get_there_is_told_again(ledger: MemoryLedger) -> None:
    told = ("c-1", Status.NOTIFIED, "slack")
    assert ledger.claim_telling(*told, NOW)
    ledger.untold(*told)
    assert ledger.claim_telling(*told, NOW)


def test_a_telling_is_somebody_elses_until_its_lease_ends(ledger: MemoryLedger) -> None:
    told = ("c-1", Status.NOTIFIED, "slack")
    assert ledger.claim_telling(*told, NOW)
    for later in (0, 60):
        with pytest.raises(LeaseHeldError):
            ledger.claim_telling(*told, NOW + later)
    assert ledger.claim_telling(*told, NOW + 61)


def test_an_undo_that_has_begun_is_kept(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    begun = replace(OUTCOME, undoing="2026-11-02T09:15:00Z", before={"x": [None]}, overwritten=[1])
    ledger.conclude(ledger.claim(mine.id, NOW, 120), mine, begun)
    assert ledger.get(mine.id).outcome == begun


def test_a_lease_holds_to_its_last_moment(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    ledger.claim(mine.id, NOW, 120)
    with pytest.raises(LeaseHeldError):
        ledger.claim(mine.id, NOW + 120, 120)


def test_a_policy_padded_to_what_iam_allows_still_fits_into_its_case(ledger: Ledger) -> None:
    text = '{"Version":"2012-10-17","Statement":[]}'.ljust(131_072, "\n")
    drift = replace(case().drift, found={"inline": text}, before={"text": text})
    mine = replace(case(), drift=drift)
    ledger.open_case(mine, NOW)
    assert ledger.get(mine.id).case == mine
    intent = Intent(
        {"user.inline-policies": {"p": text, "q": text}}, ({"do": {}, "undo": text},), "at"
    )
    entry = ledger.claim(mine.id, NOW, 60)
    ledger.intend(entry, intent)
    assert ledger.get(mine.id).intent == intent


CAPS = (Cap("account", "account/1/h", 2), Cap("drift", "drift/x/h", 3))


def _intend(ledger: Ledger, event: str) -> None:
    mine = case(event=event, part=event)
    ledger.open_case(mine, NOW)
    entry = ledger.claim(mine.id, NOW, 120)
    ledger.intend(entry, INTENT, CAPS)


def test_a_cap_lets_so_many_writes_through_and_then_neither_writes_nor_counts(
    ledger: Ledger,
) -> None:
    _intend(ledger, "e-1")
    _intend(ledger, "e-2")
    with pytest.raises(CappedError, match="2 writes an hour for one account"):
        _intend(ledger, "e-3")
    mine = case(event="e-3", part="e-3")
    assert ledger.get(mine.id).intent is None
    # The drift's own count stands at two: what the account's cap held back was not counted there.
    other = case(event="e-4", part="e-4")
    ledger.open_case(other, NOW)
    ledger.intend(ledger.claim(other.id, NOW, 120), INTENT, CAPS[1:])


def test_another_bucket_counts_for_itself(ledger: Ledger) -> None:
    for event in ("e-1", "e-2"):
        _intend(ledger, event)
    mine = case(event="e-3", part="e-3")
    ledger.open_case(mine, NOW)
    later = (Cap("account", "account/1/next", 2),)
    ledger.intend(ledger.claim(mine.id, NOW, 120), INTENT, later)
    assert ledger.get(mine.id).intent == INTENT


def test_while_writes_are_paused_no_intent_is_written(ledger: Ledger) -> None:
    assert ledger.pause() == ""
    ledger.set_pause("incident 7")
    assert ledger.pause() == "incident 7"
    mine = case()
    ledger.open_case(mine, NOW)
    entry = ledger.claim(mine.id, NOW, 120)
    with pytest.raises(PausedError, match="incident 7"):
        ledger.intend(entry, INTENT, CAPS)
    assert ledger.get(mine.id).intent is None
    ledger.set_pause("")
    ledger.intend(entry, INTENT, CAPS)
    assert ledger.get(mine.id).intent == INTENT


def test_a_zombie_learns_that_it_lost_the_case_even_when_a_cap_is_reached(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    zombie = ledger.claim(mine.id, NOW, 10)
    ledger.claim(mine.id, NOW + 11, 120)
    with pytest.raises(LeaseHeldError):
        ledger.intend(zombie, INTENT, (Cap("account", "account/1/h", 0),))


def test_what_no_channel_has_told_is_unheard(ledger: MemoryLedger) -> None:
    told, untold, silent = (
        case(event="e-1"),
        case("q", event="e-2"),
        case("r", event="e-3", status=Status.WAITING),
    )
    moved = case("s", event="e-4")
    for one in (told, untold, silent, moved):
        ledger.open_case(one, NOW)
    for one in (told, moved):
        assert ledger.claim_telling(one.id, one.status, "slack", NOW)
        ledger.told(one.id, one.status, "slack")
    assert ledger.claim_telling(untold.id, untold.status, "slack", NOW)  # its worker died
    failed = moved.moved(Status.FAILED, ended="x")
    ledger.conclude(ledger.claim(moved.id, NOW, 120), failed, None)
    assert sorted(one.id for one in ledger.unheard()) == sorted([untold.id, moved.id])


def test_who_writes_a_whole_value_writes_alone(ledger: Ledger) -> None:
    first, second = (
        replace(one, drift=replace(one.drift, before={"trust": "{}"}))
        for one in (case("a"), case("b", event="e-2"))
    )
    part = case("c", event="e-3")
    for one in (first, second, part):
        ledger.open_case(one, NOW)
    mine, other = ledger.claim(first.id, NOW, 120), ledger.claim(second.id, NOW, 120)
    ledger.intend(mine, INTENT)
    ledger.intend(mine, INTENT)  # its own, once more
    with pytest.raises(LeaseHeldError):
        ledger.intend(other, INTENT)
    ledger.intend(ledger.claim(part.id, NOW, 120), INTENT)  # one entry of a subject harms no other
    done = replace(OUTCOME, at="2026-11-02T09:15:00Z")
    ledger.conclude(mine, first.moved(Status.VERIFYING), done)
    ended = datetime.fromisoformat(done.at).timestamp()
    with pytest.raises(LeaseHeldError):
        ledger.intend(other, INTENT)  # it has read before that write
    ledger.release(other)
    late = ledger.claim(second.id, ended + APART + 1, 120)
    ledger.intend(late, INTENT)
    assert ledger.get(second.id).intent == INTENT


def test_a_cap_of_none_lets_nothing_through(ledger: Ledger) -> None:
    mine = case()
    ledger.open_case(mine, NOW)
    with pytest.raises(CappedError) as raised:
        ledger.intend(ledger.claim(mine.id, NOW, 120), INTENT, [Cap("actor", "a", 0)])
    assert raised.value.sort == "actor"
    assert ledger.get(mine.id).intent is None
