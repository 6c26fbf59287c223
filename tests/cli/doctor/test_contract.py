"""The contract's checks tell a pass from a failure, and both from what AWS does not let them see."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rolecall.model.subjects import SubjectRef
from rolecall.policy.documents import denies_only
from rolecall_cli.answers import Answer, State, asked, fact
from rolecall_cli.contract import doors, flow, iam, rights
from rolecall_cli.contract.checks import CHECKS
from rolecall_cli.contract.scratch import PATH
from rolecall_cli.contract.trial import Trial
from rolecall_cli.doctor.examined import Examined
from tests.aws.cases import case
from tests.cli.doctor.account import (
    ACCOUNT,
    REGION,
    ROLE,
    SETTINGS,
    AnsweringAws,
    Answers,
    layer,
    mapping,
    queue,
)

Check = Callable[[Trial], Answer]
BY_POLICY = "AccessDenied: no sqs:sendmessage with an explicit deny in a resource-based policy"


def decides(**decisions: str) -> Callable[[dict[str, Any]], Answers]:
    """A simulator that decides by the last word of call, resource and context, first match first."""

    def answer(given: dict[str, Any]) -> Answers:
        context = [entry["ContextKeyValues"][0] for entry in given["ContextEntries"]]
        asked_of = " ".join([*given["ActionNames"], *given["ResourceArns"], *context])
        decision = next((d for word, d in decisions.items() if word in asked_of), "implicitDeny")
        call = given["ActionNames"][0]
        return {"EvaluationResults": [{"EvalActionName": call, "EvalDecision": decision}]}

    return answer


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (BY_POLICY, State.PASS),
        ("AccessDenied: because no identity-based policy allows it", State.UNKNOWN),
        ("QueueDoesNotExist", State.UNKNOWN),
        ({"MessageId": "1"}, State.FAIL),
    ],
)
@pytest.mark.parametrize(
    "check",
    [doors.changes_queue_takes_from_rules_only, doors.alerts_queue_takes_from_the_rule_only],
)
def test_a_queue_passes_only_when_its_own_policy_refuses(
    trial: Trial, aws: AnsweringAws, check: Check, answer: Any, state: State
) -> None:
    aws.answers["sqs:SendMessage"] = answer
    assert asked(check, trial).state is state


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ({"ErrorCode": "NotAuthorizedForSourceException"}, State.PASS),
        ({"ErrorCode": "InternalFailure"}, State.UNKNOWN),
        ({"EventId": "1"}, State.FAIL),
    ],
)
def test_only_aws_may_speak_for_aws(
    trial: Trial, aws: AnsweringAws, entry: dict[str, str], state: State
) -> None:
    aws.answers["events:PutEvents"] = {"FailedEntryCount": 1, "Entries": [entry]}
    assert asked(doors.nobody_speaks_for_aws, trial).state is state


def bus(*spared: str) -> Answers:
    """A bus that denies everyone but these."""
    condition = {"ArnNotLike": {"aws:PrincipalArn": [*spared]}}
    return {"Policy": json.dumps({"Statement": [{"Effect": "Deny", "Condition": condition}]})}


SESSION = {"Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/alice", "Account": ACCOUNT}
OPS = {"Role": {"Arn": f"arn:aws:iam::{ACCOUNT}:role/team/ops"}}
LET_IN: Answers = {"Entries": [{"EventId": "1"}]}
REFUSED: Answers = {"Entries": [{"ErrorCode": "AccessDeniedException", "ErrorMessage": BY_POLICY}]}
UNSAID: Answers = {"Entries": [{"ErrorCode": "AccessDeniedException"}]}


@pytest.mark.parametrize(
    ("policy", "answer", "state"),
    [
        ({}, LET_IN, State.PASS),
        (bus(f"arn:aws:iam::{ACCOUNT}:role/team/*"), LET_IN, State.PASS),
        (bus(f"arn:aws:iam::{ACCOUNT}:role/team/*"), REFUSED, State.UNKNOWN),
        (bus(ROLE), LET_IN, State.FAIL),
        (bus(ROLE), REFUSED, State.PASS),
        (bus(ROLE), BY_POLICY, State.PASS),
        (bus(ROLE), UNSAID, State.UNKNOWN),
        (bus(ROLE), {"Entries": [{"ErrorCode": "InternalFailure"}]}, State.UNKNOWN),
        ("AccessDeniedException", LET_IN, State.UNKNOWN),
    ],
)
def test_the_bus_must_answer_as_its_policy_says_of_the_operators_role(
    trial: Trial, aws: AnsweringAws, policy: Any, answer: Any, state: State
) -> None:
    aws.answers |= {
        "sts:GetCallerIdentity": SESSION,
        "iam:GetRole": OPS,
        "events:DescribeEventBus": policy,
        "events:PutEvents": answer,
    }
    assert asked(doors.the_bus_lets_in_whom_its_policy_says, trial).state is state


def protecting(trial: Trial, arn: str) -> Trial:
    """The same trial of a stack whose settings protect this."""
    text = SETTINGS.replace("protected: []", f"protected: [{arn}]")
    stack = Examined(trial.stack.deployed, None, lambda _: layer(text))
    return Trial(stack, trial.scratch, trial.patience)


def test_every_protected_path_and_principal_must_be_denied_explicitly(
    trial: Trial, aws: AnsweringAws
) -> None:
    trial = protecting(trial, f"arn:aws:iam::{ACCOUNT}:group/break-glass")
    never = {"role/": "explicitDeny", "Boundary": "explicitDeny"}
    check = rights.remediate_never_touches_the_protected
    aws.answers["iam:SimulatePrincipalPolicy"] = decides(**never, glass="explicitDeny")
    assert asked(check, trial).state is State.PASS
    aws.answers["iam:SimulatePrincipalPolicy"] = decides(**never)
    found = asked(check, trial)
    assert found.state is State.FAIL
    assert "group/break-glass is implicitDeny" in found.seen
    aws.answers["iam:SimulatePrincipalPolicy"] = "AccessDenied"
    assert asked(check, trial).state is State.UNKNOWN


DETACH = {
    "Effect": "Allow",
    "Action": "iam:DetachUserPolicy",
    "Resource": f"arn:aws:iam::{ACCOUNT}:user/*",
    "Condition": {"ArnNotLike": {"iam:PolicyARN": ["arn:aws:iam::aws:policy/AWSDenyAll"]}},
}
PASS_ROLE = {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": [f"arn:aws:iam::{ACCOUNT}:role/base"],
    "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
}


def give_writes(aws: AnsweringAws, *statements: dict[str, Any]) -> None:
    """Give remediate the policy `writes`, as a ceiling above approve does."""
    client = aws.client("iam")
    client.create_role(RoleName="RemediateRole", Path="/rolecall/", AssumeRolePolicyDocument="{}")
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        client.put_role_policy(
            RoleName="RemediateRole", PolicyName="writes", PolicyDocument=document
        )


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ({"PowerUser": "allowed"}, State.PASS),
        ({"Detach": "allowed"}, State.FAIL),  # the condition is not heeded
        ({}, State.FAIL),  # the right is not there
    ],
)
def test_detaching_is_proved_both_ways(
    trial: Trial, aws: AnsweringAws, decisions: dict[str, str], state: State
) -> None:
    give_writes(aws, DETACH)
    aws.answers["iam:SimulatePrincipalPolicy"] = decides(**decisions)
    assert asked(rights.remediate_leaves_protective_policies, trial).state is state


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ({"role/base ec2": "allowed"}, State.PASS),
        ({"role/base": "allowed"}, State.FAIL),  # to Lambda too
        ({"ec2": "allowed"}, State.FAIL),  # any role
        ({}, State.FAIL),
    ],
)
def test_passing_a_role_is_proved_both_ways(
    trial: Trial, aws: AnsweringAws, decisions: dict[str, str], state: State
) -> None:
    give_writes(aws, PASS_ROLE)
    aws.answers["iam:SimulatePrincipalPolicy"] = decides(**decisions)
    assert asked(rights.remediate_passes_one_role_to_ec2, trial).state is state


def test_conditions_of_rights_that_are_not_deployed_are_unknown(
    trial: Trial, aws: AnsweringAws
) -> None:
    give_writes(aws)
    aws.answers["iam:SimulatePrincipalPolicy"] = decides()
    assert asked(rights.remediate_leaves_protective_policies, trial).state is State.UNKNOWN
    assert asked(rights.remediate_passes_one_role_to_ec2, trial).state is State.UNKNOWN
    aws.answers["iam:SimulatePrincipalPolicy"] = decides(PassRole="allowed")
    assert asked(rights.remediate_passes_one_role_to_ec2, trial).state is State.FAIL


def test_a_service_linked_role_must_refuse_and_without_one_it_is_unknown(
    trial: Trial, aws: AnsweringAws
) -> None:
    check = iam.what_aws_protects_is_unmodifiable
    assert asked(check, trial).state is State.UNKNOWN
    made = aws.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    aws.answers["iam:PutRolePolicy"] = "UnmodifiableEntity"
    assert asked(check, trial).state is State.PASS
    aws.answers["iam:PutRolePolicy"] = "AccessDenied"
    assert asked(check, trial).state is State.UNKNOWN
    del aws.answers["iam:PutRolePolicy"]
    assert asked(check, trial).state is State.FAIL
    trial.scratch.clean()
    assert trial.inline(made["Role"]["RoleName"], trial.scratch.name) == []


def test_a_key_twice_may_be_refused_or_kept_but_not_rewritten(
    trial: Trial, aws: AnsweringAws
) -> None:
    check = iam.a_key_twice_is_refused
    assert asked(check, trial).state is State.PASS
    aws.answers["iam:GetRolePolicy"] = {
        "RoleName": "r",
        "PolicyName": "twice",
        "PolicyDocument": '{"Version":"2012-10-17"}',
    }
    assert asked(check, trial).state is State.FAIL
    aws.answers["iam:PutRolePolicy"] = "MalformedPolicyDocument"
    assert asked(check, trial).state is State.PASS
    aws.answers["iam:PutRolePolicy"] = "AccessDenied"
    assert asked(check, trial).state is State.UNKNOWN


def test_the_policy_that_says_a_key_twice_is_not_taken_as_one_that_only_denies() -> None:
    assert not denies_only(iam.TWICE)
    assert denies_only(iam.TWICE.replace('"Effect":"Allow",', ""))


def settling(trial: Trial, aws: AnsweringAws, seconds: float) -> None:
    """Let decisions follow what was written only after so many seconds."""
    changes: list[tuple[float, bool]] = [(0, False)]

    def note(*, there: bool) -> Callable[[dict[str, Any]], None]:
        return lambda _: changes.append((trial.clock() + seconds, there))

    def decide(given: dict[str, Any]) -> Answers:
        there = [t for at, t in changes if at <= trial.clock()][-1]
        return decides(**({"sts": "allowed"} if there else {}))(given)

    aws.answers |= {
        "iam:PutRolePolicy": note(there=True),
        "iam:DeleteRolePolicy": note(there=False),
        "iam:SimulatePrincipalPolicy": decide,
    }


def test_how_long_iam_takes_to_settle_is_measured_to_the_first_of_many_looks(
    trial: Trial, aws: AnsweringAws
) -> None:
    settling(trial, aws, 1.5)
    found = asked(iam.a_write_settles, trial)
    assert found.state is State.PASS
    assert found.seen == (
        "put: read after 0.0 s, decided after 1.5 s; deleted: read after 0.0 s, decided after 1.5 s"
    )


def test_a_look_that_was_so_once_and_not_again_does_not_count(trial: Trial) -> None:
    looks = iter([True, False, *[True] * 5])
    assert trial.times([lambda: next(looks)], 60, since=trial.clock()) == [1.0]


def test_iam_that_does_not_settle_within_a_minute_fails(trial: Trial, aws: AnsweringAws) -> None:
    settling(trial, aws, 70)
    found = asked(iam.a_write_settles, trial)
    assert found.state is State.FAIL
    assert "decided after over a minute" in found.seen


@pytest.mark.parametrize(
    ("call", "answer", "says"),
    [
        ("sqs:GetQueueAttributes", queue(visibility=179), "Detect: 179 s, not 180 s"),
        (
            "sqs:GetQueueAttributes",
            {"Attributes": {"VisibilityTimeout": "180"}},
            "Detect: no dead letters",
        ),
        (
            "lambda:ListEventSourceMappings",
            mapping(FunctionResponseTypes=[]),
            "Detect: a batch fails whole",
        ),
        (
            "lambda:ListEventSourceMappings",
            mapping(ScalingConfig={}),
            "Detect: no bound on concurrency",
        ),
    ],
)
def test_queues_that_are_not_as_in_the_template_are_named(
    trial: Trial, aws: AnsweringAws, call: str, answer: Any, says: str
) -> None:
    check = flow.queues_wait_for_their_functions
    assert asked(check, trial).state is State.PASS
    aws.answers[call] = answer
    found = asked(check, trial)
    assert found.state is State.FAIL
    assert says in found.seen


def test_a_metric_that_is_not_there_yet_is_unknown(trial: Trial, aws: AnsweringAws) -> None:
    assert asked(flow.queues_are_measured, trial).state is State.PASS
    aws.answers["cloudwatch:ListMetrics"] = {"Metrics": []}
    assert asked(flow.queues_are_measured, trial).state is State.UNKNOWN


def test_a_change_that_arrives_is_told_with_how_long_it_took(
    trial: Trial, aws: AnsweringAws
) -> None:
    def detect(given: dict[str, Any]) -> None:
        seen = case(of=SubjectRef("user", given["UserName"], ACCOUNT))
        origin = replace(seen.origin, time="2026-11-02T09:14:07Z")
        opened = replace(seen, origin=origin, opened="2026-11-02T09:15:20Z")
        trial.stack.deployed.ledger.open_case(opened, 0)

    aws.answers["iam:PutUserPolicy"] = detect
    found = asked(flow.a_change_arrives_as_a_case, trial)
    assert found.state is State.PASS
    assert "(notified) was there after 0 s; opened 73 s after the call" in found.seen


def test_a_change_that_does_not_arrive_in_time_fails(trial: Trial, aws: AnsweringAws) -> None:
    found = asked(flow.a_change_arrives_as_a_case, trial)
    assert found.state is State.FAIL
    assert "after 30 s" in found.seen
    trial.scratch.clean()
    assert aws.client("iam").list_users(PathPrefix=PATH)["Users"] == []


def test_a_convention_that_is_off_proves_nothing(trial: Trial, aws: AnsweringAws) -> None:
    off_ = 'conventions:\n  user-permissions-via-groups: {mode: "off"}\n'
    text = SETTINGS.replace("conventions:\n", off_, 1)
    stack = Examined(trial.stack.deployed, None, lambda _: layer(text))
    off = Trial(stack, trial.scratch, 30)
    assert asked(flow.a_change_arrives_as_a_case, off).state is State.UNKNOWN
    assert aws.client("iam").list_users()["Users"] == []


def test_every_check_states_its_fact_in_a_sentence_of_its_own() -> None:
    facts = [fact(check) for check in CHECKS]
    assert len(set(facts)) == len(facts)
    assert all(said.endswith(".") for said in facts)


def test_a_refusal_is_an_error_of_the_clients(aws: AnsweringAws) -> None:
    # What the answers above stand on: they come as botocore raises them.
    aws.answers["iam:GetUser"] = "AccessDenied: no"
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("iam", REGION).get_user()
