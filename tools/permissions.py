"""Permissions of detect, sweep and remediate: what conventions declare and the settings let them do."""

import json
from collections.abc import Iterable
from typing import Any

from rolecall.aws.access_analyzer import CALL as CHECK
from rolecall.aws.facets import calls_for
from rolecall.aws.identities import IDENTITIES
from rolecall.aws.inventory import calls_listing
from rolecall.convention import Convention, is_taking
from rolecall.model.facets import Facet
from rolecall.model.opinions import SecondOpinion
from rolecall.model.scales import Mode
from rolecall.protection import PROTECTIVE, protected_resources
from rolecall.remediation import guard
from rolecall.remediation.opinion import is_asked
from rolecall.settings import Settings

_IAM = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"
_RESOURCE = {
    "user": f"{_IAM}user/*",
    "group": f"{_IAM}group/*",
    "role": f"{_IAM}role/*",
    "instance": "arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:instance/*",
    "oidc-provider": f"{_IAM}oidc-provider/*",
    "saml-provider": f"{_IAM}saml-provider/*",
    "trust-anchor": "arn:${AWS::Partition}:rolesanywhere:*:${AWS::AccountId}:trust-anchor/*",
    "identity-pool": "arn:${AWS::Partition}:cognito-identity:*:${AWS::AccountId}:identitypool/*",
    "delegation-request": f"{_IAM}delegation-request/*",
}
# The services whose reading calls know a resource.
_KNOWING = ("iam:", "rolesanywhere:", "cognito-identity:")
# A policy that hangs on a subject may be AWS's own.
_ON_ANY_POLICY = frozenset({"iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListEntitiesForPolicy"})
# These are about all there are.
_ON_ALL = frozenset({"iam:ListRoles"})
# These read a group, also for a facet of another kind of subject.
_OF_A_GROUP = frozenset(
    {
        "iam:GetGroup",
        "iam:ListGroupPolicies",
        "iam:GetGroupPolicy",
        "iam:ListAttachedGroupPolicies",
    }
)
# These read the role that a pool gives to its guests.
_OF_A_ROLE = frozenset(
    {"iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"}
)
# What these change is not the subject that drifts.
_CHANGES = {
    "iam:RemoveUserFromGroup": f"{_IAM}group/*",
    "iam:CreatePolicy": f"{_IAM}policy/*",
    "iam:SetDefaultPolicyVersion": f"{_IAM}policy/*",
    "iam:TagRole": f"{_IAM}role/*",
}

Statement = dict[str, Any]


def _sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def _sid(call: str) -> str:
    service, _, name = call.partition(":")
    return f"{service.title().replace('-', '')}{name}"


def _noun(resource: str) -> str:
    noun = resource.rpartition(":")[2].partition("/")[0].title().replace("-", "")
    return "Any" if resource == "*" else noun


def acting(conventions: Iterable[Convention], settings: Settings) -> list[Convention]:
    """The conventions with a remedy that the settings let act, under the highest ceiling."""
    return [
        convention
        for convention in conventions
        if convention.may_call() and settings.mode(convention.id).at_least(Mode.APPROVE)
    ]


def _planning(conventions: Iterable[Convention], settings: Settings) -> list[Convention]:
    """Those that act or rehearse: all that must hold before a write is asked for both."""
    modes = {Mode.OBSERVE, *(mode for mode in Mode if mode.at_least(Mode.APPROVE))}
    return [one for one in conventions if one.may_call() and settings.mode(one.id) in modes]


def _needs(conventions: Iterable[Convention], *, related: bool) -> list[Facet]:
    return [
        facet
        for convention in conventions
        for facet in (
            *(facet for kind in convention.kinds() for facet in convention.reads(kind)),
            *(convention.related_needs if related else ()),
        )
    ]


def _guarded(planning: Iterable[Convention]) -> tuple[Facet, ...]:
    """What the last-admin guard reads before what these conventions may do."""
    takes = any(is_taking(call) for convention in planning for call in convention.may_call())
    return guard.FACETS if takes else ()


def _holder(call: str) -> str:
    """The kind of subject that a call reads, for whichever facet; "" where that is the facet's own."""
    return "group" if call in _OF_A_GROUP else "role" if call in _OF_A_ROLE else ""


