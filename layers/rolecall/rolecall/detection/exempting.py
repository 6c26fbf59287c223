"""Whether a drift is exempt: every part of an exemption must hold, and what comes of it names it."""

from collections.abc import Callable, Iterable
from enum import IntEnum

from rolecall.model.drifts import Drift
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.settings import Exemption, Settings
from rolecall.settings.exemptions import LONGEST


class Standing(IntEnum):
    """What the exemptions about a drift come to; of several, the smallest counts."""

    HOLDS = 0
    UNSURE = 1  # not exempt, but nothing may be written before people have looked
    NONE = 2


def weigh(
    exemptions: Iterable[Exemption], today: str, unique_id: str | None
) -> tuple[Standing, str]:
    """What these exemptions come to, and why in a few words; "" where there are none.

    Args:
        exemptions: Those that name the drift's convention and subject, the longest first.
        today: ISO date.
        unique_id: The subject's; "" where it is not known, None where no account can be asked.
    """
    found = [_weighed(exemption, today, unique_id) for exemption in exemptions]
    return min(found, key=lambda one: one[0], default=(Standing.NONE, ""))


def _weighed(exemption: Exemption, today: str, unique_id: str | None) -> tuple[Standing, str]:
    name = f"exemption {exemption.id}"
    if exemption.is_over(today):
        return Standing.NONE, f"{name} ended on {exemption.expires}"
    if exemption.unique_id and unique_id is not None and unique_id != exemption.unique_id:
        if unique_id:
            return Standing.NONE, f"{name} is for another subject of this name"
        return Standing.UNSURE, f"{name} may be for another subject: its unique id is not known"
    if exemption.left(today) > LONGEST:
        reason = f"{name} lasts until {exemption.expires}; what is longer than a year does not hold"
        return Standing.UNSURE, reason
    return Standing.HOLDS, f"{name} of {exemption.owner} until {exemption.expires}"


def identity(
    drift: Drift,
    subject: Subject | None,
    settings: Settings,
    today: str,
    ask: Callable[[SubjectRef], str | None],
) -> str | None:
    """The unique id of a drift's subject, as `weigh` takes it.

    Where reading the subject did not tell it, AWS is asked, but only if an exemption depends on it.
    """
    known = subject.unique_id if subject else ""
    depends = any(
        exemption.unique_id and not exemption.is_over(today)
        for exemption in settings.exemptions_about(drift)
    )
    return ask(drift.subject) if depends and not known else known
