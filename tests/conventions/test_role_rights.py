"""What roles may carry: the traps of role-no-admin-policy and role-no-inline-policy."""

import json
from dataclasses import replace
from typing import Any

import pytest

from rolecall.detection.deciding import Facts, decide
from rolecall.model.cases import Case, Status
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.registered import Organization, Registered
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.conventions.states import drifts, parts
from tests.detection.staged import world_of
from tests.samples import Sample, sample
from tests.states import ACCOUNT, ADMIN
from tests.world import ACTING, World, settings

NO_ADMIN, NO_INLINE = "role-no-admin-policy", "role-no-inline-policy"
OTHER, SISTER = "444455556666", "777788889999"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/operators"
CDK = f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-us-east-1"
(ADMIN_ARN,) = ADMIN


def policy(effect: str = "Allow", action: Any = "*", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: Any, action: str = "sts:AssumeRole") -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(name: str = "ops", path: str = "/", **state: Any) -> Subject:
    attached = state.get("attached", {})
    return subject(
        SubjectRef("role", name, ACCOUNT),
        {
            Facet.ROLE_ATTACHED_POLICIES: {arn: arn.rpartition("/")[2] for arn in attached},
            Facet.ROLE_EFFECTIVE_POLICIES: {
                "texts": {arn: text for arn, text in attached.items() if text},
                "boundary": None,
            },
            Facet.ROLE_INLINE_POLICIES: state.get("inline", {}),
            Facet.ROLE_INSTANCE_PROFILES: state.get("profiles", []),
            Facet.ROLE_TRUST: state.get("trust", trust({"Service": "ec2.amazonaws.com"})),
            Facet.ROLE_ORGANIZATION_ACCOUNTS: state.get("accounts"),
        },
        path,
    )


# --- role-no-admin-policy ---


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("name", ["AdministratorAccess", "IAMFullAccess"])
def test_aws_administrators_policies_are_known_by_their_arn_alone(
    partition: str, name: str
) -> None:
    arn = f"arn:{partition}:iam::aws:policy/{name}"
    (drift,) = drifts(NO_ADMIN, role(attached={arn: ""}))
    assert (drift.part, drift.found, drift.remediable) == (arn, {"attached": arn}, True)


def test_a_customers_policy_is_judged_by_its_text_and_by_nothing_else() -> None:
    found = role(attached={OWN: policy(action="iam:*"), f"{OWN}2": policy(action="s3:*")})
    assert parts(NO_ADMIN, found) == [OWN]


