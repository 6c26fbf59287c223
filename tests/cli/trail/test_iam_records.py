"""Records of IAM's calls look as CloudTrail writes them."""

import json
from urllib.parse import quote

import pytest

from tests.cli.trail.wire import call, iam_answer, iam_error, record

ADMIN = '{"Version": "2012-10-17",\n\t"Statement": [{"Effect": "Allow", "Action": "*"}]}'


def test_a_record_says_when_where_and_by_what_means_the_call_was_made() -> None:
    made = record(call("iam", "create_group", GroupName="admins"))
    assert {name: made[name] for name in made if name not in {"eventID", "userIdentity"}} == {
        "eventVersion": "1.11",
        "eventTime": "2026-01-02T03:04:05Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateGroup",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "aws-cli/2",
        "requestParameters": {"groupName": "admins"},
        "responseElements": None,
        "requestID": "req-1",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
    }


def test_a_policy_is_the_raw_text_that_was_sent() -> None:
    put = call("iam", "put_user_policy", UserName="bob", PolicyName="p", PolicyDocument=ADMIN)
    assert record(put)["requestParameters"]["policyDocument"] == ADMIN


def test_a_new_roles_trust_is_raw_in_the_request_and_percent_encoded_in_the_response() -> None:
    create = call("iam", "create_role", RoleName="r", AssumeRolePolicyDocument=ADMIN)
    encoded = quote(ADMIN, safe="")
    role = (
        "<Role><Path>/</Path><RoleName>r</RoleName><CreateDate>2023-07-10T11:54:39Z</CreateDate>"
        f"<AssumeRolePolicyDocument>{encoded}</AssumeRolePolicyDocument></Role>"
    )
    made = record(create, iam_answer("CreateRole", role))
    assert made["requestParameters"]["assumeRolePolicyDocument"] == ADMIN
    assert made["responseElements"]["role"] == {
        "path": "/",
        "roleName": "r",
        "createDate": "Jul 10, 2023 11:54:39 AM",
        "assumeRolePolicyDocument": encoded,
    }


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("attach_user_policy", {"UserName": "bob", "PolicyArn": "arn:aws:iam::aws:policy/A"}),
        ("delete_user", {"UserName": "bob"}),
        ("add_user_to_group", {"UserName": "bob", "GroupName": "admins"}),
        ("update_role", {"RoleName": "role"}),
    ],
)
def test_calls_that_answer_nothing_have_null_response_elements(
    operation: str, parameters: dict[str, str]
) -> None:
    made = call("iam", operation, **parameters)
    result = "<none/>" if operation == "update_role" else ""
    assert record(made, iam_answer(made.operation, result))["responseElements"] is None


def test_only_the_first_letter_of_a_parameter_is_lower_cased() -> None:
    service_role = call("iam", "create_service_linked_role", AWSServiceName="ec2.amazonaws.com")
    provider = call(
        "iam", "create_open_id_connect_provider", Url="https://idp.example", ClientIDList=["a", "b"]
    )
    assert record(service_role)["requestParameters"] == {"aWSServiceName": "ec2.amazonaws.com"}
    assert record(provider)["requestParameters"]["clientIDList"] == ["a", "b"]


def test_lists_numbers_and_booleans_are_true_ones() -> None:
    policy = call(
        "iam",
        "update_account_password_policy",
        MinimumPasswordLength=14,
        RequireSymbols=True,
        AllowUsersToChangePassword=False,
    )
    tags = call("iam", "tag_user", UserName="bob", Tags=[{"Key": "team", "Value": "a"}])
    assert record(policy)["requestParameters"] == {
        "minimumPasswordLength": 14,
        "requireSymbols": True,
        "allowUsersToChangePassword": False,
    }
    assert record(tags)["requestParameters"]["tags"] == [{"key": "team", "value": "a"}]


def test_a_failure_carries_the_exceptions_name_and_keeps_what_was_asked() -> None:
    made = record(
        call("iam", "delete_user", UserName="gone"), iam_error("NoSuchEntity", "no such user"), 404
    )
    assert made["errorCode"] == "NoSuchEntityException"
    assert made["errorMessage"] == "no such user"
    assert made["requestParameters"] == {"userName": "gone"}
    assert made["responseElements"] is None


def test_a_denied_call_does_not_say_what_was_asked() -> None:
    made = record(call("iam", "delete_user", UserName="bob"), iam_error("AccessDenied"), 403)
    assert made["errorCode"] == "AccessDenied"
    assert made["requestParameters"] is None


def test_a_new_keys_secret_never_appears() -> None:
    key = (
        "<AccessKey><UserName>bob</UserName><AccessKeyId>AKIA1</AccessKeyId>"
        "<Status>Active</Status><SecretAccessKey>hush</SecretAccessKey>"
        "<CreateDate>2024-08-01T13:42:21Z</CreateDate></AccessKey>"
    )
    made = record(call("iam", "create_access_key"), iam_answer("CreateAccessKey", key))
    # A user who makes a key for itself need not name itself.
    assert made["requestParameters"] is None
    assert made["responseElements"]["accessKey"] == {
        "userName": "bob",
        "accessKeyId": "AKIA1",
        "status": "Active",
        "createDate": "Aug 1, 2024 1:42:21 PM",
    }
    assert "hush" not in json.dumps(made)


def test_a_password_never_appears() -> None:
    made = record(call("iam", "create_login_profile", UserName="bob", Password="hush-hush"))
    assert made["requestParameters"] == {"userName": "bob"}


def test_an_answer_that_no_sdk_could_read_counts_as_silence() -> None:
    create = call("iam", "create_user", UserName="bob")
    assert (
        record(create, "<CreateUserResponse><a<b></CreateUserResponse>")["responseElements"] is None
    )


def test_every_record_has_an_id_of_its_own() -> None:
    create = call("iam", "create_group", GroupName="g")
    assert record(create)["eventID"] != record(create)["eventID"]
