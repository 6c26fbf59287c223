"""The cast: who acts in the demo, and what must stand on the stage before they do. Leaves no records."""

from collections.abc import Mapping

from rolecall_cli.demo.deeds import ADMIN, PARTNER, PROFILE, text
from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import EmbeddedAccount
from rolecall_cli.embedded.people import Person

SECRET = "rolecall/slack-webhook"  # noqa: S105  # the name of a secret
_TARGETS = ("bob", "carol", "build", "mallory")
_EC2 = {
    "Effect": "Allow",
    "Principal": {"Service": "ec2.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


def assemble(account: EmbeddedAccount, webhook: str) -> Mapping[str, Person]:
    """Make the people by name, and everything that they will touch.

    Args:
        account: Where.
        webhook: The address of the Slack inbox, which becomes a secret of the account.
    """
    people.break_glass(account)
    admins = people.group(account, "admins", ADMIN)
    iam = account.client("iam")
    with account.trail.muted():
        for name in _TARGETS:
            iam.create_user(UserName=name)
        iam.create_role(RoleName="reports", AssumeRolePolicyDocument=text(PARTNER))
        iam.create_role(RoleName=PROFILE, AssumeRolePolicyDocument=text(_EC2))
        iam.create_instance_profile(InstanceProfileName=PROFILE)
        iam.add_role_to_instance_profile(InstanceProfileName=PROFILE, RoleName=PROFILE)
    account.client("secretsmanager").create_secret(Name=SECRET, SecretString=webhook)
    return {
        "dave": people.user(account, "dave", groups=[admins]),
        "eve": people.user(account, "eve", groups=[admins]),
        "run-4711": people.session(account, "deploy", "run-4711", policy_arns=[ADMIN]),
        "oncall": people.session(account, "incident-response", "oncall", policy_arns=[ADMIN]),
        "root": people.root(account),
    }
