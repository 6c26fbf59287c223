"""Each function works with its own role, and is denied what is not its own.

The embedded account knows no `iam:PolicyARN` and loses paths, so there the policies run without their
conditions; the true ones, conditions and all, are asked of the evaluator itself.
"""

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import ROOT as ROOT_KEYS
from rolecall_cli.embedded.account import embedded_account
from rolecall_cli.embedded.places import checkout
from tests.stack.conftest import Stack, deploy, without_conditions

pytestmark = pytest.mark.stack

POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
PROBE = """
import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

def handler(event, context):
    client = boto3.client(event["service"])
    try:
        getattr(client, xform_name(event["operation"]))(**event["parameters"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}


@pytest.fixture(scope="module")
def enforced(project: Path, built: Path) -> Iterator[Stack]:
    """The stack in an account that checks every call against policies."""
    with embedded_account(enforce_iam=True) as account:
        yield deploy(account, project, without_conditions(built))


class Probe:
    """A function that makes one call under the role of one of the stack's functions."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._lambda = stack.account.client("lambda", ROOT_KEYS)
        self._made: set[str] = set()

    def ask(self, function: str, call: str, parameters: Mapping[str, Any]) -> str:
        """What AWS answers the function's role: `allowed`, or an error code."""
        name = f"probe-{function}"
        if name not in self._made:
            self._make(name, self._stack.outputs[f"{function}FunctionName"])
        service, _, operation = call.partition(":")
        payload = {"service": service, "operation": operation, "parameters": parameters}
        answer = self._lambda.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        found = json.loads(answer["Payload"].read())
        assert isinstance(found, str), found
        return found

    def _make(self, name: str, like: str) -> None:
        role = self._lambda.get_function_configuration(FunctionName=like)["Role"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("probe.py", PROBE)
        self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="probe.handler",
            Code={"ZipFile": code.getvalue()},
            Timeout=30,
        )
        self._made.add(name)


@pytest.fixture(scope="module")
def probe(enforced: Stack) -> Probe:
    """Asks for calls under the functions' roles."""
    with enforced.account.trail.muted():
        enforced.account.client("iam").create_user(UserName="somebody")
    return Probe(enforced)


def test_a_drift_is_seen_told_and_put_right_with_the_functions_own_roles(enforced: Stack) -> None:
    iam = enforced.account.client("iam")
    with enforced.account.trail.muted():
        iam.create_user(UserName="bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=POWER)
    case = enforced.ended("bob", "remediated")
    assert not iam.list_attached_user_policies(UserName="bob")["AttachedPolicies"]
    enforced.quiet()
    assert (case["id"], "remediated") in enforced.alerts()


SOMEBODY = {"UserName": "somebody"}
WRITES = [
    ("iam:AttachUserPolicy", SOMEBODY | {"PolicyArn": POWER}),
    ("iam:CreateUser", {"UserName": "intruder"}),
    ("iam:CreateAccessKey", SOMEBODY),
    ("iam:DeleteUser", SOMEBODY),
    ("iam:PutRolePolicy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"}),
    ("ec2:TerminateInstances", {"InstanceIds": ["i-0123456789abcdef0"]}),
    ("ec2:RunInstances", {"ImageId": "ami-0abcdef1234567890", "MinCount": 1, "MaxCount": 1}),
]
NOT_THEIRS = [
    *[("Detect", *write) for write in WRITES],
    ("Detect", "iam:DetachUserPolicy", SOMEBODY | {"PolicyArn": POWER}),
    ("Detect", "iam:UpdateAccessKey", SOMEBODY | {"AccessKeyId": "A" * 20, "Status": "Active"}),
    ("Detect", "secretsmanager:GetSecretValue", {"SecretId": "slack"}),
    *[("Remediate", *write) for write in WRITES],
    ("Remediate", "secretsmanager:GetSecretValue", {"SecretId": "slack"}),
    (
        "Remediate",
        "sts:AssumeRole",
        {"RoleArn": "arn:aws:iam::111122223333:role/x", "RoleSessionName": "session"},
    ),
    *[("Notify", *write) for write in WRITES],
    ("Notify", "iam:ListUsers", {}),
    ("Notify", "iam:ListAttachedUserPolicies", SOMEBODY),
    ("Notify", "ec2:DescribeInstances", {}),
    (
        "Notify",
        "events:PutEvents",
        {
            "Entries": [
                {
                    "Source": "rolecall",
                    "DetailType": "x",
                    "Detail": "{}",
                    "EventBusName": "rolecall",
                }
            ]
        },
    ),
]


@pytest.mark.parametrize(("function", "call", "parameters"), NOT_THEIRS)
def test_a_function_is_denied_what_is_not_its_own(
    probe: Probe, function: str, call: str, parameters: dict[str, Any]
) -> None:
    answer = probe.ask(function, call, parameters)
    assert answer in DENIED, answer


THEIRS = [
    ("Detect", "iam:ListAttachedUserPolicies", SOMEBODY),
    ("Detect", "iam:ListAccessKeys", SOMEBODY),
    ("Remediate", "iam:ListUserPolicies", SOMEBODY),
    ("Remediate", "iam:DetachUserPolicy", SOMEBODY | {"PolicyArn": POWER}),
]


@pytest.mark.parametrize(("function", "call", "parameters"), THEIRS)
def test_a_function_is_allowed_what_is_its_own(
    probe: Probe, function: str, call: str, parameters: dict[str, Any]
) -> None:
    assert probe.ask(function, call, parameters) in {"allowed", "NoSuchEntity"}


