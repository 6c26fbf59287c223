"""The entry that exempts a case's drift, as text for the settings file."""

import json
from collections.abc import Callable
from datetime import date

from rolecall.errors import CaseError
from rolecall.model.drifts import Drift
from rolecall.model.subjects import SubjectRef
from rolecall.settings.exemptions import ID_BEGINS


def entry(
    id_: str,
    drift: Drift,
    ask: Callable[[SubjectRef], str],
    reason: str,
    owner: str,
    expires: date,
) -> str:
    """All parts of an exemption.

    Args:
        id_: Its id.
        drift: What it exempts.
        ask: The unique id of a subject now, or "".
        reason: Why.
        owner: Who answers for it.
        expires: Its last day.

    Raises:
        CaseError: the subject has no unique id to be told from another one by.
    """
    subject = drift.subject
    parts = {"id": id_, "convention": drift.convention, "subject": subject.arn}
    if subject.kind in ID_BEGINS and "*" not in subject.name:
        parts["unique_id"] = ask(subject)
        if not parts["unique_id"]:
            raise CaseError(
                f"The {subject} is gone, or you may not read it: without its unique id it cannot be "
                "exempt."
            )
    parts |= {"reason": reason, "owner": owner}
    # JSON text is YAML text, so values cannot break out of their quotes. A date stands bare.
    lines = [f"{key}: {json.dumps(value)}" for key, value in parts.items()]
    return "  - " + "\n    ".join([*lines, f"expires: {expires.isoformat()}"])
