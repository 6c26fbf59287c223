"""A deployed stack under examination: read when it is first asked for, and never written."""

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from rolecall.registry import convention_classes
from rolecall.settings import Settings
from rolecall.settings.files import NAME, fingerprint
from rolecall.settings.schema import validate
from rolecall_cli.deployed import Deployed
from rolecall_cli.errors import StackError

FUNCTIONS = ("Detect", "Remediate", "Notify", "Sweep")
_LAYER = ":layer:SettingsLayer:"
_PATIENCE = 20  # seconds

Fetch = Callable[[str], bytes]


def fetched(address: str) -> bytes:
    """What lies at an address that AWS gave."""
    with urlopen(address, timeout=_PATIENCE) as answer:  # noqa: S310  # the address is Lambda's own
        content: bytes = answer.read()
    return content


class Examined:
    """What the checks ask of a stack.

    Args:
        deployed: The stack.
        checkout: The settings file of the checkout, or None where there is none.
        fetch: Reads a layer's content from the address that Lambda gives.
    """

    def __init__(self, deployed: Deployed, checkout: Path | None, fetch: Fetch = fetched) -> None:
        self.deployed = deployed
        self.checkout = checkout
        self._fetch = fetch

    def client(self, service: str) -> Any:
        """The client of a service in the stack's Region."""
        return self.deployed.aws.client(service)

    @property
    def is_aws(self) -> bool:
        """Whether calls go to AWS itself, and not to an emulator."""
        return ".amazonaws.com" in self.client("sts").meta.endpoint_url

    @cached_property
    def partition(self) -> str:
        """The partition, such as `aws`."""
        return self.deployed.caller.split(":")[1]

    @cached_property
    def account(self) -> str:
        """The account that the operator's credentials are of."""
        return self.deployed.caller.split(":")[4]

    @cached_property
    def _resources(self) -> list[dict[str, Any]]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        return [
            resource
            for page in pages.paginate(StackName=self.deployed.name)
            for resource in page["StackResourceSummaries"]
        ]

    def of_type(self, kind: str) -> Mapping[str, str]:
        """The stack's resources of a type: physical ids by logical ids.

        Raises:
            StackError: there is none; a stack of ours has some of every type asked for.
        """
        found = {
            resource["LogicalResourceId"]: str(resource.get("PhysicalResourceId", ""))
            for resource in self._resources
            if resource["ResourceType"] == kind
        }
        if not found:
            raise StackError(f"The stack {self.deployed.name} lists no {kind}.")
        return found

    def configuration(self, function: str) -> Mapping[str, Any]:
        """The configuration of `Detect`, `Remediate` or `Notify`."""
        name = self.deployed[f"{function}FunctionName"]
        found: dict[str, Any] = self.client("lambda").get_function_configuration(FunctionName=name)
        return found

    def mappings(self, function: str) -> list[dict[str, Any]]:
        """The event-source mappings of a function."""
        name = self.deployed[f"{function}FunctionName"]
        answer = self.client("lambda").list_event_source_mappings(FunctionName=name)
        found: list[dict[str, Any]] = answer["EventSourceMappings"]
        return found

    def depth(self, url: str) -> int:
        """How many messages lie in a queue."""
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    @cached_property
    def settings_text(self) -> str:
        """The settings file in the layer that detect works with.

        Raises:
            StackError: it cannot be read.
        """
        layers = [str(layer["Arn"]) for layer in self.configuration("Detect").get("Layers", ())]
        arn = next((arn for arn in layers if _LAYER in arn), "")
        if not arn:
            raise StackError("The detect function has no settings layer.")
        layer = self.client("lambda").get_layer_version_by_arn(Arn=arn)
        try:
            content = zipfile.ZipFile(io.BytesIO(self._fetch(layer["Content"]["Location"])))
            name = next(name for name in content.namelist() if Path(name).name == NAME)
            return content.read(name).decode()
        except (OSError, StopIteration, zipfile.BadZipFile) as error:
            raise StackError(f"The content of {arn} cannot be read: {error!r}.") from error

    @cached_property
    def settings(self) -> Settings:
        """The settings that are deployed.

        Raises:
            RolecallError: they cannot be read, or are not such as this version reads.
        """
        data = validate(self.settings_text, convention_classes())
        return Settings(data, fingerprint(self.settings_text)[:12])
