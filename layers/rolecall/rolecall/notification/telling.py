"""The sentences that say what was done, and by whom the drift came."""

import re
from datetime import datetime

from rolecall.model.cases import Case, Status
from rolecall.model.scales import Mode

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_STATES = {
    Status.NOTIFIED: "nothing changed",
    Status.PENDING: "pending",
    Status.REMEDIATED: "put right",
    Status.PROTECTED: "protected",
    Status.AWAITING_APPROVAL: "needs approval",
    Status.FAILED: "failed",
    Status.UNDONE: "undone",
    Status.PAUSED: "paused",
    Status.CAPPED: "held back",
}


def state(case: Case) -> str:
    """Where the case stands, in two or three words."""
    return _STATES.get(case.status, case.status.replace("-", " "))


def _seconds(earlier: str, later: str) -> int | None:
    if not (_MOMENT.fullmatch(earlier) and _MOMENT.fullmatch(later)):
        return None
    try:
        passed = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    except ValueError:  # the shape of a time, but no such day or hour
        return None
    return int(passed.total_seconds())


def _span(seconds: int) -> str:
    minute, hour = 60, 3600
    if seconds < 2 * minute:
        return f"{seconds} s"
    if seconds < 2 * hour:
        return f"{seconds // minute} min"
    return f"{seconds // hour} h"


def _when(case: Case) -> str:
    # A record sent by hand may be years old: how long ago it was says nothing of Rolecall.
    if case.origin.replayed:
        seconds, since = _seconds(case.opened, case.ended), "the replay"
    else:
        seconds, since = _seconds(case.origin.time, case.ended), "the change"
    if seconds is None or seconds < 0:
        return ""
    # Records tell whole seconds, so nought means less than one.
    return f" {_span(seconds)} after {since}" if seconds else f" within a second of {since}"


def _how(case: Case) -> str:
    calls = dict.fromkeys(str(step["do"]["call"]) for step in case.remedy)
    return ", ".join(calls)


def done(case: Case) -> str:
    """What was done or will be, in one sentence."""
    how, reason = _how(case), case.reason.rstrip(". ")
    by = f" by {how}" if how else ""
    match case.status:
        case Status.NOTIFIED if case.is_digest:
            return "Nothing was changed: each of them has a case of its own, which says what to do."
        case Status.NOTIFIED if how and case.origin.swept and case.mode.at_least(Mode.APPROVE):
            return (
                "Nothing was changed: a sweep found it, and a sweep only tells unless the settings say "
                f"sweep_acts; it would be put right{by}."
            )
        case Status.NOTIFIED if how:
            # The mode is that of the first sight; the settings may let it do less by now.
            acts = case.mode.at_least(Mode.APPROVE)
            why = "the settings let it only tell by now" if acts else f"the mode is {case.mode}"
            return f"Nothing was changed: {why}; in the mode remediate it would be put right{by}."
        case Status.NOTIFIED:
            return "Nothing was changed: Rolecall has no remedy for this, so people must decide."
        case Status.PENDING if reason.startswith("approved by"):
            return f"It was {reason}, and will be put right now{by}."
        case Status.PENDING:
            when = f"in {case.delay} s" if case.delay else "now"
            return f"It will be put right {when}{by}, if it is still there then."
        case Status.REMEDIATED:
            return f"It was put right{by}, and seen to hold{_when(case)}."
        case Status.PROTECTED:
            return f"Nothing was changed, because this one is protected: {reason}."
        case Status.AWAITING_APPROVAL:
            return f"Nothing was changed yet: somebody must approve that it is put right{by}."
        case Status.FAILED:
            hand = "; put it right by hand, as shown below" if how else ""
            return f"It could not be put right: {reason or 'AWS gave no reason'}{hand}."
        case Status.PAUSED:
            return f"Nothing was changed, because all writes are paused: {reason}."
        case Status.CAPPED:
            return f"Nothing was changed, because Rolecall has written enough for now: {reason}."
        case Status.UNDONE if reason.startswith("undone by"):
            return f"What Rolecall did was {reason}."
        case Status.UNDONE:
            return "What Rolecall did was taken back."
        case _:
            return f"The case is {case.status}{f': {reason}' if reason else ''}."


def note(case: Case) -> str:
    """What else the case's reason tells, where `done` does not tell it; or ""."""
    told = {Status.NOTIFIED, Status.PENDING, Status.AWAITING_APPROVAL, Status.REMEDIATED}
    known = case.reason.startswith(("approved by", "a sweep found it"))
    if case.reason and case.status in told and not known:
        return f"Note: {case.reason.rstrip('. ')}."
    return ""


def who(case: Case) -> str:
    """Who did it, through what, from where and when."""
    origin = case.origin
    when = origin.time.replace("T", " ").replace("Z", " UTC")
    if case.is_digest:
        return f"A sweep of {when} found them."
    if origin.swept:
        return f"A sweep of {when} found it; no record of who brought it has come."
    said = f"{origin.actor} called {origin.call}"
    said += f" through {origin.through}" if origin.through else ""
    said += f" from {origin.address}" if origin.address else ""
    said += f" at {when}" if when else ""
    said += f" in {origin.region}" if origin.region else ""
    return f"{said}."
