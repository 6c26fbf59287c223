"""The checks of the contract, in the order in which they run: the slowest comes last."""

from collections.abc import Callable

from rolecall_cli.answers import Answer
from rolecall_cli.contract import doors, flow, iam, rights
from rolecall_cli.contract.trial import Trial

CHECKS: tuple[Callable[[Trial], Answer], ...] = (
    doors.changes_queue_takes_from_rules_only,
    doors.alerts_queue_takes_from_the_rule_only,
    doors.nobody_speaks_for_aws,
    doors.the_bus_lets_in_whom_its_policy_says,
    rights.remediate_never_touches_the_protected,
    rights.remediate_leaves_protective_policies,
    rights.remediate_passes_one_role_to_ec2,
    iam.what_aws_protects_is_unmodifiable,
    iam.a_key_twice_is_refused,
    iam.a_write_settles,
    flow.queues_wait_for_their_functions,
    flow.queues_are_measured,
    flow.a_change_arrives_as_a_case,
)
