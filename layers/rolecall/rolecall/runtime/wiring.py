"""Wiring: builds the adapters once, from the function's environment, when they are first needed."""

import os
import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rolecall.aws.access_analyzer import AccessAnalyzer
from rolecall.aws.baselines import DynamoBaselines, ReviewedInventory, ReviewedReader
from rolecall.aws.caller import AwsCaller
from rolecall.aws.handing import RemediesQueue, SweepsQueue
from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.messaging import DeadLetters, EventBus, Secrets, Topics
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.detection.detect import Detector
from rolecall.detection.expiring import Expiring
from rolecall.detection.overdue import Overdue
from rolecall.detection.own import OwnRoles
from rolecall.model.scales import Mode
from rolecall.registry import Registry, convention_classes
from rolecall.remediation.remediate import VERIFY_AFTER, Remediator
from rolecall.settings import Settings
from rolecall.settings.files import find, load

if TYPE_CHECKING:
    from rolecall.notification.notify import Notifier
    from rolecall.sweeping.sweep import Sweeper

_LOOPBACK = "127.0.0.1"


class Runtime:
    """What a function works with. Nothing is made before it is used, and then only once."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def __getitem__(self, name: str) -> str:
        return self._environment.get(name, "")

    @cached_property
    def aws(self) -> Aws:
        """The clients."""
        return Aws(self["AWS_REGION"] or "us-east-1")

    @cached_property
    def settings(self) -> Settings:
        """The account's settings, under the stack's ceiling.

        Raises:
            SettingsError: they cannot be used; nothing is written while that lasts.
        """
        ceiling = Mode(self["HIGHEST_MODE"] or Mode.NOTIFY)
        return load(find(), convention_classes).with_ceiling(ceiling)

    @cached_property
    def registry(self) -> Registry:
        """The conventions with the settings' options."""
        return Registry(self.settings.options, self.settings.registered)

    @cached_property
    def ledger(self) -> DynamoLedger:
        """The ledger."""
        return DynamoLedger(self.aws, self["LEDGER"])

    @cached_property
    def baselines(self) -> DynamoBaselines:
        """What people have accepted, in the ledger."""
        return DynamoBaselines(self.aws, self["LEDGER"])

    @cached_property
    def reader(self) -> ReviewedReader:
        """Reads live states, and what was accepted of them."""
        return ReviewedReader(AwsReader(self.aws), self.baselines)

    @cached_property
    def bus(self) -> EventBus:
        """The bus `rolecall`."""
        return EventBus(self.aws, self["BUS"])

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """The dead-letter queue of the changes queue."""
        return DeadLetters(self.aws, self["DEAD_LETTERS"])

    @cached_property
    def detector(self) -> Detector:
        """The use case of the detect function."""
        return Detector(
            self.settings,
            self.registry,
            self.reader,
            self.ledger,
            self.bus,
            self.remedies,
            time.time,
            OwnRoles.of(self["OWN_ROLES"], self["REMEDIATE_ROLE"]),
        )

    @cached_property
    def remedies(self) -> RemediesQueue:
        """The remedies queue, and the schedules that lead to it."""
        return RemediesQueue(
            self.aws,
            self["REMEDIES"],
            arn=self["REMEDIES_ARN"],
            group=self["SCHEDULES"],
            role=self["SCHEDULES_ROLE"],
            dead_letters=self["REMEDIES_DEAD_LETTERS"],
        )

    @cached_property
    def overdue(self) -> Overdue:
        """The use case that brings forward what a dead worker left undone."""
        return Overdue(self.ledger, self.bus, self.remedies, time.time)

    @cached_property
    def remediator(self) -> Remediator:
        """The use case of the remediate function."""
        return Remediator(
            self.settings,
            self.registry,
            self.reader,
            AwsCaller(self.aws),
            AccessAnalyzer(self.aws),
            self.ledger,
            self.bus,
            time.time,
            int(self["VERIFY_AFTER"] or VERIFY_AFTER),
        )

    @cached_property
    def sweeps(self) -> SweepsQueue:
        """The queue of sweeps."""
        return SweepsQueue(self.aws, self["QUEUE"])

    def sweeper(self) -> "Sweeper":
        """The use case of the sweep function: a new one for each message, whose lists are new, too."""
        # Only the sweep function sweeps, so only it pays for these.
        from rolecall.aws.inventory import AwsInventory  # noqa: PLC0415
        from rolecall.sweeping.sweep import Sweeper  # noqa: PLC0415

        return Sweeper(
            self.settings,
            self.registry,
            ReviewedInventory(AwsInventory(self.aws, self["ACCOUNT_ID"]), self.baselines),
            self.reader,
            self.ledger,
            self.bus,
            self.remedies,
            time.time,
            self["ACCOUNT_ID"],
        )

    @cached_property
    def expiring(self) -> Expiring:
        """The use case that announces exemptions which end soon."""
        return Expiring(self.settings, self.ledger, self.bus, time.time)

    @cached_property
    def notifier(self) -> "Notifier":
        """The use case of the notify function."""
        # Only the notify function tells, so only it pays for these.
        from rolecall.channels.slack import SLACK_HOSTS, Slack  # noqa: PLC0415
        from rolecall.channels.sns import MachineTopic, PeopleTopic  # noqa: PLC0415
        from rolecall.notification.notify import Channel, Notifier  # noqa: PLC0415

        publish = Topics(self.aws).publish
        channels: list[Channel] = []
        if self["PEOPLE_TOPIC"]:
            channels.append(PeopleTopic(publish, self["PEOPLE_TOPIC"]))
        if self["MACHINES_TOPIC"]:
            channels.append(MachineTopic(publish, self["MACHINES_TOPIC"]))
        secret = self["SLACK_SECRET"]
        if secret:
            # On the embedded account, and only there, the inbox is on the same machine.
            hosts = (*SLACK_HOSTS, _LOOPBACK) if self._is_embedded else SLACK_HOSTS
            channels.append(Slack(lambda: Secrets(self.aws).read(secret), secret, hosts=hosts))
        return Notifier(channels, self.ledger, time.time, self["STACK"])

    @property
    def _is_embedded(self) -> bool:
        host = self["AWS_ENDPOINT_URL"].partition("://")[2].partition(":")[0].partition("/")[0]
        return host in {_LOOPBACK, "localhost"}

    def later(self, message: Mapping[str, Any], after: int = 0) -> None:
        """Let a message come back after so many seconds rather than after the whole timeout.

        Where nobody says how many: soon, and later each time.
        """
        attempt = int(message["attributes"]["ApproximateReceiveCount"])
        self.aws.client("sqs").change_message_visibility(
            QueueUrl=self["QUEUE"],
            ReceiptHandle=message["receiptHandle"],
            VisibilityTimeout=after or min(5 * 2 ** (attempt - 1), 300),
        )