def reads(facets: Iterable[Facet]) -> list[Statement]:
    """The statements that let a function read these facets."""
    by_resource: dict[str, set[str]] = {}
    for facet in facets:
        for call in calls_for((facet,)):
            # EC2's describe calls and a policy of any account know no resource.
            known = call.startswith(_KNOWING) and call not in _ON_ANY_POLICY | _ON_ALL
            kind = _holder(call) or facet.kind
            resource = _RESOURCE.get(kind, "*") if known else "*"
            by_resource.setdefault(resource, set()).add(call)
    return [
        {
            "Sid": f"Read{_noun(resource)}",
            "Effect": "Allow",
            "Action": sorted(calls),
            "Resource": resource if resource == "*" else _sub(resource),
        }
        for resource, calls in sorted(by_resource.items())
    ]


def lists(conventions: Iterable[Convention]) -> list[Statement]:
    """The statement that lets a function list the whole account."""
    calls = sorted(calls_listing(_needs(conventions, related=False)))
    # These know no resource, or are about all there are.
    return [{"Sid": "ListAll", "Effect": "Allow", "Action": calls, "Resource": "*"}]


def identities(conventions: Iterable[Convention]) -> list[Statement]:
    """The statements that let a function ask which subject an exemption is about."""
    kinds = sorted({kind for c in conventions for kind in c.kinds()} & set(IDENTITIES))
    return [
        {
            "Sid": f"Identify{kind.title()}",
            "Effect": "Allow",
            "Action": IDENTITIES[kind][0],
            "Resource": _sub(_RESOURCE[kind]),
        }
        for kind in kinds
    ]


def second_opinion(conventions: Iterable[Convention], settings: Settings) -> list[Statement]:
    """The statement that lets remediate ask for a second opinion, where it acts or rehearses."""
    asked = any(map(is_asked, _planning(conventions, settings)))
    if settings.second_opinion is not SecondOpinion.ACCESS_ANALYZER or not asked:
        return []
    # It is about two texts, so it knows no resource.
    return [{"Sid": "AskAnother", "Effect": "Allow", "Action": CHECK, "Resource": "*"}]


def _resource(kinds: tuple[str, ...]) -> str | dict[str, str] | list[dict[str, str]]:
    """The resources of these kinds; what is about the account itself knows none."""
    found = [_sub(_RESOURCE[kind]) for kind in kinds if kind in _RESOURCE]
    return (found[0] if len(found) == 1 else found) if found else "*"


def _write(convention: Convention, call: str) -> Statement:
    return {
        "Sid": _sid(call),
        "Effect": "Allow",
        "Action": call,
        "Resource": _sub(_CHANGES[call]) if call in _CHANGES else _resource(convention.kinds()),
    }


