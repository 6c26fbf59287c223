"""Sends what follows: to the bus, to dead letters, to topics; and reads the one secret."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import code_of
from rolecall.aws.session import Aws
from rolecall.errors import DeliveryError, SecretError
from rolecall.model.cases import Case

SOURCE = "rolecall"
LONGEST_TEXT = 3_000


def detail_type(case: Case) -> str:
    """The detail-type under which a case in this state goes over the bus."""
    return f"Rolecall Case {case.status.replace('-', ' ').title()}"


def clipped(value: Any) -> Any:
    """The same data with every long text cut, and a mark that says so.

    An event has at most 256 KB, and a policy padded with white space is half of that, several times
    in a case. The ledger keeps the whole text; people read the beginning.
    """
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:LONGEST_TEXT]}… ({len(value) - LONGEST_TEXT} characters more)"
    if isinstance(value, Mapping):
        return {key: clipped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clipped(item) for item in value]
    return value


class EventBus:
    """Publishes cases on the bus `rolecall`."""

    def __init__(self, aws: Aws, bus: str) -> None:
        self._aws = aws
        self._bus = bus

    def publish(self, case: Case) -> None:
        """Publish the case in its present state.

        Raises:
            DeliveryError: EventBridge did not take it.
        """
        answer = self._aws.client("events").put_events(
            Entries=[
                {
                    "EventBusName": self._bus,
                    "Source": SOURCE,
                    "DetailType": detail_type(case),
                    "Detail": json.dumps(clipped(case.to_dict())),
                    "Resources": [case.drift.subject.arn],
                }
            ]
        )
        if answer.get("FailedEntryCount"):
            code = answer["Entries"][0].get("ErrorCode", "no code")
            raise DeliveryError(f"The bus {self._bus} did not take case {case.id}: {code}.")


class DeadLetters:
    """Keeps records that cannot be used, in the changes queue's dead-letter queue."""

    def __init__(self, aws: Aws, url: str) -> None:
        self._aws = aws
        self._url = url

    def send(self, body: str, reason: str) -> None:
        """Put a record there, with the reason beside it."""
        self._aws.client("sqs").send_message(
            QueueUrl=self._url,
            MessageBody=body,
            MessageAttributes={"reason": {"DataType": "String", "StringValue": reason[:1024]}},
        )


class Topics:
    """Publishes to SNS topics."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def publish(
        self,
        topic_arn: str,
        message: str,
        subject: str | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """Publish one message.

        Raises:
            DeliveryError: SNS refused it.
        """
        request: dict[str, Any] = {"TopicArn": topic_arn, "Message": message}
        if subject:
            request["Subject"] = subject
        if attributes:
            request["MessageAttributes"] = {
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            }
        try:
            self._aws.client("sns").publish(**request)
        except (ClientError, BotoCoreError) as error:
            raise DeliveryError(
                f"The topic {topic_arn} did not take the alert ({code_of(error)}); "
                "check that it exists and that notify may publish to it."
            ) from error


class Secrets:
    """Reads secrets from Secrets Manager."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def read(self, name: str) -> str:
        """The text of a secret.

        Raises:
            SecretError: it is not there, has no text, or may not be read.
        """
        try:
            answer = self._aws.client("secretsmanager").get_secret_value(SecretId=name)
        except (ClientError, BotoCoreError) as error:
            raise SecretError(
                f"The secret {name} cannot be read ({code_of(error)}): create it, or empty the "
                "stack's SlackWebhookSecret parameter."
            ) from error
        text = answer.get("SecretString")
        if not isinstance(text, str) or not text.strip():
            raise SecretError(f"The secret {name} holds no text; put the webhook's address in it.")
        return text.strip()
