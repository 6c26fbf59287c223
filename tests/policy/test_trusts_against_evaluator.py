"""What is called restricted keeps strangers out, and what is called open lets one in: others agree."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rolecall.policy.app_ids import app_findings
from rolecall.policy.cognito import pool_findings
from rolecall.policy.cross_account import (
    Known,
    external_id_findings,
    second_factor_findings,
    unknown_account_findings,
)
from rolecall.policy.documents import parse_document
from rolecall.policy.findings import Finding
from rolecall.policy.trust import judge_trust
from rolecall.policy.web_identity import audience_findings, subject_findings
from tests.policy.evaluator import Request, answers, trust

EXAMPLES = 25
ACCOUNT, MEMBER, VENDOR, STRANGER = "111122223333", "222233334444", "444455556666", "999999999999"
ORG, OTHER_ORG = "o-a1b2c3d4e5", "o-zzzzzzzzzz"
WEB = "sts:AssumeRoleWithWebIdentity"
HOST = "token.actions.githubusercontent.com"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"
COGNITO = "cognito-identity.amazonaws.com"
OWN_POOL, OTHER_POOL = (f"us-east-1:{digit * 8}-dead-beef-cafe-123456790ab0" for digit in "12")


def operators(*names: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda qualifier, name, suffix: f"{qualifier}{name}{suffix}",
        st.sampled_from(["", "", "", "ForAllValues:", "ForAnyValue:"]),
        st.sampled_from(names),
        st.sampled_from(["", "", "IfExists"]),
    )


STRINGS = operators(
    "StringEquals", "StringLike", "StringEqualsIgnoreCase", "StringNotEquals", "StringNotLike"
)


def conditions(
    tests: dict[str, list[Any]], others: list[dict[str, Any]], most: int = 2
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw conditions on these keys, with values or lists of the values given for each."""
    keyed = st.one_of(
        *(
            st.tuples(
                st.just(key),
                st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=2),
            )
            for key, values in tests.items()
        )
    )
    blocks = st.lists(st.tuples(STRINGS, keyed), max_size=most)
    return st.builds(_merged, blocks, st.sampled_from([{}, {}, *others]))


