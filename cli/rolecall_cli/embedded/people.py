"""People and sessions of the embedded account, and clients that act as them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rolecall_cli.embedded.account import OPERATOR, ROOT, Credentials, EmbeddedAccount


@dataclass(frozen=True)
class Person:
    """Somebody who can call the account."""

    account: EmbeddedAccount
    credentials: Credentials
    arn: str

    def client(self, service: str) -> Any:
        """Make a boto3 client that acts as this person."""
        return self.account.client(service, self.credentials)

    def environment(self) -> dict[str, str]:
        """Give the variables under which the command lines act as this person."""
        return self.account.environment(self.credentials)


def root(account: EmbeddedAccount) -> Person:
    """The account's root user."""
    return Person(account, ROOT, f"arn:aws:iam::{account.account_id}:root")


def operator(account: EmbeddedAccount) -> Person:
    """The administrator who came through Identity Center, as whom every plain client acts."""
    arn = account.client("sts").get_caller_identity()["Arn"]
    return Person(account, OPERATOR, arn)


def user(
    account: EmbeddedAccount, name: str, *, path: str = "/", groups: Sequence[str] = ()
) -> Person:
    """Make an IAM user with a key, in groups that exist, without leaving records."""
    iam = account.client("iam")
    with account.trail.muted():
        arn = iam.create_user(UserName=name, Path=path)["User"]["Arn"]
        for group in groups:
            iam.add_user_to_group(UserName=name, GroupName=group)
        key = iam.create_access_key(UserName=name)["AccessKey"]
    return Person(account, Credentials(key["AccessKeyId"], key["SecretAccessKey"]), arn)


def group(account: EmbeddedAccount, name: str, *policy_arns: str) -> str:
    """Make a group with managed policies, without leaving records, and return its name."""
    iam = account.client("iam")
    with account.trail.muted():
        iam.create_group(GroupName=name)
        for arn in policy_arns:
            iam.attach_group_policy(GroupName=name, PolicyArn=arn)
    return name


def break_glass(account: EmbeddedAccount) -> None:
    """Make the user `break-glass`, an administrator for emergencies, without leaving records."""
    iam = account.client("iam")
    with account.trail.muted():
        iam.create_user(UserName="break-glass")
        iam.attach_user_policy(
            UserName="break-glass", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )


def session(
    account: EmbeddedAccount,
    role_name: str,
    session_name: str,
    *,
    path: str = "/",
    policy_arns: Sequence[str] = (),
) -> Person:
    """Assume a role, which is made without leaving records unless it exists."""
    iam = account.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account.account_id}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    with account.trail.muted():
        try:
            role = iam.get_role(RoleName=role_name)["Role"]
        except iam.exceptions.NoSuchEntityException:
            role = iam.create_role(
                RoleName=role_name, Path=path, AssumeRolePolicyDocument=json.dumps(trust)
            )["Role"]
        for arn in policy_arns:
            iam.attach_role_policy(RoleName=role_name, PolicyArn=arn)
        answer = account.client("sts").assume_role(
            RoleArn=role["Arn"], RoleSessionName=session_name
        )
    given = answer["Credentials"]
    keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return Person(account, Credentials(*keys), answer["AssumedRoleUser"]["Arn"])
