"""The trail's records have the shape of the sample events: the same call, made for real, reads alike."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import EmbeddedAccount
from tests.samples import Sample, samples

# What a record has only by its caller's means or fate, and says nothing of its shape.
PASSING = {"tlsDetails", "sessionCredentialFromConsole", "errorMessage"}
MADE = [s for s in samples() if s.event["source"] in {"aws.iam", "aws.ec2", "aws.sts"}]
# The emulator has no launch templates' profiles and no Auto Scaling; padding is CloudTrail's own doing.
NOT_HERE = {"clean-profile-from-launch-template", "clean-auto-scaling-launch"}
# What no record holds.
WITHHELD = {"secretAccessKey"}
NOTHING = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
)
OMITTED = {"drift-put-user-policy-padded", "drift-too-large-for-cloudtrail"}


def shape(value: Any) -> Any:
    """Keys and kinds of a value, all the way down; texts and numbers are only their kind."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def holds(made: Any, told: Any) -> bool:
    """Whether a shape has all that another one has."""
    if isinstance(made, dict) and isinstance(told, dict):
        return all(key in made and holds(made[key], item) for key, item in told.items())
    return bool(made == told)


def check_against_model(client: Any, sample: Sample, name: str) -> None:
    """See that a record holds what the API's model knows, where nobody can make the call."""
    model = client.meta.service_model.operation_model(name)
    change = sample.change
    for told, wanted in (
        (change.request, model.input_shape),
        (change.response, model.output_shape),
    ):
        members = wanted.members if wanted else {}
        assert set(told or {}) <= {key[:1].lower() + key[1:] for key in members}
        for key, member in members.items():
            inner = (told or {}).get(key[:1].lower() + key[1:])
            if member.type_name == "structure":
                assert set(inner or {}) <= {k[:1].lower() + k[1:] for k in member.members}
                needed = {k[:1].lower() + k[1:] for k in member.required_members} - WITHHELD
                assert needed <= set(inner or {})
            elif key in wanted.required_members:
                assert inner is not None, key


def parameters(sample: Sample) -> dict[str, Any]:
    """The call's parameters as boto3 wants them, from how CloudTrail wrote them."""
    request = sample.change.request
    if sample.change.call == "ec2:RunInstances":
        assert request
        (item,) = request["instancesSet"]["items"]
        found = {"ImageId": item["imageId"], "MinCount": 1, "MaxCount": 1}
        if "iamInstanceProfile" in request:
            found["IamInstanceProfile"] = {"Name": request["iamInstanceProfile"]["name"]}
        return found
    given: dict[str, Any] = _capital(request or {})
    if sample.change.call == "sts:AssumeRoot":  # the one that begins small in the API as well
        given["TaskPolicyArn"] = (request or {})["taskPolicyArn"]
    return given


def _capital(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: _capital(item) for key, item in value.items()}
    return [_capital(item) for item in value] if isinstance(value, list) else value


def surround(iam: Any, call: str, given: dict[str, Any]) -> None:
    """The group, role or policy that a call is about."""
    group, role, arn = (given.get(key, "") for key in ("GroupName", "RoleName", "PolicyArn"))
    groups = {one["GroupName"] for one in iam.list_groups()["Groups"]}
    if group and group not in groups and call != "iam:CreateGroup":
        iam.create_group(GroupName=group)
    if role and call != "iam:CreateRole":
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
        text = {"Version": "2012-10-17", "Statement": [trust | {"Action": "sts:AssumeRole"}]}
        if role not in {one["RoleName"] for one in iam.list_roles()["Roles"]}:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(text))
    if call == "iam:CreatePolicyVersion":
        name = arn.rpartition("/")[2]
        if arn not in {one["Arn"] for one in iam.list_policies(Scope="Local")["Policies"]}:
            iam.create_policy(PolicyName=name, PolicyDocument=given["PolicyDocument"])


def provide(iam: Any, call: str, given: dict[str, Any]) -> None:
    """The provider that a call is about, and none where it makes one."""
    oidc, saml = given.get("OpenIDConnectProviderArn"), given.get("SAMLProviderArn")
    if call == "iam:CreateOpenIDConnectProvider":
        for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
            iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=one["Arn"])
    elif call == "iam:CreateSAMLProvider":
        for one in iam.list_saml_providers()["SAMLProviderList"]:
            iam.delete_saml_provider(SAMLProviderArn=one["Arn"])
    elif oidc:
        provide(iam, "iam:CreateOpenIDConnectProvider", {})
        iam.create_open_id_connect_provider(Url=f"https://{oidc.partition('/')[2]}")
    elif saml:
        provide(iam, "iam:CreateSAMLProvider", {})
        text = given.get("SAMLMetadataDocument", "a" * 1000)
        iam.create_saml_provider(Name=saml.partition("/")[2], SAMLMetadataDocument=text)


