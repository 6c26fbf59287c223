"""The recommendations, controls and techniques that conventions meet.

CIS numbers its recommendations anew with each version, so they are known here by their title; each
stands in the table once, with its number in every version that has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rolecall.errors import ConventionError


@dataclass(frozen=True, slots=True)
class Standard:
    """One recommendation of one body.

    Attributes:
        body: Who says it, such as "CIS AWS Foundations" or "Security Hub".
        title: What it is called there; "" where its id is its name.
        ids: Version and id, in the order of the versions; the version is "" where the body has none.
    """

    body: str
    title: str
    ids: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """By what people know it: its title, or else its id."""
        return self.title or ", ".join(id_ for _, id_ in self.ids)


def _cis(title: str, *, v3: str, v5: str, v6: str, v7: str = "") -> Standard:
    # The numbers of 3.0 and 4.0.1 are the same; a number that is "" was dropped in that version.
    numbers = {"v3.0, v4.0.1": v3, "v5.0": v5, "v6.0": v6, "v7.0": v7}
    ids = tuple((version, number) for version, number in numbers.items() if number)
    return Standard("CIS AWS Foundations", title, ids)


CIS_ROOT_ACCESS_KEY = _cis(
    "Ensure no 'root' user account access key exists", v3="1.4", v5="1.3", v6="2.3", v7="2.4"
)
CIS_ROOT_USAGE = _cis(
    "Eliminate use of the 'root' user for administrative and daily tasks",
    v3="1.7", v5="1.6", v6="2.6", v7="2.7",
)  # fmt: skip
CIS_PASSWORD_LENGTH = _cis(
    "Ensure IAM password policy requires minimum length of 14 or greater",
    v3="1.8", v5="1.7", v6="2.7", v7="2.8",
)  # fmt: skip
CIS_PASSWORD_REUSE = _cis(
    "Ensure IAM password policy prevents password reuse", v3="1.9", v5="1.8", v6="2.8", v7="2.9"
)
CIS_CONSOLE_MFA = _cis(
    "Ensure multi-factor authentication (MFA) is enabled for all IAM users that have a console password",
    v3="1.10", v5="1.9", v6="2.9", v7="2.10",
)  # fmt: skip
CIS_NO_KEYS_AT_SETUP = _cis(
    "Do not create access keys during initial setup for IAM users with a console password",
    v3="1.11", v5="1.10", v6="2.10",
)  # fmt: skip
CIS_UNUSED_CREDENTIALS = _cis(
    "Ensure credentials unused for 45 days or more are disabled",
    v3="1.12", v5="1.11", v6="2.11", v7="2.11",
)  # fmt: skip
CIS_ONE_ACTIVE_KEY = _cis(
    "Ensure there is only one active access key for any single IAM user",
    v3="1.13", v5="1.12", v6="2.12",
)  # fmt: skip
CIS_ROTATE_KEYS = _cis(
    "Ensure access keys are rotated every 90 days or less",
    v3="1.14", v5="1.13", v6="2.13", v7="2.12",
)  # fmt: skip
CIS_PERMISSIONS_THROUGH_GROUPS = _cis(
    "Ensure IAM users receive permissions only through groups",
    v3="1.15", v5="1.14", v6="2.14", v7="2.13",
)  # fmt: skip
CIS_NO_FULL_ADMIN = _cis(
    'Ensure IAM policies that allow full "*:*" administrative privileges are not attached',
    v3="1.16", v5="1.15", v6="2.15", v7="2.14",
)  # fmt: skip
CIS_INSTANCE_ROLES = _cis(
    "Ensure IAM instance roles are used for AWS resource access from instances",
    v3="1.18", v5="1.17", v6="2.17", v7="2.16",
)  # fmt: skip
CIS_FEDERATED_USERS = _cis(
    "Ensure IAM users are managed centrally via identity federation or AWS Organizations for "
    "multi-account environments",
    v3="1.21", v5="1.20", v6="2.20", v7="2.19",
)  # fmt: skip
CIS_CLOUDSHELL_FULL_ACCESS = _cis(
    "Ensure access to AWSCloudShellFullAccess is restricted",
    v3="1.22", v5="1.21", v6="2.21", v7="2.20",
)  # fmt: skip
CIS_MONITOR_SIGN_IN_WITHOUT_MFA = _cis(
    "Ensure management console sign-in without MFA is monitored",
    v3="4.2", v5="4.2", v6="5.2", v7="5.2",
)  # fmt: skip
CIS_MONITOR_ROOT_USAGE = _cis(
    "Ensure usage of the 'root' account is monitored", v3="4.3", v5="4.3", v6="5.3", v7="5.3"
)
CIS_MONITOR_IAM_POLICY_CHANGES = _cis(
    "Ensure IAM policy changes are monitored", v3="4.4", v5="4.4", v6="5.4", v7="5.4"
)
CIS_MONITOR_CLOUDTRAIL_CHANGES = _cis(
    "Ensure CloudTrail configuration changes are monitored", v3="4.5", v5="4.5", v6="5.5", v7="5.5"
)

_SECURITY_HUB: Mapping[str, str] = {
    "CloudTrail.1": "CloudTrail should be enabled and configured with at least one multi-Region trail "
    "that includes read and write management events",
    "CloudWatch.1": "A log metric filter and alarm should exist for usage of the root user",
    "CloudWatch.3": "Ensure a log metric filter and alarm exist for Management Console sign-in "
    "without MFA",
    "Cognito.2": "Cognito identity pools should not allow unauthenticated identities",
    "IAM.1": 'IAM policies should not allow full "*" administrative privileges',
    "IAM.2": "IAM users should not have IAM policies attached",
    "IAM.3": "IAM users' access keys should be rotated every 90 days or less",
    "IAM.4": "IAM root user access key should not exist",
    "IAM.5": "MFA should be enabled for all IAM users that have a console password",
    "IAM.6": "Hardware MFA should be enabled for the root user",
    "IAM.7": "Password policies for IAM users should have strong configurations",
    "IAM.8": "Unused IAM user credentials should be removed",
    "IAM.9": "MFA should be enabled for the root user",
    "IAM.10": "Password policies for IAM users should have strong configurations",
    "IAM.11": "Ensure IAM password policy requires at least one uppercase letter",
    "IAM.12": "Ensure IAM password policy requires at least one lowercase letter",
    "IAM.13": "Ensure IAM password policy requires at least one symbol",
    "IAM.14": "Ensure IAM password policy requires at least one number",
    "IAM.15": "Ensure IAM password policy requires minimum password length of 14 or greater",
    "IAM.16": "Ensure IAM password policy prevents password reuse",
    "IAM.17": "Ensure IAM password policy expires passwords within 90 days or less",
    "IAM.18": "Ensure a support role has been created to manage incidents with AWS Support",
    "IAM.19": "MFA should be enabled for all IAM users",
    "IAM.20": "Avoid the use of the root user",
    "IAM.21": "IAM customer managed policies that you create should not allow wildcard actions "
    "for services",
    "IAM.22": "IAM user credentials unused for 45 days should be removed",
    "IAM.24": "IAM roles should be tagged",
    "IAM.25": "IAM users should be tagged",
    "IAM.27": "IAM identities should not have the AWSCloudShellFullAccess policy attached",
    "IAM.28": "IAM Access Analyzer external access analyzer should be enabled",
}

_ATTACK: Mapping[str, str] = {
    "T1078": "Valid Accounts",
    "T1078.004": "Valid Accounts: Cloud Accounts",
    "T1098": "Account Manipulation",
    "T1098.001": "Account Manipulation: Additional Cloud Credentials",
    "T1098.003": "Account Manipulation: Additional Cloud Roles",
    "T1136.003": "Create Account: Cloud Account",
    "T1199": "Trusted Relationship",
    "T1484.002": "Domain or Tenant Policy Modification: Trust Modification",
    "T1550": "Use Alternate Authentication Material",
    "T1550.001": "Use Alternate Authentication Material: Application Access Token",
    "T1552": "Unsecured Credentials",
    "T1552.001": "Unsecured Credentials: Credentials In Files",
    "T1552.005": "Unsecured Credentials: Cloud Instance Metadata API",
    "T1556.006": "Modify Authentication Process: Multi-Factor Authentication",
    "T1556.007": "Modify Authentication Process: Hybrid Identity",
    "T1562.008": "Impair Defenses: Disable or Modify Cloud Logs",
}


def _known(body: str, titles: Mapping[str, str], id_: str) -> Standard:
    if id_ not in titles:
        raise ConventionError(f"{id_} is no known id of {body}; add it with its title.")
    return Standard(body, titles[id_], (("", id_),))


def security_hub(control: str) -> Standard:
    """A Security Hub control, such as "IAM.2".

    Raises:
        ConventionError: the control is not in the table.
    """
    return _known("Security Hub", _SECURITY_HUB, control)


def attack(technique: str) -> Standard:
    """A technique of MITRE ATT&CK, such as "T1098.001".

    Raises:
        ConventionError: the technique is not in the table.
    """
    return _known("MITRE ATT&CK", _ATTACK, technique)


def config_rule(name: str) -> Standard:
    """A managed rule of AWS Config, such as "iam-user-no-policies-check"."""
    return Standard("AWS Config", "", (("", name),))


def user_guide(page: str) -> Standard:
    """A page of the IAM user guide, by its title."""
    return Standard("IAM user guide", page)
