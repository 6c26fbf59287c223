"""What AWS itself puts on users, and the users that its consoles make.

Anyone can choose a name, so a name alone spares nobody: a managed policy must be AWS's own, and an inline
one may only send mail.
"""

from collections.abc import Mapping

from rolecall.policy.documents import allows_only

_QUARANTINE = ("AWSCompromisedKeyQuarantine", "AWSDenyAll")
_PASSWORD = "IAMUserChangePassword"  # noqa: S105  # the name of a policy
_SES_USER, _SES_POLICY, _SES_SENDING = "ses-smtp-user", "AmazonSesSendingAccess", "ses:send"
_BEDROCK_USER, _BEDROCK_POLICY = "BedrockAPIKey-", "AmazonBedrock"


def _is_of_aws(arn: str) -> bool:
    return arn.split(":")[4:5] == ["aws"]


def _is_of_bedrock(user: str, arn: str, name: str) -> bool:
    named = is_named_by_bedrock(user) and name.startswith(_BEDROCK_POLICY)
    return named and _is_of_aws(arn)


def is_named_by_bedrock(user: str) -> bool:
    """Whether a user is named as the Bedrock console names those whose keys it hands out."""
    return user.startswith(_BEDROCK_USER)


def is_named_by_console(user: str) -> bool:
    """Whether a user is named as the SES or Bedrock console names those whose keys it hands out."""
    return user.startswith(_SES_USER) or is_named_by_bedrock(user)


def is_put_by_aws(user: str, arn: str, name: str) -> bool:
    """Whether AWS or one of its consoles attaches the managed policy of this ARN and name to the user."""
    told = name == _PASSWORD or name.startswith(_QUARANTINE)
    return _is_of_bedrock(user, arn, name) or (told and _is_of_aws(arn))


def sends_mail(name: str, text: str) -> bool:
    """Whether an inline policy is the one of the SES console, which only sends mail."""
    return name == _SES_POLICY and allows_only(text, _SES_SENDING)


def is_console_user(user: str, inline: Mapping[str, str], attached: Mapping[str, str]) -> bool:
    """Whether a user is one as the SES or Bedrock console makes it, and holds nothing else.

    Args:
        user: Its name.
        inline: Policy text by policy name.
        attached: Policy name by policy ARN.
    """
    if user.startswith(_SES_USER):
        return bool(inline) and not attached and all(sends_mail(*one) for one in inline.items())
    bedrock = all(_is_of_bedrock(user, *one) for one in attached.items())
    return bool(attached) and not inline and bedrock
