"""Every error that AWS may answer with means something: gone, later, or never."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from hypothesis import given

from rolecall.aws.failures import code_of, is_gone, meaning
from rolecall.errors import (
    RemedyError,
    RetryError,
    ThrottledError,
    UnmodifiableError,
    UnsettledError,
)
from tests.model.hostile import any_text


def _error(code: str, message: str = "it says why") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutUserPolicy")


def _codes_of_iam() -> list[str]:
    model = botocore.session.get_session().get_service_model("iam")
    return sorted(
        {shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes}
    )


@pytest.mark.parametrize("code", _codes_of_iam())
def test_every_error_of_iam_is_for_now_or_for_good(code: str) -> None:
    found = meaning(_error(code), "iam:PutUserPolicy")
    assert isinstance(found, RetryError | RemedyError)
    assert "iam:PutUserPolicy" in str(found)


_MEANINGS: list[tuple[str, type[Exception]]] = [
    *((code, ThrottledError) for code in ("Throttling", "ThrottlingException", "SlowDown")),
    *((code, ThrottledError) for code in ("RequestLimitExceeded", "TooManyRequestsException")),
    ("ProvisionedThroughputExceededException", ThrottledError),
    *((code, RemedyError) for code in ("AccessDenied", "UnauthorizedOperation")),
    *((code, RemedyError) for code in ("MalformedPolicyDocument", "LimitExceeded")),
    *((code, RemedyError) for code in ("DeleteConflict",)),
    ("UnmodifiableEntity", UnmodifiableError),
    *((code, RemedyError) for code in ("NoSuchEntity", "EntityAlreadyExists")),
    ("EntityTemporarilyUnmodifiable", UnsettledError),
    ("ConcurrentModification", UnsettledError),
    ("ServiceFailure", UnsettledError),
    ("IncorrectInstanceState", UnsettledError),
    ("RequestTimeTooSkewed", UnsettledError),
    ("", UnsettledError),
    ("SomethingStillToBeInvented", UnsettledError),
]


@pytest.mark.peer(41, "Cloud Custodian: one role that nobody may modify aborts the run")
@pytest.mark.parametrize(("code", "kind"), _MEANINGS)
def test_a_code_means(code: str, kind: type[Exception]) -> None:
    found = meaning(_error(code), "iam:PutUserPolicy")
    assert type(found) is kind


def test_a_refusal_says_what_aws_said_and_a_denial_what_to_do() -> None:
    assert str(meaning(_error("LimitExceeded"), "iam:PutUserPolicy")) == (
        "AWS refuses iam:PutUserPolicy: LimitExceeded it says why"
    )
    assert "make deploy" in str(meaning(_error("AccessDenied"), "iam:PutUserPolicy"))
    assert "AWS protects" in str(meaning(_error("UnmodifiableEntity"), "iam:PutUserPolicy"))


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://iam"),
        ConnectTimeoutError(endpoint_url="https://iam"),
        ReadTimeoutError(endpoint_url="https://iam"),
        NoCredentialsError(),
        BotoCoreError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_answer_that_never_came_is_for_now(error: BotoCoreError) -> None:
    found = meaning(error, "iam:PutUserPolicy")
    assert type(found) is UnsettledError
    assert type(error).__name__ in str(found)
    assert not is_gone(error)


@given(any_text, any_text)
def test_any_code_and_message_mean_something(code: str, message: str) -> None:
    error = _error(code, message)
    assert isinstance(meaning(error, "iam:PutUserPolicy"), RetryError | RemedyError)
    assert code_of(error) == code


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        ("NoSuchEntity", True),
        ("NoSuchEntityException", True),
        ("InvalidInstanceID.NotFound", True),
        ("InvalidAssociationID.NotFound", True),
        ("AccessDenied", False),
        ("Throttling", False),
        ("", False),
    ],
)
def test_only_what_aws_calls_gone_is_gone(code: str, *, gone: bool) -> None:
    assert is_gone(_error(code)) is gone
    assert not is_gone(KeyError(code))


@pytest.mark.parametrize("response", [{}, {"Error": {}}])
def test_an_error_without_a_code_says_so(response: Any) -> None:
    assert code_of(ClientError(response, "PutUserPolicy")) == "no code"