def _profile(convention: Convention) -> list[Statement]:
    """Giving an instance its profile: that profile only, and passing that role only, and only to EC2."""
    profile, role = convention.option("profile"), convention.option("role")
    return [
        {
            "Sid": "GiveTheDefaultProfile",
            "Effect": "Allow",
            "Action": "ec2:AssociateIamInstanceProfile",
            "Resource": _sub(_RESOURCE["instance"]),
            "Condition": {
                "ArnLike": {"ec2:NewInstanceProfile": _sub(f"{_IAM}instance-profile/*{profile}")}
            },
        },
        {
            "Sid": "PassItsRole",
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": [_sub(f"{_IAM}role/{role}"), _sub(f"{_IAM}role/*/{role}")],
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        },
    ]


def _joining(convention: Convention) -> list[Statement]:
    """Adding a user to a group: to those only of which the registry tells what they may carry."""
    groups = sorted(name for name, role in convention.job_roles.items() if role.policies)
    found = [_sub(f"{_IAM}group/{path}{name}") for name in groups for path in ("", "*/")]
    call = "iam:AddUserToGroup"
    return [{"Sid": _sid(call), "Effect": "Allow", "Action": call, "Resource": found}] * bool(found)


def _bounding(convention: Convention, call: str) -> list[Statement]:
    """Setting a boundary: that one only."""
    kind = "user" if "User" in call else "role"
    boundary = {"StringEquals": {"iam:PermissionsBoundary": convention.option("boundary")}}
    return [
        _write(convention, call) | {"Resource": _sub(_RESOURCE[kind]), "Condition": boundary},
    ]


def writes(conventions: Iterable[Convention]) -> list[Statement]:
    """The statements that let remediate make the remedies of these conventions."""
    found: list[Statement] = []
    for convention in conventions:
        for call in convention.may_call():
            if call == "ec2:AssociateIamInstanceProfile":
                found += _profile(convention)
            elif call == "iam:AddUserToGroup":
                found += _joining(convention)
            elif call.endswith("PermissionsBoundary"):
                found += _bounding(convention, call)
            else:
                found.append(_write(convention, call))
    return found


def denials(settings: Settings) -> list[Statement]:
    """What remediate may never touch, whatever else it is allowed."""
    own = [_sub(f"{_IAM}{resource}") for resource in protected_resources()]
    protected = [arn for arn in settings.protected if ":iam:" in arn and not arn.endswith(":root")]
    reading = ["iam:Get*", "iam:List*"]
    return [
        {
            "Sid": "NeverTouch",
            "Effect": "Deny",
            "NotAction": reading,
            "Resource": [*own, *protected],
        },
        {
            "Sid": "NeverLift",
            "Effect": "Deny",
            "Action": ["iam:DetachUserPolicy", "iam:DetachGroupPolicy", "iam:DetachRolePolicy"],
            "Resource": "*",
            "Condition": {
                "ArnEquals": {
                    "iam:PolicyARN": [
                        _sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{name}")
                        for name in PROTECTIVE
                    ]
                }
            },
        },
        {
            "Sid": "NeverWeaken",
            "Effect": "Deny",
            "Action": ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
            "Resource": "*",
        },
    ]


def _together(statements: Iterable[Statement]) -> list[Statement]:
    """The statements with those in one that allow calls on the same resources, under no condition.

    All inline policies of a role together may have 10,240 characters (IAM and AWS STS quotas), and IAM
    takes no Sid twice.
    """
    found: dict[str, Statement] = {}
    for one in statements:
        bound = one["Sid"] if "Condition" in one else ""
        key = json.dumps([one["Resource"], bound], sort_keys=True)
        calls = found[key]["Action"] if key in found else []
        found[key] = one | {"Action": [*dict.fromkeys([*calls, one["Action"]])]}
    return [
        one | ({"Sid": f"Write{_nouns(one['Resource'])}"} if len(one["Action"]) > 1 else {})
        for one in found.values()
    ]


def _nouns(resource: Any) -> str:
    several = resource if isinstance(resource, list) else [resource]
    return "".join(_noun(one if isinstance(one, str) else one["Fn::Sub"]) for one in several)


def _policy(
    name: str, role: str, statements: list[Statement], condition: str = ""
) -> dict[str, Any]:
    policy: dict[str, Any] = {"Type": "AWS::IAM::Policy"}
    if condition:
        policy["Condition"] = condition
    policy["Properties"] = {
        "PolicyName": name,
        "Roles": [{"Ref": role}],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    }
    return policy


def resources(conventions: Iterable[Convention], settings: Settings) -> dict[str, Any]:
    """The policies of detect, sweep and remediate."""
    found = list(conventions)
    may_act = acting(found, settings)
    policies = {
        "DetectReads": _policy(
            "reads", "DetectRole", reads(_needs(found, related=True)) + identities(found)
        ),
        "SweepReads": _policy(
            "reads",
            "SweepRole",
            lists(found) + reads(_needs(found, related=True)) + identities(found),
        ),
        "RemediateReads": _policy(
            "reads",
            "RemediateRole",
            reads([*_needs(found, related=False), *_guarded(_planning(found, settings))])
            + identities(found)
            + second_opinion(found, settings),
        ),
        "RemediateNever": _policy("never", "RemediateRole", denials(settings)),
    }
    if may_act:
        policies["RemediateWrites"] = _policy(
            "writes", "RemediateRole", _together(writes(may_act)), "MayWrite"
        )
    return policies
