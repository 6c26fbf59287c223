"""Principals come out in one form, however they are written."""

import pytest

from rolecall.policy.principals import Form, Kind, Principal, normalise

ACCOUNT = "111122223333"


@pytest.mark.peer(
    18, "Cloud Custodian #9879, #6431: deleted principals are flagged as unknown accounts"
)
@pytest.mark.parametrize(
    ("element", "kind", "form", "account"),
    [
        ("*", Kind.ANYONE, Form.WILDCARD, None),
        ({"AWS": "*"}, Kind.AWS, Form.WILDCARD, None),
        ({"aws": ["*"]}, Kind.AWS, Form.WILDCARD, None),
        ({"Service": "*"}, Kind.SERVICE, Form.WILDCARD, None),
        ({"Federated": "*"}, Kind.FEDERATED, Form.WILDCARD, None),
        ({"AWS": ACCOUNT}, Kind.AWS, Form.ACCOUNT, ACCOUNT),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Kind.AWS, Form.ACCOUNT, ACCOUNT),
        ({"AWS": f"arn:aws-us-gov:iam::{ACCOUNT}:root"}, Kind.AWS, Form.ACCOUNT, ACCOUNT),
        ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:role/r"}, Kind.AWS, Form.ARN, ACCOUNT),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"}, Kind.AWS, Form.ARN, ACCOUNT),
        ({"AWS": "arn:aws:iam::1111:root"}, Kind.AWS, Form.ARN, None),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:root"}, Kind.AWS, Form.ARN, ACCOUNT),
        ({"AWS": "arn:aws:iam::cloudfront:user/x"}, Kind.AWS, Form.ARN, None),
        ({"AWS": "AROAEXAMPLEEXAMPLE123"}, Kind.AWS, Form.UNIQUE_ID, None),
        ({"AWS": "AIDAEXAMPLEEXAMPLE123"}, Kind.AWS, Form.UNIQUE_ID, None),
        ({"Service": "ec2.amazonaws.com"}, Kind.SERVICE, Form.NAME, None),
        ({"Federated": "cognito-identity.amazonaws.com"}, Kind.FEDERATED, Form.NAME, None),
        (
            {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/p"},
            Kind.FEDERATED,
            Form.ARN,
            ACCOUNT,
        ),
        ({"CanonicalUser": "79a59df900b949e5"}, Kind.CANONICAL_USER, Form.NAME, None),
        ({"CanonicalUser": "*"}, Kind.CANONICAL_USER, Form.UNCLEAR, None),
        ({"AWS": "arn:aws:iam::*:root"}, Kind.AWS, Form.UNCLEAR, None),
        ({"Service": "*.amazonaws.com"}, Kind.SERVICE, Form.UNCLEAR, None),
        ({"AWS": "11112222333"}, Kind.AWS, Form.UNCLEAR, None),
        ({"AWS": "\u0661" * 12}, Kind.AWS, Form.UNCLEAR, None),  # digits, but not ours
        ({"AWS": "arn:aws:iam"}, Kind.AWS, Form.UNCLEAR, None),
        ({"AWS": ""}, Kind.AWS, Form.UNCLEAR, None),
        ({"AWS": 5}, Kind.AWS, Form.UNCLEAR, None),
        ({"Everyone": "*"}, Kind.UNKNOWN, Form.UNCLEAR, None),
        ({}, Kind.UNKNOWN, Form.UNCLEAR, None),
        ({"AWS": []}, Kind.UNKNOWN, Form.UNCLEAR, None),
        (["*"], Kind.UNKNOWN, Form.UNCLEAR, None),
        ("arn:aws:iam::111122223333:root", Kind.UNKNOWN, Form.UNCLEAR, None),
        (None, Kind.UNKNOWN, Form.UNCLEAR, None),
    ],
)
def test_a_principal_has_one_form(
    element: object, kind: Kind, form: Form, account: str | None
) -> None:
    (found,) = normalise(element, inverted=False).named
    assert (found.kind, found.form, found.account) == (kind, form, account)


def test_a_root_arn_and_a_bare_number_mean_one_account() -> None:
    element = {"AWS": [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"]}
    bare, root = normalise(element, inverted=False).named
    assert (bare.form, bare.account) == (root.form, root.account)


def test_a_plain_wildcard_is_clear() -> None:
    anyone = normalise({"AWS": "*"}, inverted=False)
    assert anyone.wildcards == (Kind.AWS,)
    assert not anyone.unclear


def test_all_kinds_of_a_statement_are_kept_in_order() -> None:
    element = {"Service": ["ec2.amazonaws.com", "*"], "AWS": "AROAEXAMPLEEXAMPLE123"}
    assert normalise(element, inverted=False).named == (
        Principal(Kind.SERVICE, Form.NAME, "ec2.amazonaws.com"),
        Principal(Kind.SERVICE, Form.WILDCARD, "*"),
        Principal(Kind.AWS, Form.UNIQUE_ID, "AROAEXAMPLEEXAMPLE123"),
    )


def test_naming_whom_to_leave_out_means_everyone_else() -> None:
    but_one = normalise({"AWS": ACCOUNT}, inverted=True)
    assert but_one.wildcards == (Kind.ANYONE,)
    assert not but_one.unclear


@pytest.mark.parametrize("element", ["*", {"AWS": "*"}, {"AWS": "arn:aws:iam::*:root"}, []])
def test_leaving_out_a_wildcard_is_not_understood(element: object) -> None:
    but_all = normalise(element, inverted=True)
    assert but_all.unclear
    assert but_all.wildcards == ()
