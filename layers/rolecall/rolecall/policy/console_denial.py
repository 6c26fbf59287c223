"""The policy that closes the console to a user and leaves its access keys alone."""

import json


def console_denial(sid: str) -> str:
    """The text of a policy that denies everything to the sessions of the console.

    Requests with an access key carry no aws:TokenIssueTime; those of the console do, for it works with
    temporary credentials. So do those that an AWS service makes for somebody who came with a key, which
    is why they are spared (IAM user guide, "AWS global condition context keys").
    """
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": sid,
                    "Effect": "Deny",
                    "Action": "*",
                    "Resource": "*",
                    "Condition": {
                        "Null": {"aws:TokenIssueTime": "false"},
                        "BoolIfExists": {"aws:ViaAWSService": "false"},
                    },
                }
            ],
        }
    )
