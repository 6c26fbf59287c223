"""Alarms, counts and the dashboard: the same for every queue and function, so written once here."""

from typing import Any

NAMESPACE = "Rolecall"
# Seconds that the oldest message of each queue may wait. A sweep takes up to a quarter of an hour.
QUEUES = {"Changes": 900, "Remedies": 900, "Alerts": 900, "Sweeps": 1800}
FUNCTIONS = ("Detect", "Remediate", "Notify", "Sweep")
# Who finds out that an event was missed: the sweep itself, or whoever settles what it found.
_FIND_MISSED = ("Sweep", "Remediate")


def _alarm(description: str, metric: dict[str, Any], threshold: int) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": description,
            **metric,
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "PeopleTopic"}],
        },
    }


def _metric(namespace: str, name: str, statistic: str, **dimensions: Any) -> dict[str, Any]:
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Statistic": statistic,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }


def _queue(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "QueueName"]}


def _alarms() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for queue, longest in QUEUES.items():
        letters = f"{queue}DeadLetters"
        found[f"{letters}Alarm"] = _alarm(
            f"{letters} holds what Rolecall could not work on: read it, mend the cause, redrive it.",
            _metric(
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                "Maximum",
                QueueName=_queue(letters),
            ),
            0,
        )
        found[f"{queue}AgeAlarm"] = _alarm(
            f"Messages wait in {queue}Queue for more than {longest // 60} minutes: look at the function "
            "behind it.",
            _metric(
                "AWS/SQS",
                "ApproximateAgeOfOldestMessage",
                "Maximum",
                QueueName=_queue(f"{queue}Queue"),
            ),
            longest,
        )
    for function in FUNCTIONS:
        for metric, says in (("Errors", "fails"), ("Throttles", "is throttled")):
            found[f"{function}{metric}Alarm"] = _alarm(
                f"The function {function.lower()} {says}: its log says why.",
                _metric("AWS/Lambda", metric, "Sum", FunctionName={"Ref": f"{function}Function"}),
                0,
            )
        # A message that fails in a batch is no error of the function, so the log counts it.
        found[f"{function}FailedAlarm"] = _alarm(
            f"The function {function.lower()} could not work on a message: its log says why.",
            {"Namespace": NAMESPACE, "MetricName": f"{function}-failed", "Statistic": "Sum"},
            0,
        )
    found["EventsMissedAlarm"] = _alarm(
        "A sweep found drifts that no event told: see whether the trail logs and the rules are enabled "
        "(rolecall doctor), and which cases they are (rolecall cases).",
        {"Namespace": NAMESPACE, "MetricName": "events-missed", "Statistic": "Sum"},
        0,
    )
    return found


def _missed() -> dict[str, Any]:
    return {
        f"{function}MissedCount": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": f"{function}Log"},
                "FilterPattern": "{ $.missed > 0 }",
                "MetricTransformations": [
                    {
                        "MetricNamespace": NAMESPACE,
                        "MetricName": "events-missed",
                        "MetricValue": "$.missed",
                    }
                ],
            },
        }
        for function in _FIND_MISSED
    }


def _counts() -> dict[str, Any]:
    # The table of the stack is named in no metric: two stacks do not share an account's Region.
    return {
        f"{function}FailedCount": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": f"{function}Log"},
                "FilterPattern": '{ $.outcome = "failed" }',
                "MetricTransformations": [
                    {
                        "MetricNamespace": NAMESPACE,
                        "MetricName": f"{function}-failed",
                        "MetricValue": "1",
                    }
                ],
            },
        }
        for function in FUNCTIONS
    } | {
        f"{function}Outcomes": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": f"{function}Log"},
                "FilterPattern": "{ $.outcome = * }",
                "MetricTransformations": [
                    {
                        "MetricNamespace": NAMESPACE,
                        "MetricName": f"{function}-outcomes",
                        "MetricValue": "1",
                        "Dimensions": [{"Key": "outcome", "Value": "$.outcome"}],
                    }
                ],
            },
        }
        for function in FUNCTIONS
    }


def _widget(title: str, metrics: list[str], place: int, *, view: str = "timeSeries") -> str:
    x, y = (place % 2) * 12, (place // 2) * 6
    return (
        f'{{"type":"metric","x":{x},"y":{y},"width":12,"height":6,"properties":{{"title":"{title}",'
        f'"view":"{view}","stat":"Sum","region":"${{AWS::Region}}","metrics":[{",".join(metrics)}]}}}}'
    )


def _dashboard() -> dict[str, Any]:
    outcomes = [
        f'["{NAMESPACE}","{function}-outcomes","outcome","{outcome}"]'
        for function, names in (
            ("Detect", ("clean", "notified", "pending", "exempt", "protected", "own", "rejected")),
            ("Remediate", ("remediated", "superseded", "failed", "retry")),
            ("Sweep", ("swept", "sweeping", "failed")),
        )
        for outcome in names
    ]
    widgets = [
        _widget("Outcomes", outcomes, 0),
        _widget(
            "Dead letters",
            [
                f'["AWS/SQS","ApproximateNumberOfMessagesVisible","QueueName","${{{q}DeadLetters.QueueName}}"]'
                for q in QUEUES
            ],
            1,
        ),
        _widget(
            "Age of the oldest message (s)",
            [
                f'["AWS/SQS","ApproximateAgeOfOldestMessage","QueueName","${{{q}Queue.QueueName}}"]'
                for q in QUEUES
            ],
            2,
        ),
        _widget(
            "Duration (ms)",
            [f'["AWS/Lambda","Duration","FunctionName","${{{f}Function}}"]' for f in FUNCTIONS],
            3,
        ),
    ]
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Ref": "AWS::StackName"},
            "DashboardBody": {"Fn::Sub": f'{{"widgets":[{",".join(widgets)}]}}'},
        },
    }


def resources() -> dict[str, Any]:
    """Alarms, counts and the dashboard."""
    return _counts() | _missed() | _alarms() | {"Dashboard": _dashboard()}
