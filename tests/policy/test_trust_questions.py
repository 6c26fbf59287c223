"""What the settings register decides, too, of what a trust asks."""

import json
from dataclasses import replace
from typing import Any

import pytest

from rolecall.model.registered import IdentityProvider
from rolecall.policy.app_ids import app_findings
from rolecall.policy.cognito import pool_findings
from rolecall.policy.cross_account import (
    Known,
    Party,
    account_wide_findings,
    external_id_findings,
    orphan_findings,
    party,
    second_factor_findings,
    unknown_account_findings,
)
from rolecall.policy.documents import Document, parse_document
from rolecall.policy.findings import Finding
from rolecall.policy.saml import saml_findings
from rolecall.policy.web_identity import audience_findings, subject_findings

HOST = "token.actions.githubusercontent.com"
GITHUB = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{HOST}"}
WEB = "sts:AssumeRoleWithWebIdentity"
KNOWN = Known(
    account="111122223333",
    own_accounts=frozenset({"333344445555"}),
    organization_accounts=frozenset({"222233334444"}),
    organization="o-a1b2c3d4e5",
    third_parties=frozenset({"444455556666"}),
)
STRANGER = {"AWS": "arn:aws:iam::123456789012:role/deploy"}


def allow(
    principal: Any, condition: Any = None, *, action: Any = "sts:AssumeRole"
) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return statement | ({"Condition": condition} if condition else {})


def document(*statements: Any) -> Document:
    return parse_document(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def github(subject: str, *, audience: Any = "sts.amazonaws.com", like: bool = True) -> Document:
    operator = "StringLike" if like else "StringEquals"
    condition = {
        "ForAnyValue:StringEquals": {f"{HOST}:aud": audience},
        operator: {f"{HOST}:sub": subject},
    }
    return document(allow(GITHUB, condition, action=WEB))


def test_an_audience_that_is_registered_is_clean_and_another_is_not() -> None:
    registered = {HOST: IdentityProvider("security", client_ids=("sts.amazonaws.com",))}
    trust = github("repo:example-org/app:*")
    assert list(audience_findings(trust, registered)) == []
    other = github("repo:example-org/app:*", audience=["sts.amazonaws.com", "other.example.com"])
    assert [one.sure for one in audience_findings(other, registered)] == [True]
    assert list(audience_findings(other, {})) == []


def test_an_audience_of_a_pattern_is_a_doubt() -> None:
    condition = {"StringLike": {f"{HOST}:aud": "sts.*", f"{HOST}:sub": "repo:example-org/app:*"}}
    found = list(audience_findings(document(allow(GITHUB, condition, action=WEB)), {}))
    assert [one.sure for one in found] == [False]
    assert f"{HOST}:aud may be sts.*" in found[0].why


@pytest.mark.parametrize(
    ("subject", "registered", "clean"),
    [
        ("repo:example-org/*", "repo:example-org/*", True),
        ("repo:example-org/app:*", "repo:example-org/*", True),
        ("repo:example-org/app:ref:refs/heads/main", "repo:example-org/*", True),
        ("repo:example-org*", "repo:example-org/*", False),
        ("repo:example-org/app:*", "repo:example-org/other:*", False),
        ("repo:example-*/app:*", "repo:example-?/app:*", False),
        ("repo:example-org/app:ref:refs/heads/main", "repo:example-o?g/*", True),
        ("repo:example-org/${aws:PrincipalTag/a}", "repo:example-org/*", False),
        ("repo:example-org/" + "a" * 600, "repo:example-org/*", False),
    ],
)
def test_a_subject_is_clean_where_all_that_fits_it_fits_a_registered_pattern(
    subject: str, registered: str, clean: bool
) -> None:
    found = list(
        subject_findings(
            github(subject), {HOST: IdentityProvider("security", subjects=(registered,))}
        )
    )
    assert (found == []) is clean
    assert not any(one.sure for one in found)


def test_any_subject_is_sure_whatever_is_registered() -> None:
    registered = {HOST: IdentityProvider("security", subjects=("repo:example-org/*",))}
    assert [one.sure for one in subject_findings(github("*"), registered)] == [True]


def test_a_claim_that_names_the_repository_needs_no_registered_subject() -> None:
    condition = {
        "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:repository_id": "456789"}
    }
    trust = document(allow(GITHUB, condition, action=WEB))
    assert (
        list(
            subject_findings(
                trust, {HOST: IdentityProvider("security", subjects=("repo:example-org/*",))}
            )
        )
        == []
    )


