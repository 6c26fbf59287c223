"""The loop is closed: a call makes a record, the deployed functions judge it, tell it and put it right.

The trail repeats every second record and delays all: order and number are never what they were.
"""

import json
from collections import Counter
from collections.abc import Mapping

import pytest
from botocore.exceptions import ClientError

from rolecall.model.scales import Mode
from rolecall_cli.embedded import people
from tests.samples import samples
from tests.stack.conftest import ACTING, Stack, eventually
from tests.world import OWN_ROLE, settings

pytestmark = pytest.mark.stack

POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OPEN: dict[str, object] = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
PARTNER = OPEN | {"Sid": "Partner", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}


def document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1)


def statements_of(deployed: Stack, role: str) -> list[dict[str, object]]:
    found = deployed.account.client("iam").get_role(RoleName=role)["Role"]
    statements: list[dict[str, object]] = found["AssumeRolePolicyDocument"]["Statement"]
    return statements


def test_an_attached_policy_is_taken_off_the_user_and_nothing_else(deployed: Stack) -> None:
    alice = people.user(deployed.account, "alice")
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        iam.create_user(UserName="bob")
        iam.create_group(GroupName="power")
        iam.attach_group_policy(GroupName="power", PolicyArn=POWER)
        iam.attach_user_policy(
            UserName="bob", PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword"
        )
    alice.client("iam").attach_user_policy(UserName="bob", PolicyArn=POWER)
    case = deployed.ended("bob", "remediated")
    attached = iam.list_attached_user_policies(UserName="bob")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["IAMUserChangePassword"]
    assert case["origin"]["actor"] == "user alice"
    assert "power" in " ".join(case["advice"])
    assert case["accountName"] == "example"


def test_the_sessions_that_sts_gave_a_user_are_told_the_read_only_call_as_well(
    deployed: Stack,
) -> None:
    dora = people.user(deployed.account, "dora")
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName="dora-phone")
        serial = made["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName="dora",
            SerialNumber=serial,
            AuthenticationCode1="123456",
            AuthenticationCode2="654321",
        )
    sts = dora.client("sts")
    sts.get_session_token()
    given = sts.get_federation_token(Name="admin")["Credentials"]
    without_mfa = deployed.ended("dora", "notified", "sts-session-token-mfa")
    assert f"--serial-number {serial}" in " ".join(without_mfa["advice"])
    federated = deployed.ended("dora", "notified", "sts-no-federation-token")
    assert given["AccessKeyId"] in federated["drift"]["says"]
    assert given["SessionToken"] not in json.dumps(federated)


def test_an_inline_policy_is_put_away_and_the_ledger_holds_its_text(deployed: Stack) -> None:
    deployer = people.session(deployed.account, "deploy", "ci-run-4711", path="/ci/")
    text = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    with deployed.account.trail.muted():
        deployed.account.client("iam").create_user(UserName="carol")
    deployer.client("iam").put_user_policy(
        UserName="carol", PolicyName="for-now", PolicyDocument=text
    )
    case = deployed.ended("carol", "remediated")
    assert not deployed.account.client("iam").list_user_policies(UserName="carol")["PolicyNames"]
    assert case["origin"]["actor"] == "ci-run-4711 as role deploy"
    assert json.loads(case["drift"]["found"]["inline"]) == json.loads(text)


def test_an_open_statement_goes_and_its_neighbour_stays(deployed: Stack) -> None:
    iam = deployed.account.client("iam")
    iam.create_role(RoleName="shared", AssumeRolePolicyDocument=document(PARTNER, OPEN))
    deployed.ended("shared", "remediated")
    assert statements_of(deployed, "shared") == [PARTNER]


def test_a_trust_that_is_all_open_is_closed(deployed: Stack) -> None:
    iam = deployed.account.client("iam")
    iam.create_role(RoleName="open", AssumeRolePolicyDocument=document(OPEN))
    deployed.ended("open", "remediated")
    (statement,) = statements_of(deployed, "open")
    assert statement["Sid"] == "RolecallQuarantine"
    assert statement["Effect"] == "Deny"


def test_an_access_key_is_switched_off_but_an_exempt_one_is_not(deployed: Stack) -> None:
    iam = deployed.account.client("iam")
    for name in ("dave", "build-server"):
        with deployed.account.trail.muted():
            iam.create_user(UserName=name)
        iam.create_access_key(UserName=name)
    deployed.ended("dave", "remediated")
    exempt = deployed.ended("build-server", "exempt")

    def status(user: str) -> list[str]:
        return [k["Status"] for k in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]

    assert status("dave") == ["Inactive"]
    assert status("build-server") == ["Active"]
    assert "EX-2026-001" in exempt["reason"]


