"""A trail as accounts have them: mostly reads, some writes that nobody watches, now and then a drift."""

import json
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.samples import names, sample

Record = dict[str, Any]

MIX: Mapping[str, int] = MappingProxyType(
    {
        "read": 780,
        "role assumed by a service": 120,
        "unwatched write": 60,
        "watched, failed": 10,
        "watched, clean": 20,
        "watched, drift": 10,
    }
)
"""Of a thousand records, how many are of which kind."""

_Calls = tuple[tuple[str, str, Any], ...]

_READS: _Calls = (
    ("ec2.amazonaws.com", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}),
    ("ec2.amazonaws.com", "DescribeNetworkInterfaces", {"filterSet": {}}),
    ("sts.amazonaws.com", "GetCallerIdentity", None),
    ("kms.amazonaws.com", "Decrypt", {"encryptionContext": {"aws:lambda:FunctionArn": "app"}}),
    ("s3.amazonaws.com", "GetBucketAcl", {"bucketName": "example-logs", "acl": ""}),
    ("iam.amazonaws.com", "ListRoles", {"maxItems": 100}),
    ("iam.amazonaws.com", "GetRole", {"roleName": "app"}),
    ("logs.amazonaws.com", "DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda"}),
    ("dynamodb.amazonaws.com", "DescribeTable", {"tableName": "orders"}),
    ("ssm.amazonaws.com", "GetParameter", {"name": "/app/config", "withDecryption": True}),
)
_WRITES: _Calls = (
    ("logs.amazonaws.com", "CreateLogStream", {"logGroupName": "/aws/lambda/app"}),
    ("ec2.amazonaws.com", "CreateTags", {"resourcesSet": {"items": [{"resourceId": "vol-1"}]}}),
    ("ecs.amazonaws.com", "UpdateService", {"cluster": "main", "service": "web"}),
    ("ssm.amazonaws.com", "UpdateInstanceInformation", {"agentVersion": "3.3.987.0"}),
    ("iam.amazonaws.com", "TagRole", {"roleName": "app", "tags": [{"key": "team"}]}),
)
_BASE = "user-permissions-via-groups/drift-put-user-policy"


def records(how_many: int, seed: int = 1) -> Iterator[tuple[str, Record]]:
    """Yield records with their kind, in the shares of `MIX`, mixed; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311  # a run must be repeatable, not secret
    kinds = [kind for kind, share in MIX.items() for _ in range(share * how_many // 1000)]
    kinds += ["read"] * (how_many - len(kinds))
    draw.shuffle(kinds)
    for kind in kinds:
        record = _KINDS[kind](draw)
        record["eventID"] = str(uuid.UUID(int=draw.getrandbits(128), version=4))
        record["requestID"] = str(uuid.UUID(int=draw.getrandbits(128), version=4))
        yield kind, record


def write(path: Path, how_many: int) -> None:
    """Write so many records as JSON Lines."""
    with path.open("w", encoding="utf-8") as lines:
        for _, record in records(how_many):
            lines.write(json.dumps(record, separators=(",", ":")) + "\n")


def _any(draw: random.Random, start: str) -> Record:
    record: Record = sample(draw.choice(names(start)))["detail"]
    return record


def _call(draw: random.Random, calls: _Calls, *, reads: bool) -> Record:
    source, name, request = draw.choice(calls)
    base: Record = sample(_BASE)["detail"]
    return base | {
        "eventSource": source,
        "eventName": name,
        "requestParameters": request,
        "readOnly": reads,
    }


def _assumed(draw: random.Random) -> Record:
    service = draw.choice(("ec2", "lambda", "ecs-tasks", "cloudtrail"))
    role = f"arn:aws:iam::111122223333:role/service-{draw.randrange(40)}"
    base: Record = sample(_BASE)["detail"]
    return base | {
        "userIdentity": {"type": "AWSService", "invokedBy": f"{service}.amazonaws.com"},
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "readOnly": True,
        "sourceIPAddress": f"{service}.amazonaws.com",
        "userAgent": f"{service}.amazonaws.com",
        "requestParameters": {
            "roleArn": role,
            "roleSessionName": f"i-{draw.randrange(16**8):017x}",
        },
        "responseElements": {"credentials": {"expiration": "Nov 2, 2026, 3:14:07 PM"}},
        "resources": [{"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": role}],
    }


def _failed(draw: random.Random) -> Record:
    return _any(draw, "drift-put-user-policy") | {
        "errorCode": "AccessDenied",
        "errorMessage": "User is not authorized to perform: iam:PutUserPolicy",
        "responseElements": None,
    }


def _clean(draw: random.Random) -> Record:
    record = _any(draw, "clean-")
    while record.get("errorCode"):  # the failed ones have a share of their own
        record = _any(draw, "clean-")
    return record


_KINDS: Mapping[str, Callable[[random.Random], Record]] = {
    "read": lambda draw: _call(draw, _READS, reads=True),
    "role assumed by a service": _assumed,
    "unwatched write": lambda draw: _call(draw, _WRITES, reads=False),
    "watched, failed": _failed,
    "watched, clean": _clean,
    "watched, drift": lambda draw: _any(draw, "drift-"),
}
