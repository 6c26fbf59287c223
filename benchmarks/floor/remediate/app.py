"""The floor under the remediate function: bare boto3 and the calls that the job cannot do without."""

import contextlib
import json
import os
import time
from typing import Any

import boto3
from botocore.exceptions import ClientError

iam = boto3.client("iam")
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Claim a case, read, write down what will be done, do it, read again, and look again later."""
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
        dynamodb.update_item(
            **_change(key, "SET outcome = :value ADD ends :one", json.dumps(after))
        )
        _later(message)
    return {"batchItemFailures": [{"itemIdentifier": m["messageId"]} for m in event["Records"]]}


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


def _change(key: dict[str, Any], expression: str, value: str) -> Any:
    return {
        "TableName": os.environ["LEDGER"],
        "Key": key,
        "UpdateExpression": expression,
        "ExpressionAttributeValues": {":value": {"S": value}, ":one": {"N": "1"}},
    }


def _later(message: dict[str, Any]) -> None:
    with contextlib.suppress(ClientError):  # the message of a benchmark was never received
        sqs.change_message_visibility(
            QueueUrl=os.environ["QUEUE"],
            ReceiptHandle=message["receiptHandle"],
            VisibilityTimeout=15,
        )