def test_an_instance_without_a_profile_gets_the_default_one(deployed: Stack) -> None:
    iam, ec2 = deployed.account.client("iam"), deployed.account.client("ec2")
    with deployed.account.trail.muted():
        trust = document(
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        )
        iam.create_role(RoleName="base", AssumeRolePolicyDocument=trust)
        iam.create_instance_profile(InstanceProfileName="base")
        iam.add_role_to_instance_profile(InstanceProfileName="base", RoleName="base")
    answer = ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=2, MaxCount=2)
    for instance in (item["InstanceId"] for item in answer["Instances"]):
        deployed.ended(instance, "remediated")
        found = ec2.describe_iam_instance_profile_associations(
            Filters=[{"Name": "instance-id", "Values": [instance]}]
        )["IamInstanceProfileAssociations"]
        assert found[0]["IamInstanceProfile"]["Arn"].endswith("instance-profile/base")


def test_a_group_is_told_after_its_grace_and_only_if_nobody_gave_it_a_policy(
    deployed: Stack,
) -> None:
    iam = deployed.account.client("iam")
    for name in ("empty", "filled"):
        iam.create_group(GroupName=name)
    iam.attach_group_policy(GroupName="filled", PolicyArn=READ)
    deployed.ended("empty", "notified")
    deployed.quiet()
    assert {case["status"] for case in deployed.about("filled")} <= {"superseded", "resolved"}


def test_root_is_told_at_once(deployed: Stack) -> None:
    people.root(deployed.account).client("iam").create_group(GroupName="by-root")
    found = eventually(
        "a case about root",
        lambda: deployed.about(deployed.account.account_id, "root-usage"),
    )
    assert "iam:CreateGroup" in found[0]["drift"]["says"]
    assert found[0]["status"] == "notified"


