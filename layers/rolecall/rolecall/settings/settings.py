"""Validated settings, and the questions that the rest of Rolecall asks of them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from rolecall.model.drifts import Drift
from rolecall.model.job_roles import JobRole
from rolecall.model.opinions import SecondOpinion
from rolecall.model.registered import (
    IdentityProvider,
    Organization,
    Registered,
    ThirdParty,
)
from rolecall.model.scales import Mode, Severity
from rolecall.model.subjects import SubjectRef
from rolecall.settings.exemptions import Exemption, same_subject


class Settings:
    """Validated settings. Built from what `rolecall.settings.schema` let through, never from raw text.

    Args:
        data: The validated settings as JSON-able data.
        version: Twelve characters that name exactly this text of the settings.
        ceiling: The stack's highest mode; no convention goes above it.
    """

    def __init__(
        self, data: Mapping[str, Any], version: str, ceiling: Mode = Mode.REMEDIATE
    ) -> None:
        self._data = data
        self.version = version
        self.ceiling = ceiling
        self.exemptions = tuple(
            Exemption(**entry | {"convention": tuple(entry["convention"])})
            for entry in data["exemptions"]
        )
        self.protected: tuple[str, ...] = tuple(data["protected"])

    def with_ceiling(self, ceiling: Mode) -> Self:
        """The same settings under another ceiling."""
        return type(self)(self._data, self.version, ceiling)

    def _entry(self, convention: str) -> Mapping[str, Any]:
        entry: Mapping[str, Any] = self._data["conventions"].get(convention, {})
        return entry

    def _value(self, convention: str, key: str) -> Any:
        value = self._entry(convention).get(key)
        return self._data["defaults"].get(key) if value is None else value

    def mode(self, convention: str) -> Mode:
        """What the convention may do, under the ceiling."""
        return Mode(self._value(convention, "mode")).capped(self.ceiling)

    def severity(self, convention: str, default: Severity) -> Severity:
        """How bad a drift from the convention is here."""
        value = self._entry(convention).get("severity")
        return Severity(value) if value else default

    def grace(self, convention: str, default: int) -> int:
        """Seconds between the drift and what is done about it."""
        value = self._value(convention, "grace")
        return default if value is None else int(value)

    def owner(self, convention: str) -> str:
        """Whom to ask."""
        return str(self._value(convention, "owner") or "")

    def cap(self, sort: str) -> int:
        """How many writes an hour may bring for one account, convention, actor or drift."""
        return int(self._data["caps"][sort])

    def sweep_acts(self, convention: str) -> bool:
        """Whether what a sweep finds may be put right, too."""
        return bool(self._entry(convention).get("sweep_acts"))

    def sweep(self, key: str) -> int:
        """A limit of the sweep: `calls` or `digest_above`."""
        return int(self._data["sweep"][key])

    @property
    def second_opinion(self) -> SecondOpinion:
        """Who is asked before a trust is written."""
        return SecondOpinion(self._data["second_opinion"])

    @cached_property
    def registered(self) -> Registered:
        """What the settings register for the conventions to know."""
        data = self._data
        organization = data["organization"]
        return Registered(
            {
                group: JobRole(**entry | {"policies": tuple(entry["policies"])})
                for group, entry in data["job_roles"].items()
            },
            Organization(**organization | {"accounts": frozenset(organization["accounts"])}),
            {account: ThirdParty(**entry) for account, entry in data["third_parties"].items()},
            {
                url: IdentityProvider(
                    entry["owner"], tuple(entry["client_ids"]), tuple(entry["subjects"])
                )
                for url, entry in data["identity_providers"].items()
            },
        )

    @property
    def options(self) -> Mapping[str, Mapping[str, Any]]:
        """The conventions' own options, by convention id."""
        return {id_: entry.get("options", {}) for id_, entry in self._data["conventions"].items()}

    def account_name(self, account: str) -> str:
        """The name that people know the account by, or ""."""
        return str(self._data["accounts"].get(account, ""))

    def exemptions_about(self, drift: Drift) -> tuple[Exemption, ...]:
        """The exemptions that name this drift, over or not; the one that lasts longest first."""
        found = [exemption for exemption in self.exemptions if exemption.covers(drift)]
        return tuple(sorted(found, key=lambda exemption: exemption.expires, reverse=True))

    def protection(self, ref: SubjectRef) -> str:
        """Why the settings protect the subject, in a few words; "" when they do not."""
        if any(same_subject(arn, ref) for arn in self.protected):
            return "the settings protect it"
        return ""
