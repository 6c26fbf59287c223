"""What only looks like a drift, as data: about all of it Rolecall must stay silent."""

from rolecall_cli.demo.deeds import (
    ADMIN,
    ANYONE,
    MANAGED,
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
from rolecall_cli.demo.scene import Deed, Scene

_READ = f"{MANAGED}ReadOnlyAccess"
_ORGANIZATION = {
    **ANYONE,
    "Sid": "Organization",
    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
}

LOOK_ALIKES = (
    Scene(
        "oncall",
        "attaches AWS's quarantine policy",
        (attach("mallory", f"{MANAGED}AWSCompromisedKeyQuarantineV3"),),
        after=attached("mallory", "AWSCompromisedKeyQuarantineV3", says="mallory still has it"),
    ),
    Scene(
        "oncall",
        "denies mallory everything, inline",
        (put("mallory", "contained", "Deny", "*"),),
        after=inline("mallory", "contained", says="mallory still has it"),
    ),
    Scene(
        "run-4711",
        "opens a role to its own org",
        (
            Deed(
                "iam:CreateRole",
                {"RoleName": "org-wide", "AssumeRolePolicyDocument": text(_ORGANIZATION)},
            ),
        ),
        after=trusted("org-wide", "Organization", "its trust is as it was"),
    ),
    Scene(
        "dave",
        "launches one with a profile",
        (launch("dressed", IamInstanceProfile={"Name": PROFILE}),),
        after=profiled("dressed", "it runs with its profile"),
    ),
    Scene(
        "dave",
        "makes a group, then its policy",
        (
            Deed("iam:CreateGroup", {"GroupName": "readers"}),
            Deed("iam:AttachGroupPolicy", {"GroupName": "readers", "PolicyArn": _READ}),
        ),
        after=grouped("readers", "ReadOnlyAccess", says="it has its policy"),
    ),
    Scene(
        "dave",
        "attaches to nobody, and fails",
        (attach("nobody", ADMIN, fails="NoSuchEntity"),),
    ),
    Scene(
        "eve",
        "attaches, and takes it back at once",
        (
            attach("carol", ADMIN),
            Deed("iam:DetachUserPolicy", {"UserName": "carol", "PolicyArn": ADMIN}),
        ),
        after=attached("carol", says="carol has no policy of her own"),
        held=True,
    ),
)
