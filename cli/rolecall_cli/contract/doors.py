"""Contract: who may send what into the stack's queues and onto its bus."""

import json
from typing import Any

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall.policy.matching import matches
from rolecall_cli.answers import Answer, failed, passed, unknown
from rolecall_cli.contract.trial import Trial, by_resource_policy, is_denied

SOURCE = "rolecall-contract"  # no rule listens to it


def changes_queue_takes_from_rules_only(trial: Trial) -> Answer:
    """The changes queue refuses a message that is sent to it directly."""
    return _refused(trial, "ChangesQueueUrl")


def alerts_queue_takes_from_the_rule_only(trial: Trial) -> Answer:
    """The alerts queue refuses a message that is sent to it directly."""
    return _refused(trial, "AlertsQueueUrl")


def _refused(trial: Trial, output: str) -> Answer:
    body = json.dumps({"rolecall-contract": trial.scratch.name})
    try:
        trial.client("sqs").send_message(QueueUrl=trial.stack.deployed[output], MessageBody=body)
    except ClientError as error:
        if not is_denied(error):
            raise
        if by_resource_policy(str(error)):
            return passed("refused by the queue's policy")
        return unknown(
            "refused, but AWS does not say by which policy",
            "Your own may lack sqs:SendMessage: ask as an administrator.",
        )
    return failed(
        "accepted",
        f"make deploy, and take {trial.scratch.name} from the dead letters of this queue.",
    )


def nobody_speaks_for_aws(trial: Trial) -> Answer:
    """EventBridge refuses an event that claims to come from AWS."""
    entry = _put(trial, "default", "aws.iam")
    if entry.get("ErrorCode") == "NotAuthorizedForSourceException":
        return passed("refused")
    if "ErrorCode" in entry:
        return unknown(f"answers {entry['ErrorCode']}", "Ask as somebody who may call PutEvents.")
    return failed("accepted", "Anyone who may put events can forge records: tell AWS, and us.")


def the_bus_lets_in_whom_its_policy_says(trial: Trial) -> Answer:
    """The stack's bus takes an event from you or refuses it, as its policy says."""
    bus = trial.stack.deployed["BusName"]
    policy = trial.client("events").describe_event_bus(Name=bus).get("Policy", "")
    mine = _principal(trial)
    welcome = _welcome(policy, mine)
    try:
        entry = _put(trial, bus, SOURCE)
    except ClientError as error:
        if not is_denied(error):
            raise
        entry = {"ErrorCode": code_of(error), "ErrorMessage": str(error)}
    if "ErrorCode" not in entry:
        if welcome:
            return passed(f"{mine} is let in, as the policy says")
        return failed(f"{mine} is let in against the policy", "make deploy with RestrictBus=yes.")
    if not is_denied_entry(entry):
        return unknown(f"answers {entry['ErrorCode']}")
    if welcome:
        return unknown(
            f"{mine} is refused, and not by the bus", "Your own policy may lack events:PutEvents."
        )
    if by_resource_policy(entry.get("ErrorMessage", "")):
        return passed(f"{mine} is refused by the bus's policy")
    return unknown(f"{mine} is refused, but AWS does not say by which policy")


def is_denied_entry(entry: dict[str, Any]) -> bool:
    """Whether an entry of PutEvents was refused for want of a right."""
    return str(entry["ErrorCode"]).startswith(("AccessDenied", "NotAuthorized"))


def _put(trial: Trial, bus: str, source: str) -> dict[str, Any]:
    answer = trial.client("events").put_events(
        Entries=[
            {
                "Source": source,
                "DetailType": "rolecall-contract",
                "Detail": json.dumps({"name": trial.scratch.name}),
                "EventBusName": bus,
            }
        ]
    )
    found: dict[str, Any] = answer["Entries"][0]
    return found


def _principal(trial: Trial) -> str:
    """The ARN that `aws:PrincipalArn` holds for the operator: of the role, and not of its session."""
    caller = trial.stack.deployed.caller
    if ":assumed-role/" not in caller:
        return caller
    role = caller.split("/")[1]
    return str(trial.client("iam").get_role(RoleName=role)["Role"]["Arn"])


def _welcome(policy: str, principal: str) -> bool:
    statements = json.loads(policy)["Statement"] if policy else []
    for statement in [s for s in statements if s["Effect"] == "Deny"]:
        spared = statement.get("Condition", {}).get("ArnNotLike", {}).get("aws:PrincipalArn", [])
        patterns = [spared] if isinstance(spared, str) else spared
        if not any(matches(pattern, principal) for pattern in patterns):
            return False
    return True
