"""`rolecall baseline`: accepting what is there, seeing what was accepted, and forgetting it."""

import json
from typing import Any

import pytest

from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall_cli.baseline import subject_of
from rolecall_cli.errors import UsageError
from tests.cli.operating import ALICE, Command, operate
from tests.states import ACCOUNT
from tests.world import World, settings

DEPLOY, BUILD = (SubjectRef("role", name, ACCOUNT) for name in ("deploy", "build"))
POLICY = SubjectRef("policy", f"arn:aws:iam::{ACCOUNT}:policy/ci/build", ACCOUNT)


def trust(account: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def world() -> World:
    made = World(settings())
    for ref in (DEPLOY, BUILD):
        made.account.add(ref, {Facet.ROLE_TRUST: trust("111122223333")})
    versions = {
        id_: {"text": "{}", "created": "", "default": id_ == "v2"} for id_ in ("v1", "v2", "v3")
    }
    made.account.add(POLICY, {Facet.POLICY_VERSIONS: versions}, "/ci/")
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, world: World) -> Command:
    return operate(monkeypatch, world)


def accepted(world: World, ref: SubjectRef) -> Any:
    found = world.baselines.baseline(ref)
    return found and dict(found.values)


def test_what_is_there_is_accepted_with_who_and_why(run: Command, world: World) -> None:
    done = run(
        "baseline", "accept", f"arn:aws:iam::{ACCOUNT}:role/ci/deploy", "--reason", "CHG-1", "--yes"
    )
    assert done.exit_code == 0, done.output
    assert "role deploy: accepted for the first time" in done.output
    (found,) = world.baselines.baselines()
    assert (found.ref, found.by, found.reason) == (DEPLOY, ALICE, "CHG-1")
    assert accepted(world, DEPLOY) == {
        Facet.ROLE_TRUST_REVIEWED: {"text": trust("111122223333"), "restore": False}
    }


def test_a_policy_is_accepted_with_its_default_version(run: Command, world: World) -> None:
    run("baseline", "accept", POLICY.name, "--reason", "CHG-1", "--yes")
    assert accepted(world, POLICY) == {Facet.POLICY_DEFAULT_REVIEWED: "v2"}


def test_what_differs_is_shown_and_what_does_not_is_left_alone(run: Command, world: World) -> None:
    accept = ("baseline", "accept", "--all", "role", "--reason", "CHG-2", "--restore", "--yes")
    assert "2 accepted." in run(*accept).output
    assert run(*accept).output == "Nothing differs from what was accepted.\n"
    world.account.state[DEPLOY][Facet.ROLE_TRUST] = trust("444455556666")
    shown = run(*accept, "--dry-run").output
    assert "role deploy: accepted before" in shown
    assert "- " in shown
    assert "444455556666" in shown
    assert "role build" not in shown
    assert accepted(world, DEPLOY)[Facet.ROLE_TRUST_REVIEWED]["text"] == trust("111122223333")
    assert "1 accepted." in run(*accept).output
    assert accepted(world, DEPLOY)[Facet.ROLE_TRUST_REVIEWED] == {
        "text": trust("444455556666"),
        "restore": True,
    }


def test_what_was_accepted_is_listed_and_forgotten(run: Command, world: World) -> None:
    run("baseline", "accept", DEPLOY.arn, "--reason", "CHG-1", "--restore", "--yes")
    listed = run("baseline", "list").output
    assert all(word in listed for word in ("role deploy", ALICE, "CHG-1", "yes"))
    assert run("baseline", "forget", DEPLOY.arn, "--yes").exit_code == 0
    assert accepted(world, DEPLOY) is None
    assert str(run("baseline", "forget", DEPLOY.arn, "--yes").exception) == (
        "Nothing was accepted of the role deploy."
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Say what to accept: ARNs, or --all and a kind."),
        ((DEPLOY.arn, "--all", "role"), "Say what to accept: ARNs, or --all and a kind."),
        (
            ("--all", "user"),
            "There are no baselines of user; there are of: account, oidc-provider, policy, ",
        ),
        ((f"arn:aws:iam::{ACCOUNT}:role/nobody",), "The role nobody is not there."),
        ((DEPLOY.arn,), "There is nobody to ask here: add --yes."),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(
    run: Command, arguments: tuple[str, ...], says: str
) -> None:
    done = run("baseline", "accept", *arguments, "--reason", "CHG-1")
    assert str(done.exception).startswith(says)


@pytest.mark.parametrize(
    ("arn", "kind", "name"),
    [
        ("arn:aws:iam::111122223333:role/a/b/deploy", "role", "deploy"),
        (
            "arn:aws:iam::111122223333:oidc-provider/id.example.com/o/1",
            "oidc-provider",
            "id.example.com/o/1",
        ),
        ("arn:aws-cn:iam::111122223333:saml-provider/Staff", "saml-provider", "Staff"),
        (POLICY.name, "policy", POLICY.name),
        ("arn:aws:iam::111122223333:root", "account", ACCOUNT),
    ],
)
def test_an_arn_names_its_subject(arn: str, kind: str, name: str) -> None:
    assert subject_of(arn) == SubjectRef(kind, name, ACCOUNT)


@pytest.mark.parametrize(
    "arn", ["deploy", "arn:aws:iam::111122223333:role/", "arn:aws:iam::1:user/bob"]
)
def test_what_has_no_baseline_is_refused(arn: str) -> None:
    with pytest.raises(
        UsageError, match="is not the ARN of one of these: account, oidc-provider, policy, role"
    ):
        subject_of(arn)
