"""Contract: what IAM's simulator says of the remediate function's true policies, conditions and all."""

from collections.abc import Iterator
from typing import Any

from rolecall.protection import OWN_PATHS
from rolecall_cli.answers import Answer, judged, unknown
from rolecall_cli.contract.trial import ALLOWED, Trial, listed

_DENIED = "explicitDeny"
_CHANGES = {
    "role": ("iam:DetachRolePolicy", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy"),
    "user": ("iam:DetachUserPolicy", "iam:DeleteUserPolicy", "iam:UpdateAccessKey"),
    "group": ("iam:DetachGroupPolicy", "iam:DeleteGroupPolicy", "iam:DeleteGroup"),
}
_NAME = "rolecall-contract"
_REDEPLOY = "make generate, make deploy; if it stays so, switch the ceiling down and tell us."
_NO_WRITES = "the settings and the ceiling let nothing act here, so there is no such right to try"


def remediate_never_touches_the_protected(trial: Trial) -> Answer:
    """The remediate role is denied changes to protected paths, break-glass principals and boundaries."""
    asked = list(_protected(trial))
    role = _role(trial)
    wrong = [
        f"{call} on {arn} is {decision}"
        for call, arn in asked
        if (decision := trial.decision(role, call, arn)) != _DENIED
    ]
    return judged(wrong, f"{len(asked)} calls are denied explicitly", _REDEPLOY)


def _protected(trial: Trial) -> Iterator[tuple[str, str]]:
    own = [trial.arn(f"role{own.path}{_NAME}") for own in OWN_PATHS if "role" in own.kinds]
    for arn in (*own, *trial.stack.settings.protected):
        kind = arn.split(":", 5)[5].partition("/")[0]
        yield from ((call, arn) for call in _CHANGES.get(kind, ()))
    yield "iam:DeleteUserPermissionsBoundary", trial.arn(f"user/{_NAME}")
    yield "iam:DeleteRolePermissionsBoundary", trial.arn(f"role/{_NAME}")


def remediate_leaves_protective_policies(trial: Trial) -> Answer:
    """The remediate role may detach an ordinary policy and no protective one, by iam:PolicyARN."""
    found = [s for s in _writes(trial) if "iam:PolicyARN" in str(s.get("Condition"))]
    if not found:
        return unknown(_NO_WRITES)
    of_aws = f"arn:{trial.stack.partition}:iam::aws:policy/"
    wrong = []
    for right in found:
        call, arn = right["Action"], right["Resource"].replace("*", _NAME)
        for policy, may in (("PowerUserAccess", True), ("AWSDenyAll", False)):
            context = {"iam:PolicyARN": of_aws + policy}
            decision = trial.decision(_role(trial), call, arn, context)
            if (decision == ALLOWED) is not may:
                wrong.append(f"{call} of {policy} is {decision}")
    return judged(wrong, listed(right["Action"] for right in found), _REDEPLOY)


def remediate_passes_one_role_to_ec2(trial: Trial) -> Answer:
    """The remediate role may pass the role of the settings, to EC2 alone; and no other role at all."""
    role, passed_to = _role(trial), "iam:PassedToService"
    rights = [right for right in _writes(trial) if right["Action"] == "iam:PassRole"]
    named = rights[0]["Resource"][0] if rights else ""
    other = trial.arn(f"role/{_NAME}")
    asked = [(other, "ec2.amazonaws.com", False), (other, "lambda.amazonaws.com", False)]
    if named:
        asked += [(named, "ec2.amazonaws.com", True), (named, "lambda.amazonaws.com", False)]
    wrong = [
        f"passing {arn} to {service} is {decision}"
        for arn, service, may in asked
        if (
            (decision := trial.decision(role, "iam:PassRole", arn, {passed_to: service})) == ALLOWED
        )
        is not may
    ]
    if not named and not wrong:
        return unknown(f"no other role may be passed; {_NO_WRITES}")
    return judged(wrong, f"{named} to EC2 only", _REDEPLOY)


def _role(trial: Trial) -> str:
    return str(trial.stack.configuration("Remediate")["Role"])


def _writes(trial: Trial) -> list[dict[str, Any]]:
    return trial.inline(_role(trial).rpartition("/")[2], "writes")
