"""An account with a healthy stack: moto for IAM and the ledger, given answers for all else."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse

from rolecall.aws.session import Aws
from tests.aws.conftest import CREDENTIALS, TABLE
from tests.samples import ROOT

SETTINGS = (ROOT / "layers/settings/rolecall.yaml").read_text()
ACCOUNT = "123456789012"  # the one that moto is
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/rolecall/RemediateRole"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:people"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:SettingsLayer:3"
QUEUES = ("Changes", "Remedies", "Alerts", "Sweeps")
LETTERS = tuple(f"{queue}DeadLetters" for queue in QUEUES)
ALARMS = {"ChangesAgeAlarm": "age", "DetectErrorsAlarm": "errors"}

Answers = dict[str, Any]


class AnsweringAws(Aws):
    """The clients; a call that `answers` names gets that answer, every other one goes to moto.

    An answer is data, the code of an error as text, or a function of the call's parameters that gives
    one of these. botocore checks the parameters of every call against AWS's own models.
    """

    def __init__(self) -> None:
        super().__init__(REGION, credentials=CREDENTIALS)
        self.answers: Answers = {}
        self.calls: list[str] = []

    def _make(self, service: str, region: str) -> Any:
        client = super()._make(service, region)
        client.meta.events.register("before-parameter-build", _remember)
        client.meta.events.register(
            "before-call",
            lambda model, context, **_: self._answer(f"{service}:{model.name}", context["given"]),
        )
        return client

    def _answer(self, name: str, given: dict[str, Any]) -> Any:
        self.calls.append(name)
        found = self.answers.get(name)
        if callable(found):
            found = found(given)
        if found is None:
            return None
        if isinstance(found, str):
            code, _, message = found.partition(": ")
            return _response(400, {"Error": {"Code": code, "Message": message}})
        return _response(200, found)


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["given"] = params


def _response(status: int, parsed: dict[str, Any]) -> tuple[AWSResponse, dict[str, Any]]:
    return (
        AWSResponse("", status, {}, None),  # type: ignore[arg-type]  # nobody reads its body
        parsed | {"ResponseMetadata": {"HTTPStatusCode": status}},
    )


def url(queue: str) -> str:
    """The address of a queue, which is its physical id too."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue}"


def layer(text: str = SETTINGS) -> bytes:
    """A settings layer with this file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("python/rolecall.yaml", text)
    return content.getvalue()


def _outputs() -> dict[str, str]:
    return {
        "LedgerTable": TABLE,
        "BusName": "rolecall",
        "PeopleTopicArn": TOPIC,
        "MachinesTopicArn": TOPIC.replace("people", "machines"),
        **{f"{name}QueueUrl": url(f"{name}Queue") for name in QUEUES},
        **{f"{name}FunctionName": name for name in ("Detect", "Remediate", "Notify", "Sweep")},
    }


def _resources() -> list[dict[str, Any]]:
    found = {
        "AWS::Events::Rule": {"IamChanges": "iam", "CaseEvents": "rolecall|cases"},
        "AWS::SQS::Queue": {
            **{f"{name}Queue": url(f"{name}Queue") for name in QUEUES},
            **{name: url(name) for name in LETTERS},
        },
        "AWS::CloudWatch::Alarm": ALARMS,
    }
    return [
        {
            "ResourceType": kind,
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "LastUpdatedTimestamp": 0,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for kind, resources in found.items()
        for logical, physical in resources.items()
    ]


def _function(given: dict[str, Any]) -> dict[str, Any]:
    name = given["FunctionName"]
    return {
        "Role": ROLE.replace("Remediate", name),
        "Timeout": 30,
        "Layers": [{"Arn": LAYER.replace("Settings", "Rolecall")}, {"Arn": LAYER}],
        "Environment": {"Variables": {"SLACK_SECRET": ""}},
    }


def mapping(state: str = "Enabled", **changed: Any) -> Answers:
    """An answer with one event-source mapping as the template makes it."""
    found = {
        "State": state,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 2},
    }
    return {"EventSourceMappings": [found | changed]}


def alarms(**changed: Any) -> Answers:
    """An answer with every alarm, the first of them changed."""
    found: list[dict[str, Any]] = [
        {"AlarmName": name, "ActionsEnabled": True, "AlarmActions": [TOPIC], "StateValue": "OK"}
        for name in ALARMS.values()
    ]
    return {"MetricAlarms": [found[0] | changed, *found[1:]]}


def queue(visibility: int = 180, depth: int = 0) -> Callable[[Any], Answers]:
    """What every queue says of itself."""
    attributes = {
        "VisibilityTimeout": str(visibility),
        "ApproximateNumberOfMessages": str(depth),
        "RedrivePolicy": "{}",
    }
    return lambda given: {"Attributes": {n: attributes[n] for n in given["AttributeNames"]}}


def rules(given: dict[str, Any]) -> Answers:
    """The rules of a bus, all enabled."""
    name = "iam" if given["EventBusName"] == "default" else "cases"
    return {"Rules": [{"Name": name, "State": "ENABLED"}]}


def subscription(arn: str) -> Answers:
    """An answer with one subscription by mail."""
    return {"Subscriptions": [{"SubscriptionArn": arn, "Protocol": "email"}]}


def trails(**changed: Any) -> Answers:
    """An answer with one trail, in every Region."""
    found = {"Name": "main", "TrailARN": TRAIL, "HomeRegion": REGION, "IsMultiRegionTrail": True}
    return {"trailList": [found | changed]}


def healthy() -> Answers:
    """What AWS answers of a stack in which everything is in order."""
    outputs = [{"OutputKey": key, "OutputValue": value} for key, value in _outputs().items()]
    return {
        "cloudformation:DescribeStacks": {"Stacks": [{"Outputs": outputs}]},
        "cloudformation:ListStackResources": {"StackResourceSummaries": _resources()},
        "cloudtrail:DescribeTrails": trails(),
        "cloudtrail:GetTrailStatus": {"IsLogging": True},
        "cloudtrail:GetEventSelectors": {
            "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]
        },
        "events:ListRules": rules,
        "events:ListTargetsByRule": {"Targets": [{"Id": "changes", "Arn": "arn"}]},
        "lambda:GetFunctionConfiguration": _function,
        "lambda:ListEventSourceMappings": mapping(),
        "lambda:GetLayerVersionByArn": lambda given: {"Content": {"Location": given["Arn"]}},
        "sqs:GetQueueAttributes": queue(),
        "cloudwatch:DescribeAlarms": alarms(),
        "cloudwatch:ListMetrics": {"Metrics": [{"Namespace": "AWS/SQS"}]},
        "sns:ListSubscriptionsByTopic": subscription(f"{TOPIC}:1"),
    }
