"""The floor under the remediate function: bare boto3 and the calls that the job cannot do without."""

import json
import os
import time
from typing import Any

import boto3

iam = boto3.client("iam")
dynamodb = boto3.client("dynamodb")
events = boto3.client("events")


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Claim a case, read, write down what will be done, do it, read again, conclude and tell."""
    for message in event["Records"]:
        key = _case_key(json.loads(message["body"])["case"])
        lease = _change(key, "SET lease = :value ADD fence :one", str(time.time() + 120))
        claimed = dynamodb.update_item(**lease, ReturnValues="ALL_NEW")
        case = json.loads(claimed["Attributes"]["doc"]["S"])
        drift = case["drift"]
        user, policy = drift["subject"]["name"], drift["part"]
        before = _policies(user)
        if policy in before:
            _policies("break-glass")  # somebody must be left who can administer IAM
            iam.list_groups_for_user(UserName="break-glass")
            _intend(key, case, json.dumps(before))
            iam.delete_user_policy(UserName=user, PolicyName=policy)
        after = _policies(user)
        _conclude(key, case, json.dumps(after))
        _tell(case)
    return {"batchItemFailures": []}


def _case_key(case_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"CASE#{case_id}"}, "sk": {"S": "CASE"}}


def _policies(user: str) -> dict[str, Any]:
    found = {
        name: iam.get_user_policy(UserName=user, PolicyName=name)["PolicyDocument"]
        for name in iam.list_user_policies(UserName=user)["PolicyNames"]
    }
    iam.list_attached_user_policies(UserName=user)
    return found


def _intend(key: dict[str, Any], case: dict[str, Any], snapshot: str) -> None:
    not_paused: Any = {
        "TableName": os.environ["LEDGER"],
        "Key": {"pk": {"S": "PAUSE"}, "sk": {"S": "PAUSE"}},
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    intent = _change(key, "SET intent = :value ADD acts :one", snapshot)
    writes: list[Any] = [{"Update": intent}, {"ConditionCheck": not_paused}]
    for cap in ("account", "convention", "actor", f"drift/{case['id']}"):
        cap_key = {"pk": {"S": f"FLOOR#{cap}"}, "sk": {"S": "CAP"}}
        writes.append({"Update": _change(cap_key, "SET expires = :value ADD made :one", "0")})
    dynamodb.transact_write_items(TransactItems=writes)


def _conclude(key: dict[str, Any], case: dict[str, Any], outcome: str) -> None:
    drift_key = {
        "pk": {"S": f"SUBJECT#{case['origin']['account']}//user/{case['drift']['part']}"},
        "sk": {"S": f"DRIFT#{case['id']}"},
    }
    dynamodb.transact_write_items(
        TransactItems=[
            {"Update": _change(key, "SET outcome = :value ADD ends :one", outcome)},
            {"Update": _change(drift_key, "SET known_until = :value ADD ends :one", "0")},
        ]
    )


def _change(key: dict[str, Any], expression: str, value: str) -> Any:
    return {
        "TableName": os.environ["LEDGER"],
        "Key": key,
        "UpdateExpression": expression,
        "ExpressionAttributeValues": {":value": {"S": value}, ":one": {"N": "1"}},
    }


def _tell(case: dict[str, Any]) -> None:
    events.put_events(
        Entries=[
            {
                "EventBusName": os.environ["BUS"],
                "Source": "floor",
                "DetailType": "Case",
                "Detail": json.dumps(case),
            }
        ]
    )
