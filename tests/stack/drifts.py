"""Drifts from the conventions about groups and credentials, and the plain AWS calls that bring them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from botocore import xform_name

from rolecall.convention import ActivityConvention
from rolecall.model.calls import Call
from rolecall.registry import convention_classes
from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import Credentials, EmbeddedAccount
from tests.stack.conftest import Stack

ACCOUNT = "111122223333"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
# What stands for the end of every name, so that what is made before the stack and after it differ.
MARK = "~"
OLD, LIVE = "-old", "-live"
OWN_ROLE = "the role of remediate"


@dataclass(frozen=True)
class Row:
    """One drift.

    Attributes:
        convention: The id of the convention that tells it.
        deed: The call that brings it.
        subject: The name of the subject that it is about.
        part: The part that it names; `*` stands for what the account makes up.
        scene: What is there before, and leaves no record.
        before: As `scene`, and there before the stack is.
        by: Who does it: the operator, `root`, a user by its name, or who took the role of remediate.
        told: Where the drift is brought: after the stack was deployed, before it, or both.
        recorded: Whether the record alone tells it, so that a backtest finds it.
    """

    convention: str
    deed: Call
    subject: str
    part: str
    scene: tuple[Call, ...] = ()
    before: tuple[Call, ...] = ()
    by: str = "operator"
    told: tuple[str, ...] = (LIVE, OLD)
    recorded: bool = True

    def __str__(self) -> str:
        return f"{self.convention}-{self.part}"

    @property
    def is_activity(self) -> bool:
        """Whether it is about a deed, which no sweep can see."""
        return issubclass(convention_classes()[self.convention], ActivityConvention)


def call(name: str, **parameters: Any) -> Call:
    return Call(name, parameters)


def user(name: str) -> Call:
    return call("iam:CreateUser", UserName=name)


def group(name: str) -> Call:
    return call("iam:CreateGroup", GroupName=name)


def key(name: str) -> Call:
    return call("iam:CreateAccessKey", UserName=name)


def member(name: str, of: str) -> Call:
    return call("iam:AddUserToGroup", UserName=name, GroupName=of)


def device(name: str) -> tuple[Call, ...]:
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/{name}"
    return (
        call("iam:CreateVirtualMFADevice", VirtualMFADeviceName=name),
        call(
            "iam:EnableMFADevice",
            UserName=name,
            SerialNumber=serial,
            AuthenticationCode1="123456",
            AuthenticationCode2="654321",
        ),
    )


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


FOR_A_GROUP = document(
    Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    Action="sts:AssumeRole",
    Condition={"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:group/analysts"}},
)
STRONG = call(
    "iam:UpdateAccountPasswordPolicy",
    MinimumPasswordLength=14,
    PasswordReusePrevention=24,
    RequireSymbols=True,
    RequireNumbers=True,
    RequireUppercaseCharacters=True,
    RequireLowercaseCharacters=True,
    AllowUsersToChangePassword=True,
)

ROWS = (
    # --- groups
    Row("group-has-policy", group("bare~"), "bare~", "policies"),
    Row("group-job-role-registered", group("unknown~"), "unknown~", "registration"),
    Row(
        "group-job-role-registered",
        call("iam:DeleteGroup", GroupName="night~"),
        "night~",
        "existence",
        before=(group("night~"),),  # a sweep would miss it
    ),
    Row("group-name-meaningful", group("misc~"), "misc~", "name"),
    Row(
        "group-never-principal",
        call("iam:CreateRole", RoleName="analyst~", AssumeRolePolicyDocument=FOR_A_GROUP),
        "analyst~",
        "trust policy",
    ),
    Row(
        "group-no-admin-policy",
        call("iam:AttachGroupPolicy", GroupName="chiefs~", PolicyArn=ADMINISTRATOR),
        "chiefs~",
        ADMINISTRATOR,
        scene=(group("chiefs~"),),
    ),
    Row(
        "group-no-inline-policy",
        call(
            "iam:PutGroupPolicy",
            GroupName="readers~",
            PolicyName="read",
            PolicyDocument=document(Action="s3:GetObject", Resource="*"),
        ),
        "readers~",
        "read",
        scene=(group("readers~"),),
    ),
    Row("group-not-empty", group("deserted~"), "deserted~", "members"),
    Row(
        "group-not-personal",
        call("iam:RemoveUserFromGroup", UserName="lee~", GroupName="pat~"),
        "pat~",
        "members",
        scene=(
            *(group("pat~"), user("pat~"), user("lee~")),
            *(member("pat~", "pat~"), member("lee~", "pat~")),
        ),
        recorded=False,  # who is left in the group
    ),
    Row(
        "group-privileged-membership",
        member("mallory~", "admins~"),
        "admins~",
        "mallory~",
        scene=(
            *(user("mallory~"), group("admins~")),
            call("iam:AttachGroupPolicy", GroupName="admins~", PolicyArn=ADMINISTRATOR),
        ),
        by="mallory~",
        recorded=False,  # what the group carries
    ),
    Row(
        "group-quota-headroom",
        group("one-more~"),
        ACCOUNT,
        "Policies",
        scene=tuple(
            call(
                "iam:CreatePolicy",
                PolicyName=f"job-{number}~",
                PolicyDocument=document(Action="s3:GetObject", Resource="*"),
            )
            for number in range(15)
        ),
        told=(LIVE,),
        recorded=False,  # how many there are
    ),
    Row("group-quota-headroom", group("one-more~"), ACCOUNT, "Groups", told=(OLD,)),
    Row(
        "user-group-sprawl",
        member("collector~", "second~"),
        "collector~",
        "groups",
        scene=(
            *(user("collector~"), group("first~"), group("second~")),
            member("collector~", "first~"),
        ),
        recorded=False,  # how many groups the user is in
    ),
    Row("user-in-a-group", user("loner~"), "loner~", "groups"),
    Row(
        "user-permissions-via-groups",
        call("iam:AttachUserPolicy", UserName="direct~", PolicyArn=POWER),
        "direct~",
        POWER,
        scene=(user("direct~"),),
    ),
    # --- credentials
    Row("access-key-age", key("aged~"), "aged~", "AKIA*", scene=(user("aged~"),), told=(OLD,)),
    Row(
        "account-password-policy",
        call("iam:UpdateAccountPasswordPolicy", MinimumPasswordLength=6),
        ACCOUNT,
        "password policy",
        scene=(STRONG,),
        told=(LIVE,),
    ),
    Row(
        "account-password-policy",
        call("iam:DeleteAccountPasswordPolicy"),
        ACCOUNT,
        "password policy",
        scene=(STRONG,),
        told=(OLD,),
    ),
    Row(
        "mfa-not-removed",
        call(
            "iam:DeactivateMFADevice",
            UserName="signer~",
            SerialNumber=f"arn:aws:iam::{ACCOUNT}:mfa/signer~",
        ),
        "signer~",
        "MFA",
        scene=(
            user("signer~"),
            call("iam:CreateLoginProfile", UserName="signer~", Password="Correct-Horse-7"),
            *device("signer~"),
        ),
        recorded=False,  # whether the user has a password
    ),
    Row("no-long-term-access-keys", key("keyed~"), "keyed~", "AKIA*", scene=(user("keyed~"),)),
    Row(
        "one-active-access-key",
        key("rotating~"),
        "rotating~",
        "active keys",
        scene=(user("rotating~"), key("rotating~")),
        recorded=False,  # the other key
    ),
    Row(
        "own-role-used-by-others",
        call("iam:DetachUserPolicy", UserName="victim~", PolicyArn=POWER),
        OWN_ROLE,
        "iam:DetachUserPolicy",
        scene=(
            user("victim~"),
            call("iam:AttachUserPolicy", UserName="victim~", PolicyArn=POWER),
        ),
        by=OWN_ROLE,
        recorded=False,  # which roles are Rolecall's
    ),
    Row(
        "root-usage",
        call("iam:CreateAccountAlias", AccountAlias="example~"),
        ACCOUNT,
        "iam:CreateAccountAlias",
        by="root",
    ),
    Row(
        "sts-no-federation-token",
        call("sts:GetFederationToken", Name="reports"),
        "broker~",
        "reports",
        scene=(user("broker~"),),
        by="broker~",
    ),
    Row(
        "sts-session-token-mfa",
        call("sts:GetSessionToken"),
        "dora~",
        "session-token",
        scene=(user("dora~"), *device("dora~")),
        by="dora~",
    ),
    Row("unused-credentials", key("idle~"), "idle~", "AKIA*", scene=(user("idle~"),), told=(OLD,)),
    Row(
        "unused-credentials",
        call("iam:CreateLoginProfile", UserName="absent~", Password="Correct-Horse-7"),
        "absent~",
        "password",
        scene=(user("absent~"),),
        told=(OLD,),
    ),
)


def make(person: people.Person, made: Call, end: str) -> None:
    """Make one call, as boto3 makes it."""
    service, _, operation = made.name.partition(":")
    method = getattr(person.client(service), xform_name(operation))
    method(**json.loads(json.dumps(made.parameters).replace(MARK, end)))


def acting(deployed: Stack, row: Row) -> people.Person:
    """Who brings the drift."""
    account = deployed.account
    if row.by == "operator":
        return people.operator(account)
    if row.by == "root":
        return people.root(account)
    if row.by == OWN_ROLE:
        return wearing(account, own_role(deployed))
    name = row.by.replace(MARK, LIVE)
    with account.trail.muted():
        made = account.client("iam").create_access_key(UserName=name)["AccessKey"]
    credentials = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    return people.Person(account, credentials, f"arn:aws:iam::{ACCOUNT}:user/{name}")


def own_role(deployed: Stack) -> str:
    """The name of the role of remediate."""
    name = deployed.outputs["RemediateFunctionName"]
    found = deployed.account.client("lambda").get_function_configuration(FunctionName=name)
    return str(found["Role"]).rpartition("/")[2]


def wearing(account: EmbeddedAccount, role: str) -> people.Person:
    """A session of a role whose trust was open for a moment."""
    iam = account.client("iam")
    with account.trail.muted():
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        opened = json.loads(document(Principal={"AWS": "*"}, Action="sts:AssumeRole"))["Statement"]
        widened = json.dumps(trust | {"Statement": [*trust["Statement"], *opened]})
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=widened)
    person = people.session(account, role, "mallory")
    with account.trail.muted():
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    return person


def about(row: Row, end: str, case: Mapping[str, Any], role: str) -> bool:
    """Whether a case is the one that a row leads to."""
    drift = case["drift"]
    subject = role if row.subject == OWN_ROLE else row.subject.replace(MARK, end)
    return (
        drift["convention"] == row.convention
        and drift["subject"]["name"] == subject
        and fnmatchcase(drift["part"], row.part.replace(MARK, end))
    )
