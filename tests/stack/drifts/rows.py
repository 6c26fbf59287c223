"""What a drift on the deployed stack is, and who brings it by which calls."""

import json
from collections.abc import Callable, Mapping
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
# What proves a remedy whose calls the embedded account lacks, and what proves its verdict.
SAMPLES = (
    "tests/aws/test_parameters.py::test_botocore_takes_every_call_of_a_remedy_and_of_its_undo",
    "tests/test_laws.py::test_a_sample_gets_the_verdict_of_its_name_live_and_in_a_backtest",
)

# What the embedded account lacks, and the tests that stand in: `path::name`.
type Proof = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Aim:
    """How a part looks while it drifts and when it is put right.

    Attributes:
        look: What is there now, by the account and the subject's name; what was there before the
            remedy is there again after the undo.
        drifts: Whether that is the drift.
        right: Whether that is what the remedy aims at.
    """

    look: Callable[[EmbeddedAccount, str], Any]
    drifts: Callable[[Any], bool]
    right: Callable[[Any], bool]


@dataclass(frozen=True)
class Row:
    """One drift.

    Attributes:
        convention: The id of the convention that tells it.
        deed: The call that brings it.
        subject: The name of the subject that it is about; `*` stands for what the account makes up.
        part: The part that it names, likewise.
        scene: What is there before, and leaves no record.
        before: As `scene`, and there before the stack is.
        by: Who does it: the operator, `root`, a user by its name, or who took the role of remediate.
        told: Where the drift is brought: after the stack was deployed, before it, or both.
        recorded: Whether the record alone tells it, so that a backtest finds it.
        aim: What its remedy aims at, where it is to be put right and undone; one that is only told
            before the stack is put right by a sweep.
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
    aim: Aim | None = None

    def __str__(self) -> str:
        return f"{self.convention}-{self.subject}-{self.part}"

    def name(self, end: str) -> str:
        """The subject's name, made with this end."""
        return self.subject.replace(MARK, end)

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
    subject = role if row.subject == OWN_ROLE else row.name(end)
    return (
        drift["convention"] == row.convention
        and fnmatchcase(drift["subject"]["name"], subject)
        and fnmatchcase(drift["part"], row.part.replace(MARK, end))
    )
