"""Drifts from the conventions about consoles, guests, and who comes in from other accounts."""

from typing import Any

from rolecall_cli.embedded.account import EmbeddedAccount
from tests.stack.drifts.rows import Aim, Proof, Row, call, user

POOL = "cognito-unauth-role-minimal"
REQUEST = "dr-0a1b2c3d4e5f60718EXAMPLE"
SENT_RECORD = (
    "tests/stack/test_catalogue.py::test_a_record_of_what_the_account_lacks_is_told_all_the_same"
)
OTHERS = "tests/conventions/test_other_accounts.py"

PUTTING_RIGHT = {"conventions": {POOL: {"disable_guests": True}}}
PROVED_WITH_STUBS: dict[str, Proof] = {
    "console-login-no-mfa": (
        "it has no console to sign in to; the stack is sent the record of a sample",
        (
            SENT_RECORD,
            "tests/conventions/test_console_users.py"
            "::test_a_sign_in_says_in_any_case_whether_mfa_was_used",
        ),
    ),
    "cross-account-assume-unknown": (
        "nobody of another account calls it, and the account of its samples is registered there",
        (
            "tests/test_laws.py::test_a_sample_gets_the_verdict_of_its_name_live_and_in_a_backtest",
            f"{OTHERS}::test_the_rule_passes_other_accounts_only_and_asks_for_calls_that_read",
            f"{OTHERS}::test_an_account_is_known_by_the_organization_or_as_a_third_party_until_its_last_day",
        ),
    ),
    "delegation-request-accepted": (
        "it has no delegation requests; the stack is sent the record of a sample",
        (
            SENT_RECORD,
            f"{OTHERS}::test_a_request_is_told_when_it_is_accepted_and_when_its_token_is_sent",
            "tests/aws/test_identity_pools.py"
            "::test_a_delegation_request_is_read_as_aws_describes_it",
        ),
    ),
}
LACKING = (
    call("iam:AcceptDelegationRequest", DelegationRequestId=REQUEST),
    call("iam:SendDelegationToken", DelegationRequestId=REQUEST),
    call("iam:GetDelegationRequest", DelegationRequestId=REQUEST),
)
SENT = (
    ("console-login-no-mfa/drift-console-login-other-spelling", "carol", "sign-in"),
    ("delegation-request-accepted/drift-accept", REQUEST, "iam:AcceptDelegationRequest"),
)


def _inline_policies(account: EmbeddedAccount, name: str) -> list[str]:
    found: list[str] = account.client("iam").list_user_policies(UserName=name)["PolicyNames"]
    return found


def _pool(account: EmbeddedAccount, _: str) -> dict[str, Any]:
    """The settings of the one pool there is."""
    cognito = account.client("cognito-identity")
    (pool,) = cognito.list_identity_pools(MaxResults=60)["IdentityPools"]
    found = cognito.describe_identity_pool(IdentityPoolId=pool["IdentityPoolId"])
    return {name: value for name, value in found.items() if name != "ResponseMetadata"}


ROWS = (
    Row(
        "console-user-created",
        call("iam:CreateLoginProfile", UserName="console~", Password="Correct-Horse-7"),
        "console~",
        "console password",
        scene=(user("console~"),),
        aim=Aim(
            _inline_policies,
            lambda names: names == [],
            lambda names: names == ["Rolecall-ConsolePassword"],
        ),
    ),
    Row(
        POOL,
        call(
            "cognito-identity:CreateIdentityPool",
            IdentityPoolName="photos~",
            AllowUnauthenticatedIdentities=True,
            AllowClassicFlow=True,
            CognitoIdentityProviders=[
                {
                    "ProviderName": "cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE01",
                    "ClientId": "example1clientid",
                    "ServerSideTokenCheck": True,
                }
            ],
            IdentityPoolTags={"team": "photos"},
        ),
        "us-east-1:*",
        "guest access",
        aim=Aim(
            _pool,
            lambda pool: pool["AllowUnauthenticatedIdentities"],
            lambda pool: (
                not pool["AllowUnauthenticatedIdentities"]
                and pool["AllowClassicFlow"]
                and pool["CognitoIdentityProviders"][0]["ServerSideTokenCheck"]
                and pool["IdentityPoolTags"] == {"team": "photos"}
            ),
        ),
    ),
)
