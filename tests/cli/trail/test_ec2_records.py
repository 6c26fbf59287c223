"""Records of EC2's calls look as CloudTrail writes them."""

import json

from tests.cli.trail.wire import call, ec2_answer, ec2_error, record

MASK = "<sensitiveDataRemoved>"


def test_a_launch_is_worded_in_sets_and_its_user_data_is_masked() -> None:
    made = record(
        call(
            "ec2",
            "run_instances",
            ImageId="ami-1",
            MinCount=1,
            MaxCount=2,
            UserData="AKIA in clear",
            SecurityGroupIds=["sg-1"],
            IamInstanceProfile={"Name": "app"},
            ClientToken="token",
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "a"}]}
            ],
        )
    )
    assert made["awsRegion"] == "eu-west-1"
    assert made["requestParameters"] == {
        "instancesSet": {"items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 2}]},
        "blockDeviceMapping": {},
        "monitoring": {"enabled": False},
        "disableApiTermination": False,
        "groupSet": {"items": [{"groupId": "sg-1"}]},
        "userData": MASK,
        "iamInstanceProfile": {"name": "app"},
        "clientToken": "token",
        "tagSpecificationSet": {
            "items": [{"resourceType": "instance", "tags": [{"key": "team", "value": "a"}]}]
        },
    }


def test_the_launched_instances_tell_their_profile() -> None:
    run = call("ec2", "run_instances", ImageId="ami-1", MinCount=1, MaxCount=1)
    answer = ec2_answer(
        "RunInstances",
        "<reservationId>r-1</reservationId><groupSet/><instancesSet><item>"
        "<instanceId>i-1</instanceId><launchTime>2018-09-26T20:00:00.000Z</launchTime>"
        "<iamInstanceProfile><arn>arn:p</arn><id>AIPA</id></iamInstanceProfile>"
        "</item></instancesSet>",
    )
    assert record(run, answer)["responseElements"] == {
        "requestId": "r-ec2",
        "reservationId": "r-1",
        "groupSet": {},
        "instancesSet": {
            "items": [
                {
                    "instanceId": "i-1",
                    "launchTime": 1537992000000,
                    "iamInstanceProfile": {"arn": "arn:p", "id": "AIPA"},
                }
            ]
        },
    }


def test_later_calls_are_wrapped_and_keep_their_capitals() -> None:
    associate = call(
        "ec2",
        "associate_iam_instance_profile",
        InstanceId="i-1",
        IamInstanceProfile={"Name": "app"},
    )
    answer = ec2_answer(
        "AssociateIamInstanceProfile",
        "<iamInstanceProfileAssociation><associationId>iip-1</associationId>"
        "<instanceId>i-1</instanceId></iamInstanceProfileAssociation>",
    )
    made = record(associate, answer)
    assert made["requestParameters"] == {
        "AssociateIamInstanceProfileRequest": {
            "IamInstanceProfile": {"Name": "app"},
            "InstanceId": "i-1",
        }
    }
    assert made["responseElements"]["AssociateIamInstanceProfileResponse"] == {
        "iamInstanceProfileAssociation": {"associationId": "iip-1", "instanceId": "i-1"},
        "requestId": "r-ec2",
        "xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
    }


def test_a_list_of_one_is_written_as_its_element_in_later_calls() -> None:
    create = call(
        "ec2",
        "create_launch_template",
        LaunchTemplateName="web",
        ClientToken="token",
        LaunchTemplateData={
            "UserData": "aHVzaA==",
            "SecurityGroupIds": ["sg-1"],
            "TagSpecifications": [
                {
                    "ResourceType": "instance",
                    "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
                }
            ],
        },
    )
    data = record(create)["requestParameters"]["CreateLaunchTemplateRequest"]["LaunchTemplateData"]
    assert data == {
        "UserData": MASK,
        "SecurityGroupId": {"tag": 1, "content": "sg-1"},
        "TagSpecification": {
            "ResourceType": "instance",
            "tag": 1,
            "Tag": [{"Key": "a", "Value": "1", "tag": 1}, {"Key": "b", "Value": "2", "tag": 2}],
        },
    }


def test_a_call_that_answers_nothing_is_acknowledged() -> None:
    modify = call(
        "ec2", "modify_instance_attribute", InstanceId="i-1", UserData={"Value": b"AKIA in clear"}
    )
    made = record(modify, ec2_answer("ModifyInstanceAttribute", "<return>true</return>"))
    assert made["responseElements"] == {"requestId": "r-ec2", "_return": True}
    assert made["requestParameters"] == {"instanceId": "i-1", "userData": MASK}


def test_a_refusal_says_whose_fault_it_was_and_keeps_what_was_asked() -> None:
    terminate = call("ec2", "terminate_instances", InstanceIds=["i-1", "i-2"])
    made = record(terminate, ec2_error("UnauthorizedOperation"), 403)
    assert made["errorCode"] == "Client.UnauthorizedOperation"
    assert made["responseElements"] is None
    assert made["requestParameters"] == {
        "instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}
    }
    assert record(terminate, ec2_error("Internal"), 500)["errorCode"] == "Server.Internal"


def test_user_data_appears_nowhere() -> None:
    made = record(
        call(
            "ec2",
            "modify_instance_attribute",
            InstanceId="i-1",
            Attribute="userData",
            Value="AKIA in clear",
        )
    )
    assert "in clear" not in json.dumps(made)
