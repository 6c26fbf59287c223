"""The invariants of `test_simulation`, as checks: of each write when it is made, and of the end."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.policy.documents import CLOSED_TRUST
from tests.simulation.account import Part, Written
from tests.simulation.crew import Worker
from tests.simulation.deeds import CONVENTIONS, NEVER, statements
from tests.simulation.stack import Stack

FREE = {Status.WAITING, Status.PENDING, Status.VERIFYING}
# Where a drift may stand although its convention acts: people were told why.
HELD = {Status.CAPPED, Status.AWAITING_APPROVAL, Status.EXEMPT, Status.PROTECTED, Status.FAILED}
State = dict[Facet, Any]


def _values(state: State | None, facet: Facet, part: str) -> Any:
    """What a part of a subject is: one entry, or for a trust and a profile the whole."""
    value = (state or {}).get(facet)
    return value.get(part) if isinstance(value, dict) else value


def part_of(case: Case) -> tuple[Facet, str]:
    """The facet and the part that a case is about."""
    drift = case.drift
    match drift.convention:
        case "role-no-wildcard-trust":
            return Facet.ROLE_TRUST, json.dumps(
                json.loads(drift.found["statement"]), sort_keys=True
            )
        case "ec2-launched-with-profile":
            return Facet.INSTANCE_PROFILE, "profile"
        case "group-has-policy" | "root-usage":
            return Facet.GROUP_INLINE_POLICIES, drift.part
        case "no-long-term-access-keys":
            return Facet.USER_ACCESS_KEYS, drift.part
        case _ if "attached" in drift.found:
            return Facet.USER_ATTACHED_POLICIES, drift.part
        case _:
            return Facet.USER_INLINE_POLICIES, drift.part


def without(state: State, facet: Facet, part: str) -> State:
    """The same state with nothing changed but that the one part is put right."""
    if facet is Facet.ROLE_TRUST:
        left = [one for one in statements(state[facet]) if one != json.loads(part)]
        whole = json.loads(state[facet]) | {"Statement": left}
        return state | {facet: json.dumps(whole) if left else CLOSED_TRUST}
    if facet is Facet.INSTANCE_PROFILE:
        return state | {facet: "arn:aws:iam::111122223333:instance-profile/base"}
    rest = {key: value for key, value in state[facet].items() if key != part}
    inactive = {part: "Inactive"} if facet is Facet.USER_ACCESS_KEYS else {}
    return state | {facet: rest | inactive}


def _same(one: State | None, other: State | None) -> bool:
    def plain(state: State | None) -> Any:
        trust = (state or {}).get(Facet.ROLE_TRUST)
        return state and state | ({Facet.ROLE_TRUST: json.loads(trust)} if trust else {})

    return bool(plain(one) == plain(other))


@dataclass
class Witness:
    """Sees every write, and remembers what was done in which case."""

    calls: Counter[str] = field(default_factory=Counter)
    changed: dict[str, tuple[Written, Facet, str]] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)

    def look(self, stack: Stack, made: Written) -> None:
        """Check one write: I-2, I-4, I-7, I-9, I-14; of an undo, that it touches its part only."""
        assert made.who is not None
        made.who.changed += made.before != made.after
        case_id = made.who.case
        kept = stack.ledger.kept[case_id]
        case, drift = kept.case, kept.case.drift
        assert made.ref == drift.subject
        facet, part = part_of(case)
        if made.unseen:
            self.unseen.add(case_id)
        if made.who.role == "undo":
            others = {f: v for f, v in (made.before or {}).items() if f is not facet}
            assert others == {f: v for f, v in (made.after or {}).items() if f is not facet}
            return
        assert made.who.role == "remedies"
        assert made.ref not in NEVER
        convention = stack.registry[drift.convention]
        assert kept.intent is not None
        assert made.who.intended
        assert kept.intent.snapshot.keys() == {f.value for f in convention.needs}
        slept = any(struck.startswith("sleep at account.make") for struck in made.who.struck)
        assert slept or not stack.ledger.paused
        assert slept or kept.fence == made.who.fence  # no zombie acts
        assert slept or made.call.to_dict() in [step["do"] for step in kept.intent.remedy]
        self.calls[case_id] += 1
        if made.before == made.after:
            return
        assert made.before is not None
        if (
            not made.unseen
        ):  # IAM has no conditional write: what changed meanwhile is not ours to see
            assert _same(made.after, without(made.before, facet, part))
            self.changed[case_id] = (made, facet, part)

    def undone(self, stack: Stack, case: Case) -> None:
        """Check that an undo has brought back exactly what the remedy took (I-12)."""
        if case.id in self.unseen or case.id not in self.changed:
            return
        made, facet, part = self.changed[case.id]
        now = stack.account.state.get(made.ref)
        assert _values(now, facet, part) == _values(made.before, facet, part)


def caps(stack: Stack) -> None:
    """I-10: no hour has counted more writes than a cap lets through; `bounded` sees that all count."""
    made: Counter[tuple[str, str]] = Counter()
    for case, hour in stack.ledger.counted:
        made["account", hour] += 1
        made["convention", f"{case.drift.convention}/{hour}"] += 1
        made["actor", f"{case.origin.actor}/{hour}"] += 1
        made["drift", f"{case.drift.subject.key}/{case.drift.key}/{hour}"] += 1
    for (sort, _), count in made.items():
        assert count <= stack.settings.cap(sort)


def told_once(stack: Stack) -> None:
    """I-6: nothing is told twice on a channel unless a worker came to grief while telling it."""
    for key, count in stack.told.items():
        assert count == 1 or any(worker.struck for worker in stack.told_by[key])


def bounded(stack: Stack, witness: Witness) -> None:
    """I-8: a case makes one call each time it was counted or approved, and one more for each grief."""
    counted = Counter(case.id for case, _ in stack.ledger.counted)
    for case_id, calls in witness.calls.items():
        of_case: list[Worker] = [w for w in stack.crew.log if w.case == case_id]
        let = counted[case_id] + stack.approved[case_id]
        assert calls <= let + sum(len(worker.struck) for worker in of_case)


def at_rest(stack: Stack, lost: set[str]) -> None:
    """All that must hold when the faults are over and the queues are empty: I-1, I-5, I-6."""
    for queue in stack.queues.values():
        assert not queue.held
        assert queue.accepted == len(queue.acknowledged) + queue.lost
        assert not queue.dead
    assert not stack.standing(*FREE, Status.PAUSED)
    for case_id, status in stack.ledger.been:
        now = stack.ledger.kept[case_id].case.status
        moved_on = status in {*FREE, Status.PAUSED} or now is not status
        if status.is_told and not moved_on:
            for channel in stack.channels:
                assert stack.told[case_id, status, channel.name], (case_id, status)
    for brought, event in stack.account.brought.items():
        # What events lost, or met the silence of an undo whose worker died after asking for it, the last
        # sweep has found, and only tells.
        missed = event in lost or _was_silenced(stack, brought)
        swept = missed and _told(stack, brought, Status.NOTIFIED)
        assert swept or _answered(stack, brought), (brought, event)
    standing = Counter(
        (case.drift.subject.key, case.drift.key, case.drift.state)
        for case in stack.ledger.cases()
        if not case.ended and stack.registry[case.drift.convention].needs
    )
    assert max(standing.values(), default=1) == 1, standing.most_common(1)


def _was_silenced(stack: Stack, part: Part) -> bool:
    ref, facet, name = part
    return any(
        (ref.key, case.drift.key) in stack.ledger.silenced
        for case in stack.ledger.cases()
        if case.drift.subject == ref and part_of(case) == (facet, name)
    )


def _told(stack: Stack, part: Part, *statuses: Status) -> bool:
    """Whether a case about this part stands so."""
    ref, facet, name = part
    return any(
        case.drift.convention == CONVENTIONS[facet]
        and case.drift.subject == ref
        and part_of(case) == (facet, name)
        for case in stack.standing(*statuses)
    )


def _answered(stack: Stack, part: Part) -> bool:
    ref, facet, name = part
    # Told with the words that the approval was used up.
    void = [case for case in stack.standing(Status.NOTIFIED) if case.approval]
    for case in [*stack.standing(*HELD), *void]:
        about = case.drift.convention == CONVENTIONS[facet] and case.drift.subject == ref
        if about and part_of(case) == (facet, name):
            return True
    # An undo is silent for a day about what it brought back.
    return any(
        stack.ledger.known[ref.key, case.drift.key].snoozed
        for case in stack.ledger.cases()
        if case.drift.subject == ref and part_of(case) == (facet, name)
    )
