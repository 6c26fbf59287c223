"""What IAM Access Analyzer is asked, and what its answers mean."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from rolecall.aws.access_analyzer import AccessAnalyzer
from rolecall.aws.session import Aws
from rolecall.errors import RemedyError, ThrottledError, UnsettledError
from rolecall.policy.documents import CLOSED_TRUST

OPEN_TRUST = (
    '{"Version": "2012-10-17", "Statement": '
    '{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
)
QUESTION = {
    "newPolicyDocument": CLOSED_TRUST,
    "existingPolicyDocument": OPEN_TRUST,
    "policyType": "RESOURCE_POLICY",
}
REFUSALS = {
    "AccessDeniedException": RemedyError,
    "InvalidParameterException": RemedyError,
    "UnprocessableEntityException": RemedyError,
    "ValidationException": RemedyError,
    "ThrottlingException": ThrottledError,
    "InternalServerException": UnsettledError,
}


@pytest.fixture
def stub(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.client("accessanalyzer")) as stub:
        yield stub
        stub.assert_no_pending_responses()


def _ask(aws: Aws) -> str:
    return AccessAnalyzer(aws).new_access(CLOSED_TRUST, than=OPEN_TRUST)


def _answer(stub: Stubber, **answer: Any) -> None:
    stub.add_response("check_no_new_access", answer, QUESTION)


def test_it_is_asked_about_the_new_text_as_that_of_a_resource_against_the_other(
    aws: Aws, stub: Stubber
) -> None:
    _answer(stub, result="PASS", message="The policy document does not grant new access.")
    assert _ask(aws) == ""


def test_new_access_is_told_with_the_reasons_that_aws_gives(aws: Aws, stub: Stubber) -> None:
    reasons = [
        {"description": "New access in the statement with index: 0.", "statementIndex": 0},
        {"statementIndex": 1},
        {"description": "New access in the statement with index: 2.", "statementId": "Sid"},
    ]
    _answer(stub, result="FAIL", message="It grants new access.", reasons=reasons)
    assert _ask(aws) == (
        "IAM Access Analyzer does not rule it out: New access in the statement with index: 0. "
        "New access in the statement with index: 2."
    )


@pytest.mark.parametrize("answer", [{}, {"reasons": []}, {"reasons": [{}]}])
def test_new_access_without_a_reason_is_new_access(
    aws: Aws, stub: Stubber, answer: dict[str, Any]
) -> None:
    _answer(stub, result="FAIL", **answer)
    assert _ask(aws).endswith("it gives no reason")


@pytest.mark.parametrize("answer", [{}, {"result": ""}, {"result": "MAYBE"}, {"result": "pass"}])
def test_an_answer_that_is_neither_is_no_answer(
    aws: Aws, stub: Stubber, answer: dict[str, Any]
) -> None:
    _answer(stub, **answer)
    with pytest.raises(RemedyError, match="neither PASS nor FAIL"):
        _ask(aws)


@pytest.mark.parametrize(("code", "kind"), REFUSALS.items())
def test_a_refusal_is_for_now_or_for_good(
    aws: Aws, stub: Stubber, code: str, kind: type[Exception]
) -> None:
    stub.add_client_error("check_no_new_access", code)
    with pytest.raises(kind, match="access-analyzer:CheckNoNewAccess") as raised:
        _ask(aws)
    assert type(raised.value) is kind


def test_every_refusal_that_aws_declares_is_among_them() -> None:
    model = botocore.session.get_session().get_service_model("accessanalyzer")
    declared = model.operation_model("CheckNoNewAccess").error_shapes
    assert {shape.name for shape in declared} == set(REFUSALS)
