"""What is read is what stands in the account: all of it, and to the letter."""

import json
from typing import Any

import pytest

from rolecall.aws.facets import READINGS, calls_for
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.errors import RetryError
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from tests.aws.account import APP, BOB, INSTANCE, ODD, OPS, READ, USER, launch, read, stubbed
from tests.states import ACCOUNT, ref


def test_every_facet_has_exactly_one_reading() -> None:
    read = [facet for reading in READINGS for facet in reading.facets]
    assert sorted(read) == sorted(READ)
    for reading in READINGS:
        assert len({facet.kind for facet in reading.facets}) == 1
        assert reading.calls


def test_the_calls_of_some_facets_are_those_of_their_readings() -> None:
    assert calls_for([Facet.ROLE_TRUST]) == {"iam:GetRole"}
    assert calls_for([]) == frozenset()
    both = calls_for([Facet.INSTANCE_TAGS, Facet.INSTANCE_STATE])
    assert both == {"ec2:DescribeInstances", "ec2:DescribeIamInstanceProfileAssociations"}


def test_a_user_is_read_with_its_policies_and_keys(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="bob", Path="/team/")
    arn = iam.create_policy(PolicyName="own", PolicyDocument=ODD)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=ODD)
    key = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    found = read(aws, BOB, *USER)
    assert found.state == {
        Facet.USER_INLINE_POLICIES: {"p": ODD},
        Facet.USER_ATTACHED_POLICIES: {arn: "own"},
        Facet.USER_ACCESS_KEYS: {key: "Active"},
    }


