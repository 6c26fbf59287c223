"""Deeds and sights in few words, so that a scene reads like a sentence."""

import json
from collections.abc import Mapping
from typing import Any

from rolecall_cli.demo.scene import Deed, Sight

ACCOUNT = "111122223333"
PROFILE = "base"
MANAGED = "arn:aws:iam::aws:policy/"
ADMIN = f"{MANAGED}AdministratorAccess"
ANYONE = {"Sid": "Anyone", "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
PARTNER = {**ANYONE, "Sid": "Partner", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}


def text(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def attach(user: str, policy: str, fails: str = "") -> Deed:
    """Attach a managed policy to a user."""
    return Deed("iam:AttachUserPolicy", {"UserName": user, "PolicyArn": policy}, fails)


def attached(user: str, *names: str, says: str) -> Sight:
    """See which managed policies hang on a user."""
    path = "AttachedPolicies[].PolicyName"
    return Sight("iam:ListAttachedUserPolicies", {"UserName": user}, path, list(names), says)


def inline(user: str, *names: str, says: str) -> Sight:
    """See which inline policies a user holds."""
    return Sight("iam:ListUserPolicies", {"UserName": user}, "PolicyNames", list(names), says)


def put(user: str, name: str, effect: str, actions: str) -> Deed:
    """Give a user an inline policy."""
    policy = text({"Effect": effect, "Action": actions, "Resource": "*"})
    parameters = {"UserName": user, "PolicyName": name, "PolicyDocument": policy}
    return Deed("iam:PutUserPolicy", parameters)


def trusted(role: str, sid: str, says: str) -> Sight:
    """See which statement a role's trust is made of."""
    path = "Role.AssumeRolePolicyDocument.Statement[].Sid"
    return Sight("iam:GetRole", {"RoleName": role}, path, [sid], says)


def launch(name: str, **more: Any) -> Deed:
    """Launch an instance with a name."""
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
    base = {"ImageId": "ami-0abcdef1234567890", "MinCount": 1, "MaxCount": 1}
    return Deed("ec2:RunInstances", {**base, "TagSpecifications": tags, **more})


def profiled(name: str, says: str) -> Sight:
    """See that the instance of that name runs with the demo's profile."""
    named = {"Filters": [{"Name": "tag:Name", "Values": [name]}]}
    path = "Reservations[].Instances[].IamInstanceProfile.Arn"
    profile = f"arn:aws:iam::{ACCOUNT}:instance-profile/{PROFILE}"
    return Sight("ec2:DescribeInstances", named, path, [profile], says)


def grouped(group: str, *names: str, says: str) -> Sight:
    """See which managed policies a group carries."""
    path = "AttachedPolicies[].PolicyName"
    return Sight("iam:ListAttachedGroupPolicies", {"GroupName": group}, path, list(names), says)
