"""Contract: how IAM itself behaves."""

import json
from urllib.parse import unquote

from botocore.exceptions import ClientError

from rolecall.aws.failures import code_of
from rolecall_cli.answers import Answer, failed, passed, unknown
from rolecall_cli.contract.scratch import PATH
from rolecall_cli.contract.trial import ALLOWED, Trial, statement

_SETTLED_WITHIN = 60.0  # seconds
_HARMLESS = "sts:GetCallerIdentity"  # needs no permission, so allowing it grants nothing
# The same key twice: whoever reads the last sees a policy that only denies.
TWICE = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny",'
    f'"Action":"{_HARMLESS}","Resource":"*"}}]}}'
)


def a_write_settles(trial: Trial) -> Answer:
    """What is written to IAM or deleted is seen by reads and in decisions within a minute."""
    iam, role, policy = trial.client("iam"), trial.role, "settles"
    arn = trial.arn(f"role{PATH}{role}")

    def reads() -> bool:
        return policy in iam.list_role_policies(RoleName=role)["PolicyNames"]

    def decides() -> bool:
        return trial.decision(arn, _HARMLESS, "*") == ALLOWED

    start = trial.clock()
    trial.put_on_role(role, policy, statement("Allow", _HARMLESS))
    took = trial.times([reads, decides], _SETTLED_WITHIN, since=start)
    start = trial.clock()
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    took += trial.times([lambda: not reads(), lambda: not decides()], _SETTLED_WITHIN, since=start)
    seen = "put: read after {}, decided after {}; deleted: read after {}, decided after {}".format(
        *("over a minute" if seconds is None else f"{seconds:.1f} s" for seconds in took)
    )
    if None in took:
        return failed(seen, "A remedy may be verified too early here: tell us.")
    return passed(seen)


def what_aws_protects_is_unmodifiable(trial: Trial) -> Answer:
    """IAM refuses to change a service-linked role, as UnmodifiableEntity."""
    pages = (
        trial.client("iam").get_paginator("list_roles").paginate(PathPrefix="/aws-service-role/")
    )
    role = next((role["RoleName"] for page in pages for role in page["Roles"]), "")
    if not role:
        return unknown("the account has no service-linked role")
    try:
        trial.put_on_role(role, trial.scratch.name, statement("Allow", _HARMLESS))
    except ClientError as error:
        if code_of(error) == "UnmodifiableEntity":
            return passed(f"{role} is refused")
        return unknown(f"{role}: {code_of(error)}", "Ask as somebody who may call PutRolePolicy.")
    return failed(
        f"{role} took an inline policy", "Nothing but our own check protects these: tell us."
    )


def a_key_twice_is_refused(trial: Trial) -> Answer:
    """IAM refuses a policy that says a key twice, or keeps its text just as it was written."""
    iam, role, policy = trial.client("iam"), trial.role, "twice"
    try:
        trial.put_on_role(role, policy, TWICE)
    except ClientError as error:
        if code_of(error) == "MalformedPolicyDocument":
            return passed("refused")
        raise
    kept = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    if unquote(kept) != TWICE:
        return failed(
            f"accepted, and kept as {json.dumps(unquote(kept))}",
            "Undo could not put back the text that was written: tell us.",
        )
    return passed("accepted and kept as written; Rolecall never takes such a policy as clean")
