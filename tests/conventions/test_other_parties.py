"""Trusts in other accounts, and in providers whom the settings register."""

import json
from typing import Any

import pytest

from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.registered import IdentityProvider, Organization, Registered, ThirdParty
from rolecall.model.subjects import SubjectRef
from rolecall.policy.documents import CLOSED_TRUST
from rolecall.registry import Registry, convention_classes
from rolecall.trust_convention import ToldTrustConvention
from tests.detection.staged import change
from tests.samples import sample
from tests.states import ref

KNOWN, EXTERNAL, WIDE = (
    "role-trust-known-accounts",
    "role-third-party-external-id",
    "role-trust-not-account-wide",
)
OURS = Organization("o-a1b2c3d4e5", frozenset({"111122223333", "222233334444"}))
VENDOR = ThirdParty("Example Monitoring", "security", "2026-12-31")
WEB = "sts:AssumeRoleWithWebIdentity"
HOST = "token.actions.githubusercontent.com"
GITHUB = f"arn:aws:iam::111122223333:oidc-provider/{HOST}"


def allow(principal: Any, condition: Any = None, action: str = "sts:AssumeRole") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return statement | ({"Condition": condition} if condition else {})


def drifts(
    id_: str, *statements: Any, registered: Registered | None = None, **given: Any
) -> list[Drift]:
    """What it tells of a role, by its `name`, the organization's `accounts`, and when (`at`)."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    state = {Facet.ROLE_TRUST: text, Facet.ROLE_ORGANIZATION_ACCOUNTS: given.get("accounts")}
    convention = convention_classes()[id_]({}, registered or Registered(organization=OURS))
    of = SubjectRef("role", given.get("name", "deploy"), ref("role").account)
    at = given.get("at", "2026-11-25T12:00:00Z")
    return list(convention.drifts(subject(of, state, "/", at=at)))


def written(drift: Drift) -> Any:
    return json.loads(drift.expected["trust"])["Statement"]


STRANGER, MEMBER = "arn:aws:iam::444455556666:role/ci", "arn:aws:iam::222233334444:role/ci"


def test_only_the_unknown_principal_is_taken_out() -> None:
    (drift,) = drifts(KNOWN, allow({"AWS": [MEMBER, STRANGER], "Service": "ec2.amazonaws.com"}))
    assert drift.remediable
    assert drift.part.endswith(f", {STRANGER}")
    assert written(drift) == [allow({"AWS": [MEMBER], "Service": "ec2.amazonaws.com"})]


def test_what_is_told_of_one_principal_stays_the_same_when_another_goes() -> None:
    other = "arn:aws:iam::444455556666:role/other"
    two = {drift.part for drift in drifts(KNOWN, allow({"AWS": [STRANGER, other]}))}
    (one,) = drifts(KNOWN, allow({"AWS": STRANGER}))
    assert one.part in two
    assert written(one) == json.loads(CLOSED_TRUST)["Statement"]


@pytest.mark.parametrize(
    ("organization", "accounts", "told"),
    [
        # Listed in the settings, or read from AWS.
        (OURS, None, [True]),
        (Organization(read=True), ["111122223333", "222233334444"], [True]),
        (Organization(read=True), ["444455556666"], []),
        (Organization(accounts=frozenset({"222233334444"}), read=True), ["444455556666"], []),
        # Not known, or not to be read now: told, and no more.
        (Organization(), None, [False]),
        (Organization("o-a1b2c3d4e5"), None, [False]),
        (Organization(accounts=frozenset({"222233334444"}), read=True), None, [False]),
        (Organization(), ["444455556666"], [False]),
    ],
)
def test_an_unknown_account_is_put_right_only_where_the_organization_is_known(
    organization: Organization, accounts: list[str] | None, told: list[bool]
) -> None:
    found = drifts(
        KNOWN,
        allow({"AWS": STRANGER}),
        registered=Registered(organization=organization),
        accounts=accounts,
    )
    assert [drift.remediable for drift in found] == told


def test_the_organizations_accounts_are_read_where_the_settings_say_so() -> None:
    for id_ in (KNOWN, EXTERNAL):
        found = convention_classes()[id_]
        read = found({}, Registered(organization=Organization(read=True)))
        assert Facet.ROLE_ORGANIZATION_ACCOUNTS in read.wants("role")
        assert Facet.ROLE_ORGANIZATION_ACCOUNTS not in found({}).wants("role")


def test_who_comes_from_the_organization_is_known_whatever_its_account() -> None:
    ours = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    assert drifts(KNOWN, allow({"AWS": STRANGER}, ours), allow("*", ours)) == []
    assert drifts(EXTERNAL, allow({"AWS": STRANGER}, ours)) == []
    others = {"StringEquals": {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}}
    assert [drift.remediable for drift in drifts(KNOWN, allow("*", others))] == [True]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-12-31T23:59:59Z", 0),
        ("2027-01-01T00:00:00Z", 1),
        ("", 0),
    ],
)
def test_a_third_party_is_known_until_its_last_day_is_over(at: str, told: int) -> None:
    registered = Registered(organization=OURS, third_parties={"444455556666": VENDOR})
    found = drifts(KNOWN, allow({"AWS": STRANGER}), registered=registered, at=at)
    assert len(found) == told
    assert all("whose registration has ended" in drift.says for drift in found)


def test_a_registered_third_party_still_needs_its_external_id() -> None:
    registered = Registered(organization=OURS, third_parties={"444455556666": VENDOR})
    (drift,) = drifts(EXTERNAL, allow({"AWS": STRANGER}), registered=registered)
    assert not drift.remediable
    good = {"StringEquals": {"sts:ExternalId": "0a1b2c3d4e5f"}}
    assert drifts(EXTERNAL, allow({"AWS": STRANGER}, good), registered=registered) == []
    assert drifts(EXTERNAL, allow({"AWS": [MEMBER, "111122223333"]})) == []


def test_another_account_of_ones_own_is_another_account_all_the_same() -> None:
    assert len(drifts(WIDE, allow({"AWS": "222233334444"}))) == 1
    assert drifts(WIDE, allow({"AWS": ["111122223333", MEMBER]})) == []


@pytest.mark.parametrize(
    "id_",
    [id_ for id_, one in convention_classes().items() if issubclass(one, ToldTrustConvention)],
)
def test_what_only_people_can_know_has_no_remedy(id_: str) -> None:
    convention = Registry()[id_]
    statements = [allow({"AWS": ["AROAEXAMPLEEXAMPLE123", "444455556666"]})]
    (drift, *_) = drifts(id_, *statements)
    assert (drift.remediable, convention.remedy(drift), convention.may_call()) == (False, None, ())
    assert Facet.ROLE_TRUST_REVIEWED not in convention.wants("role")
    assert list(convention.advice(drift, None))


PLATFORM = "OrganizationAccountAccessRole"


def test_the_account_that_manages_this_one_comes_by_its_role_and_a_stranger_does_not() -> None:
    managing = allow({"AWS": "444455556666"})
    for id_ in (EXTERNAL, WIDE, "role-human-mfa"):
        assert drifts(id_, managing)
        assert drifts(id_, managing, name=PLATFORM) == []
    unknown = Registered()
    assert len(drifts(KNOWN, managing, registered=unknown)) == 1
    assert drifts(KNOWN, managing, registered=unknown, name=PLATFORM) == []
    assert [drift.remediable for drift in drifts(KNOWN, managing, name=PLATFORM)] == [True]


def provider(**entry: Any) -> Registered:
    return Registered(identity_providers={HOST: IdentityProvider("security", **entry)})


@pytest.mark.parametrize(
    ("id_", "condition", "registered", "told"),
    [
        (
            "oidc-trust-audience",
            {"StringEquals": {f"{HOST}:aud": "other.example.com"}},
            provider(client_ids=("sts.amazonaws.com",)),
            [True],
        ),
        (
            "oidc-trust-audience",
            {"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"}},
            provider(client_ids=("sts.amazonaws.com",)),
            [],
        ),
        (
            "oidc-trust-audience",
            {"StringEquals": {f"{HOST}:aud": "other.example.com"}},
            provider(),
            [],
        ),
        (
            "oidc-trust-subject",
            {"StringLike": {f"{HOST}:sub": "repo:example-org/*"}},
            provider(subjects=("repo:example-org/*",)),
            [],
        ),
        (
            "oidc-trust-subject",
            {"StringLike": {f"{HOST}:sub": "repo:example-org/app:*"}},
            provider(subjects=("repo:example-org/other:*",)),
            [False],
        ),
    ],
)
def test_what_is_registered_of_a_provider_decides(
    id_: str, condition: Any, registered: Registered, told: list[bool]
) -> None:
    found = drifts(id_, allow({"Federated": GITHUB}, condition, WEB), registered=registered)
    assert [drift.remediable for drift in found] == told


def test_the_apps_of_google_are_those_that_are_registered() -> None:
    entry = IdentityProvider("security", client_ids=("one.apps.example.com",))
    registered = Registered(identity_providers={"accounts.google.com": entry})
    other = {"StringEquals": {"accounts.google.com:aud": "two.apps.example.com"}}
    found = drifts(
        "web-identity-app-id",
        allow({"Federated": "accounts.google.com"}, other, WEB),
        registered=registered,
    )
    assert [drift.remediable for drift in found] == [True]


def test_one_statement_that_is_wrong_in_two_ways_is_one_drift_and_one_removal() -> None:
    pools = allow({"Federated": ["cognito-identity.amazonaws.com", "www.amazon.com"]}, None, WEB)
    (drift,) = drifts("cognito-trust-aud-amr", allow({"AWS": MEMBER}), pools)
    assert written(drift)[1]["Principal"] == {"Federated": ["www.amazon.com"]}


def test_a_doubt_about_a_statement_does_not_hold_up_what_is_sure_of_it() -> None:
    both = {"cognito-identity.amazonaws.com:amr": ["authenticated", "unauthenticated"]}
    anyone = allow(
        {"Federated": "cognito-identity.amazonaws.com"}, {"ForAnyValue:StringLike": both}, WEB
    )
    (drift,) = drifts("cognito-trust-aud-amr", anyone)
    assert drift.remediable


def test_the_advice_names_the_providers_key_and_what_stands_there() -> None:
    (drift,) = drifts("oidc-trust-subject", allow({"Federated": GITHUB}, None, WEB))
    first = next(iter(Registry()["oidc-trust-subject"].advice(drift, None)))
    assert f'"{HOST}:sub": "repo:ORGANIZATION/REPOSITORY:environment:ENVIRONMENT"' in first
    (drift,) = drifts("oidc-trust-audience", allow({"Federated": GITHUB}, None, WEB))
    assert f'"{HOST}:aud"' in next(iter(Registry()["oidc-trust-audience"].advice(drift, None)))


REFUSED = sample("oidc-trust-subject/drift-update-trust-refused").event["detail"]


def refused(**changed: Any) -> list[Drift]:
    seen: Change = change(REFUSED, **changed)
    return list(Registry()["oidc-trust-subject"].refused(seen))


def test_a_refused_trust_is_told_where_it_would_let_in_anyone() -> None:
    (drift,) = refused()
    assert (drift.subject.name, drift.remediable) == ("deploy", False)
    assert drift.part == f"refused {GITHUB}"
    assert refused(errorCode="AccessDenied") == []
    assert refused(requestParameters={"roleName": "deploy"}) == []
    assert refused(requestParameters=REFUSED["requestParameters"] | {"roleName": "no/name"}) == []
    made = {
        "roleName": "deploy",
        "assumeRolePolicyDocument": REFUSED["requestParameters"]["policyDocument"],
    }
    assert len(refused(eventName="CreateRole", requestParameters=made)) == 1
    harmless = json.dumps({"Statement": allow({"Service": "ec2.amazonaws.com"})})
    parameters = {"roleName": "deploy", "policyDocument": harmless}
    assert refused(requestParameters=parameters) == []
    wide = allow({"Federated": GITHUB}, {"StringLike": {f"{HOST}:sub": "repo:example-org/*"}}, WEB)
    parameters = {"roleName": "deploy", "policyDocument": json.dumps({"Statement": wide})}
    assert refused(requestParameters=parameters) == []
