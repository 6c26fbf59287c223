"""Drifts from the conventions about what policies grant."""

from tests.stack.drifts.rows import ACCOUNT, SAMPLES, Proof, Row, call, document, user


def _policy(convention: str, name: str, action: str) -> Row:
    text = document(Action=action, Resource="*")
    return Row(
        convention,
        call("iam:CreatePolicy", PolicyName=name, PolicyDocument=text),
        f"arn:aws:iam::{ACCOUNT}:policy/{name}",
        "default version",
    )


ROWS = (
    _policy("policy-no-full-admin", "everything~", "*:*"),
    _policy("policy-no-service-wildcard", "all-of-a-service~", "sqs:*"),
    _policy("policy-no-passrole-star", "passing~", "iam:Pass*"),
    _policy("policy-no-assumerole-star", "switching~", "sts:AssumeRole"),
    Row(
        "policy-no-privilege-escalation",
        call(
            "iam:PutUserPolicy",
            UserName="climber~",
            PolicyName="keys",
            PolicyDocument=document(Action="iam:CreateAccessKey", Resource="*"),
        ),
        "climber~",
        "policies",
        scene=(user("climber~"),),
        recorded=False,  # a record tells one policy, and nobody knows the others
    ),
)
# What four of them put right needs it as well; the laws and the samples show that.
LACKING = (
    call(
        "iam:SetDefaultPolicyVersion",
        PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/nothing",
        VersionId="v1",
    ),
)
PROVED_WITH_STUBS: dict[str, Proof] = {
    "policy-version-rollback": (
        "it has no iam:SetDefaultPolicyVersion",
        (
            "tests/aws/test_reading_roles.py"
            "::test_a_policy_is_read_with_its_versions_and_how_many_carry_it",
            "tests/conventions/test_policies.py"
            "::test_a_step_back_to_more_is_told_and_put_right_where_people_accepted_another",
            *SAMPLES,
        ),
    ),
}
