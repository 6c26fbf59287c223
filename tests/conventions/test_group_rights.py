"""What groups may do, who is in them, and where they are no callers: the traps of these conventions."""

import json
from typing import Any

import pytest

from rolecall.detection.deciding import Facts, decide
from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.job_roles import JobRole
from rolecall.model.kinds import subject
from rolecall.model.kinds.groups import Group
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.conventions.states import drifts, parts
from tests.detection.staged import change, world_of
from tests.samples import sample
from tests.states import ACCOUNT, ADMIN
from tests.world import ACTING, World, settings

NO_ADMIN, MEMBERSHIP = "group-no-admin-policy", "group-privileged-membership"
NO_INLINE, NEVER = "group-no-inline-policy", "group-never-principal"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/operators"
(ADMIN_ARN,) = ADMIN


def policy(effect: str = "Allow", action: Any = "*", **more: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def group(name: str = "ops", path: str = "/", **state: Any) -> Group:
    attached = state.get("attached", {})
    found = subject(
        SubjectRef("group", name, ACCOUNT),
        {
            Facet.GROUP_ATTACHED_POLICIES: {arn: arn.rpartition("/")[2] for arn in attached},
            Facet.GROUP_ATTACHED_DOCUMENTS: {arn: t for arn, t in attached.items() if t},
            Facet.GROUP_INLINE_POLICIES: state.get("inline", {}),
            Facet.GROUP_MEMBERS: state.get("members", []),
        },
        path,
    )
    assert isinstance(found, Group)
    return found


# --- group-no-admin-policy ---


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("name", ["AdministratorAccess", "IAMFullAccess"])
def test_aws_administrators_policies_are_known_by_their_arn_alone(
    partition: str, name: str
) -> None:
    arn = f"arn:{partition}:iam::aws:policy/{name}"
    (drift,) = drifts(NO_ADMIN, group(attached={arn: ""}))
    assert (drift.part, drift.found, drift.remediable) == (arn, {"attached": arn}, True)
    assert parts(NO_ADMIN, group(attached={arn.replace(":aws:", f":{ACCOUNT}:"): ""})) == []


def test_a_customers_policy_is_judged_by_its_text_and_by_nothing_else() -> None:
    found = group(attached={OWN: policy(action="iam:*"), f"{OWN}2": policy(action="s3:*")})
    assert parts(NO_ADMIN, found) == [OWN]


def test_policies_that_only_together_grant_it_are_the_members_matter() -> None:
    halves = [policy(action=["iam:A*", "iam:C*"]), policy(action=["iam:P*", "iam:U*"])]
    found = group(inline={"a": halves[0]}, attached={OWN: halves[1]}, members=["bob"])
    assert parts(NO_ADMIN, found) == []
    assert parts(MEMBERSHIP, found) == ["bob"]


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
    (drift,) = drifts(NO_ADMIN, group(inline={"p": document}))
    assert not drift.remediable
    assert "cannot be judged with certainty" in drift.says
    (drift,) = drifts(MEMBERSHIP, group(inline={"p": document}, members=["bob"]))
    assert not drift.remediable


def test_a_group_that_is_permitted_or_registered_for_the_policy_is_clean() -> None:
    found = group(attached={ADMIN_ARN: "", OWN: policy()})
    assert parts(NO_ADMIN, found, {"permitted": ["OPS"]}) == []
    assert parts(NO_ADMIN, found, {"permitted": ["op", "ops2"]}) == [ADMIN_ARN, OWN]
    registered = {"ops": JobRole("on call", "sre", policies=(ADMIN_ARN,))}
    assert parts(NO_ADMIN, found, job_roles=registered) == [OWN]
    assert parts(NO_ADMIN, group("dev", attached={ADMIN_ARN: ""}), job_roles=registered)


def test_the_last_administrators_group_keeps_its_policy() -> None:
    attach = sample(f"{NO_ADMIN}/drift-attach-administrator-access").change
    made = world_of(attach, ACTING)
    for ref in [ref for ref in made.account.state if ref.name == "break-glass"]:
        made.account.state[ref][Facet.USER_ATTACHED_POLICIES] = {}
        made.account.state[ref][Facet.USER_GROUPS] = ["analysts"]
    (case_id,) = made.detector.detect(attach).cases
    case = made.settle(case_id)
    assert (case.status, case.severity.value) == (Status.NOTIFIED, "critical")
    assert "nothing was written" in case.reason
    assert made.account.calls == []


# --- group-privileged-membership ---

ADD: dict[str, Any] = sample(f"{MEMBERSHIP}/drift-user-adds-himself").event["detail"]
BY_ROLE: dict[str, Any] = sample(f"{MEMBERSHIP}/drift-role-adds-a-user").event["detail"][
    "userIdentity"
]


def brought(of: Subject, record: dict[str, Any], **options: Any) -> list[tuple[str, bool]]:
    convention = Registry({MEMBERSHIP: options})[MEMBERSHIP]
    found = [convention.brought(drift, change(record)) for drift in convention.drifts(of)]
    return [(drift.part, drift.remediable) for drift in found if drift]


def added(user: str, identity: Any = None) -> dict[str, Any]:
    request = {"groupName": "ops", "userName": user}
    return (
        ADD
        | {"requestParameters": request}
        | ({} if identity is None else {"userIdentity": identity})
    )


OPS = group(attached={ADMIN_ARN: ""}, members=["alice", "bob"])


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (added("alice"), [("alice", True)]),
        (added("ALICE"), [("alice", True)]),
        (added("bob"), [("bob", False)]),
        (added("carol"), []),
        (added("bob", BY_ROLE), [("bob", False)]),
        (
            added("alice", {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}),
            [("alice", False)],
        ),
        (added("alice", {}), [("alice", False)]),
        # What a session calls itself is its own choice.
        (
            added("bob", BY_ROLE | {"arn": BY_ROLE["arn"].replace("ci-run-4711", "bob")}),
            [("bob", False)],
        ),
    ],
)
def test_a_change_tells_whom_it_added_and_only_who_added_himself_is_removed(
    record: dict[str, Any], found: list[tuple[str, bool]]
) -> None:
    assert brought(OPS, record) == found
    assert brought(OPS, record, remove="all") == [(part, True) for part, _ in found]


