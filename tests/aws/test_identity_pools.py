"""Identity pools and delegation requests are read as AWS answers, wherever the pool is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from rolecall.aws.caller import AwsCaller
from rolecall.aws.inventory import AwsInventory
from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.errors import RemedyError, RetryError, UnsettledError
from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from tests.aws.account import ODD, read, stubbed
from tests.cli.doctor.account import ACCOUNT, AnsweringAws

REGION = "eu-west-1"
POOL = SubjectRef(
    "identity-pool", f"{REGION}:1cf667a2-49a6-454b-9e45-231990000000", ACCOUNT, REGION
)
REQUEST = SubjectRef("delegation-request", "dr-0a1b2c3d4e5f60718", ACCOUNT)
COGNITO = "cognito-identity"
DESCRIBED = {
    "IdentityPoolId": POOL.name,
    "IdentityPoolName": "photos",
    "AllowUnauthenticatedIdentities": True,
    "AllowClassicFlow": False,
    "SupportedLoginProviders": {"graph.facebook.com": "000000000000000"},
    "DeveloperProviderName": "",
    "CognitoIdentityProviders": [
        {"ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE01", "ClientId": "1"}
    ],
    "IdentityPoolTags": {"team": "photos"},
}
SETTINGS = {
    key: value
    for key, value in DESCRIBED.items()
    if key not in ("IdentityPoolId", "DeveloperProviderName")
}
GUESTS = f"arn:aws:iam::{ACCOUNT}:role/app/guests"


@pytest.fixture(scope="module")
def answering() -> AnsweringAws:
    """The clients, which take longer to make than all else here."""
    return AnsweringAws()


@pytest.fixture
def aws(answering: AnsweringAws) -> Iterator[AnsweringAws]:
    """An account with one pool, whose guests get a role."""
    answering.answers = {
        f"{COGNITO}:DescribeIdentityPool": DESCRIBED,
        f"{COGNITO}:GetIdentityPoolRoles": {"Roles": {"unauthenticated": GUESTS}},
    }
    with mock_aws():
        answering.calls.clear()
        yield answering


def test_a_pool_is_read_in_its_own_region(aws: AnsweringAws) -> None:
    asked: list[str] = []
    client = aws.client(COGNITO, REGION)
    client.meta.events.register(
        "before-call.cognito-identity.DescribeIdentityPool",
        lambda context, **_: asked.append(context["client_region"]),
    )
    read(aws, POOL, Facet.IDENTITY_POOL_SETTINGS)
    assert asked == [REGION]


def test_the_settings_are_what_an_update_takes_and_nothing_else(aws: AnsweringAws) -> None:
    found = read(aws, POOL, Facet.IDENTITY_POOL_SETTINGS)
    assert found.state == {Facet.IDENTITY_POOL_SETTINGS: SETTINGS}
    taken = aws.client(COGNITO, REGION).meta.service_model.operation_model("UpdateIdentityPool")
    assert set(SETTINGS) <= set(taken.input_shape.members)


def test_the_role_of_guests_is_read_with_what_it_carries(aws: AnsweringAws) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="guests", Path="/app/", AssumeRolePolicyDocument="{}")
    arn = iam.create_policy(PolicyName="small", PolicyDocument=ODD)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="guests", PolicyArn=arn)
    iam.put_role_policy(RoleName="guests", PolicyName="p", PolicyDocument=ODD)
    found = read(aws, POOL, Facet.IDENTITY_POOL_GUEST_ROLE)
    role = {"name": "guests", "attached": {arn: "small"}, "inline": {"p": ODD}}
    assert found.state == {Facet.IDENTITY_POOL_GUEST_ROLE: role}


@pytest.mark.parametrize("roles", [{}, {"Roles": {}}, {"Roles": {"authenticated": GUESTS}}])
def test_a_pool_may_have_no_role_for_guests(aws: AnsweringAws, roles: dict[str, Any]) -> None:
    aws.answers[f"{COGNITO}:GetIdentityPoolRoles"] = roles
    found = read(aws, POOL, Facet.IDENTITY_POOL_GUEST_ROLE)
    assert found.state == {Facet.IDENTITY_POOL_GUEST_ROLE: None}


def test_a_pool_whose_guest_role_is_gone_is_there_all_the_same(aws: AnsweringAws) -> None:
    found = read(aws, POOL, Facet.IDENTITY_POOL_GUEST_ROLE, Facet.IDENTITY_POOL_SETTINGS)
    assert found.state[Facet.IDENTITY_POOL_GUEST_ROLE] is None


def test_what_a_role_carries_is_not_taken_for_nothing_where_it_cannot_be_read(
    aws: AnsweringAws,
) -> None:
    aws.answers["iam:ListAttachedRolePolicies"] = "AccessDenied"
    with pytest.raises(RetryError):
        read(aws, POOL, Facet.IDENTITY_POOL_GUEST_ROLE)


def test_a_pool_that_is_gone_is_not_there_and_takes_no_update(aws: AnsweringAws) -> None:
    for name in ("DescribeIdentityPool", "UpdateIdentityPool"):
        aws.answers[f"{COGNITO}:{name}"] = "ResourceNotFoundException"
    assert AwsReader(aws).read(POOL, [Facet.IDENTITY_POOL_SETTINGS]) is None
    whole = {"IdentityPoolId": POOL.name, **SETTINGS}
    assert AwsCaller(aws).make(Call(f"{COGNITO}:UpdateIdentityPool", whole), REGION) == {}


@pytest.mark.parametrize(
    ("code", "error"),
    [("InvalidParameterException", RemedyError), ("ConcurrentModificationException", RetryError)],
)
def test_what_cognito_refuses_is_final_or_tried_again(
    aws: AnsweringAws, code: str, error: type[Exception]
) -> None:
    aws.answers[f"{COGNITO}:UpdateIdentityPool"] = code
    whole = {"IdentityPoolId": POOL.name, **SETTINGS}
    with pytest.raises(error):
        AwsCaller(aws).make(Call(f"{COGNITO}:UpdateIdentityPool", whole), REGION)


def _pages(given: dict[str, Any]) -> dict[str, Any]:
    assert given["MaxResults"] == 60
    first = "NextToken" not in given
    name = "us-east-1:2" if first else "us-east-1:1"
    pool = {"IdentityPoolId": name, "IdentityPoolName": "x"}
    return {"IdentityPools": [pool]} | ({"NextToken": "more"} if first else {})


def test_the_pools_of_the_home_region_are_listed_to_the_last_page(aws: AnsweringAws) -> None:
    aws.answers[f"{COGNITO}:ListIdentityPools"] = _pages
    found = list(AwsInventory(aws, ACCOUNT).listed([Facet.IDENTITY_POOL_SETTINGS]))
    assert [one.subject.ref for one in found] == [
        SubjectRef("identity-pool", f"us-east-1:{number}", ACCOUNT, "us-east-1") for number in "12"
    ]
    assert all(one.subject.state == {} and one.subject.at for one in found)
    assert aws.calls == [f"{COGNITO}:ListIdentityPools"] * 2


def test_pools_that_may_not_be_listed_name_the_call_and_what_to_do(aws: AnsweringAws) -> None:
    aws.answers[f"{COGNITO}:ListIdentityPools"] = "AccessDenied"
    lists = AwsInventory(aws, ACCOUNT)
    assert not list(lists.listed([Facet.IDENTITY_POOL_SETTINGS]))
    (error,) = lists.errors
    assert isinstance(error, UnsettledError)
    assert re.search(r"ListIdentityPools.*make deploy", str(error))


def _delegation() -> dict[str, Any]:
    made = datetime(2026, 11, 2, 9, 14, 7, tzinfo=UTC)
    known = {"DelegationRequestId": REQUEST.name, "RequestorName": "Example", "CreateDate": made}
    return {"DelegationRequest": known | {"SessionDuration": 3600}}


def test_a_delegation_request_is_read_as_aws_describes_it(aws: Aws) -> None:
    with stubbed(aws, "iam", ("get_delegation_request", _delegation())):
        found = read(aws, REQUEST, Facet.DELEGATION_REQUEST_SETTINGS)
    assert found.state[Facet.DELEGATION_REQUEST_SETTINGS] == {
        "DelegationRequestId": REQUEST.name,
        "RequestorName": "Example",
        "CreateDate": "2026-11-02T09:14:07Z",
        "SessionDuration": 3600,
    }


@pytest.mark.parametrize("error", ["AccessDenied", "InvalidAction", "ServiceFailure"])
def test_a_delegation_request_that_aws_does_not_show_us_is_told_undescribed(
    aws: Aws, error: str
) -> None:
    with stubbed(aws, "iam", ("get_delegation_request", error)):
        found = read(aws, REQUEST, Facet.DELEGATION_REQUEST_SETTINGS)
    assert found.state == {Facet.DELEGATION_REQUEST_SETTINGS: {}}


def test_a_delegation_request_is_asked_for_again_where_aws_is_busy(aws: Aws) -> None:
    with (
        stubbed(aws, "iam", ("get_delegation_request", "Throttling")),
        pytest.raises(RetryError),
    ):
        read(aws, REQUEST, Facet.DELEGATION_REQUEST_SETTINGS)


def test_a_botocore_that_does_not_know_the_call_describes_nothing(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(type(aws.client("iam")), "get_delegation_request")
    with Stubber(aws.client("iam")):
        found = read(aws, REQUEST, Facet.DELEGATION_REQUEST_SETTINGS)
    assert found.state == {Facet.DELEGATION_REQUEST_SETTINGS: {}}
