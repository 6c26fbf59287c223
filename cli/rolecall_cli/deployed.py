"""A deployed stack as the command line sees it, used with the operator's own credentials."""

import json
import os
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from rolecall.aws.baselines import DynamoBaselines, ReviewedReader
from rolecall.aws.caller import AwsCaller
from rolecall.aws.handing import RemediesQueue, SweepsQueue
from rolecall.aws.inventory import AwsInventory
from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.messaging import EventBus
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.model.redacting import redacted_text
from rolecall.model.subjects import SubjectRef
from rolecall.model.sweeps import sweep_id
from rolecall.registry import Registry
from rolecall.remediation.approve import Approver
from rolecall.remediation.undo import Undoer
from rolecall_cli.errors import StackError

HOME = "us-east-1"


class Deployed:
    """One deployed stack.

    Args:
        name: The stack's name.
        region: Where it is; IAM's events exist only in us-east-1, so that is home.
    """

    def __init__(self, name: str, region: str = "") -> None:
        self.name = name
        self.region = region or os.environ.get("AWS_REGION") or HOME
        self.aws = Aws(self.region)

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """What the stack says of itself.

        Raises:
            StackError: there is no such stack here, or AWS does not let us ask.
        """
        try:
            answer = self.aws.client("cloudformation").describe_stacks(StackName=self.name)
        except NoCredentialsError as error:
            raise StackError(
                "There are no AWS credentials here: sign in first, or try it without an account "
                "with --local."
            ) from error
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ValidationError":
                raise StackError(
                    f"There is no stack {self.name} in {self.region}: deploy it, or say --stack and "
                    "--region."
                ) from error
            raise StackError(f"The stack {self.name} cannot be asked for: {error}.") from error
        except BotoCoreError as error:
            raise StackError(f"AWS cannot be reached in {self.region}: {error}.") from error
        found = answer["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def __getitem__(self, output: str) -> str:
        if output not in self.outputs:
            raise StackError(
                f"The stack {self.name} has no output {output}: it is not a Rolecall stack, or an "
                "old one."
            )
        return self.outputs[output]

    @cached_property
    def ledger(self) -> DynamoLedger:
        """Its ledger."""
        return DynamoLedger(self.aws, self["LedgerTable"])

    @cached_property
    def baselines(self) -> DynamoBaselines:
        """What people have accepted, in its ledger."""
        return DynamoBaselines(self.aws, self["LedgerTable"])

    @cached_property
    def reader(self) -> ReviewedReader:
        """Reads live states, and what was accepted of them."""
        return ReviewedReader(AwsReader(self.aws), self.baselines)

    def inventory(self) -> AwsInventory:
        """Lists the operator's account, as it is now."""
        return AwsInventory(self.aws, self.caller.split(":")[4])

    @cached_property
    def bus(self) -> EventBus:
        """Its bus."""
        return EventBus(self.aws, self["BusName"])

    @cached_property
    def remedies(self) -> RemediesQueue:
        """Its remedies queue."""
        return RemediesQueue(self.aws, self["RemediesQueueUrl"])

    def unique_id(self, ref: SubjectRef) -> str:
        """A subject's unique id, or ""."""
        return AwsReader(self.aws).unique_id(ref)

    @cached_property
    def undoer(self) -> Undoer:
        """Takes back what it did, under the operator's own credentials."""
        caller = AwsCaller(self.aws)
        return Undoer(Registry(), self.reader, caller, self.ledger, self.bus, time.time)

    @cached_property
    def approver(self) -> Approver:
        """Takes the operator's answers."""
        return Approver(Registry(), self.ledger, self.remedies, time.time)

    @cached_property
    def caller(self) -> str:
        """Who the operator is, by ARN."""
        return str(self.aws.client("sts").get_caller_identity()["Arn"])

    def begin_sweep(self) -> str:
        """Begin a sweep of the account; its id.

        Raises:
            StackError: the operator may not.
        """
        try:
            message = SweepsQueue(self.aws, self["SweepsQueueUrl"]).begin()
        except ClientError as error:
            raise StackError(f"A sweep cannot be begun: {error}.") from error
        return sweep_id(message)

    def replay(self, event: Mapping[str, Any], *, act: bool) -> dict[str, Any]:
        """Send one event to the detect function itself, past bus and queue, without its secrets.

        Raises:
            StackError: the function failed or may not be invoked.
        """
        payload = redacted_text(json.dumps({"replay": event, "act": act}))
        try:
            answer = self.aws.client("lambda").invoke(
                FunctionName=self["DetectFunctionName"], Payload=payload.encode()
            )
        except ClientError as error:
            raise StackError(f"The detect function cannot be invoked: {error}.") from error
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise StackError(f"The detect function failed: {found.get('errorMessage', found)}.")
        return found
