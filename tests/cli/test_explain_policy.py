"""`rolecall explain-policy` says what a reviewer wants to know of a trust, a policy, a role."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall_cli.explain_policy import lines
from rolecall_cli.explaining import explain, is_trust, of_file
from rolecall_cli.main import app
from tests.states import ACCOUNT
from tests.world import settings

EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
PASS = {"Effect": "Allow", "Action": ["iam:PassRole", "ec2:RunInstances"], "Resource": "*"}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def told(document: str) -> str:
    return "\n".join(lines(of_file("x", document, ACCOUNT, settings(), "2026-11-02T10:00:00Z")))


def test_a_trust_tells_who_comes_in_and_what_it_breaks() -> None:
    found = told(text(EC2, OPEN))
    assert "  - the AWS service ec2.amazonaws.com, by sts:AssumeRole" in found
    assert (
        "  - role-no-wildcard-trust (critical, notify): The trust of the role x lets anyone"
        in found
    )
    assert "What it grants" not in found


def test_a_good_trust_breaks_nothing() -> None:
    found = told(text(EC2))
    assert "It breaks no convention." in found
    assert "  - role-no-wildcard-trust: A role's trust names who may assume it." in found


def test_a_condition_that_keeps_nobody_out_is_told_with_the_reason() -> None:
    idle = {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorg1"}}
    assert "not kept out by: " in told(text(OPEN | {"Condition": idle}))


def test_a_policy_tells_what_it_grants_that_matters() -> None:
    found = told(text(READ, PASS))
    assert "  - The policy, statement 1, lets its holder pass every role." in found
    assert "by iam:PassRole and ec2:RunInstances; without iam:PassRole that way is closed." in found
    assert "Who can assume it" not in found


def test_a_policy_for_one_thing_grants_nothing_that_matters() -> None:
    assert "It grants nothing that is known to be dangerous." in told(text(READ))


def test_a_role_is_told_with_all_of_its_policies_within_its_boundary() -> None:
    ref = SubjectRef("role", "deploy", ACCOUNT)
    effective = {"texts": {"inline pass": text(PASS)}, "boundary": None}
    state: dict[Facet, Any] = {
        Facet.ROLE_TRUST: text(EC2),
        Facet.ROLE_EFFECTIVE_POLICIES: effective,
    }
    found = explain(subject(ref, state, "/"), settings())
    assert found.grants
    assert found.grants[0] == "inline pass, statement 0, lets its holder pass every role."
    bounded = explain(
        subject(
            ref, state | {Facet.ROLE_EFFECTIVE_POLICIES: effective | {"boundary": text(READ)}}, "/"
        ),
        settings(),
    )
    assert bounded.grants
    assert not any("Whoever holds it can" in one for one in bounded.grants)
    assert "A permissions boundary bounds all of it" in bounded.grants[-1]


def test_what_cannot_be_understood_is_said() -> None:
    assert "The policy cannot be judged with certainty: it is not JSON." in told("{")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (text(EC2), True),
        (json.dumps({"statement": EC2 | {"notprincipal": "*"}}), True),
        (text(READ), False),
        ("{", False),
        ("[]", False),
        ("null", False),
        ('{"Statement": ["Principal"]}', False),
    ],
)
def test_a_trust_is_told_from_a_policy_by_its_principals(document: str, expected: bool) -> None:
    assert is_trust(document) is expected


def test_a_file_is_explained_for_people_and_for_machines(tmp_path: Path) -> None:
    file = tmp_path / "deploy.json"
    file.write_text(text(EC2))
    run = CliRunner()
    shown = run.invoke(app, ["explain-policy", str(file)])
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("role deploy\n")
    data = json.loads(run.invoke(app, ["explain-policy", str(file), "--format", "json"]).output)
    assert data["ways"]["ways"][0]["principal"] == "ec2.amazonaws.com"
    assert data["grants"] is None


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("nowhere.json", "There is no file nowhere.json."),
        (
            "arn:aws:s3:::bucket",
            "arn:aws:s3:::bucket is not the ARN of a role, a user or a policy.",
        ),
    ],
)
def test_what_cannot_be_explained_is_answered_with_what_to_do(what: str, says: str) -> None:
    assert str(CliRunner().invoke(app, ["explain-policy", what]).exception) == says


def test_how_bad_a_drift_is_counts_more_than_how_bad_its_convention_is() -> None:
    vendor = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": "arn:aws:iam::*:role/vendor",
    }
    assert "  - policy-no-assumerole-star (low, notify): " in told(text(vendor))


def test_what_takes_more_than_a_file_tells_is_named_as_not_judged() -> None:
    line = told(text(EC2)).splitlines()[-1]
    assert line.startswith("Not judged, for that takes more than is known here: ")
    assert "role-trust-baseline" in line  # nobody has accepted anything
    assert "role-max-session" in line
