"""Exemptions that are about to end are announced: each once, to its owner and whoever listens."""

from collections.abc import Callable

from rolecall.model.cases import Case, Origin, Status, case_id
from rolecall.model.drifts import Drift
from rolecall.model.scales import Severity
from rolecall.model.subjects import SubjectRef
from rolecall.model.times import moment
from rolecall.ports import Bus, Ledger, Opening
from rolecall.settings import Exemption, Settings

_CALL = "rolecall:ExemptionEnds"
_WHY = "After its last day the exemption does not hold: its drift is told or put right again."
_WAY = (
    "Mend the subject before then, or say in the settings why the exemption goes on and until when."
)


class Expiring:
    """Announces exemptions that end within two weeks. To be asked now and then."""

    def __init__(
        self, settings: Settings, ledger: Ledger, bus: Bus, clock: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._bus = bus
        self._clock = clock

    def announce(self) -> list[str]:
        """Tell what ends soon and was not told yet; the ids of the cases that say so.

        Each is a case of its own, so the ledger knows it; renewed, an exemption is announced anew.
        """
        now = self._clock()
        announced = []
        for exemption in self._settings.exemptions:
            if not exemption.ends_soon(moment(now)[:10]):
                continue
            opening, case = self._ledger.open_case(self._case(exemption, moment(now)), now)
            # A worker that dies between the two leaves a case that nobody heard of, which is overdue.
            if opening is Opening.OPENED:
                self._bus.publish(case)
                announced.append(case.id)
        return announced

    def _case(self, exemption: Exemption, now: str) -> Case:
        convention, event = exemption.convention[0], f"{exemption.id} until {exemption.expires}"
        drift = Drift(
            convention,
            subject_of(exemption.subject),
            f"exemption {event}",
            f"Exemption {exemption.id} of {exemption.owner} ends on {exemption.expires}.",
            {
                "convention": list(exemption.convention),
                "subject": exemption.subject,
                "reason": exemption.reason,
                "expires": exemption.expires,
            },
            remediable=False,
        )
        account, region = drift.subject.account, drift.subject.region
        return Case(
            id=case_id(drift, event),
            drift=drift,
            origin=Origin(_CALL, event, now, "Rolecall", "", "", account, region),
            severity=Severity.LOW,
            mode=self._settings.mode(convention),
            status=Status.NOTIFIED,
            owner=exemption.owner,
            settings=self._settings.version,
            opened=now,
            advice=(_WHY, _WAY),
            account_name=self._settings.account_name(account),
        )


def subject_of(arn: str) -> SubjectRef:
    """The subject, or the pattern of some, that an exemption's ARN names."""
    _, _, _, region, account, resource = arn.split(":", 5)
    kind, _, name = resource.partition("/")
    if kind == "root":
        return SubjectRef("account", account, account)
    return SubjectRef(kind, name.rpartition("/")[2], account, region)
