"""No remedy leaves the account without somebody who can administer IAM."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.convention import Convention
from rolecall.errors import UnguardedError, UnmodifiableError
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.scales import Severity
from rolecall.model.subjects import SubjectRef
from rolecall.policy.administration import administers
from rolecall.registry import Registry
from rolecall.remediation.guard import Guard
from rolecall.replaying.memory import MemoryAccount
from tests.remediation.watched import pending
from tests.states import ACCOUNT, states
from tests.world import ACTING, ADMIN, BREAK_GLASS, settings

BOB = SubjectRef("user", "bob", ACCOUNT)
TEAM = SubjectRef("group", "team", ACCOUNT)
DEPLOY = SubjectRef("role", "deploy", ACCOUNT)
OWN = f"arn:aws:iam::{ACCOUNT}:policy/own"
ADMIN_ARN = "arn:aws:iam::aws:policy/AdministratorAccess"
MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


def says(effect: str, action: str, resource: str = "*", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUST = says("Allow", "sts:AssumeRole").replace('"Resource"', '"Principal"')


def remedy(name: str, **parameters: str) -> Remedy:
    call = Call(name, parameters)
    return Remedy(Step(call, call))


DETACH = remedy("iam:DetachUserPolicy", UserName="bob", PolicyArn="arn:aws:iam::aws:policy/X")


def passes(account: MemoryAccount, of: SubjectRef, plan: Remedy = DETACH) -> bool:
    try:
        Guard([of.arn], account).check(BOB, plan)
    except UnguardedError:
        return False
    return True


@pytest.mark.parametrize(
    ("texts", "can"),
    [
        ([says("Allow", "*")], True),
        ([says("Allow", "IAM:*")], True),
        ([says("Allow", "iam:AttachUserPolicy")], False),
        ([says("Allow", "*", "arn:aws:iam::111122223333:user/*")], False),
        ([says("Allow", "*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.1"}})], False),
        ([says("Allow", "*"), says("Deny", "iam:CreateUser")], False),
        ([says("Allow", "*"), says("Deny", "iam:*", Condition=MFA)], True),
        ([says("Allow", "*"), says("Deny", "s3:*")], True),
        ([says("Allow", "*"), "no policy"], False),
        ([], False),
    ],
)
def test_only_what_surely_administers_iam_counts(texts: list[str], *, can: bool) -> None:
    assert administers(texts) is can


def test_a_user_is_a_witness_by_its_own_its_groups_and_its_customers_policies() -> None:
    for facets in (
        ADMIN,
        {Facet.USER_INLINE_POLICIES: {"own": says("Allow", "*")}},
        {Facet.USER_ATTACHED_POLICIES: {OWN: "own"}},
        {Facet.USER_GROUPS: ["team"]},
    ):
        account = MemoryAccount()
        account.add(BREAK_GLASS, facets)
        account.add(TEAM, {Facet.GROUP_ATTACHED_POLICIES: {ADMIN_ARN: "AdministratorAccess"}})
        policy = SubjectRef("policy", OWN, ACCOUNT)
        account.add(policy, {Facet.POLICY_DOCUMENT: says("Allow", "*")})
        assert passes(account, BREAK_GLASS)


def test_what_the_remedy_takes_does_not_count() -> None:
    account = MemoryAccount()
    account.add(BREAK_GLASS, {Facet.USER_GROUPS: ["team"]})
    account.add(TEAM, {Facet.GROUP_ATTACHED_POLICIES: {ADMIN_ARN: "AdministratorAccess"}})
    taking = remedy("iam:DetachGroupPolicy", GroupName="TEAM", PolicyArn=ADMIN_ARN)
    assert not passes(account, BREAK_GLASS, taking)
    assert not passes(account, BREAK_GLASS, remedy("iam:DeleteGroup", GroupName="team"))
    leaving = remedy("iam:RemoveUserFromGroup", GroupName="team", UserName="break-glass")
    assert not passes(account, BREAK_GLASS, leaving)
    account.state[TEAM][Facet.GROUP_INLINE_POLICIES] = {"a": says("Allow", "*")}
    assert passes(account, BREAK_GLASS, taking)


def test_a_policy_whose_version_the_remedy_changes_does_not_count() -> None:
    account = MemoryAccount()
    account.add(BREAK_GLASS, {Facet.USER_ATTACHED_POLICIES: {OWN: "own"}})
    policy = SubjectRef("policy", OWN, ACCOUNT)
    account.add(policy, {Facet.POLICY_DOCUMENT: says("Allow", "*")})
    back = remedy("iam:SetDefaultPolicyVersion", PolicyArn=OWN, VersionId="v1")
    assert not passes(account, BREAK_GLASS, back)
    other = remedy("iam:SetDefaultPolicyVersion", PolicyArn=f"{OWN}-too", VersionId="v1")
    assert passes(account, BREAK_GLASS, other)


def test_what_is_taken_from_somebody_else_the_witness_keeps() -> None:
    account = MemoryAccount()
    account.add(BREAK_GLASS, {Facet.USER_ATTACHED_POLICIES: {ADMIN_ARN: "AdministratorAccess"}})
    from_bob = remedy("iam:DetachUserPolicy", UserName="bob", PolicyArn=ADMIN_ARN)
    assert passes(account, BREAK_GLASS, from_bob)
    own = remedy("iam:DetachUserPolicy", UserName="break-glass", PolicyArn=ADMIN_ARN)
    assert not passes(account, BREAK_GLASS, own)


def test_an_inline_policy_that_the_remedy_deletes_does_not_count() -> None:
    account = MemoryAccount()
    account.add(BREAK_GLASS, {Facet.USER_GROUPS: ["team"]})
    account.add(TEAM, {Facet.GROUP_INLINE_POLICIES: {"all": says("Allow", "*")}})
    gone = remedy("iam:DeleteGroupPolicy", GroupName="team", PolicyName="all")
    other = remedy("iam:DeleteGroupPolicy", GroupName="team", PolicyName="other")
    assert not passes(account, BREAK_GLASS, gone)
    assert passes(account, BREAK_GLASS, other)


@pytest.mark.parametrize(
    ("arn", "counts"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/ops/emergency/break-glass", True),
        ("arn:aws:iam::444455556666:user/break-glass", False),
        (f"arn:aws:iam::{ACCOUNT}:group/break-glass", False),
    ],
)
def test_a_witness_is_a_user_or_role_of_this_account_whatever_its_path(
    arn: str, *, counts: bool
) -> None:
    account = MemoryAccount()
    for of in (BREAK_GLASS, SubjectRef("user", "break-glass", "444455556666")):
        account.add(of, {Facet.USER_ATTACHED_POLICIES: {ADMIN_ARN: "AdministratorAccess"}})
    if counts:
        Guard([arn], account).check(BOB, DETACH)
    else:
        with pytest.raises(UnguardedError):
            Guard([arn], account).check(BOB, DETACH)


def test_a_role_is_a_witness_while_its_trust_lets_somebody_in() -> None:
    role = {Facet.ROLE_ATTACHED_POLICIES: {ADMIN_ARN: "AdministratorAccess"}}
    account = MemoryAccount()
    account.add(DEPLOY, role | {Facet.ROLE_TRUST: TRUST})
    assert passes(account, DEPLOY)
    closing = remedy("iam:UpdateAssumeRolePolicy", RoleName="deploy", PolicyDocument="{}")
    assert not passes(account, DEPLOY, closing)
    account.add(DEPLOY, role | {Facet.ROLE_TRUST: TRUST.replace("Allow", "Deny")})
    assert not passes(account, DEPLOY)


def test_a_remedy_that_takes_nothing_needs_no_witness() -> None:
    assert passes(MemoryAccount(), BREAK_GLASS, remedy("ec2:AssociateIamInstanceProfile"))


def test_without_a_witness_nothing_is_written_and_people_are_told_what_to_do() -> None:
    made, case_id = pending()
    del made.account.state[BREAK_GLASS]
    assert made.settled(case_id) is Status.NOTIFIED
    assert made.account.calls == []
    (told,) = made.bus.published
    assert told.severity is Severity.CRITICAL
    assert "nothing was written. Give one of them AdministratorAccess" in told.reason


def test_what_aws_refuses_to_change_ends_as_protected(monkeypatch: pytest.MonkeyPatch) -> None:
    made, case_id = pending()

    def make(*_: object) -> None:
        raise UnmodifiableError("AWS protects this one from iam:DetachUserPolicy")

    monkeypatch.setattr(made.account, "make", make)
    assert made.settled(case_id) is Status.PROTECTED
    (told,) = made.bus.published
    assert told.severity is Severity.CRITICAL
    assert told.reason.startswith("AWS protects this one")


_ACTING = [
    c
    for c in Registry(settings(ACTING).options)
    if c.remedies and c.kinds()[0] in {"user", "group", "role"}
]


@given(st.sampled_from(_ACTING), st.data())
def test_after_a_remedy_that_the_guard_lets_pass_an_administrator_is_left(
    convention: Convention, data: st.DataObject
) -> None:
    account = MemoryAccount()
    of = SubjectRef(convention.kinds()[0], "subject", ACCOUNT)
    account.add(of, data.draw(states(of.kind)))
    known = st.sampled_from(["AdministratorAccess", "AWSDenyAll"])
    arns = known.map(lambda name: {f"arn:aws:iam::aws:policy/{name}": name})
    account.add(
        BREAK_GLASS,
        {
            Facet.USER_ATTACHED_POLICIES: data.draw(st.just({}) | arns),
            Facet.USER_GROUPS: data.draw(st.sampled_from([[], ["subject"]])),
        },
    )
    guard = Guard([BREAK_GLASS.arn, of.arn], account)
    for drift in convention.drifts(account.read(of, convention.needs_of(of.kind))):
        plan = convention.remedy(drift)
        if plan is None:
            continue
        try:
            guard.check(of, plan)
        except UnguardedError:
            continue
        after = copy.deepcopy(account)
        for step in plan:
            after.make(step.do, "")
        assert passes(after, BREAK_GLASS) or passes(after, of)
