"""The drifts of the demo, as data: at least one for every convention, and one remedy taken back."""

from rolecall.model.cases import Status
from rolecall_cli.demo.deeds import (
    ADMIN,
    ANYONE,
    PARTNER,
    PROFILE,
    attach,
    attached,
    grouped,
    inline,
    launch,
    profiled,
    put,
    text,
    trusted,
)
from rolecall_cli.demo.scene import Deed, Scene, Sight

DRIFTS = (
    Scene(
        "dave",
        "attaches an admin policy to bob",
        (attach("bob", ADMIN),),
        Status.REMEDIATED,
        attached("bob", says="bob has no policy of his own"),
        note="The first of its kind: all three functions start cold.",
    ),
    Scene(
        "eve",
        "gives herself an inline policy",
        (put("eve", "for-now", "Allow", "s3:*"),),
        Status.REMEDIATED,
        inline("eve", says="eve holds no inline policy"),
        note="CloudTrail delivers this record three times, each up to a second late.",
        knobs={"duplicate": 1.0, "copies": 3, "delay": 1.0},
    ),
    Scene(
        "run-4711",
        "makes a role open to anyone",
        (
            Deed(
                "iam:CreateRole",
                {"RoleName": "hook", "AssumeRolePolicyDocument": text(ANYONE)},
            ),
        ),
        Status.REMEDIATED,
        trusted("hook", "RolecallQuarantine", "hook denies everyone until somebody decides"),
    ),
    Scene(
        "run-4711",
        "opens the trust of reports",
        (
            Deed(
                "iam:UpdateAssumeRolePolicy",
                {"RoleName": "reports", "PolicyDocument": text(PARTNER, ANYONE)},
            ),
        ),
        Status.REMEDIATED,
        trusted("reports", "Partner", "the open statement is gone, the partner's is still there"),
    ),
    Scene(
        "dave",
        "makes an access key for build",
        (Deed("iam:CreateAccessKey", {"UserName": "build"}),),
        Status.REMEDIATED,
        Sight(
            "iam:ListAccessKeys",
            {"UserName": "build"},
            "AccessKeyMetadata[].Status",
            ["Inactive"],
            "the key is switched off, and not deleted",
        ),
        note="CloudTrail delivers this record twice.",
        knobs={"duplicate": 1.0},
    ),
    Scene(
        "dave",
        "launches an instance, no profile",
        (launch("bare"),),
        Status.REMEDIATED,
        profiled("bare", f"the instance runs with the profile {PROFILE}"),
    ),
    Scene(
        "dave",
        "makes a group without a policy",
        (Deed("iam:CreateGroup", {"GroupName": "empty"}),),
        Status.NOTIFIED,
        grouped("empty", says="the group is as it was: people must decide"),
        note="A new group has two seconds of grace.",
    ),
    Scene(
        "oncall",
        "makes break-glass an admin",
        (attach("break-glass", ADMIN),),
        Status.PROTECTED,
        attached("break-glass", "AdministratorAccess", says="break-glass was not touched"),
        note="The settings protect this user: people hear of it, and nothing is written.",
    ),
    Scene(
        "root",
        "signs in to the console",
        (Deed("signin:ConsoleLogin", sample="root-usage/drift-console-login.json"),),
        Status.NOTIFIED,
    ),
    Scene(
        "root",
        "makes a user",
        (Deed("iam:CreateUser", {"UserName": "temp"}),),
        Status.NOTIFIED,
        Sight("iam:GetUser", {"UserName": "temp"}, "User.UserName", "temp", "it is only told"),
    ),
)

# The one whose remedy is taken back, and what must come of that.
UNDONE = DRIFTS[0]
UNDO = Scene(
    "operator",
    "takes back the remedy on bob",
    (attach("bob", ADMIN),),
    after=attached("bob", "AdministratorAccess", says="the policy is back on bob, and stays"),
)
IN_FULL = (DRIFTS[0], DRIFTS[3], DRIFTS[8])
"""The scenes whose last alert is shown as a whole."""