@pytest.mark.parametrize(
    "document",
    [
        policy(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        policy().replace("]", ', {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}]'),
        "",
        "no policy",
    ],
)
def test_a_policy_that_may_grant_it_is_told_and_never_taken_away(document: str) -> None:
    (drift,) = drifts(NO_ADMIN, role(inline={"p": document}))
    assert not drift.remediable
    assert "cannot be judged with certainty" in drift.says


@pytest.mark.parametrize(
    ("name", "path", "clean"),
    [
        ("OrganizationAccountAccessRole", "/", True),
        ("AWSControlTowerExecution", "/", True),
        (f"stacksets-exec-{'0a' * 16}", "/", True),
        (CDK, "/", True),
        (CDK, "/team/", False),
        ("stacksets-exec-mine", "/", False),
        (CDK.replace(ACCOUNT, OTHER), "/", False),
        ("AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/", True),
        ("AWSReservedSSO_Admin_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/", True),
        ("AWSReservedSSO_Admin_0123456789abcdef", "/", False),
        ("remediate", "/rolecall/", True),
        ("admin-on-call", "/", True),
        ("ops", "/", False),
    ],
)
def test_roles_of_platforms_and_permitted_ones_may_carry_it(
    name: str, path: str, *, clean: bool
) -> None:
    found = parts(NO_ADMIN, role(name, path, attached={ADMIN_ARN: ""}), {"permitted": ["admin-*"]})
    assert found == ([] if clean else [ADMIN_ARN])


STRANGER = trust({"AWS": f"arn:aws:iam::{OTHER}:root"})
PEOPLE = trust({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/people"})


def asks(of: Subject, organization: Organization = Organization()) -> bool:  # noqa: B008  # frozen
    convention = Registry({}, Registered(organization=organization))[NO_ADMIN]
    (drift,) = convention.drifts(of)
    assert drift.remediable
    return drift.needs_approval


def carrying(**state: Any) -> Subject:
    return role(attached={ADMIN_ARN: ""}, **state)


def test_it_acts_by_itself_only_where_machines_or_strangers_get_in() -> None:
    assert asks(carrying())
    assert asks(carrying(trust=PEOPLE))
    assert asks(carrying(trust=trust({"AWS": ACCOUNT})))
    assert asks(carrying(trust="no policy"))
    assert not asks(carrying(profiles=["web"]))
    assert not asks(carrying(trust=STRANGER))
    assert not asks(carrying(trust=trust("*")))
    assert asks(subject(carrying().ref, dict(list(carrying().state.items())[:3]), "/"))


def test_an_account_of_ones_own_organization_is_no_stranger() -> None:
    assert asks(carrying(trust=STRANGER), Organization("o-example", frozenset({OTHER})))
    assert not asks(carrying(trust=STRANGER), Organization("o-example", frozenset({SISTER})))
    read = Organization("o-example", read=True)
    assert asks(carrying(trust=STRANGER, accounts=[OTHER]), read)
    assert not asks(carrying(trust=STRANGER, accounts=[SISTER]), read)
    assert asks(carrying(trust=STRANGER), read), "nobody knows the accounts"


def test_the_organizations_accounts_are_read_only_where_the_settings_say_so() -> None:
    def wants(*, read: bool) -> bool:
        registered = Registered(organization=Organization(read=read))
        found = Registry({}, registered)[NO_ADMIN].wants("role")
        return Facet.ROLE_ORGANIZATION_ACCOUNTS in found

    assert wants(read=True)
    assert not wants(read=False)


def test_what_it_says_tells_who_gets_in() -> None:
    (drift,) = drifts(NO_ADMIN, carrying(profiles=["web"]))
    assert drift.says == (
        "The role ops, which is in the instance profile web, carries the policy AdministratorAccess, "
        "which lets whoever assumes it administer IAM."
    )
    (drift,) = drifts(NO_ADMIN, carrying(trust=STRANGER))
    assert "The role ops, whose trust lets strangers in, carries" in drift.says


def settled(one: Sample, more: str = "") -> tuple[World, Case]:
    made = world_of(one.change, ACTING + more, one.state)
    cases = [made.ledger.get(id_).case for id_ in made.detector.detect(one.change).cases]
    (case,) = [case for case in cases if case.drift.convention == one.convention]
    return made, made.settle(case.id)


def test_a_role_of_instances_loses_it_at_once_and_any_other_when_people_approve() -> None:
    made, case = settled(sample(f"{NO_ADMIN}/drift-attach-iam-full-access-to-a-role-of-instances"))
    assert case.status is Status.REMEDIATED
    assert [call.name for call in made.account.calls] == ["iam:DetachRolePolicy"]
    made, case = settled(sample(f"{NO_ADMIN}/drift-attach-administrator-access"))
    assert case.status is Status.AWAITING_APPROVAL
    assert made.account.calls == []
    made.approve(case.id)
    assert made.settle(case.id).status is Status.REMEDIATED
    made.undoer.undo(case.id, reason="needed tonight", by="alice")
    assert made.account.state[case.drift.subject][Facet.ROLE_ATTACHED_POLICIES] == ADMIN


def test_one_that_is_taken_out_of_its_profile_meanwhile_waits_for_people() -> None:
    one = sample(f"{NO_ADMIN}/drift-attach-iam-full-access-to-a-role-of-instances")
    text = ACTING + f"  {NO_ADMIN}: {{grace: 60}}\n"
    made = world_of(one.change, text, one.state)
    cases = [made.ledger.get(id_).case for id_ in made.detector.detect(one.change).cases]
    (case,) = [case for case in cases if case.drift.convention == NO_ADMIN]
    assert case.status is Status.PENDING
    made.account.state[case.drift.subject][Facet.ROLE_INSTANCE_PROFILES] = []
    assert made.settle(case.id).status is Status.AWAITING_APPROVAL


@pytest.mark.parametrize("more", ["", f"  {NO_ADMIN}: {{grace: 60}}\n"])
def test_what_a_template_brought_is_told_and_stays_told_when_a_grace_ends(more: str) -> None:
    made, case = settled(sample(f"{NO_ADMIN}/drift-attached-by-cloudformation"), more)
    assert (case.status, case.severity.value) == (Status.NOTIFIED, "critical")
    assert made.account.calls == []


def test_break_glass_roles_are_told_and_never_touched() -> None:
    found = settings(ACTING.replace("user/break-glass", "role/break-glass"))
    glass = role("break-glass", attached={ADMIN_ARN: ""})
    convention = Registry(found.options)[NO_ADMIN]
    (drift,) = convention.drifts(glass)
    decision = decide(drift, convention, found, Facts("2026-11-02", "/"))
    assert (decision.status, decision.severity.value) == (Status.PROTECTED, "critical")


def test_only_the_policy_that_grants_it_goes() -> None:
    convention = Registry()[NO_ADMIN]
    of = role(
        attached={ADMIN_ARN: "", OWN: policy(action="s3:*")},
        inline={"all": policy(), "some": policy(action="s3:*")},
    )
    plans = [convention.remedy(drift) for drift in convention.drifts(of)]
    assert [dict(step.do.parameters) for plan in plans if plan for step in plan] == [
        {"RoleName": "ops", "PolicyArn": ADMIN_ARN},
        {"RoleName": "ops", "PolicyName": "all"},
    ]


def test_a_drift_that_asks_for_people_is_kept_as_such() -> None:
    (drift,) = drifts(NO_ADMIN, carrying())
    assert Drift.from_dict(drift.to_dict()) == drift
    before = {key: value for key, value in drift.to_dict().items() if key != "needs_approval"}
    assert Drift.from_dict(before) == replace(drift, needs_approval=False)


# --- role-no-inline-policy ---

READS = policy(action="s3:GetObject")


@pytest.mark.parametrize(
    ("of", "found"),
    [
        (role(inline={"p": READS}), [("p", True)]),
        (role(inline={"p": policy("Deny")}), [("p", False)]),
        (role(inline={"p": policy()}), [("p", False)]),
        (role(inline={"p": "no policy"}), [("p", False)]),
        (role(inline={"Rolecall-Revoked": policy("Deny")}), []),
        (role(inline={"Rolecall-Revoked": READS}), [("Rolecall-Revoked", True)]),
        (role(inline={"AWSRevokeOlderSessions": policy("Deny")}), []),
        (role(inline={"AWSRevokeOlderSessions": READS}), [("AWSRevokeOlderSessions", True)]),
        (
            role(inline={"AWSRevokeOlderSessions2": policy("Deny")}),
            [("AWSRevokeOlderSessions2", False)],
        ),
        (role(path="/rolecall/", inline={"p": READS}), []),
        (role(path="/aws-reserved/sso.amazonaws.com/", inline={"p": READS}), []),
        (role(attached={ADMIN_ARN: ""}), []),
    ],
)
def test_an_inline_policy_is_converted_where_that_is_harmless(
    of: Subject, found: list[tuple[str, bool]]
) -> None:
    assert [(drift.part, drift.remediable) for drift in drifts(NO_INLINE, of)] == found


def test_it_is_attached_before_anything_is_deleted_and_taken_back_the_other_way() -> None:
    (drift,) = drifts(NO_INLINE, role(inline={"p": READS}))
    plan = Registry()[NO_INLINE].remedy(drift)
    assert plan
    assert [step.do.name for step in plan] == [
        "iam:CreatePolicy",
        "iam:AttachRolePolicy",
        "iam:DeleteRolePolicy",
    ]
    assert [step.undo.name for step in reversed(plan.steps)] == [
        "iam:PutRolePolicy",
        "iam:DetachRolePolicy",
        "iam:DeletePolicy",
    ]
    arn = plan.steps[1].do.parameters["PolicyArn"]
    assert arn.startswith(f"arn:aws:iam::{ACCOUNT}:policy/roles/ops/ops-p-")
    assert plan.steps[0].do.parameters["Path"] == "/roles/ops/"


def test_the_advice_makes_the_same_policy_by_hand() -> None:
    (drift,) = drifts(NO_INLINE, role(inline={"p; id": READS}))
    lines = list(Registry()[NO_INLINE].advice(drift, None))
    assert lines[0].startswith("aws iam get-role-policy --role-name ops --policy-name 'p; id' ")
    assert [line.split()[2] for line in lines] == [
        "get-role-policy",
        "create-policy",
        "attach-role-policy",
        "delete-role-policy",
    ]
