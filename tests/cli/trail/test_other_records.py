"""Records of other services' calls, once they are watched."""

import json
from typing import Any

import pytest

from rolecall_cli.trail.calls import Request, recognise
from tests.cli.trail.wire import call, record, request

ROLE = "arn:aws:iam::111122223333:role/r"


def test_assuming_a_role_is_read_only_and_shows_the_token_but_not_the_secret() -> None:
    assume = call("sts", "assume_role", RoleArn=ROLE, RoleSessionName="ci")
    answer = (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>"
        "<SecretAccessKey>hush</SecretAccessKey><SessionToken>token</SessionToken></Credentials>"
        "</AssumeRoleResult></AssumeRoleResponse>"
    )
    made = record(assume, answer)
    assert made["readOnly"] is True
    assert made["responseElements"]["credentials"] == {
        "accessKeyId": "ASIA1",
        "sessionToken": "token",
    }
    assert made["awsRegion"] == "eu-west-1"
    assert "hush" not in json.dumps(made)


@pytest.mark.parametrize(
    ("operation", "parameters", "reads_only"),
    [
        (
            "get_session_token",
            {"SerialNumber": "arn:aws:iam::1:mfa/bob", "TokenCode": "123456"},
            True,
        ),
        ("get_federation_token", {"Name": "admin"}, False),
        (
            "assume_root",
            {
                "TargetPrincipal": "444455556666",
                "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/t"},
            },
            True,
        ),
    ],
)
def test_other_sessions_show_what_was_asked_but_for_the_code(
    operation: str, parameters: dict[str, Any], *, reads_only: bool
) -> None:
    made = record(call("sts", operation, **parameters))
    shown = {k[:1].lower() + k[1:]: v for k, v in parameters.items() if k != "TokenCode"}
    assert (made["readOnly"], made["requestParameters"]) == (reads_only, shown)


@pytest.mark.parametrize(
    ("operation", "parameters", "name"),
    [
        ("delete_function", {"FunctionName": "f"}, "DeleteFunction20150331"),
        (
            "update_function_configuration",
            {"FunctionName": "f", "Role": ROLE},
            "UpdateFunctionConfiguration20150331v2",
        ),
        (
            "create_function_url_config",
            {"FunctionName": "f", "AuthType": "NONE"},
            "CreateFunctionUrlConfig",
        ),
    ],
)
def test_lambdas_events_carry_the_apis_date(
    operation: str, parameters: dict[str, str], name: str
) -> None:
    assert record(call("lambda", operation, **parameters))["eventName"] == name


def test_a_functions_variables_and_code_never_appear() -> None:
    create = call(
        "lambda",
        "create_function",
        FunctionName="f",
        Role=ROLE,
        Code={"ZipFile": b"hush"},
        Environment={"Variables": {"HUSH": "hush"}},
    )
    answer = json.dumps({"FunctionName": "f", "Environment": {"Variables": {"HUSH": "hush"}}})
    made = record(create, answer, 201)
    assert made["requestParameters"] == {
        "functionName": "f",
        "role": ROLE,
        "code": {},
        "environment": {},
    }
    assert made["responseElements"] == {"functionName": "f", "environment": {}}


def test_what_a_rest_path_names_is_a_parameter() -> None:
    put = call(
        "lambda", "put_function_concurrency", FunctionName="a b", ReservedConcurrentExecutions=1
    )
    assert put.parameters == {"FunctionName": "a b", "ReservedConcurrentExecutions": 1}


def test_an_unsigned_request_is_no_call() -> None:
    signed = request("iam", "create_group", GroupName="g")
    assert recognise(Request("POST", "/", {}, signed.body, {})) is None


def test_an_operation_that_botocore_does_not_know_is_no_call() -> None:
    signed = request("iam", "create_group", GroupName="g")
    body = signed.body.replace(b"CreateGroup", b"CreateNonsense")
    assert recognise(Request("POST", "/", signed.headers, body, {})) is None
