"""The outcome of a case: what its calls left of the part, and what is seen of that a little later."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rolecall.convention import Convention
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject
from rolecall.ports import Entry, Intent, Outcome
from rolecall.remediation.intending import deletes


def outcome_of(
    intent: Intent,
    undo: Sequence[Any],
    drift: Drift,
    convention: Convention,
    after: Subject | None,
    at: str,
) -> Outcome:
    """What the calls of an intent left behind.

    Args:
        intent: Under which they were made.
        undo: What takes them back; empty where their answers are lost, and it is as was planned.
        drift: What they were about.
        convention: Which says what the drift's part is.
        after: The subject as it was read after them; None when it is not there.
        at: When that was.
    """
    facets = {Facet(name): value for name, value in intent.snapshot.items()}
    planned = [step["undo"] for step in intent.remedy]
    return Outcome(
        tuple(undo or planned),
        convention.part(after, drift) if after else None,
        at,
        before=convention.part(subject(drift.subject, facets), drift),
    )


def seen_again(
    entry: Entry, outcome: Outcome, convention: Convention, now: Subject | None
) -> tuple[Outcome | None, str]:
    """The outcome when its drift has not come back, and what people should know of it; "" for nothing.

    There is none to keep where the subject went away, but for a remedy that takes it away.
    """
    case, intent = entry.case, entry.intent
    if now is None:
        if intent and deletes(intent, case):
            return replace(outcome, left=None), ""
        return None, "the subject went away since"
    left = convention.part(now, case.drift)
    if outcome.left == outcome.before:  # the first look came before AWS had settled
        outcome = replace(outcome, left=left)
    if outcome.left == left:
        return outcome, ""
    return outcome, "the part was changed again since, without this drift"
