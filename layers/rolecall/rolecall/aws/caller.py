"""Makes the calls of remedies and undos."""

from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import is_gone, meaning
from rolecall.aws.made_before import made_before
from rolecall.aws.session import Aws
from rolecall.model.calls import Call

# These need something that is there, so nothing is done where it is not: an undo must not say so.
_PUTTING = ("Put", "Attach", "Add", "Create")


class AwsCaller:
    """Makes calls through the AWS APIs."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def make(self, call: Call, region: str) -> Mapping[str, Any]:
        """Make one call and return its answer; the answer is empty when the thing is gone already.

        Raises:
            RetryError: AWS is throttling or not ready; the same call may succeed later.
            RemedyError: the call is refused, and trying again will not help.
        """
        service, _, operation = call.name.partition(":")
        method = getattr(self._aws.client(service, region), xform_name(operation))
        try:
            answer: dict[str, Any] = method(**call.parameters)
        except (ClientError, BotoCoreError) as error:
            if is_gone(error) and not operation.startswith(_PUTTING):
                return {}
            if made := made_before(self._aws, call, error):
                return made
            raise meaning(error, call.name) from error
        answer.pop("ResponseMetadata", None)
        return answer