def test_a_claim_that_is_too_wide_is_named() -> None:
    condition = {
        "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:environment": "production"}
    }
    [found] = subject_findings(document(allow(GITHUB, condition, action=WEB)), {})
    assert f"{HOST}:environment may be production" in found.why


def test_of_many_patterns_a_few_are_shown() -> None:
    condition = {
        "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{HOST}:sub": [f"repo:example-{number}*" for number in range(9)]},
    }
    [found] = subject_findings(document(allow(GITHUB, condition, action=WEB)), {})
    assert found.why.endswith("repo:example-0* and repo:example-1* and repo:example-2* and 6 more")


def test_a_condition_on_something_else_turns_a_certainty_into_a_doubt() -> None:
    condition = {
        "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"},
        "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
    }
    assert [
        one.sure for one in subject_findings(document(allow(GITHUB, condition, action=WEB)), {})
    ] == [False]


def test_an_app_that_is_registered_is_clean_and_another_is_not() -> None:
    registered = {
        "accounts.google.com": IdentityProvider("security", client_ids=("one.apps.example.com",))
    }
    google = {"Federated": "accounts.google.com"}

    def found(app: str) -> list[Finding]:
        condition = {"StringEquals": {"accounts.google.com:aud": app}}
        return list(app_findings(document(allow(google, condition, action=WEB)), registered))

    assert found("one.apps.example.com") == []
    assert [one.sure for one in found("two.apps.example.com")] == [True]


def test_a_pool_of_the_account_is_clean_and_another_is_not() -> None:
    pool, host = "us-east-1:12345678-dead-beef-cafe-123456790ab0", "cognito-identity.amazonaws.com"
    condition = {
        "StringEquals": {f"{host}:aud": pool},
        "ForAnyValue:StringLike": {f"{host}:amr": "authenticated"},
    }
    trust = document(allow({"Federated": host}, condition, action=WEB))
    assert list(pool_findings(trust, frozenset({pool}))) == []
    assert list(pool_findings(trust)) == []
    assert [one.sure for one in pool_findings(trust, frozenset())] == [True]


@pytest.mark.parametrize(
    ("account", "found"),
    [
        ("111122223333", Party.OWN),
        ("333344445555", Party.OWN),
        ("222233334444", Party.OWN),
        ("444455556666", Party.THIRD),
        ("123456789012", Party.UNKNOWN),
    ],
)
def test_an_account_is_ones_own_or_registered_or_unknown(account: str, found: Party) -> None:
    assert party(account, KNOWN) is found


def test_without_the_accounts_of_the_organization_nothing_is_sure() -> None:
    blind = replace(KNOWN, organization_accounts=None)
    trust = document(allow(STRANGER))
    assert [one.sure for one in unknown_account_findings(trust, blind)] == [False]
    assert [one.sure for one in external_id_findings(trust, blind)] == [False]
    assert [one.sure for one in unknown_account_findings(trust, KNOWN)] == [True]


def test_without_the_organizations_id_a_bound_by_organization_is_a_doubt() -> None:
    bound = document(allow(STRANGER, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}))
    nameless = replace(KNOWN, organization="")
    assert list(unknown_account_findings(bound, KNOWN)) == []
    assert [one.sure for one in unknown_account_findings(bound, nameless)] == [False]
    everyone = document(allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}))
    assert [one.sure for one in unknown_account_findings(everyone, nameless)] == [False]


def test_a_registration_that_ended_is_told_by_its_name() -> None:
    ended = replace(KNOWN, expired=frozenset({"444455556666"}))
    [found] = unknown_account_findings(document(allow({"AWS": "444455556666"})), ended)
    assert "whose registration has ended" in found.why


def test_only_the_wrong_principal_of_several_is_named() -> None:
    trust = document(allow({"AWS": ["arn:aws:iam::111122223333:role/a", STRANGER["AWS"]]}))
    [found] = unknown_account_findings(trust, KNOWN)
    assert (found.index, found.principal) == (0, STRANGER["AWS"])
    [alone] = unknown_account_findings(document(allow(STRANGER)), KNOWN)
    assert alone.principal == STRANGER["AWS"]


