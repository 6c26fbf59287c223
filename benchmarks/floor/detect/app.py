"""The floor under the detect function: bare boto3 and the calls that the job cannot do without."""

import json
import os
import time
from typing import Any

import boto3

iam = boto3.client("iam")
dynamodb = boto3.client("dynamodb")
events = boto3.client("events")


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Read the user that a record names, write one case a policy down and tell of it."""
    for message in event["Records"]:
        record = json.loads(message["body"])["detail"]
        user = record["requestParameters"]["userName"]
        names = iam.list_user_policies(UserName=user)["PolicyNames"]
        documents = {
            name: iam.get_user_policy(UserName=user, PolicyName=name)["PolicyDocument"]
            for name in names
        }
        iam.list_attached_user_policies(UserName=user)
        for name, document in documents.items():
            case = {"id": record["eventID"], "user": user, "part": name, "found": document}
            _open(case)
            _tell(case)
    return {"batchItemFailures": []}


def _open(case: dict[str, Any]) -> None:
    keys = (
        {"pk": {"S": f"CASE#{case['id']}"}, "sk": {"S": "CASE"}},
        {"pk": {"S": f"SUBJECT#{case['user']}"}, "sk": {"S": f"DRIFT#{case['part']}"}},
    )
    doc = {"doc": {"S": json.dumps(case)}, "opened": {"N": str(time.time())}}
    dynamodb.transact_write_items(
        TransactItems=[
            {
                "Put": {
                    "TableName": os.environ["LEDGER"],
                    "Item": key | doc,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for key in keys
        ]
    )


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
