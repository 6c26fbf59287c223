"""Drifts from the conventions about credentials."""

from typing import Any

from rolecall_cli.embedded.account import EmbeddedAccount
from tests.stack.conftest import ENDS
from tests.stack.drifts.rows import (
    ACCOUNT,
    LIVE,
    OLD,
    OWN_ROLE,
    POWER,
    SAMPLES,
    Aim,
    Proof,
    Row,
    call,
    device,
    key,
    user,
)

# What judges an age takes everything for old.
TELLING = {
    "conventions": {"access-key-age": {"days": 0}, "unused-credentials": {"days": 0}},
}
PUTTING_RIGHT = {
    "conventions": {
        "access-key-age": {"sweep_acts": True, "act_after_days": 0},
        "unused-credentials": {"sweep_acts": True, "deny_passwords": True},
    },
    "exemptions": [
        {
            "id": "EX-2026-001",
            "convention": "unused-credentials",
            "subject": "arn:aws:iam::111122223333:user/aged*",
            "reason": "its key is judged by its age",
            "owner": "platform-oncall",
            "expires": str(ENDS),
        },
        {
            "id": "EX-2026-002",
            "convention": "access-key-age",
            "subject": "arn:aws:iam::111122223333:user/idle*",
            "reason": "its key is judged by its use",
            "owner": "platform-oncall",
            "expires": str(ENDS),
        },
    ],
}
PROVED_WITH_STUBS: dict[str, Proof] = {
    "no-other-long-term-credentials": (
        "it has no SSH public keys and no signing certificates",
        (
            "tests/aws/test_reading_credentials.py"
            "::test_keys_and_certificates_are_read_with_their_status_from_all_pages",
            *SAMPLES,
        ),
    ),
    "no-service-specific-credentials": (
        "it has no service-specific credentials",
        (
            "tests/aws/test_reading_credentials.py"
            "::test_a_service_credential_is_read_with_its_end_or_without_one",
            *SAMPLES,
        ),
    ),
    "root-no-access-key": (
        "its account summary, which group-quota-headroom reads as well, counts no key of root",
        (
            "tests/conventions/test_sts.py"
            "::test_roots_key_for_itself_is_about_no_user_and_shows_in_the_summary",
            "tests/conventions/test_sts.py"
            "::test_roots_case_ends_when_the_summary_tells_of_no_key_any_more",
            "tests/test_laws.py::test_a_state_gets_the_verdict_of_its_name_in_a_sweep_and_in_a_backtest",
        ),
    ),
    "root-session-assumed": (
        "it has no sts:AssumeRoot; the stack is sent the record of a sample",
        (
            "tests/stack/test_catalogue.py::test_a_record_of_what_the_account_lacks_is_told_all_the_same",
            "tests/conventions/test_sts.py::test_a_root_session_tells_target_task_and_key",
        ),
    ),
}
LACKING = (
    call("iam:UploadSSHPublicKey", UserName="nobody", SSHPublicKeyBody="ssh-rsa AAAA"),
    call("iam:ListSSHPublicKeys", UserName="nobody"),
    call("iam:UploadSigningCertificate", UserName="nobody", CertificateBody="PEM"),
    call("iam:ListSigningCertificates", UserName="nobody"),
    call(
        "iam:CreateServiceSpecificCredential",
        UserName="nobody",
        ServiceName="codecommit.amazonaws.com",
    ),
    call("iam:ListServiceSpecificCredentials", UserName="nobody"),
    call(
        "sts:AssumeRoot",
        TargetPrincipal="444455556666",
        TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
    ),
)
SENT = (
    ("root-session-assumed/drift-by-a-role", ACCOUNT, "444455556666 S3UnlockBucketPolicy Admin"),
    ("root-usage/drift-console-login", ACCOUNT, "signin:ConsoleLogin"),
)
STRONG = call(
    "iam:UpdateAccountPasswordPolicy",
    MinimumPasswordLength=14,
    PasswordReusePrevention=24,
    RequireSymbols=True,
    RequireNumbers=True,
    RequireUppercaseCharacters=True,
    RequireLowercaseCharacters=True,
    AllowUsersToChangePassword=True,
)


def _password_policy(account: EmbeddedAccount, _: str) -> dict[str, Any]:
    return dict(account.client("iam").get_account_password_policy()["PasswordPolicy"])


