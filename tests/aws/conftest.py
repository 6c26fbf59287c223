"""An AWS in this process: moto, with a table as the stack makes it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from rolecall.aws.ledger import DynamoLedger
from rolecall.aws.session import Aws

TABLE = "ledger"
CREDENTIALS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "example"}


def make_table(aws: Aws) -> None:
    """Make the ledger's table in this account."""
    aws.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture(scope="session")
def clients() -> Aws:
    """The clients, which take longer to make than all else here."""
    return Aws("us-east-1", credentials=CREDENTIALS)


@pytest.fixture
def aws(clients: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """The clients, on an empty account."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # seconds of them
    clients.kept.forget()
    with mock_aws():
        yield clients


@pytest.fixture
def dynamo_ledger(aws: Aws) -> DynamoLedger:
    """The ledger in an empty table."""
    make_table(aws)
    return DynamoLedger(aws, TABLE)


@pytest.fixture
def queue(aws: Aws) -> tuple[str, Callable[[], list[dict[str, Any]]]]:
    """A queue's address, and what is in it."""
    url = aws.client("sqs").create_queue(QueueName="q")["QueueUrl"]

    def read() -> list[dict[str, Any]]:
        answer = aws.client("sqs").receive_message(
            QueueUrl=url, MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    return url, read
