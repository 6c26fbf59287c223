"""Exactly whom an exemption or a protection covers, and how long."""

import pytest

from rolecall.model.drifts import Drift
from rolecall.model.subjects import SubjectRef
from tests.settings.yaml import exemption, text
from tests.states import ACCOUNT, ref
from tests.world import settings

ID = "user-permissions-via-groups"
DRIFT = Drift(ID, ref("user"), "p", "It is so.", {"inline": ""})


@pytest.mark.peer(4, "policy-guard: a policy with a path gets a wrong ARN")
@pytest.mark.peer(40, "policy-guard: the subject BreakGlassAdmin is detached")
@pytest.mark.parametrize(
    ("arn", "covers"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/bob", True),
        (f"arn:aws:iam::{ACCOUNT}:user/team/sub/bob", True),
        # IAM tells names apart whatever the case of their letters, and so does who calls it.
        (f"arn:aws:iam::{ACCOUNT}:user/Bob", True),
        (f"arn:aws-us-gov:iam::{ACCOUNT}:user/bob", True),
        ("arn:aws:iam::444455556666:user/bob", False),
        (f"arn:aws:iam::{ACCOUNT}:role/bob", False),
        (f"arn:aws:iam::{ACCOUNT}:user/bob/other", False),
        (f"arn:aws:iam::{ACCOUNT}:user/bobby", False),
        (f"arn:aws:iam::{ACCOUNT}:root", False),
        (f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/bob", False),
    ],
)
def test_an_arn_names_exactly_its_subject(arn: str, *, covers: bool) -> None:
    found = settings(text(exemption(subject=arn), protected=f"protected: [{arn}]\n"))
    assert bool(found.exemptions_about(DRIFT)) is covers
    assert bool(found.protection(ref("user"))) is covers


@pytest.mark.peer(43, "policy-guard: suppression is OR-ed though it is written as AND")
def test_an_exemption_holds_for_its_convention_only() -> None:
    found = settings(text(exemption(convention="no-long-term-access-keys")))
    assert found.exemptions_about(DRIFT) == ()


@pytest.mark.parametrize(
    ("today", "over"), [("2027-03-30", False), ("2027-03-31", False), ("2027-04-01", True)]
)
def test_an_exemption_holds_through_its_last_day(today: str, *, over: bool) -> None:
    (found,) = settings(text(exemption())).exemptions_about(DRIFT)
    assert found.is_over(today) is over


def test_of_two_exemptions_the_longer_one_comes_first() -> None:
    both = exemption() + exemption(id="EX-2", expires="2029-01-01").removeprefix("exemptions:\n")
    assert [one.id for one in settings(text(both)).exemptions_about(DRIFT)] == ["EX-2", "EX-1"]


def test_an_exemption_may_be_about_several_conventions() -> None:
    several = settings(text(exemption(convention=f"[root-usage, {ID}]")))
    assert several.exemptions_about(DRIFT)
    assert several.exemptions_about(Drift("root-usage", ref("user"), "p", "It is so.", None))
    assert not several.exemptions_about(Drift("group-has-policy", ref("user"), "p", "So.", None))


@pytest.mark.parametrize(
    ("name", "covers"),
    [
        ("bo*", True),
        ("B*B", True),
        ("*b", True),
        ("*o*", True),
        ("b*ob", True),
        ("o*", False),
        ("*o", False),
        ("bob-*", False),
        ("b.b*", False),
    ],
)
def test_a_pattern_is_about_those_whose_whole_name_it_fits(name: str, *, covers: bool) -> None:
    for arn in (f"arn:aws:iam::{ACCOUNT}:user/{name}", f"arn:aws-cn:iam::{ACCOUNT}:user/{name}"):
        assert bool(settings(text(exemption(subject=arn))).exemptions_about(DRIFT)) is covers
    for other in (f"arn:aws:iam::{ACCOUNT}:role/{name}", f"arn:aws:iam::444455556666:user/{name}"):
        assert not settings(text(exemption(subject=other))).exemptions_about(DRIFT)


def test_a_star_protects_nobody() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/bo*"
    assert not settings(text(protected=f"protected: [{arn}]\n")).protection(ref("user"))


def test_an_instance_is_protected_in_its_region_only() -> None:
    one = ref("instance")
    other = SubjectRef("instance", one.name, ACCOUNT, "eu-north-1")
    found = settings(text(protected=f"protected: [{one.arn}]\n"))
    assert found.protection(one)
    assert not found.protection(other)


def test_the_account_itself_can_be_exempt() -> None:
    root = ref("account")
    found = settings(text(exemption(convention="root-usage", subject=root.arn)))
    assert found.exemptions_about(Drift("root-usage", root, "p", "It is so.", None))