def _inline_policies(account: EmbeddedAccount, user: str) -> list[str]:
    names: list[str] = account.client("iam").list_user_policies(UserName=user)["PolicyNames"]
    return names


def _keys(account: EmbeddedAccount, user: str) -> dict[str, str]:
    answer = account.client("iam").list_access_keys(UserName=user)
    return {key["AccessKeyId"]: key["Status"] for key in answer["AccessKeyMetadata"]}


SWITCHED_OFF = Aim(
    _keys,
    lambda keys: list(keys.values()) == ["Active"],
    lambda keys: list(keys.values()) == ["Inactive"],
)

ROWS = (
    Row(
        "access-key-age",
        key("aged~"),
        "aged~",
        "AKIA*",
        scene=(user("aged~"),),
        told=(OLD,),
        aim=SWITCHED_OFF,
    ),
    Row(
        "account-password-policy",
        call("iam:UpdateAccountPasswordPolicy", MinimumPasswordLength=6),
        ACCOUNT,
        "password policy",
        scene=(STRONG,),
        told=(LIVE,),
        aim=Aim(
            _password_policy,
            lambda policy: policy["MinimumPasswordLength"] == 6,
            lambda policy: policy["MinimumPasswordLength"] == 14 and policy["RequireSymbols"],
        ),
    ),
    Row(
        "account-password-policy",
        call("iam:DeleteAccountPasswordPolicy"),
        ACCOUNT,
        "password policy",
        scene=(STRONG,),
        told=(OLD,),
    ),
    Row(
        "mfa-not-removed",
        call(
            "iam:DeactivateMFADevice",
            UserName="signer~",
            SerialNumber=f"arn:aws:iam::{ACCOUNT}:mfa/signer~",
        ),
        "signer~",
        "MFA",
        scene=(
            user("signer~"),
            call("iam:CreateLoginProfile", UserName="signer~", Password="Correct-Horse-7"),
            *device("signer~"),
        ),
        recorded=False,  # whether the user has a password
        aim=Aim(
            _inline_policies,
            lambda names: names == [],
            lambda names: names == ["Rolecall-DenyWithoutMFA"],
        ),
    ),
    Row("no-long-term-access-keys", key("keyed~"), "keyed~", "AKIA*", scene=(user("keyed~"),)),
    Row(
        "one-active-access-key",
        key("rotating~"),
        "rotating~",
        "active keys",
        scene=(user("rotating~"), key("rotating~")),
        recorded=False,  # the other key
        aim=Aim(
            _keys,
            lambda keys: list(keys.values()) == ["Active"] * 2,
            lambda keys: sorted(keys.values()) == ["Active", "Inactive"],
        ),
    ),
    Row(
        "own-role-used-by-others",
        call("iam:DetachUserPolicy", UserName="victim~", PolicyArn=POWER),
        OWN_ROLE,
        "iam:DetachUserPolicy",
        scene=(
            user("victim~"),
            call("iam:AttachUserPolicy", UserName="victim~", PolicyArn=POWER),
        ),
        by=OWN_ROLE,
        recorded=False,  # which roles are Rolecall's
    ),
    Row(
        "root-usage",
        call("iam:CreateAccountAlias", AccountAlias="example~"),
        ACCOUNT,
        "iam:CreateAccountAlias",
        by="root",
    ),
    Row(
        "sts-no-federation-token",
        call("sts:GetFederationToken", Name="reports"),
        "broker~",
        "reports",
        scene=(user("broker~"),),
        by="broker~",
    ),
    Row(
        "sts-session-token-mfa",
        call("sts:GetSessionToken"),
        "dora~",
        "session-token",
        scene=(user("dora~"), *device("dora~")),
        by="dora~",
    ),
    Row(
        "unused-credentials",
        key("idle~"),
        "idle~",
        "AKIA*",
        scene=(user("idle~"),),
        told=(OLD,),
        aim=SWITCHED_OFF,
    ),
    Row(
        "unused-credentials",
        call("iam:CreateLoginProfile", UserName="absent~", Password="Correct-Horse-7"),
        "absent~",
        "password",
        scene=(user("absent~"),),
        told=(OLD,),
        aim=Aim(
            _inline_policies,
            lambda names: names == [],
            lambda names: names == ["Rolecall-UnusedPassword"],
        ),
    ),
)