@pytest.mark.parametrize(
    ("changers", "identity", "dropped"),
    [
        (["deploy"], BY_ROLE, True),
        (["dep*"], BY_ROLE, True),
        (["DEPLOY"], BY_ROLE, True),
        (["ci-run-4711"], BY_ROLE, False),
        (["deploy2"], BY_ROLE, False),
        (["alice"], None, True),
        (["alic"], None, False),
        (["*"], {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}, False),
    ],
)
def test_who_may_change_such_a_group_brings_no_drift(
    changers: list[str], identity: Any, *, dropped: bool
) -> None:
    assert brought(OPS, added("bob", identity), changers=changers) == (
        [] if dropped else [("bob", False)]
    )


def test_a_sweep_tells_every_member_who_is_not_on_the_roll() -> None:
    assert parts(MEMBERSHIP, OPS) == ["alice", "bob"]
    assert parts(MEMBERSHIP, OPS, {"members": ["A*"]}) == ["bob"]
    assert parts(MEMBERSHIP, OPS, {"members": ["alice", "bob"]}) == []


def test_a_deny_that_takes_it_all_away_makes_a_group_no_privileged_one() -> None:
    denied = group(attached={ADMIN_ARN: ""}, inline={"no": policy("Deny")}, members=["bob"])
    assert parts(MEMBERSHIP, denied) == []
    harmless = group(attached={OWN: policy(action="s3:*"), f"{OWN}2": ""}, members=["bob"])
    assert parts(MEMBERSHIP, harmless) == []


def test_whom_somebody_else_added_stays_even_when_a_grace_ends() -> None:
    one = sample(f"{MEMBERSHIP}/drift-role-adds-a-user")
    made = world_of(one.change, ACTING + f"  {MEMBERSHIP}: {{grace: 60}}\n", one.state)
    (case_id,) = made.detector.detect(one.change).cases
    assert made.ledger.get(case_id).case.status is Status.WAITING
    assert made.settle(case_id).status is Status.NOTIFIED
    assert made.account.calls == []


