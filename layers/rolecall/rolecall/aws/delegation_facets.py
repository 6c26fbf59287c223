"""How a delegation request is read."""

from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import is_gone, meaning
from rolecall.aws.readings import State, reads, time_text
from rolecall.aws.session import Aws
from rolecall.errors import ThrottledError
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef

_CALL = "iam:GetDelegationRequest"


@reads(Facet.DELEGATION_REQUEST_SETTINGS, by=(_CALL,))
def _settings(aws: Aws, ref: SubjectRef) -> tuple[State, str]:
    """What AWS says of it; nothing where AWS does not say it, or botocore is too old to ask.

    It only describes what was accepted: an alert must not be lost for want of it.
    """
    ask = getattr(aws.client("iam"), "get_delegation_request", None)
    nothing: State = {Facet.DELEGATION_REQUEST_SETTINGS: {}}
    if ask is None:
        return nothing, ""
    try:
        found = ask(DelegationRequestId=ref.name)["DelegationRequest"]
    except (ClientError, BotoCoreError) as error:
        if is_gone(error) or isinstance(meaning(error, _CALL), ThrottledError):
            raise
        return nothing, ""
    settings = {
        name: time_text(value) if isinstance(value, datetime) else value
        for name, value in found.items()
    }
    return {Facet.DELEGATION_REQUEST_SETTINGS: settings}, ""
