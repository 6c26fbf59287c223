"""A call becomes a record, the record an event, and a rule sends it where it should go."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rolecall_cli.embedded import people
from rolecall_cli.embedded.account import EmbeddedAccount
from rolecall_cli.errors import EmbeddedAccountError

ADMIN = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
PATTERN = {"source": [{"prefix": "aws."}], "detail": {"eventSource": [{"exists": True}]}}


class Queue:
    """A queue that a rule sends all records to."""

    def __init__(self, account: EmbeddedAccount) -> None:
        self._sqs, self._events = account.client("sqs"), account.client("events")
        self._url = self._sqs.create_queue(QueueName="changes")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        self.turn("ENABLED")
        target = {"Id": "changes", "Arn": arn["Attributes"]["QueueArn"]}
        self._events.put_targets(Rule="all", Targets=[target])

    def turn(self, state: str) -> None:
        """Put the rule into this state."""
        self._events.put_rule(Name="all", EventPattern=json.dumps(PATTERN), State=state)

    def take(self, how_many: int) -> list[dict[str, Any]]:
        """Take so many messages, and see that no more are there."""
        taken: list[dict[str, Any]] = []
        deadline = time.monotonic() + 10
        while len(taken) < how_many and time.monotonic() < deadline:
            taken += self._poll()
        assert len(taken) == how_many
        assert self._poll() == []
        return taken

    def names(self, how_many: int) -> list[str]:
        return [message["detail"]["eventName"] for message in self.take(how_many)]

    def _poll(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]


@pytest.fixture
def queue(account: EmbeddedAccount) -> Queue:
    return Queue(account)


def test_a_call_arrives_as_cloudtrail_would_tell_it(account: EmbeddedAccount, queue: Queue) -> None:
    bob = people.user(account, "bob", path="/team/")
    bob.client("iam").put_user_policy(UserName="bob", PolicyName="all", PolicyDocument=ADMIN)
    [message] = queue.take(1)
    assert message["source"] == "aws.iam"
    assert message["detail-type"] == "AWS API Call via CloudTrail"
    assert message["account"] == message["detail"]["recipientAccountId"] == "111122223333"
    assert message["detail"]["eventName"] == "PutUserPolicy"
    assert message["detail"]["userIdentity"]["arn"] == bob.arn
    assert message["detail"]["userIdentity"]["type"] == "IAMUser"
    assert message["detail"]["requestParameters"]["policyDocument"] == ADMIN


def test_every_caller_is_named_truly(account: EmbeddedAccount, queue: Queue) -> None:
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    deployer = people.session(account, "deploy", "ci", path="/apps/", policy_arns=[admin])
    for number, caller in enumerate([people.root(account), deployer, people.operator(account)]):
        caller.client("iam").create_group(GroupName=f"g{number}")
    root, session, operator = [m["detail"]["userIdentity"] for m in queue.take(3)]
    assert root["type"] == "Root"
    assert session["arn"] == "arn:aws:sts::111122223333:assumed-role/deploy/ci"
    issuer = session["sessionContext"]["sessionIssuer"]
    assert issuer["arn"] == "arn:aws:iam::111122223333:role/apps/deploy"
    assert "/AWSReservedSSO_AdministratorAccess_" in operator["arn"]


def test_a_key_that_deletes_itself_is_still_its_users(
    account: EmbeddedAccount, queue: Queue
) -> None:
    bob = people.user(account, "bob")
    bob.client("iam").delete_access_key(UserName="bob", AccessKeyId=bob.credentials.access_key)
    assert queue.take(1)[0]["detail"]["userIdentity"]["arn"] == bob.arn


def test_a_failed_call_arrives_with_its_error(account: EmbeddedAccount, queue: Queue) -> None:
    with pytest.raises(ClientError):
        account.client("iam").delete_user(UserName="nobody")
    assert queue.take(1)[0]["detail"]["errorCode"] == "NoSuchEntityException"


def test_instances_arrive_with_their_profile(account: EmbeddedAccount, queue: Queue) -> None:
    ec2 = account.client("ec2")
    account.client("iam").create_instance_profile(InstanceProfileName="app")
    profile = {"Name": "app"}
    ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, IamInstanceProfile=profile)
    launch = queue.take(2)[1]["detail"]
    instance = launch["responseElements"]["instancesSet"]["items"][0]
    assert instance["iamInstanceProfile"]["arn"].endswith(":instance-profile/app")


def test_reads_and_unwatched_services_make_no_records(
    account: EmbeddedAccount, queue: Queue
) -> None:
    account.client("iam").list_users()
    account.client("sns").create_topic(Name="t")
    account.client("iam").create_group(GroupName="g")
    assert queue.names(1) == ["CreateGroup"]


def test_read_only_calls_make_records_when_asked_for(account: EmbeddedAccount) -> None:
    account.client("iam").create_role(
        RoleName="r", AssumeRolePolicyDocument=ADMIN.replace("Resource", "Principal")
    )
    account.trail.set(services=["iam", "sts"], reads=["sts:AssumeRole"])
    account.client("sts").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/r", RoleSessionName="ci"
    )
    account.client("sts").get_caller_identity()
    names = [record["eventName"] for record in account.trail.records()]
    assert names == ["CreateRole", "AssumeRole"]


@pytest.mark.parametrize(
    ("state", "arriving"),
    [
        ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", ["GetSessionToken", "CreateGroup"]),
        ("ENABLED", ["CreateGroup"]),
        ("DISABLED", []),
    ],
)
def test_a_read_arrives_where_a_rule_asks_for_all_management_events(
    account: EmbeddedAccount, queue: Queue, state: str, arriving: list[str]
) -> None:
    bob = people.user(account, "bob")
    queue.turn(state)
    bob.client("sts").get_session_token()
    account.client("iam").create_group(GroupName="g")
    assert queue.names(len(arriving)) == arriving
    assert account.client("events").describe_rule(Name="all")["State"] == state


def test_sessions_that_sts_gives_a_user_arrive_without_their_secret(
    account: EmbeddedAccount, queue: Queue
) -> None:
    bob = people.user(account, "bob")
    queue.turn("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    bob.client("sts").get_session_token()
    given = bob.client("sts").get_federation_token(Name="admin", Policy=ADMIN)
    read, written = [message["detail"] for message in queue.take(2)]
    assert (read["readOnly"], read["requestParameters"]) == (True, None)
    assert (written["readOnly"], written["requestParameters"]) == (
        False,
        {"name": "admin", "policy": ADMIN},
    )
    answer = written["responseElements"]
    assert answer["federatedUser"]["arn"] == "arn:aws:sts::111122223333:federated-user/admin"
    assert answer["credentials"]["accessKeyId"] == given["Credentials"]["AccessKeyId"]
    assert given["Credentials"]["SecretAccessKey"] not in json.dumps(written)
    assert written["userIdentity"]["arn"] == bob.arn


def test_duplicates_share_their_event_id_but_not_the_envelopes(
    account: EmbeddedAccount, queue: Queue
) -> None:
    account.trail.set(duplicate=1.0)
    account.client("iam").create_group(GroupName="g")
    first, second = queue.take(2)
    assert first["detail"]["eventID"] == second["detail"]["eventID"]
    assert first["id"] != second["id"]
    assert account.trail.counters()["duplicated"] == 1


def test_delayed_records_arrive_once_they_have_settled(
    account: EmbeddedAccount, queue: Queue
) -> None:
    account.trail.set(delay=0.3)
    for number in range(5):
        account.client("iam").create_group(GroupName=f"g{number}")
    account.trail.settle()
    assert queue.names(5) == ["CreateGroup"] * 5
    assert account.trail.counters()["emitted"] == 5


def test_dropped_records_never_arrive(account: EmbeddedAccount, queue: Queue) -> None:
    account.trail.set(drop=1.0)
    account.client("iam").create_group(GroupName="lost")
    account.trail.set(drop=0.0)
    account.client("iam").delete_group(GroupName="lost")
    assert queue.names(1) == ["DeleteGroup"]
    assert account.trail.counters()["dropped"] == 1


def test_held_records_arrive_in_the_order_of_their_release(
    account: EmbeddedAccount, queue: Queue
) -> None:
    account.trail.hold()
    iam = account.client("iam")
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=ADMIN)
    iam.delete_group_policy(GroupName="g", PolicyName="p")
    held = [record["eventName"] for record in account.trail.held()]
    assert held == ["CreateGroup", "PutGroupPolicy", "DeleteGroupPolicy"]
    account.trail.release([2, 1, 0])
    assert queue.names(3) == held[::-1]


def test_a_hand_made_event_arrives_as_if_it_were_awss_own(
    account: EmbeddedAccount, queue: Queue
) -> None:
    sign_in = {
        "source": "aws.signin",
        "detail-type": "AWS Console Sign In via CloudTrail",
        "detail": {"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin"},
    }
    account.trail.emit(sign_in)
    [message] = queue.take(1)
    assert {name: message[name] for name in sign_in} == sign_in
    assert message["region"] == "us-east-1"


def test_nobody_else_may_speak_for_aws(account: EmbeddedAccount, queue: Queue) -> None:
    forged = {"Source": "aws.iam", "DetailType": "x", "Detail": '{"eventSource": "forged"}'}
    answer = account.client("events").put_events(Entries=[forged])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    with pytest.raises(EmbeddedAccountError, match=r"does not start with 'aws\.'"):
        account.trail.emit({"source": "mine", "detail-type": "x", "detail": {}})
    assert queue.take(0) == []


def test_an_unknown_knob_is_refused(account: EmbeddedAccount) -> None:
    with pytest.raises(EmbeddedAccountError, match="unknown knob 'drops'"):
        account.trail.set(drops=0.5)