def test_a_group_and_a_role_are_read(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_group(GroupName="ops")
    iam.put_group_policy(GroupName="ops", PolicyName="p", PolicyDocument=ODD)
    arn = iam.create_policy(PolicyName="own", PolicyDocument=ODD)["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="ops", PolicyArn=arn)
    found = read(aws, OPS, Facet.GROUP_INLINE_POLICIES, Facet.GROUP_ATTACHED_POLICIES)
    assert found.state == {
        Facet.GROUP_INLINE_POLICIES: {"p": ODD},
        Facet.GROUP_ATTACHED_POLICIES: {arn: "own"},
    }
    groups = read(aws, SubjectRef("policy", arn, ACCOUNT), Facet.POLICY_GROUPS)
    assert groups.state == {Facet.POLICY_GROUPS: ["ops"]}
    iam.create_role(RoleName="app", Path="/aws-reserved/x/", AssumeRolePolicyDocument=ODD)
    role = read(aws, APP, Facet.ROLE_TRUST)
    assert (role.state, role.path) == ({Facet.ROLE_TRUST: ODD}, "/aws-reserved/x/")
    assert role.unique_id == iam.get_role(RoleName="app")["Role"]["RoleId"]


def test_a_user_is_read_with_all_that_the_groups_carry_which_carry_its_policies(aws: Aws) -> None:
    iam = aws.client("iam")
    own, more = (
        iam.create_policy(PolicyName=name, PolicyDocument=ODD)["Policy"]["Arn"]
        for name in ("own", "more")
    )
    for name in ("bob", "eve"):
        iam.create_user(UserName=name)
    for group, arns in {"data": (own, more), "ops": (own,), "others": (more,)}.items():
        iam.create_group(GroupName=group)
        for arn in arns:
            iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    iam.put_group_policy(GroupName="ops", PolicyName="p", PolicyDocument=ODD)
    iam.add_user_to_group(GroupName="ops", UserName="eve")
    iam.attach_user_policy(UserName="bob", PolicyArn=own)
    assert read(aws, BOB, Facet.USER_CARRYING_GROUPS).state[Facet.USER_CARRYING_GROUPS] == {
        "data": {"attached": sorted([own, more]), "inline": [], "members": 0},
        "ops": {"attached": [own], "inline": ["p"], "members": 1},
    }


def test_who_has_a_unique_id_has_another_when_made_again(aws: Aws) -> None:
    iam, reader = aws.client("iam"), AwsReader(aws)
    assert [reader.unique_id(of) for of in (BOB, OPS, APP)] == ["", "", ""]
    first = iam.create_user(UserName="bob")["User"]["UserId"]
    group = iam.create_group(GroupName="ops")["Group"]["GroupId"]
    role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=ODD)["Role"]["RoleId"]
    assert [reader.unique_id(of) for of in (BOB, OPS, APP)] == [first, group, role]
    iam.delete_user(UserName="bob")
    second = iam.create_user(UserName="bob")["User"]["UserId"]
    assert reader.unique_id(BOB) == second != first


def test_an_instance_and_the_account_have_no_unique_id_beside_their_name(aws: Aws) -> None:
    for kind in ("instance", "account"):
        assert AwsReader(aws).unique_id(ref(kind)) == ""


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchEntity"])
def test_an_id_that_aws_does_not_tell_is_not_known(aws: Aws, code: str) -> None:
    with stubbed(aws, "iam", ("get_user", code)):
        assert AwsReader(aws).unique_id(BOB) == ""


@pytest.mark.parametrize("code", ["Throttling", "ServiceFailure"])
def test_an_id_that_aws_does_not_tell_now_is_asked_for_again(aws: Aws, code: str) -> None:
    with stubbed(aws, "iam", ("get_user", code)), pytest.raises(RetryError):
        AwsReader(aws).unique_id(BOB)


@pytest.mark.peer(
    4,
    "Cloud Custodian: a role ARN with a path becomes an invalid name, and the failure is swallowed",
)
def test_a_role_on_a_path_is_read_by_its_name_and_tells_its_path(aws: Aws) -> None:
    aws.client("iam").create_role(RoleName="app", Path="/team/a/", AssumeRolePolicyDocument=ODD)
    found = read(aws, APP, Facet.ROLE_TRUST)
    assert (found.path, found.state[Facet.ROLE_TRUST]) == ("/team/a/", ODD)


@pytest.mark.peer(19, "Cloud Custodian #4495: profiles and roles paired by their places in lists")
def test_an_instance_is_read_in_its_own_region_with_its_profile(aws: Aws) -> None:
    of = launch(aws, "eu-north-1")
    bare = {
        Facet.INSTANCE_STATE: "running",
        Facet.INSTANCE_PROFILE: None,
        Facet.INSTANCE_TAGS: {"Name": "web"},
    }
    assert read(aws, of, *INSTANCE).state == bare
    made = aws.client("iam").create_instance_profile(InstanceProfileName="base")
    arn = made["InstanceProfile"]["Arn"]
    aws.client("ec2", "eu-north-1").associate_iam_instance_profile(
        InstanceId=of.name, IamInstanceProfile={"Name": "base"}
    )
    assert read(aws, of, *INSTANCE).state == bare | {Facet.INSTANCE_PROFILE: arn}
    elsewhere = SubjectRef("instance", of.name, ACCOUNT, "us-east-1")
    assert AwsReader(aws).read(elsewhere, INSTANCE) is None


def test_a_profile_on_its_way_counts(aws: Aws) -> None:
    instance = {"InstanceId": "i-1", "State": {"Name": "pending"}}
    association = {"IamInstanceProfile": {"Arn": "arn:aws:iam::1:instance-profile/base"}}
    with stubbed(
        aws,
        "ec2",
        ("describe_instances", {"Reservations": [{"Instances": [instance]}]}),
        (
            "describe_iam_instance_profile_associations",
            {"IamInstanceProfileAssociations": [association]},
        ),
    ):
        found = read(aws, SubjectRef("instance", "i-1", ACCOUNT, "us-east-1"), *INSTANCE)
    assert found.state[Facet.INSTANCE_PROFILE] == "arn:aws:iam::1:instance-profile/base"
    assert found.state[Facet.INSTANCE_TAGS] == {}


@pytest.mark.parametrize("reservations", [[], [{"Instances": []}]])
def test_an_instance_that_aws_no_longer_lists_is_gone(aws: Aws, reservations: Any) -> None:
    with stubbed(aws, "ec2", ("describe_instances", {"Reservations": reservations})):
        of = SubjectRef("instance", "i-1", ACCOUNT, "us-east-1")
        assert AwsReader(aws).read(of, INSTANCE) is None


def test_a_client_is_made_once_for_each_service_and_region(aws: Aws) -> None:
    assert aws.client("iam") is aws.client("iam", "us-east-1")
    assert aws.client("ec2") is not aws.client("ec2", "eu-north-1")


def test_a_witness_is_read_with_its_groups_its_role_policies_and_their_documents(aws: Aws) -> None:
    iam = aws.client("iam")
    user, role = SubjectRef("user", "eve", ACCOUNT), SubjectRef("role", "deploy", ACCOUNT)
    iam.create_user(UserName="eve")
    iam.create_group(GroupName="ops")
    iam.add_user_to_group(GroupName="ops", UserName="eve")
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument="{}")
    arn = iam.create_policy(PolicyName="own", PolicyDocument=ODD)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="deploy", PolicyArn=arn)
    iam.put_role_policy(RoleName="deploy", PolicyName="p", PolicyDocument=ODD)
    assert read(aws, user, Facet.USER_GROUPS).state == {Facet.USER_GROUPS: ["ops"]}
    of_role = (Facet.ROLE_INLINE_POLICIES, Facet.ROLE_ATTACHED_POLICIES)
    assert read(aws, role, *of_role).state == {of_role[0]: {"p": ODD}, of_role[1]: {arn: "own"}}
    policy = read(aws, SubjectRef("policy", arn, ACCOUNT), Facet.POLICY_DOCUMENT)
    assert json.loads(policy.state[Facet.POLICY_DOCUMENT]) == json.loads(ODD)