def test_a_wildcard_bound_to_a_role_of_an_unknown_account_means_that_account() -> None:
    role = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/ci/*"}}
    assert [one.sure for one in unknown_account_findings(document(allow("*", role)), KNOWN)] == [
        True
    ]


def test_an_account_that_its_condition_leaves_out_does_not_come_in() -> None:
    other = {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}
    assert list(unknown_account_findings(document(allow(STRANGER, other)), KNOWN)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalType": "AssumedRole"}},
        {"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE123:*"}},
        {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/*", "arn:aws:iam::*:role/ci"]}},
        {"StringEquals": {"sts:ExternalId": "0a1b2c3d"}},
        {"Null": {"aws:MultiFactorAuthAge": "false"}},
        {
            "BoolIfExists": {"aws:MultiFactorAuthPresent": "true"},
            "Null": {"aws:MultiFactorAuthPresent": "false"},
        },
    ],
)
def test_where_no_users_come_or_a_factor_is_demanded_none_is_missed(
    condition: dict[str, Any],
) -> None:
    assert list(second_factor_findings(document(allow({"AWS": "111122223333"}, condition)))) == []


@pytest.mark.parametrize(
    ("condition", "clean"),
    [
        ({"StringEquals": {"aws:PrincipalTag/team": "platform"}}, True),
        ({"StringLike": {"aws:PrincipalTag/team": "*"}}, False),
        ({"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE123:*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::222233334444:*"}}, False),
        ({"ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::222233334444:role/a"}}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::222233334444:role/a"}}, False),
    ],
)
def test_an_account_is_narrowed_by_what_names_some_of_it(
    condition: dict[str, Any], clean: bool
) -> None:
    trust = document(allow({"AWS": "222233334444"}, condition))
    assert (list(account_wide_findings(trust, KNOWN)) == []) is clean


def test_a_deleted_principal_is_found_in_a_deny_and_behind_notprincipal() -> None:
    trust = document(
        {
            "Effect": "Deny",
            "Principal": {"AWS": "AIDAEXAMPLEEXAMPLE123"},
            "Action": "sts:AssumeRole",
        },
        {
            "Effect": "Deny",
            "NotPrincipal": {"AWS": ["AROAEXAMPLEEXAMPLE123", "111122223333"]},
            "Action": "sts:AssumeRole",
        },
    )
    assert [(one.index, one.principal) for one in orphan_findings(trust)] == [
        (0, "AIDAEXAMPLEEXAMPLE123"),
        (1, "AROAEXAMPLEEXAMPLE123"),
    ]


DENY = {"Effect": "Deny", "Action": "sts:*"}
OWN_ONLY = {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


@pytest.mark.parametrize(
    ("deny", "sure"),
    [
        # Closed or bound: nothing is left to tell.
        (DENY | {"Principal": "*"}, None),
        (DENY | {"Principal": {"AWS": "*"}}, None),
        (DENY | {"Principal": STRANGER}, None),
        (DENY | {"Principal": "*", "Condition": OWN_ONLY}, None),
        (DENY | {"Principal": {"AWS": "*"}, "Condition": OWN_ONLY}, None),
        (DENY | {"Principal": STRANGER, "Condition": OWN_ONLY}, None),
        (DENY | {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, True),
        (
            DENY
            | {
                "Principal": "*",
                "Condition": {
                    "ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
                },
            },
            True,
        ),
        # Of somebody else, or of nobody who has another value.
        (DENY | {"Principal": {"AWS": "arn:aws:iam::123456789012:role/other"}}, True),
        (DENY | {"Principal": {"Service": "*"}}, True),
        (
            DENY | {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-b"}}},
            True,
        ),
        (
            DENY
            | {
                "Principal": "*",
                "Condition": {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-b"}},
            },
            True,
        ),
        (DENY | {"Principal": "*", "Action": "s3:*"}, True),
        # Not understood for certain.
        (DENY | {"NotPrincipal": STRANGER}, False),
        (DENY | {"Principal": "*", "Resource": "*"}, False),
        (
            DENY | {"Principal": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2026"}}},
            False,
        ),
        (
            DENY | {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": []}}},
            False,
        ),
        (
            DENY
            | {
                "Principal": "*",
                "Condition": OWN_ONLY | {"StringEquals": {"aws:PrincipalTag/a": "b"}},
            },
            False,
        ),
    ],
)
def test_a_deny_closes_bounds_leaves_or_makes_a_doubt(
    deny: dict[str, Any], sure: bool | None
) -> None:
    found = [one.sure for one in unknown_account_findings(document(allow(STRANGER), deny), KNOWN)]
    assert found == ([] if sure is None else [sure])


def test_an_account_is_the_same_by_its_number_and_by_its_root() -> None:
    deny = DENY | {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}
    assert (
        list(unknown_account_findings(document(allow({"AWS": "123456789012"}), deny), KNOWN)) == []
    )


def test_where_a_key_has_few_values_a_negation_is_a_doubt() -> None:
    saml = {"Federated": "arn:aws:iam::111122223333:saml-provider/Corp"}
    other = {"StringNotEquals": {"SAML:aud": "https://sso.example.com/saml"}}
    call = "sts:AssumeRoleWithSAML"
    assert [one.sure for one in saml_findings(document(allow(saml, other, action=call)))] == [False]


def test_a_whole_organization_is_told_as_that_though_no_further_word_stands_there() -> None:
    host = "agent.buildkite.com"
    condition = {
        "StringEquals": {f"{host}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{host}:sub": "organization:example:*"},
    }
    buildkite = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{host}"}
    [found] = subject_findings(document(allow(buildkite, condition, action=WEB)), {})
    assert "every pipeline of that organization" in found.why


def test_a_deny_for_all_aws_callers_bounds_an_allow_for_anyone() -> None:
    bound = {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}
    deny = DENY | {"Principal": {"AWS": "*"}, "Condition": OWN_ONLY}
    assert list(unknown_account_findings(document(allow("*", bound), deny), KNOWN)) == []


def test_a_deny_for_all_aws_callers_makes_a_provider_a_doubt() -> None:
    trust = document(
        allow(GITHUB, action=WEB), {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:*"}
    )
    assert [one.sure for one in subject_findings(trust, {})] == [False]


@pytest.mark.parametrize("value", ["true", "false"])
def test_a_deny_on_a_missing_key_demands_it(value: str) -> None:
    deny = DENY | {"Principal": "*", "Condition": {"Null": {f"{HOST}:sub": value}}}
    idle = {
        "ForAllValues:StringEquals": {f"{HOST}:sub": "repo:example-org/app:ref:refs/heads/main"}
    }
    found = list(subject_findings(document(allow(GITHUB, idle, action=WEB), deny), {}))
    assert (found == []) is (value == "true")


def test_a_document_with_a_fault_is_never_sure() -> None:
    text = json.dumps({"Statement": [allow(GITHUB, action=WEB), allow(STRANGER)], "Extra": 1})
    assert list(subject_findings(parse_document(text), {})) == []
    statements = [
        allow(GITHUB, action=WEB),
        allow({"AWS": ["AROAEXAMPLEEXAMPLE123", "123456789012"]}),
        allow({"Federated": "arn:aws:iam::111122223333:saml-provider/a"}, action="sts:*"),
    ]
    twice = (
        f'{{"Version":"2012-10-17","Version":"2012-10-17","Statement":{json.dumps(statements)}}}'
    )
    faulty = parse_document(twice)
    found = [
        *subject_findings(faulty, {}),
        *audience_findings(faulty, {}),
        *unknown_account_findings(faulty, KNOWN),
        *external_id_findings(faulty, KNOWN),
        *second_factor_findings(faulty),
        *account_wide_findings(faulty, KNOWN),
        *orphan_findings(faulty),
        *saml_findings(faulty),
    ]
    assert len(found) == 8
    assert not any(one.sure for one in found)


def test_a_statement_that_allows_by_notprincipal_is_for_others_to_judge() -> None:
    trust = document({"Effect": "Allow", "NotPrincipal": STRANGER, "Action": "sts:*"})
    assert list(unknown_account_findings(trust, KNOWN)) == []
    assert list(subject_findings(trust, {})) == []
