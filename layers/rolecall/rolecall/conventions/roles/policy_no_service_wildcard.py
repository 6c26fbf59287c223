"""A policy names the calls that it grants."""

from collections.abc import Iterable

from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import config_rule, security_hub
from rolecall.policy.findings import Finding
from rolecall.policy.wildcards import grants_whole_services
from rolecall.policy_convention import PolicyConvention


class PolicyNoServiceWildcard(PolicyConvention):
    """No policy that the account wrote grants all calls of a service on all of its resources.

    Why: All calls of a service take in the ones that delete, share and give away, and whatever AWS adds
    to the service later. Hardly any job needs them.

    The right way: List the calls that are used. IAM Access Analyzer writes such a policy from what a
    role has called.

    The remedy: Makes the latest earlier version of a managed policy that is clean the default one, after
    somebody has approved it; where there is none, and for an inline policy, it only tells. What counts
    is what is granted and not how it is spelled: `s3:*`, NotAction, or a list of all calls that change
    something, but for one in twenty. What is full administration is left to `policy-no-full-admin`, and
    a policy that is used as a boundary alone grants nothing. An earlier version may grant something
    else that the live one does not, so this is declared as granting.

    Undo: Makes the same version the default one again.
    """

    id = "policy-no-service-wildcard"
    severity = Severity.MEDIUM
    standards = (
        security_hub("IAM.21"),
        config_rule("iam-policy-no-statements-with-full-access"),
    )
    ships_as = Mode.OFF
    by_itself = False
    example = (
        '{"Effect": "Allow", "Action": ["sqs:SendMessage"], '
        '"Resource": "arn:aws:sqs:us-east-1:ACCOUNT:QUEUE"}'
    )

    def findings(self, text: str, account: str) -> Iterable[Finding]:
        """The statements that grant a whole service."""
        return grants_whole_services(text, account)