def test_who_may_not_invoke_detect_cannot_replay(enforced: Stack) -> None:
    mallory = people.user(enforced.account, "mallory")
    with pytest.raises(Exception, match="AccessDenied"):
        mallory.client("lambda").invoke(
            FunctionName=enforced.outputs["DetectFunctionName"], Payload=b'{"replay": {}}'
        )


# --- the true policies, asked of the evaluator itself ---

ASK = """
import json, sys
from ministack.core import iam_evaluator as e
given = json.load(sys.stdin)
policies = [e.parse_policy_document(p) for p in given["policies"]]
common = {"principal_arn": "arn:aws:iam::111122223333:role/rolecall/x", "region": "us-east-1",
          "principal_type": "AssumedRole", "principal_account": "111122223333"}
asked = [e.EvalContext(**common, **question) for question in given["questions"]]
print(json.dumps([e.evaluate(context, policies).decision for context in asked]))
"""
IAM = "arn:aws:iam::111122223333:"
QUESTIONS = [
    ("iam:DetachUserPolicy", f"{IAM}user/bob", {"iam:policyarn": POWER}, "Allow"),
    (
        "iam:DetachUserPolicy",
        f"{IAM}user/bob",
        {"iam:policyarn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"},
        "Deny",
    ),
    ("iam:DetachUserPolicy", f"{IAM}user/break-glass", {"iam:policyarn": POWER}, "Deny"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/shared", {}, "Allow"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/aws-service-role/x.amazonaws.com/X", {}, "Deny"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/aws-reserved/sso.amazonaws.com/X", {}, "Deny"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/rolecall/detect", {}, "Deny"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/OrganizationAccountAccessRole", {}, "Deny"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/x/OrganizationAccountAccessRole", {}, "Allow"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/stacksets-exec-{'0a' * 16}", {}, "Deny"),
    ("iam:UpdateAssumeRolePolicy", f"{IAM}role/stacksets-exec-mine", {}, "Allow"),
    ("iam:PassRole", f"{IAM}role/base", {"iam:passedtoservice": "ec2.amazonaws.com"}, "Allow"),
    (
        "iam:PassRole",
        f"{IAM}role/base",
        {"iam:passedtoservice": "lambda.amazonaws.com"},
        "ImplicitDeny",
    ),
    (
        "iam:PassRole",
        f"{IAM}role/admin",
        {"iam:passedtoservice": "ec2.amazonaws.com"},
        "ImplicitDeny",
    ),
    (
        "ec2:AssociateIamInstanceProfile",
        "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0",
        {"ec2:newinstanceprofile": f"{IAM}instance-profile/admin"},
        "ImplicitDeny",
    ),
    ("iam:PutUserPolicy", f"{IAM}user/bob", {}, "Allow"),
    ("iam:PutUserPolicy", f"{IAM}user/break-glass", {}, "Deny"),
    ("iam:PutRolePolicy", f"{IAM}role/shared", {}, "ImplicitDeny"),
    ("iam:UpdateAccountPasswordPolicy", "*", {}, "Allow"),
    ("iam:DeleteAccountPasswordPolicy", "*", {}, "ImplicitDeny"),
    ("iam:AttachUserPolicy", f"{IAM}user/bob", {"iam:policyarn": POWER}, "ImplicitDeny"),
    ("iam:DeleteRolePermissionsBoundary", f"{IAM}role/shared", {}, "Deny"),
    ("sts:AssumeRole", f"{IAM}role/shared", {}, "ImplicitDeny"),
    ("sns:Publish", "arn:aws:sns:us-east-1:111122223333:any", {}, "ImplicitDeny"),
]


def _documents(deployed: Stack, function: str) -> list[dict[str, Any]]:
    name = deployed.outputs[f"{function}FunctionName"]
    configuration = deployed.account.client("lambda").get_function_configuration(FunctionName=name)
    role = configuration["Role"].rpartition("/")[2]
    iam = deployed.account.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return [iam.get_role_policy(RoleName=role, PolicyName=n)["PolicyDocument"] for n in names]


def _decisions(policies: list[dict[str, Any]], questions: list[dict[str, Any]]) -> list[str]:
    finished = subprocess.run(
        [str(checkout().emulator_python), "-c", ASK],
        input=json.dumps({"policies": policies, "questions": questions}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(finished.stdout)
    return found


@pytest.mark.peer(77, "AWS ASR: role permissions mended in nearly every release")
def test_remediate_may_do_exactly_what_its_conventions_need_where_they_need_it(
    deployed: Stack,
) -> None:
    asked = [
        {"action": action, "resource_arn": resource, "service_context": context}
        for action, resource, context, _ in QUESTIONS
    ]
    found = _decisions(_documents(deployed, "Remediate"), asked)
    assert dict(zip(map(str, asked), found, strict=True)) == {
        str(question): expected for question, (*_, expected) in zip(asked, QUESTIONS, strict=True)
    }


def test_below_approve_remediate_holds_no_right_to_write(deployed: Stack) -> None:
    # The writes hang on one policy of their own, which the ceiling switches off with its condition.
    template = YAML().load((Path(__file__).parents[2] / "template.yaml").read_text())
    assert "RemediateWrites" not in template["Resources"], "shipped settings let nothing act"
    documents = _documents(deployed, "Remediate")
    without = [
        document
        for document in documents
        if not any(s["Effect"] == "Allow" and "Detach" in str(s) for s in document["Statement"])
    ]
    assert len(without) == len(documents) - 1
    asked = [
        {"action": action, "resource_arn": resource, "service_context": context}
        for action, resource, context, expected in QUESTIONS
        if expected == "Allow"
    ]
    assert set(_decisions(without, asked)) == {"ImplicitDeny"}
