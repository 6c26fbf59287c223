"""What people accept with the command is what the deployed stack compares with, and puts back."""

import json

import pytest

from rolecall.policy.reading import same_document
from tests.stack.conftest import Stack
from tests.stack.test_command import run

pytestmark = pytest.mark.stack


def trust(*services: str) -> str:
    statements = [
        {"Effect": "Allow", "Principal": {"Service": one}, "Action": "sts:AssumeRole"}
        for one in services
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def made(deployed: Stack, name: str) -> str:
    """The ARN of a role that EC2 may assume, made without a record."""
    with deployed.account.trail.muted():
        role = deployed.account.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=trust("ec2.amazonaws.com")
        )
    return str(role["Role"]["Arn"])


def test_a_trust_that_was_accepted_comes_back_where_people_want_that(deployed: Stack) -> None:
    arn = made(deployed, "accepted")
    done = run(deployed, "baseline", "accept", arn, "--reason", "CHG-4711", "--restore", "--yes")
    assert "1 accepted." in done
    iam = deployed.account.client("iam")
    other = trust("ec2.amazonaws.com", "lambda.amazonaws.com")
    iam.update_assume_role_policy(RoleName="accepted", PolicyDocument=other)
    case = deployed.ended("accepted", "remediated", "role-trust-baseline")
    assert "it now names lambda.amazonaws.com" in case["drift"]["says"]
    now = iam.get_role(RoleName="accepted")["Role"]["AssumeRolePolicyDocument"]
    assert same_document(json.dumps(now), trust("ec2.amazonaws.com"))
    assert "CHG-4711" in run(deployed, "baseline", "list")
    assert run(deployed, "baseline", "accept", arn, "--reason", "again", "--restore", "--yes") == (
        "Nothing differs from what was accepted.\n"
    )


def test_a_trust_that_was_only_accepted_is_told(deployed: Stack) -> None:
    arn = made(deployed, "watched")
    run(deployed, "baseline", "accept", arn, "--reason", "CHG-4712", "--yes")
    iam = deployed.account.client("iam")
    iam.update_assume_role_policy(RoleName="watched", PolicyDocument=trust("lambda.amazonaws.com"))
    deployed.ended("watched", "notified", "role-trust-baseline")
    assert run(deployed, "baseline", "forget", arn, "--yes") == ""


def test_a_role_is_explained_as_it_is_in_the_account(deployed: Stack) -> None:
    arn = made(deployed, "explained")
    with deployed.account.trail.muted():
        deployed.account.client("iam").put_role_policy(
            RoleName="explained",
            PolicyName="all",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
                }
            ),
        )
    told = run(deployed, "explain-policy", arn)
    assert "the AWS service ec2.amazonaws.com, by sts:AssumeRole" in told
    assert "inline all, statement 0, lets its holder make every call on everything." in told
    assert "role-no-admin-policy (critical, " in told
