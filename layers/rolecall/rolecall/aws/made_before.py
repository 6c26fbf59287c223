"""Policies that are there already when they are to be made: a worker that died may have made them."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import code_of, meaning
from rolecall.aws.policy_texts import default_version
from rolecall.aws.session import Aws
from rolecall.model.calls import Call
from rolecall.policy.reading import same_document


def made_before(aws: Aws, call: Call, error: Exception) -> Mapping[str, Any] | None:
    """The answer of a call that would make what is there already; None where that is not the same.

    The text is compared, for anybody could have made another policy of this name before.

    Raises:
        RetryError: it cannot be read now.
        RemedyError: it may not be read.
    """
    if call.name != "iam:CreatePolicy" or code_of(error) != "EntityAlreadyExists":
        return None
    try:
        # Who one is needs no permission, and tells partition and account.
        own = aws.client("sts").get_caller_identity()["Arn"].split(":")
        path = call.parameters.get("Path", "/")
        arn = f"arn:{own[1]}:iam::{own[4]}:policy{path}{call.parameters['PolicyName']}"
        text, _ = default_version(aws, arn)
    except (ClientError, BotoCoreError) as unread:
        raise meaning(unread, call.name) from unread
    same = same_document(text, call.parameters["PolicyDocument"])
    return {"Policy": {"Arn": arn}} if same else None