def _merged(blocks: list[tuple[str, tuple[str, Any]]], other: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {name: dict(keys) for name, keys in other.items()}
    for operator, (key, value) in blocks:
        merged.setdefault(operator, {}).setdefault(key, value)
    return merged


def documents(
    principals: list[Any], action: str, condition: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[str]:
    statement = st.builds(
        lambda effect, principal, condition: (
            {"Effect": effect, "Principal": principal, "Action": action}
            | ({"Condition": condition} if condition else {})
        ),
        st.sampled_from(["Allow", "Allow", "Deny"]),
        st.sampled_from(principals),
        condition,
    )
    return st.lists(statement, min_size=1, max_size=3).map(
        lambda statements: json.dumps({"Version": "2012-10-17", "Statement": statements})
    )


def got_in(drawn: list[str], requests: list[Request]) -> list[bool]:
    """Say of each document whether any of the requests gets in."""
    told = answers([trust(document, request) for document in drawn for request in requests])
    size = len(requests)
    return [any(told[at * size : (at + 1) * size]) for at in range(len(drawn))]


def hold(document: str, findings: list[Finding], *, in_there: bool) -> None:
    if any(one.sure for one in findings):
        assert in_there, (document, findings)
    elif not findings:
        assert not in_there, document


# A token of GitHub for another owner's repository, whose owner founded an organization that begins
# like one's own, named a repository as one's own is named, and chose audience and environment.
STRANGE_TOKENS = [
    Request(
        WEB,
        caller=GITHUB,
        keys={
            f"{HOST}:sub": f"repo:{repository}:{rest}",
            f"{HOST}:aud": audience,
            f"{HOST}:repository": repository,
            f"{HOST}:repository_owner_id": "666",
            f"{HOST}:environment": environment,
        },
    )
    for repository in (
        "example-org-evil/example-repo",
        "stranger/example-repo",
        "stranger/example-org",
    )
    for rest in ("ref:refs/heads/main", "pull_request", "environment:production")
    for audience in ("sts.amazonaws.com", "other.example.com")
    for environment in ("production", None)
]
github_conditions = conditions(
    {
        f"{HOST}:sub": [
            "repo:example-org/example-repo:ref:refs/heads/main",
            "repo:example-org/example-repo:*",
            "repo:example-org/*",
            "repo:example-org*",
            "repo:*",
            "*:pull_request",
            "*",
            "repo:*/example-repo:ref:refs/heads/main",
        ],
        f"{HOST}:aud": ["sts.amazonaws.com", "*", "sts.*"],
        f"{HOST}:repository": ["example-org/example-repo", "example-org/*", "*"],
        f"{HOST}:repository_owner_id": ["123456", "*"],
        f"{HOST}:environment": ["production"],
    },
    [{"Bool": {"aws:SecureTransport": "true"}}, {"Null": {f"{HOST}:sub": "false"}}],
    most=3,
)
github_trusts = documents(["*", {"Federated": GITHUB}], WEB, github_conditions).filter(
    # Of Principal "*" another convention speaks; in a Deny it is as good as the provider.
    lambda text: (
        not any(
            one["Effect"] == "Allow" and one["Principal"] == "*"
            for one in json.loads(text)["Statement"]
        )
    )
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(github_trusts, min_size=1, max_size=12))
def test_a_strange_repository_gets_in_where_the_subject_is_open_and_nowhere_else(
    drawn: list[str],
) -> None:
    for document, in_there in zip(drawn, got_in(drawn, STRANGE_TOKENS), strict=True):
        hold(document, list(subject_findings(parse_document(document), {})), in_there=in_there)


# A token of one's own repository that was made for somebody else.
ODD_AUDIENCES = [
    Request(
        WEB,
        caller=GITHUB,
        keys={
            f"{HOST}:sub": subject,
            f"{HOST}:aud": "other.example.com",
            f"{HOST}:repository": subject.split(":")[1],
            f"{HOST}:repository_owner_id": owner,
            f"{HOST}:environment": environment,
        },
    )
    for subject in (
        "repo:example-org/example-repo:ref:refs/heads/main",
        "repo:example-org/example-repo:pull_request",
        "repo:stranger/example-repo:ref:refs/heads/main",
        "repo:stranger/example-repo:pull_request",
        "repo:example-org/other:ref:refs/heads/main",
    )
    for owner in ("123456", "666")
    for environment in ("production", None)
]


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(github_trusts, min_size=1, max_size=12))
def test_a_token_for_somebody_else_gets_in_where_the_audience_is_open_and_nowhere_else(
    drawn: list[str],
) -> None:
    for document, in_there in zip(drawn, got_in(drawn, ODD_AUDIENCES), strict=True):
        hold(document, list(audience_findings(parse_document(document), {})), in_there=in_there)


FACEBOOK = "graph.facebook.com"
strange_apps = [
    Request(WEB, caller=FACEBOOK, keys={f"{FACEBOOK}:app_id": app, f"{FACEBOOK}:id": person})
    for app in ("666", "1666", "999")
    for person in ("6", "66")
]
app_trusts = documents(
    [{"Federated": FACEBOOK}],
    WEB,
    conditions(
        {f"{FACEBOOK}:app_id": ["111", "222", "1*", "*"], f"{FACEBOOK}:id": ["7", "*"]},
        [{"Bool": {"aws:SecureTransport": True}}, {"Null": {f"{FACEBOOK}:app_id": False}}],
    ),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(app_trusts, min_size=1, max_size=12))
def test_a_strange_app_gets_in_where_any_app_may_and_nowhere_else(drawn: list[str]) -> None:
    for document, in_there in zip(drawn, got_in(drawn, strange_apps), strict=True):
        hold(document, list(app_findings(parse_document(document), {})), in_there=in_there)


strange_identities = [
    Request(
        WEB,
        caller=COGNITO,
        keys={
            f"{COGNITO}:aud": pool,
            f"{COGNITO}:amr": way,
            f"{COGNITO}:sub": "us-east-1:stranger",
        },
    )
    for pool, ways in (
        (OTHER_POOL, (["authenticated", "cognito-idp.example.com"], ["unauthenticated"])),
        (OWN_POOL, (["unauthenticated"],)),
    )
    for way in ways
]
# A role is for guests or for those who signed in; these strangers are guests of one's own pool, or of
# another pool.
pool_trusts = documents(
    [{"Federated": COGNITO}],
    WEB,
    conditions(
        {
            f"{COGNITO}:aud": [OWN_POOL, "us-east-1:*", "*"],
            f"{COGNITO}:amr": ["authenticated", "*", "*authenticated"],
        },
        [{"Bool": {"aws:SecureTransport": True}}],
        most=3,
    ),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(pool_trusts, min_size=1, max_size=12))
def test_a_strange_identity_gets_in_where_pool_or_way_are_open_and_nowhere_else(
    drawn: list[str],
) -> None:
    for document, in_there in zip(drawn, got_in(drawn, strange_identities), strict=True):
        hold(document, list(pool_findings(parse_document(document))), in_there=in_there)


KNOWN = Known(
    account=ACCOUNT,
    organization_accounts=frozenset({ACCOUNT, MEMBER}),
    organization=ORG,
    third_parties=frozenset({VENDOR}),
)


def callers(accounts: tuple[str, ...], organization: str | None) -> list[Request]:
    """Users and roles of these accounts, with and without a second factor and an external id."""
    return [
        Request(
            "sts:AssumeRole",
            caller=f"arn:aws:iam::{account}:{name}",
            keys={"aws:principalorgid": organization, **factor, **chosen},
        )
        for account in accounts
        for name in ("user/carol", "role/deploy")
        for factor in (
            {},
            {"aws:multifactorauthpresent": "false"},
            {"aws:multifactorauthpresent": "true", "aws:multifactorauthage": "30"},
        )
        for chosen in ({}, {"sts:externalid": "guessed"}, {"sts:externalid": "0a1b2c3d"})
    ]


def trusts_in_accounts(*accounts: str) -> st.SearchStrategy[str]:
    named: list[Any] = [
        {"AWS": form}
        for account in accounts
        for form in (account, f"arn:aws:iam::{account}:root", f"arn:aws:iam::{account}:role/deploy")
    ]
    return documents(
        [*named, {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/deploy", accounts[0]]}],
        "sts:AssumeRole",
        conditions(
            {
                "aws:PrincipalOrgID": [ORG, OTHER_ORG, "*"],
                "aws:PrincipalAccount": [ACCOUNT, *accounts],
                "sts:ExternalId": ["0a1b2c3d", "guess*", "*", ACCOUNT],
            },
            [
                {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
                {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
                {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
                {"Null": {"aws:MultiFactorAuthAge": "true"}},
            ],
        ),
    )


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(trusts_in_accounts(STRANGER, MEMBER), min_size=1, max_size=12))
def test_an_unknown_account_gets_in_nowhere_where_none_is_named(drawn: list[str]) -> None:
    strangers = [*callers((STRANGER,), None), *callers((STRANGER,), OTHER_ORG)]
    for document, in_there in zip(drawn, got_in(drawn, strangers), strict=True):
        findings = list(unknown_account_findings(parse_document(document), KNOWN))
        if not findings:
            assert not in_there, document


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(trusts_in_accounts(VENDOR), min_size=1, max_size=12))
def test_a_vendor_with_a_wrong_external_id_gets_in_nowhere_where_one_is_asked_for(
    drawn: list[str],
) -> None:
    other_customers = [
        one for one in callers((VENDOR,), None) if one.keys.get("sts:externalid") != "0a1b2c3d"
    ]
    for document, in_there in zip(drawn, got_in(drawn, other_customers), strict=True):
        if not list(external_id_findings(parse_document(document), KNOWN)):
            assert not in_there, document


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(trusts_in_accounts(ACCOUNT, MEMBER), min_size=1, max_size=12))
def test_a_user_with_long_term_keys_gets_in_nowhere_where_a_second_factor_is_asked_for(
    drawn: list[str],
) -> None:
    # Whoever knows the external id is software of a third party, of which no second factor is asked.
    users = [
        one
        for account in (ACCOUNT, MEMBER)
        for one in callers((account,), ORG)
        if ":user/" in one.caller
        and one.keys.get("aws:multifactorauthpresent") != "true"
        and one.keys.get("sts:externalid") != "0a1b2c3d"
    ]
    for document, in_there in zip(drawn, got_in(drawn, users), strict=True):
        if not list(second_factor_findings(parse_document(document))):
            assert not in_there, document


@settings(max_examples=EXAMPLES, deadline=None)
@given(drawn=st.lists(trusts_in_accounts(VENDOR, STRANGER), min_size=1, max_size=12))
def test_somebody_unknown_gets_in_nowhere_where_accounts_are_named_and_the_trust_is_clean(
    drawn: list[str],
) -> None:
    strangers = callers(("888877776666",), None)
    for document, in_there in zip(drawn, got_in(drawn, strangers), strict=True):
        verdict = judge_trust(document)
        if not verdict.open_statements and not verdict.inconclusive:
            assert not in_there, document