def test_a_member_whom_the_settings_protect_is_never_removed() -> None:
    found = settings(ACTING)
    convention = Registry()[MEMBERSHIP]
    admins = group(attached={ADMIN_ARN: ""}, members=["break-glass", "bob"])
    told = [
        decide(d, convention, found, Facts("2026-11-02", "/")) for d in convention.drifts(admins)
    ]
    assert [one.status for one in told] == [Status.PROTECTED, Status.PENDING]


# --- group-no-inline-policy ---

READS = policy(action="s3:GetObject")


@pytest.mark.parametrize(
    ("of", "found"),
    [
        (group(inline={"p": READS}), [("p", True)]),
        (group(inline={"p": policy("Deny")}), [("p", False)]),
        (group(inline={"p": policy()}), [("p", False)]),
        (group(inline={"p": "no policy"}), [("p", False)]),
        (group(inline={"Rolecall-quarantine": READS}), []),
        (group(inline={"rolecall-quarantine": READS}), [("rolecall-quarantine", True)]),
        (group("AWSSESSendingGroupDoNotRename", inline={"AmazonSesSendingAccess": READS}), []),
        (group(attached={ADMIN_ARN: ""}), []),
    ],
)
def test_an_inline_policy_is_converted_where_that_is_harmless(
    of: Subject, found: list[tuple[str, bool]]
) -> None:
    assert [(drift.part, drift.remediable) for drift in drifts(NO_INLINE, of)] == found


def planned(of: Subject) -> list[Any]:
    (drift,) = drifts(NO_INLINE, of)
    return list(Registry()[NO_INLINE].remedy(drift) or ())


def test_it_is_attached_before_anything_is_deleted_and_taken_back_the_other_way() -> None:
    steps = planned(group(inline={"p": READS}))
    assert [step.do.name for step in steps] == [
        "iam:CreatePolicy",
        "iam:AttachGroupPolicy",
        "iam:DeleteGroupPolicy",
    ]
    assert [step.undo.name for step in reversed(steps)] == [
        "iam:PutGroupPolicy",
        "iam:DetachGroupPolicy",
        "iam:DeletePolicy",
    ]


def test_its_name_is_the_same_for_the_same_policy_and_another_for_any_other() -> None:
    def arn(of: Subject) -> str:
        found: str = planned(of)[1].do.parameters["PolicyArn"]
        return found

    made = arn(group(inline={"p": READS}))
    assert made == arn(group(inline={"p": READS}))
    assert made.startswith(f"arn:aws:iam::{ACCOUNT}:policy/groups/ops/ops-p-")
    others = {
        arn(group(inline={"p": policy(action="s3:PutObject")})),
        arn(group(inline={"q": READS})),
        arn(group("ops-p", inline={"p": READS})),
    }
    assert len({made, *others}) == 4
    longest = arn(group("g" * 128, inline={"p" * 128: READS}))
    assert len(longest.rpartition("/")[2]) == 128
    assert longest != arn(group("g" * 128, inline={"q" * 128: READS}))


def test_the_partition_is_that_of_what_the_group_carries() -> None:
    carried = {"arn:aws-cn:iam::aws:policy/ReadOnlyAccess": ""}
    steps = planned(group(inline={"p": READS}, attached=carried))
    assert steps[1].do.parameters["PolicyArn"].startswith(f"arn:aws-cn:iam::{ACCOUNT}:policy/")


PUT = sample(f"{NO_INLINE}/drift-put-group-policy")


def _converting() -> tuple[World, str]:
    made = world_of(PUT.change)
    (case_id,) = made.detector.detect(PUT.change).cases
    return made, case_id


def test_a_policy_of_that_name_with_another_text_ends_it_before_anything_is_deleted() -> None:
    made, case_id = _converting()
    (call,) = [c for c in made.ledger.get(case_id).case.remedy if "Create" in c["do"]["call"]]
    names = call["do"]["parameters"]
    made.account.add(
        SubjectRef("policy", call["undo"]["parameters"]["PolicyArn"], ACCOUNT),
        {Facet.POLICY_DOCUMENT: policy()},
    )
    case = made.settle(case_id)
    assert case.status is Status.FAILED
    assert [c.name for c in made.account.calls] == ["iam:CreatePolicy"]
    ref = SubjectRef("group", "analysts", ACCOUNT)
    assert made.account.state[ref][Facet.GROUP_INLINE_POLICIES] == {
        "reports": names["PolicyDocument"]
    }