def test_look_alikes_are_left_alone(deployed: Stack) -> None:
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        iam.create_user(UserName="erin")
    iam.attach_user_policy(
        UserName="erin", PolicyArn="arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    )
    iam.put_user_policy(
        UserName="erin",
        PolicyName="contained",
        PolicyDocument=document({"Effect": "Deny", "Action": "*", "Resource": "*"}),
    )
    organization = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
    iam.create_role(
        RoleName="org-wide", AssumeRolePolicyDocument=document(OPEN | {"Condition": organization})
    )
    with pytest.raises(ClientError):
        iam.attach_user_policy(UserName="nobody", PolicyArn=POWER)
    deployed.quiet("ChangesQueueUrl")
    assert not deployed.about("erin")
    assert not deployed.about("org-wide")
    assert not deployed.about("nobody")
    assert len(iam.list_attached_user_policies(UserName="erin")["AttachedPolicies"]) == 1


def test_what_the_settings_protect_is_told_and_not_touched(deployed: Stack) -> None:
    iam = deployed.account.client("iam")
    iam.attach_user_policy(UserName="break-glass", PolicyArn=POWER)
    case = deployed.ended("break-glass", "protected")
    assert case["severity"] == "critical"
    assert iam.list_attached_user_policies(UserName="break-glass")["AttachedPolicies"]


def test_a_message_that_is_no_record_goes_to_the_dead_letters_with_its_reason(
    deployed: Stack,
) -> None:
    sqs = deployed.account.client("sqs")
    for body in (
        "not json",
        '{"detail": 7}',
        '{"eventName": "X", "eventSource": "iam.amazonaws.com"}',
    ):
        sqs.send_message(QueueUrl=deployed.outputs["ChangesQueueUrl"], MessageBody=body)
    letters = deployed.outputs["ChangesDeadLettersUrl"]
    reasons: list[str] = []

    def all_there() -> bool:
        answer = sqs.receive_message(
            QueueUrl=letters, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        for message in answer.get("Messages", []):
            reasons.append(message["MessageAttributes"]["reason"]["StringValue"])
            sqs.delete_message(QueueUrl=letters, ReceiptHandle=message["ReceiptHandle"])
        return len(reasons) == 3

    eventually("three dead letters", all_there)
    assert all(reason.endswith(".") for reason in reasons)


def test_nobody_can_forge_a_record_by_putting_it_on_the_bus(deployed: Stack) -> None:
    answer = deployed.account.client("events").put_events(
        Entries=[
            {"Source": "aws.iam", "DetailType": "AWS API Call via CloudTrail", "Detail": "{}"},
        ]
    )
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_every_generated_pattern_agrees_with_the_samples(deployed: Stack) -> None:
    events = deployed.account.client("events")
    rules = [r for r in events.list_rules()["Rules"] if "EventPattern" in r]
    patterns = [rule["EventPattern"] for rule in rules]
    assert len(patterns) >= 3  # IAM, EC2, root
    here, role = settings(ACTING), _remediate_role(deployed)
    for sample in samples():
        if here.mode(sample.convention) is Mode.OFF:
            continue  # a rule is there for what the settings let look
        # The samples name a role of their own; the deployed rule names the deployed one.
        event = json.dumps(sample.event).replace(OWN_ROLE, role)
        source = sample.event["source"]
        assert any(
            events.test_event_pattern(EventPattern=pattern, Event=event)["Result"]
            for pattern in sorted(patterns, key=lambda pattern: source not in pattern)
        ), f"no rule passes {sample}"


def _remediate_role(deployed: Stack) -> str:
    name = deployed.outputs["RemediateFunctionName"]
    found = deployed.account.client("lambda").get_function_configuration(FunctionName=name)
    return str(found["Role"])


def _own(deployed: Stack) -> set[str]:
    """The events that detect has matched to an intent, by its log."""
    name = deployed.outputs["DetectFunctionName"]
    found = deployed.account.client("lambda").get_function_configuration(FunctionName=name)
    pages = deployed.account.client("logs").get_paginator("filter_log_events")
    lines = [
        json.loads(event["message"])
        for page in pages.paginate(logGroupName=found["LoggingConfig"]["LogGroup"])
        for event in page["events"]
        if event["message"].startswith("{")
    ]
    return {line["event_id"] for line in lines if line.get("outcome") == "own"}


def test_what_a_remedy_did_comes_back_is_matched_and_wakes_nothing(deployed: Stack) -> None:
    # Elsewhere such a record started the remediator again, 4,000 times (Cloud Custodian #3238, #10467).
    iam = deployed.account.client("iam")
    with deployed.account.trail.muted():
        iam.create_user(UserName="nadia")
    iam.attach_user_policy(UserName="nadia", PolicyArn=POWER)
    deployed.ended("nadia", "remediated")
    deployed.quiet()
    made = [
        record["eventID"]
        for record in deployed.account.trail.records()
        if record["userIdentity"].get("sessionContext", {}).get("sessionIssuer", {}).get("arn")
        == _remediate_role(deployed)
        and record["requestParameters"].get("userName") == "nadia"
    ]
    assert len(made) == 1
    eventually("that the remedy's own record is matched", lambda: set(made) <= _own(deployed))
    assert len(deployed.about("nadia")) == 1
    assert not deployed.about(_remediate_role(deployed).rpartition("/")[2])


def test_who_assumes_the_remediate_role_is_told_once_and_nothing_is_written(
    deployed: Stack,
) -> None:
    iam = deployed.account.client("iam")
    role = _remediate_role(deployed).rpartition("/")[2]
    with deployed.account.trail.muted():
        iam.create_user(UserName="boris")
        iam.attach_user_policy(UserName="boris", PolicyArn=READ)
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        anyone = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        opened = trust | {"Statement": [*trust["Statement"], anyone]}
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(opened))
    mallory = people.session(deployed.account, role, "mallory")
    mallory.client("iam").detach_user_policy(UserName="boris", PolicyArn=READ)
    case = deployed.ended(role, "notified")
    deployed.quiet("ChangesQueueUrl")
    assert deployed.about(role) == [case]
    assert (case["drift"]["convention"], case["severity"]) == (
        "own-role-used-by-others",
        "critical",
    )
    assert case["origin"]["actor"] == f"mallory as role {role}"
    assert "iam:DetachUserPolicy" in case["drift"]["says"]
    assert not deployed.about("boris")
    with deployed.account.trail.muted():
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))


def test_each_drift_has_one_case_one_remedy_and_one_alert_for_each_state(deployed: Stack) -> None:
    deployed.quiet()
    cases = deployed.cases()
    drifts = Counter(
        (c["drift"]["convention"], c["drift"]["subject"]["arn"], c["drift"]["part"]) for c in cases
    )
    assert max(drifts.values()) == 1
    own = [
        record
        for record in deployed.account.trail.records()
        if "RemediateFunction" in record["userIdentity"].get("arn", "") and not record["readOnly"]
    ]
    remediated = [case for case in cases if case["status"] == "remediated"]
    assert len(own) == len(remediated)
    made = {record["eventID"] for record in own}
    eventually("that every remedy's own record is matched", lambda: made <= _own(deployed))
    alerts = Counter(deployed.alerts())
    assert max(alerts.values()) == 1
    told = {
        case["id"] for case in cases if case["status"] in {"remediated", "notified", "protected"}
    }
    assert told <= {case_id for case_id, _ in alerts}
    assert not deployed.depth("RemediesQueueUrl")
