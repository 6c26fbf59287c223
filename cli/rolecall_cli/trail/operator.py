"""The operator: an administrator who signs in through Identity Center, as nobody should be root.

The account's owner works as this session, so that plain calls do not show up as root's. The role
is made inside the emulator and leaves no record.
"""

import json
from typing import Any

ACCESS_KEY = "ASIA0000000000000001"
SECRET_KEY = "embedded-account-only"  # noqa: S105 - opens nothing but an emulator on loopback
SESSION_TOKEN = "embedded-account-session"  # noqa: S105
ROLE_NAME = "AWSReservedSSO_AdministratorAccess_0123456789abcdef"
SESSION_NAME = "operator"
POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


def role(account: str) -> dict[str, str]:
    """Describe the role that Identity Center would have made."""
    provider = f"arn:aws:iam::{account}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            }
        ],
    }
    return {
        "RoleName": ROLE_NAME,
        "Path": "/aws-reserved/sso.amazonaws.com/",
        "AssumeRolePolicyDocument": json.dumps(trust),
        "Description": "",
        "MaxSessionDuration": "43200",
    }


def session(account: str) -> dict[str, Any]:
    """Describe the operator's session, which does not expire."""
    return {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{ROLE_NAME}/{SESSION_NAME}",
        "UserId": f"{ROLE_NAME}:{SESSION_NAME}",
        "SecretAccessKey": SECRET_KEY,
        "SessionToken": SESSION_TOKEN,
    }