@pytest.mark.parametrize("dies_at", [0, 1, 2])
@pytest.mark.parametrize("after", [False, True])
def test_who_comes_after_a_worker_that_died_ends_it_and_undo_takes_all_of_it_back(
    dies_at: int, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    made, case_id = _converting()
    before = {ref: dict(state) for ref, state in made.account.state.items()}
    make, count = made.account.make, iter(range(99))

    def dying(call: Any, region: str) -> Any:
        if next(count) == dies_at:
            if after:
                make(call, region)
            raise KeyboardInterrupt
        return make(call, region)

    monkeypatch.setattr(made.account, "make", dying)
    with pytest.raises(KeyboardInterrupt):
        made.settle(case_id)
    made.clock.now += 1000
    assert made.settle(case_id).status is Status.REMEDIATED
    group_now = made.account.state[SubjectRef("group", "analysts", ACCOUNT)]
    assert group_now[Facet.GROUP_INLINE_POLICIES] == {}
    assert len(group_now[Facet.GROUP_ATTACHED_POLICIES]) == 1
    made.undoer.undo(case_id, reason="needed inline", by="alice")
    assert made.account.state == before


# --- group-never-principal ---


def test_every_document_is_a_drift_of_its_own_that_names_what_to_write_instead() -> None:
    convention = Registry()[NEVER]
    (drift,) = drifts(NEVER, _staged("drift-create-role", "role", "reports"))
    assert drift.part == "trust policy"
    (line,) = convention.advice(drift, None)
    assert "aws:PrincipalTag/job-role" in line
    (refused,) = convention.refused(sample(f"{NEVER}/drift-refused-trust").change)
    (line,) = convention.advice(refused, None)
    assert f"arn:aws:iam::{ACCOUNT}:role/analysts" in line
    assert not refused.remediable


def _staged(name: str, kind: str, subject_name: str) -> Subject:
    one = sample(f"{NEVER}/{name}")
    ref = SubjectRef(kind, subject_name, ACCOUNT)
    made = world_of(one.change)
    found = made.account.read(ref, Registry()[NEVER].reads(kind))
    assert found
    return found


TRUST = sample(f"{NEVER}/drift-refused-trust").event["detail"]
DOCUMENT = TRUST["requestParameters"]["policyDocument"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ["role reports"]),
        ({"errorCode": "MalformedPolicyDocument"}, ["role reports"]),
        ({"errorCode": "NoSuchEntityException"}, []),
        ({"errorCode": "AccessDenied", "requestParameters": None}, []),
        ({"requestParameters": {"roleName": "reports", "policyDocument": "{"}}, []),
        ({"requestParameters": {"roleName": "reports", "policyDocument": [7]}}, []),
        (
            {
                "eventName": "CreateRole",
                "requestParameters": {"roleName": "new", "assumeRolePolicyDocument": DOCUMENT},
            },
            ["role new"],
        ),
        (
            {
                "eventName": "CreatePolicy",
                "requestParameters": {"policyName": "reports", "policyDocument": DOCUMENT},
            },
            [f"account {ACCOUNT}"],
        ),
        (
            {
                "eventName": "PutGroupPolicy",
                "requestParameters": {
                    "groupName": "ops",
                    "policyName": "p",
                    "policyDocument": DOCUMENT,
                },
            },
            ["group ops"],
        ),
    ],
)
def test_a_call_that_was_refused_for_its_document_is_told_of_whatever_it_named(
    changed: dict[str, Any], told: list[str]
) -> None:
    found = list(Registry()[NEVER].refused(change(TRUST | changed)))
    assert [str(drift.subject) for drift in found] == told
    assert not any(drift.remediable for drift in found)


@pytest.mark.parametrize(
    "document", ["", "{", "[]", "[" * 5000, '{"Statement": [{"Principal": 7}]}']
)
def test_hostile_documents_are_nobodys_drift_here(document: str) -> None:
    of = subject(
        SubjectRef("role", "r", ACCOUNT),
        {Facet.ROLE_TRUST: document, Facet.ROLE_INLINE_POLICIES: {"p": document}},
    )
    assert parts(NEVER, of) == []
