"""Contract: that changes arrive, how soon, and that the queues between are as the template says."""

from datetime import UTC, datetime

from rolecall.aws.items import text
from rolecall.model.cases import Case
from rolecall.model.scales import Mode
from rolecall.model.subjects import SubjectRef
from rolecall_cli.answers import Answer, failed, judged, passed, unknown
from rolecall_cli.contract.scratch import PATH
from rolecall_cli.contract.trial import Trial, statement
from rolecall_cli.doctor.examined import FUNCTIONS

_CONVENTION = "user-permissions-via-groups"
_EVERY = 3.0  # seconds between two looks into the ledger
_QUEUES = dict(
    zip(
        FUNCTIONS,
        ("ChangesQueueUrl", "RemediesQueueUrl", "AlertsQueueUrl", "SweepsQueueUrl"),
        strict=True,
    )
)
_TIMES = 6  # AWS Lambda, "Using Lambda with Amazon SQS": so many times the function's timeout


def a_change_arrives_as_a_case(trial: Trial) -> Answer:
    """A drift made by hand becomes a case: CloudTrail, the rule, the queue's policy and detect in one."""
    if trial.stack.settings.mode(_CONVENTION) is Mode.OFF:
        return unknown(
            f"the settings switch {_CONVENTION} off", "Switch it to observe, and ask again."
        )
    iam, user = trial.client("iam"), trial.scratch.name
    names = {"UserName": user, "PolicyName": "harmless"}
    trial.scratch.make(
        f"the user {user}",
        lambda: iam.create_user(UserName=user, Path=PATH),
        lambda: iam.delete_user(UserName=user),
    )
    trial.await_it(lambda: iam.get_user(UserName=user))
    start = trial.clock()
    trial.scratch.make(
        f"the inline policy harmless of the user {user}",
        # It needs no permission, so allowing it grants nothing; and nobody can sign in as this user.
        lambda: iam.put_user_policy(
            **names, PolicyDocument=statement("Allow", "sts:GetCallerIdentity")
        ),
        lambda: iam.delete_user_policy(**names),
    )
    found: list[Case] = []

    def arrived() -> bool:
        found[:] = _cases_about(trial, user)
        return bool(found)

    took = trial.until(arrived, trial.patience, since=start, every=_EVERY)
    if took is None:
        return failed(
            f"no case about {user} after {trial.patience:.0f} s",
            "rolecall doctor shows which link is missing; --patience waits longer.",
        )
    case = found[0]
    opened = _moment(case.opened) - _moment(case.origin.time)
    return passed(
        f"{case.id} ({case.status}) was there after {took:.0f} s; opened {opened.seconds} s after "
        "the call"
    )


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said).astimezone(UTC)


def _cases_about(trial: Trial, user: str) -> list[Case]:
    ledger, table = trial.stack.deployed.ledger, trial.stack.deployed["LedgerTable"]
    subject = SubjectRef("user", user, trial.stack.account)
    answer = trial.client("dynamodb").query(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={
            ":pk": text(f"SUBJECT#{subject.key}"),
            ":sk": text(f"DRIFT#{_CONVENTION}#"),
        },
    )
    return [ledger.get(item["case"]["S"]).case for item in answer["Items"]]


def queues_wait_for_their_functions(trial: Trial) -> Answer:
    """Each queue hides a message for six times its function's timeout; batches may fail in part."""
    sqs, wrong = trial.client("sqs"), []
    for function, output in _QUEUES.items():
        names = ["VisibilityTimeout", "RedrivePolicy"]
        found = sqs.get_queue_attributes(
            QueueUrl=trial.stack.deployed[output], AttributeNames=names
        )["Attributes"]
        hidden = int(found["VisibilityTimeout"])
        needed = _TIMES * int(trial.stack.configuration(function)["Timeout"])
        if hidden < needed:
            wrong.append(f"{function}: {hidden} s, not {needed} s")
        if "RedrivePolicy" not in found:
            wrong.append(f"{function}: no dead letters")
        for mapping in trial.stack.mappings(function):
            if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", ()):
                wrong.append(f"{function}: a batch fails whole")
            if not mapping.get("ScalingConfig", {}).get("MaximumConcurrency"):
                wrong.append(f"{function}: no bound on concurrency")
    return judged(wrong, f"{len(_QUEUES)} queues are as in the template", "make deploy.")


def queues_are_measured(trial: Trial) -> Answer:
    """CloudWatch has the metric of the dead-letter queues, on which their alarms stand."""
    queues = trial.stack.of_type("AWS::SQS::Queue")
    missing = []
    for logical in (name for name in queues if "DeadLetters" in name):
        answer = trial.client("cloudwatch").list_metrics(
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=[{"Name": "QueueName", "Value": queues[logical].rpartition("/")[2]}],
        )
        if not answer["Metrics"]:
            missing.append(logical)
    if missing:
        return unknown(
            f"none yet of {', '.join(missing)}",
            "A queue that slept for hours is measured some minutes after its first message.",
        )
    return passed("of every dead-letter queue")
