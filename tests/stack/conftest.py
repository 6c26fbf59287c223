"""The stack that these tests share: built once, deployed once to each embedded account."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from rolecall_cli.embedded import people, stack
from rolecall_cli.embedded.account import EmbeddedAccount, embedded_account
from rolecall_cli.embedded.stack import StackOutputs
from tests.stack.building import built_once, template_of

ENDS = datetime.now(UTC).date() + timedelta(days=300)
ACTING = f"""
version: 1
accounts: {{"111122223333": example}}
defaults: {{mode: remediate}}
organization: {{id: o-exampleorgid}}
caps: {{account: 10000, convention: 10000, actor: 10000}}
protected: ["arn:aws:iam::111122223333:user/break-glass"]
conventions:
  ec2-launched-with-profile: {{profile: base, role: base}}
  group-has-policy: {{mode: notify, grace: 2}}
  group-not-empty: {{mode: off}} # these wait for so long that the stack would not fall silent
  user-in-a-group: {{mode: off}}
  role-trust-baseline: {{mode: remediate}}
  sts-session-token-mfa: {{mode: notify}}
exemptions:
  - id: EX-2026-001
    convention: no-long-term-access-keys
    subject: arn:aws:iam::111122223333:user/build-server*
    reason: moves to OIDC in March
    owner: platform-oncall
    expires: {ENDS}
"""
PARAMETERS = {
    "HighestMode": "remediate",
    "RestrictBus": "no",
    "LogRetentionDays": "1",
    "VerifyAfter": "1",
}
PATIENCE = 60.0


def eventually[T](
    what: str,
    found: Callable[[], T],
    patience: float = PATIENCE,
    instead: Callable[[], object] = lambda: "",
) -> T:
    """The first truthy answer within the patience; what it should have been, otherwise."""
    deadline = time.monotonic() + patience
    while not (answer := found()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {patience} s {instead()}")
        time.sleep(0.1)
    return answer


@dataclass(frozen=True)
class Stack:
    """The deployed stack, and what the tests ask of it."""

    account: EmbeddedAccount
    outputs: StackOutputs
    inbox: str

    def cases(self) -> list[dict[str, Any]]:
        """Every case in the ledger."""
        pages = self.account.client("dynamodb").get_paginator("scan")
        items = [
            i for p in pages.paginate(TableName=self.outputs["LedgerTable"]) for i in p["Items"]
        ]
        return [json.loads(item["doc"]["S"]) for item in items if item["sk"]["S"] == "CASE"]

    def about(self, subject: str, convention: str = "") -> list[dict[str, Any]]:
        """The cases about one subject; a `*` in its name stands for what the account makes up."""
        return [
            case
            for case in self.cases()
            if fnmatchcase(case["drift"]["subject"]["name"], subject)
            and convention in {"", case["drift"]["convention"]}
        ]

    def ended(self, subject: str, status: str, convention: str = "") -> dict[str, Any]:
        """The one case about a subject, once it stands where it should."""

        def found() -> list[dict[str, Any]]:
            return [c for c in self.about(subject, convention) if c["status"] == status]

        return eventually(
            f"a case about {subject} that is {status}",
            found,
            instead=lambda: [
                (case["drift"]["convention"], case["status"], case["reason"])
                for case in self.about(subject)
            ],
        )[0]

    def alerts(self) -> list[tuple[str, str]]:
        """The alerts so far: case ids and statuses, in the order they were told to machines."""
        sqs = self.account.client("sqs")
        found: list[tuple[str, str]] = []
        while True:
            answer = sqs.receive_message(
                QueueUrl=self.inbox, MaxNumberOfMessages=10, VisibilityTimeout=0
            )
            fresh = []
            for message in answer.get("Messages", []):
                case = json.loads(json.loads(message["Body"])["Message"])
                fresh.append((case["id"], case["status"]))
                sqs.delete_message(QueueUrl=self.inbox, ReceiptHandle=message["ReceiptHandle"])
            if not fresh:
                return found
            found += fresh

    def depth(self, output: str) -> int:
        """How many messages lie in one of the stack's queues, those in flight and delayed too."""
        names = (
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        )
        answer = self.account.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[output], AttributeNames=list(names)
        )["Attributes"]
        return sum(int(answer.get(name, 0)) for name in names)

    def quiet(self, *queues: str) -> None:
        """Wait until nothing is on its way any more, or nothing in some of the queues."""
        self.account.trail.settle()
        queues = queues or ("ChangesQueueUrl", "RemediesQueueUrl", "AlertsQueueUrl")
        calm = 0

        def depths() -> dict[str, int]:
            return {queue: depth for queue in queues if (depth := self.depth(queue))}

        def is_calm() -> bool:
            nonlocal calm
            calm = 0 if depths() else calm + 1
            return calm > 5  # a message between two queues is seen within these looks

        def waiting() -> object:
            cases = [case for case in self.cases() if case["status"] in {"waiting", "pending"}]
            drifts = [case["drift"] for case in cases]
            return depths(), [(drift["convention"], drift["subject"]["name"]) for drift in drifts]

        eventually("silence", is_calm, instead=waiting)


def deploy(
    account: EmbeddedAccount, project: Path, template: Path, highest_mode: str = "remediate"
) -> Stack:
    """Deploy, and listen to what machines are told."""
    people.break_glass(account)
    parameters = PARAMETERS | {"HighestMode": highest_mode}
    outputs = stack.deploy(
        account, project, stack_name="rolecall", parameters=parameters, template=template
    )
    arn = f"arn:aws:sqs:{account.region}:{account.account_id}:inbox"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    inbox = account.client("sqs").create_queue(QueueName="inbox", Attributes={"Policy": policy})
    account.client("sns").subscribe(
        TopicArn=outputs["MachinesTopicArn"], Protocol="sqs", Endpoint=arn
    )
    return Stack(account, outputs, inbox["QueueUrl"])


def without_conditions(template: Path) -> Path:
    """The same template without the conditions that the embedded account does not know."""
    yaml = YAML()
    yaml.preserve_quotes = True  # "no" is a word, and no is not
    loaded = yaml.load(template.read_text())
    for resource in loaded["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Policy":
            document = properties["PolicyDocument"]
            # A Deny without its condition would deny everything.
            document["Statement"] = [
                statement
                for statement in document["Statement"]
                if statement["Effect"] == "Allow" or "Condition" not in statement
            ]
            for statement in document["Statement"]:
                statement.pop("Condition", None)
    target = template.with_name(f"unconditional-{os.getpid()}.yaml")  # each worker writes its own
    yaml.dump(loaded, target)
    return target


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built copy of the project whose conventions may act."""
    return built_once(tmp_path_factory, ACTING)


@pytest.fixture(scope="session")
def built(project: Path) -> Path:
    """The template that sam built from it."""
    return template_of(project)


@pytest.fixture(scope="session")
def deployed(project: Path, built: Path) -> Iterator[Stack]:
    """The stack in an account whose trail repeats and delays records."""
    with embedded_account(extra={"TRAIL_SEED": "7"}) as account:
        found = deploy(account, project, built)
        account.trail.set(duplicate=0.5, delay=0.8, seed=7)
        yield found
        counters = account.trail.counters()
        assert counters["errors"] == 0, account.trail.last_error()
