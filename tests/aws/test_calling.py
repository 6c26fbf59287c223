"""Remedies and undos as AWS gets them; and what came back is what had been there, to the letter."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.stub import Stubber

from rolecall.aws.caller import AwsCaller
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.convention import Convention
from rolecall.errors import RemedyError, ThrottledError, UnsettledError
from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.registry import Registry, convention_classes
from tests.aws.account import APP, BOB, INSTANCE, ODD, launch

OPEN_TRUST = (
    '{ "Version":"2012-10-17",\n\t"Statement":[{"Effect":"Allow","Principal":"*",'
    '"Action":"sts:AssumeRole","Sid":"a%20b"} ,\r\n'
    '{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
OPS = SubjectRef("group", "ops", "123456789012")  # in moto's own account
TWICE = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
)


def _state(aws: Aws, convention: Convention, of: SubjectRef) -> Mapping[Any, Any]:
    found = AwsReader(aws).read(of, convention.reads(of.kind))
    assert found
    return found.state


def _mend_and_undo(aws: Aws, id_: str, of: SubjectRef, **options: str) -> Mapping[Any, Any]:
    """Put the one drift right and take it back; answers with the state in between."""
    convention, caller = Registry({id_: options})[id_], AwsCaller(aws)
    before = _state(aws, convention, of)
    found = AwsReader(aws).read(of, convention.reads(of.kind))
    assert found
    (drift,) = convention.drifts(found)
    remedy = convention.remedy(drift)
    assert remedy
    undo = []
    for step in remedy:
        answer = caller.make(step.do, of.region)
        assert "ResponseMetadata" not in answer
        undo.append(step.undo.resolved(answer))
    between = _state(aws, convention, of)
    after = AwsReader(aws).read(of, convention.reads(of.kind))
    assert after
    assert list(convention.drifts(after)) == []
    for call in reversed(undo):
        caller.make(call, of.region)
    assert _state(aws, convention, of) == before
    return between


def test_a_group_that_was_deleted_comes_back_with_its_path_and_policies(aws: Aws) -> None:
    iam, of = aws.client("iam"), OPS
    names = {"GroupName": "ops"}
    iam.create_group(Path="/ops/", **names)
    text = ODD.replace("Deny", "Allow")
    iam.put_group_policy(PolicyName="own", PolicyDocument=text, **names)
    policy = iam.create_policy(PolicyName="shared", PolicyDocument=text)["Policy"]
    iam.attach_group_policy(PolicyArn=policy["Arn"], **names)
    convention = Registry({"group-not-empty": {"delete_after_days": 30}})["group-not-empty"]
    reader, caller = AwsReader(aws), AwsCaller(aws)
    found = reader.read(of, convention.reads("group"))
    assert found
    found.at = "2099-01-01T00:00:00Z"
    (drift,) = convention.drifts(found)
    remedy = convention.remedy(drift)
    assert remedy
    for _ in range(2):  # what is gone already is no error
        for step in remedy:
            caller.make(step.do, "")
    assert reader.read(of, convention.reads("group")) is None
    for step in reversed(remedy.steps):
        caller.make(step.undo, "")
    again = reader.read(of, convention.reads("group"))
    assert again
    assert (again.path, convention.part(again, drift)) == ("/ops/", convention.part(found, drift))
    with pytest.raises(RemedyError, match="EntityAlreadyExists"):
        caller.make(remedy.steps[-1].undo, "")


@pytest.mark.parametrize("text", [ODD.replace("Deny", "Allow"), TWICE], ids=["odd", "twice"])
def test_an_inline_policy_is_deleted_and_put_back_to_the_letter(aws: Aws, text: str) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="p+=,.@_-", PolicyDocument=text)
    between = _mend_and_undo(aws, "user-permissions-via-groups", BOB)
    assert set(map(str, between.values())) == {"{}"}


def test_a_policy_is_detached_and_attached_again(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="bob")
    arn = iam.create_policy(PolicyName="own", PolicyDocument=ODD)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    _mend_and_undo(aws, "user-permissions-via-groups", BOB)


def test_an_inline_policy_becomes_a_managed_one_and_an_inline_one_again(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_group(GroupName="ops")
    text = ODD.replace("Deny", "Allow")
    iam.put_group_policy(GroupName="ops", PolicyName="p+=,.@_-", PolicyDocument=text)
    between = _mend_and_undo(aws, "group-no-inline-policy", OPS)
    assert between[Facet.GROUP_INLINE_POLICIES] == {}
    assert len(between[Facet.GROUP_ATTACHED_POLICIES]) == 1
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_group_loses_its_administrators_policy_and_a_privileged_member_and_gets_them_back(
    aws: Aws,
) -> None:
    iam = aws.client("iam")
    iam.create_group(GroupName="ops")
    iam.create_user(UserName="bob")
    iam.add_user_to_group(GroupName="ops", UserName="bob")
    arn = iam.create_policy(PolicyName="all", PolicyDocument=ALL)["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="ops", PolicyArn=arn)
    _mend_and_undo(aws, "group-privileged-membership", OPS)
    _mend_and_undo(aws, "group-no-admin-policy", OPS)


MAKES = Call("iam:CreatePolicy", {"PolicyName": "p", "Path": "/groups/ops/", "PolicyDocument": ODD})


def test_a_policy_that_is_there_already_counts_as_made(aws: Aws) -> None:
    caller = AwsCaller(aws)
    first, again = caller.make(MAKES, ""), caller.make(MAKES, "")
    assert again == {"Policy": {"Arn": first["Policy"]["Arn"]}}


def test_one_with_another_text_is_refused(aws: Aws) -> None:
    caller = AwsCaller(aws)
    other = {"PolicyDocument": ODD.replace("Deny", "Allow")}
    caller.make(Call(MAKES.name, {**MAKES.parameters, **other}), "")
    with pytest.raises(RemedyError, match="EntityAlreadyExists"):
        caller.make(MAKES, "")


def test_one_on_another_path_is_refused(aws: Aws) -> None:
    with Stubber(aws.client("iam")) as stub:
        stub.add_client_error("create_policy", "EntityAlreadyExists")
        stub.add_client_error("get_policy", "NoSuchEntity")
        with pytest.raises(RemedyError, match="iam:CreatePolicy"):
            AwsCaller(aws).make(MAKES, "")


def test_while_what_is_there_cannot_be_read_it_is_tried_again(aws: Aws) -> None:
    with Stubber(aws.client("iam")) as stub:
        stub.add_client_error("create_policy", "EntityAlreadyExists")
        stub.add_client_error("get_policy", "Throttling")
        with pytest.raises(ThrottledError):
            AwsCaller(aws).make(MAKES, "")


@pytest.mark.peer(56, "dome9/cloud-bots: a quarantine that nothing takes back")
def test_a_trust_loses_its_open_statement_and_gets_its_text_back_to_the_letter(aws: Aws) -> None:
    aws.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=OPEN_TRUST)
    between = _mend_and_undo(aws, "role-no-wildcard-trust", APP)
    assert "ec2.amazonaws.com" in str(between)


@pytest.mark.peer(50, "servian/aws-auto-remediate: keys are deleted at once")
def test_a_key_is_switched_off_and_on(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    (between,) = _mend_and_undo(aws, "no-long-term-access-keys", BOB).values()
    assert between == {key: "Inactive"}


def test_an_instance_gets_the_profile_and_loses_it_by_the_association_that_aws_named(
    aws: Aws,
) -> None:
    aws.client("iam").create_instance_profile(InstanceProfileName="base")
    of = launch(aws, "eu-north-1")
    between = _mend_and_undo(aws, "ec2-launched-with-profile", of, profile="base", role="base")
    assert str(between[INSTANCE[1]]).endswith(":instance-profile/base")


NAMES = {"UserName": "bob", "PolicyName": "p"}


@pytest.mark.parametrize(
    "call",
    [
        Call("iam:DeleteUserPolicy", NAMES),
        Call("iam:DetachUserPolicy", {"UserName": "bob", "PolicyArn": "arn:aws:iam::aws:policy/A"}),
        Call(
            "iam:UpdateAccessKey",
            {"UserName": "bob", "AccessKeyId": "AKIAEXAMPLE000000", "Status": "Inactive"},
        ),
        Call("iam:UpdateAssumeRolePolicy", {"RoleName": "app", "PolicyDocument": ODD}),
    ],
    ids=lambda call: str(call.name),
)
def test_what_is_gone_already_needs_no_more_doing(aws: Aws, call: Call) -> None:
    assert AwsCaller(aws).make(call, "") == {}


@pytest.mark.parametrize(
    "call",
    [
        Call("iam:PutUserPolicy", NAMES | {"PolicyDocument": ODD}),
        Call("iam:AttachUserPolicy", {"UserName": "bob", "PolicyArn": "arn:aws:iam::aws:policy/A"}),
    ],
    ids=lambda call: str(call.name),
)
def test_what_was_to_be_put_back_and_could_not_is_not_called_done(aws: Aws, call: Call) -> None:
    with pytest.raises(RemedyError, match="NoSuchEntity"):
        AwsCaller(aws).make(call, "")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Throttling", ThrottledError),
        ("EntityTemporarilyUnmodifiable", UnsettledError),
        ("UnmodifiableEntity", RemedyError),
        ("AccessDenied", RemedyError),
    ],
)
def test_a_refusal_means_what_it_means_for_the_work(
    aws: Aws, code: str, kind: type[Exception]
) -> None:
    with Stubber(aws.client("iam")) as stub:
        stub.add_client_error("delete_user_policy", code)
        with pytest.raises(kind, match="iam:DeleteUserPolicy"):
            AwsCaller(aws).make(Call("iam:DeleteUserPolicy", NAMES), "")


def test_every_remedy_is_a_call_that_botocore_knows(aws: Aws) -> None:
    for convention in convention_classes().values():
        for name in convention.remedies:
            service, _, operation = name.partition(":")
            assert operation in aws.client(service).meta.service_model.operation_names
