"""What an AWS error means for the work at hand. Total: every code means something."""

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import (
    RemedyError,
    RolecallError,
    ThrottledError,
    UnmodifiableError,
    UnsettledError,
)

_GONE = frozenset(
    {
        "NoSuchEntity",
        "NoSuchEntityException",
        "ResourceNotFoundException",  # of Roles Anywhere and Cognito
        "FeatureDisabled",  # of outbound federation, which is to be switched off
        "InvalidInstanceID.NotFound",
        "InvalidInstanceID.Malformed",
        "InvalidAssociationID.NotFound",
    }
)
_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "SlowDown",
        "PriorRequestNotComplete",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
# AWS will say the same again, so people must look at it.
_FINAL = frozenset(
    {
        "DeleteConflict",
        "EntityAlreadyExists",
        "InvalidInput",
        "InvalidParameterException",
        "InvalidParameterValue",
        "FeatureEnabled",
        "LimitExceeded",
        "MalformedPolicyDocument",
        "PolicyNotAttachable",
        "UnprocessableEntityException",
        "ValidationError",
        "ValidationException",
    }
)


def code_of(error: Exception) -> str:
    """The error code that AWS gave; where it gave none, the name of the error."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "no code"))
    return type(error).__name__


def is_gone(error: Exception) -> bool:
    """Whether AWS says that the thing is not there."""
    return code_of(error) in _GONE


def meaning(error: ClientError | BotoCoreError, doing: str) -> RolecallError:
    """The error of ours that an AWS error stands for.

    Args:
        error: What botocore raised.
        doing: The call in its one spelling, for the sentence.
    """
    code = code_of(error)
    if code in _THROTTLED:
        return ThrottledError(f"AWS throttles {doing}; it will be tried again.")
    if code in _DENIED:
        return RemedyError(
            f"AWS denies {doing}: run make generate and make deploy, so that the function's role has "
            "what the settings ask for"
        )
    if code == "UnmodifiableEntity":
        return UnmodifiableError(f"AWS protects this one from {doing}")
    if code in _FINAL | _GONE and isinstance(error, ClientError):
        message = error.response.get("Error", {}).get("Message", "")
        return RemedyError(f"AWS refuses {doing}: {code} {message}".strip())
    return UnsettledError(f"{doing} did not succeed ({code}); trying again.")
