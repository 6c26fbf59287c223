"""The commands that a message offers."""

import shlex
from dataclasses import replace

import pytest
from botocore import xform_name

from rolecall.model.cases import Status
from rolecall.notification.commands import advised, aws_command, next_commands
from rolecall.registry import convention_classes
from tests.notification.cases import STACK, attached, bare_instance, in_status

EXEMPT = "rolecall exempt c-k5v3qx7m2a4d --stack rolecall"
SHOWN = in_status(Status.AWAITING_APPROVAL).shown
BY_HAND = (
    "aws iam detach-user-policy --user-name bob "
    "--policy-arn arn:aws:iam::aws:policy/AdministratorAccess"
)


def offered(status: Status) -> list[str]:
    return [line for line in next_commands(in_status(status), STACK) if not line.startswith("#")]


@pytest.mark.parametrize(
    ("status", "commands"),
    [
        (Status.NOTIFIED, [BY_HAND, EXEMPT]),
        (Status.PENDING, [EXEMPT]),
        (
            Status.REMEDIATED,
            ['rolecall undo c-k5v3qx7m2a4d --stack rolecall --reason "..."'],
        ),
        (Status.PROTECTED, []),
        (
            Status.AWAITING_APPROVAL,
            [f"rolecall approve c-k5v3qx7m2a4d --stack rolecall --shown {SHOWN}", EXEMPT],
        ),
        (Status.FAILED, [BY_HAND, EXEMPT]),
        (Status.UNDONE, [EXEMPT]),
    ],
)
def test_each_status_offers_its_commands(status: Status, commands: list[str]) -> None:
    assert offered(status) == commands


def test_every_command_says_what_it_is_for() -> None:
    lines = next_commands(in_status(Status.NOTIFIED), STACK)
    assert [line.startswith("#") for line in lines] == [True, False, True, False]


def test_a_case_id_or_stack_with_shell_characters_is_quoted() -> None:
    line = next_commands(replace(attached(), id="c-$(id)"), "a b")[1]
    assert shlex.split(line) == [
        *("rolecall", "undo", "c-$(id)", "--stack", "a b", "--reason", "..."),
    ]


def test_the_account_cannot_slip_a_command_into_another() -> None:
    arn = "arn:aws:iam::111122223333:policy/$(id);`id`/x"
    call = {"call": "iam:DetachUserPolicy", "parameters": {"PolicyArn": arn}}
    assert shlex.split(aws_command(call)) == [
        "aws",
        "iam",
        "detach-user-policy",
        "--policy-arn",
        arn,
    ]


def test_regional_calls_name_their_region_and_shapes_are_json() -> None:
    commands = next_commands(bare_instance().moved(Status.NOTIFIED), STACK)
    assert commands[1] == (
        "aws ec2 associate-iam-instance-profile --instance-id i-0123456789abcdef0 "
        '--iam-instance-profile \'{"Name": "baseline"}\' --region eu-west-1'
    )


def test_a_call_too_long_to_copy_is_only_named() -> None:
    call = {"call": "iam:PutUserPolicy", "parameters": {"PolicyDocument": "x" * 1000}}
    case = replace(in_status(Status.FAILED), remedy=({"do": call, "undo": call},))
    assert next_commands(case, STACK)[1] == (
        "# iam:PutUserPolicy: too long to show; case c-k5v3qx7m2a4d holds it"
    )


def test_every_declared_call_is_spelled_as_the_aws_cli_spells_it() -> None:
    names = {call for found in convention_classes().values() for call in found.remedies}
    names |= {"iam:UploadSSHPublicKey", "iam:DeleteOpenIDConnectProvider", "ec2:RunInstances"}
    for name in names:
        service, _, operation = name.partition(":")
        assert aws_command({"call": name, "parameters": {}}) == (
            f"aws {service} {xform_name(operation, '-')}"
        )


def test_advice_that_is_no_command_becomes_a_comment() -> None:
    assert advised(("Groups: admins.", "aws iam x", "rolecall y", "")) == (
        "# Groups: admins.",
        "aws iam x",
        "rolecall y",
    )
