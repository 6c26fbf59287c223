"""A small world to test use cases in: settings from a few words, and everything wired to fakes."""

import json
from dataclasses import dataclass, field

from rolecall.detection.detect import Detector
from rolecall.detection.expiring import Expiring
from rolecall.detection.overdue import Overdue
from rolecall.detection.own import OwnRoles
from rolecall.errors import UnsettledError
from rolecall.model.cases import Case
from rolecall.model.changes import Change
from rolecall.model.facets import Facet
from rolecall.model.scales import Mode
from rolecall.model.subjects import SubjectRef
from rolecall.model.sweeps import Sweep
from rolecall.registry import Registry, convention_classes
from rolecall.remediation.approve import Approver
from rolecall.remediation.remediate import Remediator
from rolecall.remediation.undo import Undoer
from rolecall.replaying.memory import MemoryAccount
from rolecall.settings import Settings
from rolecall.settings.files import build
from rolecall.sweeping.sweep import Sweeper
from tests.fakes import (
    Clock,
    MemoryBaselines,
    MemoryBus,
    MemoryChecker,
    MemoryLedger,
    MemoryRemedies,
)
from tests.samples import ROOT
from tests.states import ACCOUNT, BOUNDARIES

DETECT_ROLE, OWN_ROLE = (
    f"arn:aws:iam::{ACCOUNT}:role/rolecall/{n}" for n in ("detect", "remediate")
)
OWN_ROLES = OwnRoles.of(f"{DETECT_ROLE},{OWN_ROLE}", OWN_ROLE)
PROTECT = 'protected: ["arn:aws:iam::111122223333:user/break-glass"]\n'
_SHIPPED_OFF = [id_ for id_, one in convention_classes().items() if one.ships_as is Mode.OFF]
# What says nothing before an option is set.
_SAYING = {
    "group-name-meaningful": ', pattern: "[a-z]+-[a-z]+(-[a-z]+)*"',
    "role-unused": ", close_trust: true",
    "role-owner-tagged": ", tag_creator: true",
    "role-boundary-required": f', boundary: "{BOUNDARIES[0]}", paths: [/delegated/]',
}
ACTING = (
    "version: 1\ndefaults: {mode: remediate}\n"
    + PROTECT
    + 'organization: {id: o-exampleorgid, accounts: ["111122223333", "222233334444"]}\n'
    + "conventions:\n  ec2-launched-with-profile: {profile: base, role: base}\n"
    + "  unused-credentials: {deny_passwords: true}\n"
    + "  cognito-unauth-role-minimal: {disable_guests: true}\n"
    + "".join(f"  {id_}: {{mode: remediate{_SAYING.get(id_, '')}}}\n" for id_ in _SHIPPED_OFF)
)


def settings(text: str = "", ceiling: Mode = Mode.REMEDIATE) -> Settings:
    """Validated settings from YAML text; without text, those that are shipped."""
    text = text or (ROOT / "layers/settings/rolecall.yaml").read_text()
    built = json.loads(build(text, convention_classes()))
    return Settings(built["settings"], "test-version", ceiling)


BREAK_GLASS = SubjectRef("user", "break-glass", "111122223333")
ADMIN = {
    Facet.USER_ATTACHED_POLICIES: {
        "arn:aws:iam::aws:policy/AdministratorAccess": "AdministratorAccess"
    }
}


@dataclass
class World:
    """One account with Rolecall in it."""

    settings: Settings
    account: MemoryAccount = field(default_factory=MemoryAccount)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    bus: MemoryBus = field(default_factory=MemoryBus)
    remedies: MemoryRemedies = field(default_factory=MemoryRemedies)
    baselines: MemoryBaselines = field(default_factory=MemoryBaselines)
    checker: MemoryChecker = field(default_factory=MemoryChecker)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        if BREAK_GLASS not in self.account.state:
            self.account.add(BREAK_GLASS, ADMIN)

    @property
    def registry(self) -> Registry:
        return Registry(self.settings.options, self.settings.registered)

    @property
    def detector(self) -> Detector:
        return Detector(
            self.settings,
            self.registry,
            self.account,
            self.ledger,
            self.bus,
            self.remedies,
            self.clock,
            OWN_ROLES,
        )

    @property
    def remediator(self) -> Remediator:
        return Remediator(
            self.settings,
            self.registry,
            self.account,
            self.account,
            self.checker,
            self.ledger,
            self.bus,
            self.clock,
        )

    def told_of(self, change: Change, convention: str) -> list[str]:
        """The cases that a change brings of one convention, whatever others tell of it."""
        found = self.detector.detect(change).cases
        return [id_ for id_ in found if self.ledger.get(id_).case.drift.convention == convention]

    def settle(self, case_id: str) -> Case:
        """Settle a case, as often as it asks to be looked at again."""
        while True:
            try:
                return self.remediator.settle(case_id)
            except UnsettledError as error:
                if not error.after:
                    raise
                self.clock.now += error.after

    def approve(self, case_id: str, by: str = "arn:aws:iam::111122223333:user/carol") -> Case:
        """Approve a case as it stands."""
        shown = self.ledger.get(case_id).case.shown
        return self.approver.approve(case_id, shown=shown, by=by)

    @property
    def approver(self) -> Approver:
        return Approver(self.registry, self.ledger, self.remedies, self.clock)

    @property
    def sweeper(self) -> Sweeper:
        return Sweeper(
            self.settings,
            self.registry,
            self.account,
            self.account,
            self.ledger,
            self.bus,
            self.remedies,
            self.clock,
            ACCOUNT,
        )

    def sweep(self, id_: str = "s-1") -> Sweep:
        """One whole sweep."""
        swept = self.sweeper.go_on(self.sweeper.begin(id_), lambda: True)
        assert swept.done
        return swept.sweep

    @property
    def overdue(self) -> Overdue:
        return Overdue(self.ledger, self.bus, self.remedies, self.clock)

    @property
    def expiring(self) -> Expiring:
        return Expiring(self.settings, self.ledger, self.bus, self.clock)

    @property
    def undoer(self) -> Undoer:
        return Undoer(self.registry, self.account, self.account, self.ledger, self.bus, self.clock)