def set_up(account: EmbeddedAccount, sample: Sample, given: dict[str, Any]) -> Any:
    """What the call needs to succeed, and the client of the person who makes it."""
    iam = account.client("iam")
    call = sample.change.call
    who = people.user(account, sample.change.actor.name.partition("@")[0] or "someone")
    with account.trail.muted():
        surround(iam, call, given)
        provide(iam, call, given)
        name = given.get("UserName")
        known = {user["UserName"] for user in iam.list_users()["Users"]}
        if name and name not in known and call != "iam:CreateUser":
            iam.create_user(UserName=name)
        if call == "iam:UpdateAccessKey":
            key = iam.create_access_key(UserName=name or who.arn.rpartition("/")[2])["AccessKey"]
            given["AccessKeyId"] = key["AccessKeyId"]
        if call == "iam:RemoveUserFromGroup":
            iam.add_user_to_group(**given)
        if call == "iam:DetachRolePolicy":
            iam.attach_role_policy(**given)
        if call == "iam:DeleteRolePolicy":
            iam.put_role_policy(**given, PolicyDocument=NOTHING)
        if call == "iam:DetachUserPolicy":
            iam.attach_user_policy(UserName=name, PolicyArn=given["PolicyArn"])
        if call == "iam:DeactivateMFADevice":
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
            given["SerialNumber"] = device["VirtualMFADevice"]["SerialNumber"]
            iam.enable_mfa_device(
                UserName=name or who.arn.rpartition("/")[2],
                SerialNumber=given["SerialNumber"],
                AuthenticationCode1="123456",
                AuthenticationCode2="654321",
            )
        if call == "iam:UpdateLoginProfile":
            iam.create_login_profile(UserName=name, Password="Correct-Horse-7")
        if call == "iam:DeleteAccountPasswordPolicy":
            iam.update_account_password_policy()
        if "IamInstanceProfile" in given:
            iam.create_instance_profile(InstanceProfileName=given["IamInstanceProfile"]["Name"])
    return who.client(call.partition(":")[0])


def is_had(client: Any, name: str, given: dict[str, Any]) -> bool:
    """Make a call, and say whether the emulator knows such a call, and who makes it on itself."""
    try:
        client._make_api_call(name, given)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "InvalidAction" or (code == "NoSuchEntity" and "UserName" not in given):
            return False
        raise
    return True


@pytest.mark.parametrize(
    "sample",
    [s for s in MADE if s.path.stem not in NOT_HERE | OMITTED and not s.change.error],
    ids=str,
)
def test_a_call_that_succeeds_reads_as_its_sample_does(
    account: EmbeddedAccount, sample: Sample
) -> None:
    given = parameters(sample)
    client = set_up(account, sample, given)
    name = sample.change.call.partition(":")[2]
    # Nobody of another account calls here.
    if sample.change.actor.kind == "AWS account" or not is_had(client, name, given):
        check_against_model(client, sample, name)
        return
    (made,) = account.trail.records()[-1:]
    told = sample.event["detail"]
    assert made["eventName"] == told["eventName"]
    assert made.keys() - PASSING == told.keys() - PASSING
    if name == "RunInstances":
        item, sampled = (r["responseElements"]["instancesSet"]["items"][0] for r in (made, told))
        assert {
            "instanceId",
            "imageId",
            "instanceState",
            "launchTime",
        } <= item.keys() & sampled.keys()
        assert ("iamInstanceProfile" in item) == ("iamInstanceProfile" in sampled)
        assert made["requestParameters"].get("iamInstanceProfile") == told["requestParameters"].get(
            "iamInstanceProfile"
        )
        return
    assert shape(made["requestParameters"]) == shape(told["requestParameters"])
    # The emulator answers with a few fields more than AWS does; none is missing.
    assert holds(shape(made["responseElements"]), shape(told["responseElements"]))


@pytest.mark.parametrize("sample", [s for s in MADE if s.change.error], ids=str)
def test_a_call_that_fails_reads_as_its_sample_does(
    account: EmbeddedAccount, sample: Sample
) -> None:
    # Enforcement's shape is held by test_other_records, and the emulator has no quotas.
    if sample.change.error.startswith(("AccessDenied", "LimitExceeded")):
        return
    given = parameters(sample)
    iam = account.client("iam")
    with account.trail.muted():
        provide(iam, sample.change.call, {})
        if sample.change.error.startswith("EntityAlreadyExists"):
            iam._make_api_call(sample.change.call.partition(":")[2], given)
        if sample.change.error.startswith("MalformedPolicyDocument"):
            surround(iam, sample.change.call, given)
    name = sample.change.call.partition(":")[2]
    try:
        iam._make_api_call(name, given)
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidAction":
            check_against_model(iam, sample, name)
            return
    else:  # the emulator takes trusts that AWS refuses
        assert sample.change.error.startswith("MalformedPolicyDocument")
        assert sample.change.call == "iam:UpdateAssumeRolePolicy"
        return
    (made,) = account.trail.records()[-1:]
    told = sample.event["detail"]
    if not sample.change.error.startswith("LimitExceeded"):
        # The emulator has no quotas, and refuses such a call for another reason.
        assert made["errorCode"] == told["errorCode"]
    assert made["responseElements"] is told["responseElements"] is None
    assert shape(made["requestParameters"]) == shape(told["requestParameters"])
