"""Groups stand for jobs: how they are named and registered, who is in them, and how many there may be."""

import json
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.errors import SettingsError
from rolecall.model.calls import Call
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import JobRole
from rolecall.model.kinds import subject
from rolecall.model.registered import Registered
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.conventions.states import parts
from tests.detection.staged import change
from tests.samples import sample
from tests.settings.yaml import text
from tests.states import ACCOUNT, ref
from tests.world import settings

NAME, REGISTERED = "group-name-meaningful", "group-job-role-registered"
EMPTY, PERSONAL, QUOTA = "group-not-empty", "group-not-personal", "group-quota-headroom"
SES = "AWSSESSendingGroupDoNotRename"
NOW, OLD = "2026-11-02T12:00:00Z", "2026-10-03T12:00:00Z"  # thirty days before
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
ALLOW, DENY = (
    json.dumps({"Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}]})
    for effect in ("Allow", "Deny")
)
JOB_ROLES = {
    "data-engineers": JobRole("data platform", "dara", policies=(READ, POWER)),
    "Carol": JobRole("data protection officer", "legal"),
}


def group(name: str, *members: str, path: str = "/", created: str = OLD, **state: Any) -> Subject:
    """A group with these members and policies."""
    return subject(
        SubjectRef("group", name, ACCOUNT),
        {
            Facet.GROUP_IDENTITY: {"created": created},
            Facet.GROUP_MEMBERS: list(members),
            Facet.GROUP_ATTACHED_POLICIES: {
                arn: arn.rpartition("/")[2] for arn in state.get("attached", ())
            },
            Facet.GROUP_INLINE_POLICIES: state.get("inline", {}),
        },
        path,
        at=NOW,
    )


def judge(id_: str, of: Subject, **options: Any) -> tuple[Convention, list[Drift]]:
    """A convention that knows the registered groups, and what it says."""
    convention = Registry({id_: options}, Registered(JOB_ROLES))[id_]
    return convention, list(convention.drifts(of))


# --- names ---


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("payments-developers", True),
        ("Payments-Developers", True),  # AWS does not tell it apart
        ("group1", False),
        ("xx-payments-developers-yy1", False),  # the whole name
        (SES, True),
        ("Data-Engineers", True),  # registered, and of the form
        ("carol", True),  # registered
        ("shop-Deployers-1ABCDEF2GHIJK", True),  # CloudFormation's, of old
        ("shop-Deployers-aB3dE5fG7hI9", True),  # and of now
        ("ops-on-call-constituents", False),  # twelve letters that are a word
        ("ops_teams-administrators1", False),
    ],
)
def test_a_name_is_of_the_form_that_the_account_has(name: str, *, clean: bool) -> None:
    found = parts(NAME, group(name), {"pattern": "[a-z]+-[a-z]+(-[a-z]+)?"}, JOB_ROLES)
    assert found == ([] if clean else ["name"])


@pytest.mark.parametrize(
    ("path", "clean"), [("/data/", True), ("/Data/", True), ("", True), ("/", False)]
)
def test_a_path_is_of_its_form_where_it_is_known(path: str, *, clean: bool) -> None:
    found = parts(NAME, group("group1", path=path), {"path_pattern": "/[a-z]+/"})
    assert found == ([] if clean else ["path"])


def test_before_a_form_is_set_nothing_is_said_of_names() -> None:
    assert parts(NAME, group("group1", path="/x/y/")) == []


def test_the_nearest_registered_name_is_told_and_nothing_is_renamed() -> None:
    convention, (drift,) = judge(NAME, group("DataEngineer$", path="/"), pattern="[a-z]+-[a-z]+")
    assert convention.remedy(drift) is None
    lines = list(convention.advice(drift, None))
    assert (
        "The nearest registered group is data-engineers: if it is there, use it instead." in lines
    )
    assert lines[-1] == (
        "aws iam update-group --group-name 'DataEngineer$' --new-group-name data-engineers"
    )


def test_where_no_registered_name_is_near_only_the_command_is_told() -> None:
    convention, found = judge(NAME, group("x1"), pattern="[a-z]+", path_pattern="/[a-z]+/")
    assert [list(convention.advice(drift, None))[1:] for drift in found] == [
        ["aws iam update-group --group-name x1 --new-group-name NAME"],
        ["aws iam update-group --group-name x1 --new-path PATH"],
    ]


def test_a_pattern_that_is_none_is_refused_with_the_settings() -> None:
    with pytest.raises(SettingsError, match="pattern is no regular expression"):
        settings(text(f"conventions: {{{NAME}: {{pattern: '[a-z'}}}}\n"))


@pytest.mark.parametrize("service", ["sso-directory", "identitystore-scim", "resource-groups"])
def test_a_group_of_another_service_is_no_group_of_iam(service: str) -> None:
    created = sample(f"{NAME}/drift-create-group").event["detail"]
    assert Registry().watching(change(created).call)
    other = change(created, eventSource=f"{service}.amazonaws.com")
    assert Registry().watching(other.call) == ()


# --- registration ---


@pytest.mark.parametrize(
    ("name", "clean"),
    [("data-engineers", True), ("DATA-Engineers", True), ("data-engineer", False), (SES, True)],
)
def test_a_group_is_registered_whatever_the_case_of_its_name(name: str, *, clean: bool) -> None:
    found = parts(REGISTERED, group(name), job_roles=JOB_ROLES)
    assert found == ([] if clean else ["registration"])


def test_more_members_than_registered_are_another_conventions_matter() -> None:
    job_roles = {"ops": JobRole("on call", "sre", max_members=1)}
    assert parts(REGISTERED, group("ops", "a", "b", "c"), job_roles=job_roles) == []


def test_a_registered_group_that_was_deleted_drifts_and_is_only_told() -> None:
    convention = Registry({}, Registered(JOB_ROLES))[REGISTERED]
    (drift,) = convention.judge(SubjectRef("group", "data-ENGINEERS", ACCOUNT), None)
    assert (drift.part, drift.found) == ("existence", {"there": False})
    assert convention.remedy(drift) is None
    assert list(convention.advice(drift, None))[:3] == [
        "aws iam create-group --group-name data-ENGINEERS",
        f"aws iam attach-group-policy --group-name data-ENGINEERS --policy-arn {READ}",
        f"aws iam attach-group-policy --group-name data-ENGINEERS --policy-arn {POWER}",
    ]
    assert list(convention.judge(SubjectRef("group", "other", ACCOUNT), None)) == []


def test_a_sweep_misses_every_registered_group_that_is_not_there() -> None:
    convention = Registry({}, Registered(JOB_ROLES))[REGISTERED]
    assert [one.name for one in convention.expects(ACCOUNT)] == list(JOB_ROLES)


def test_the_entry_that_is_missing_and_who_carries_the_same_is_told() -> None:
    new = group("reports", attached=[READ])
    convention, (drift,) = judge(REGISTERED, new)
    assert convention.related(drift) == new.ref
    lines = list(convention.advice(drift, new))
    assert lines[1].startswith("job_roles: ")
    entry = json.loads(lines[1].removeprefix("job_roles: "))
    assert entry == {"reports": {"job_role": "JOB", "owner": "OWNER", "policies": [READ]}}
    assert settings(text(f"{lines[1]}\n")).registered.job_roles["reports"].policies == (READ,)
    assert lines[2:] == [
        "Or use data-engineers (data platform, of dara): it carries the same policies."
    ]


@pytest.mark.parametrize("related", [None, group("reports"), group("reports", attached=["x"])])
def test_nobody_carries_the_same_where_nothing_or_something_else_is_carried(related: Any) -> None:
    convention, (drift,) = judge(REGISTERED, group("reports"))
    assert len(list(convention.advice(drift, related))) == 2


# --- members ---


@pytest.mark.parametrize(
    ("of", "clean"),
    [
        (group("ops"), False),
        (group("ops", "bob"), True),
        (group(SES), True),
        (group("data-engineers"), False),  # registered, and still empty
    ],
)
def test_a_group_without_members_drifts(of: Subject, *, clean: bool) -> None:
    assert parts(EMPTY, of, job_roles=JOB_ROLES) == ([] if clean else ["members"])


@pytest.mark.parametrize(
    ("of", "days", "goes"),
    [
        (group("ops"), 0, False),  # never, unless somebody says so
        (group("ops"), 30, True),
        (group("ops"), 31, False),
        (group("ops", created="2026-10-03T12:00:01Z"), 30, False),
        (group("ops", created=""), 30, False),  # an age that is not known is none
        (group("Data-Engineers"), 30, False),  # registered
        (group("ops", attached=[READ], inline={"p": ALLOW, "q": "{}"}), 30, True),
        (group("ops", inline={"p": ALLOW, "q": DENY}), 30, False),  # waits to stop somebody
        (group("ops", attached=[READ, "arn:aws:iam::aws:policy/AWSDenyAll"]), 30, False),
    ],
)
def test_an_empty_group_may_go_after_so_many_days(of: Subject, days: int, *, goes: bool) -> None:
    convention, (drift,) = judge(EMPTY, of, delete_after_days=days)
    assert drift.remediable is goes
    assert bool(convention.remedy(drift)) is goes
    assert (drift.found == {"members": []}) is not goes
    assert not convention.by_itself


def test_that_it_may_go_is_one_state_and_not_one_for_each_day() -> None:
    states = {
        judge(EMPTY, group("ops", created=made), delete_after_days=30)[1][0].state
        for made in ("2026-01-01T00:00:00Z", OLD, "2025-01-01T00:00:00Z")
    }
    assert len(states) == 1
    young = judge(EMPTY, group("ops", created=NOW), delete_after_days=30)[1][0].state
    assert young not in states


def test_what_is_not_known_to_the_last_policy_is_not_deleted() -> None:
    bare = group("ops")
    known = {Facet.GROUP_IDENTITY, Facet.GROUP_MEMBERS, Facet.GROUP_INLINE_POLICIES}
    some = subject(bare.ref, {f: v for f, v in bare.state.items() if f in known}, "/", at=NOW)
    convention, (drift,) = judge(EMPTY, some, delete_after_days=30)
    assert not drift.remediable
    assert convention.remedy(drift) is None
    (whole,) = convention.drifts(bare)
    assert whole.state == drift.state


def test_policies_are_read_only_where_they_may_have_to_be_put_back() -> None:
    assert Registry()[EMPTY].wants("group") == ()
    assert Registry()[EMPTY].may_call() == ()
    deleting = Registry({EMPTY: {"delete_after_days": 30}})[EMPTY]
    assert deleting.wants("group") == (Facet.GROUP_INLINE_POLICIES, Facet.GROUP_ATTACHED_POLICIES)
    assert deleting.may_call() == deleting.remedies


def test_its_policies_are_taken_off_before_it_goes_and_it_comes_back_under_its_path() -> None:
    of = group("ops", path="/ops/", attached=[READ], inline={"pager": "{}"})
    convention, (drift,) = judge(EMPTY, of, delete_after_days=30)
    plan = convention.remedy(drift)
    assert plan
    assert [step.do.name for step in plan] == list(convention.remedies)
    *_, last = plan
    assert last.do == Call("iam:DeleteGroup", {"GroupName": "ops"})
    assert last.undo == Call("iam:CreateGroup", {"GroupName": "ops", "Path": "/ops/"})


def test_both_ways_out_are_told_with_what_is_in_the_way() -> None:
    of = group("ops", attached=[READ], inline={"pager": "{}"})
    convention, (drift,) = judge(EMPTY, of, delete_after_days=30)
    assert list(convention.advice(drift, None)) == [
        "aws iam add-user-to-group --group-name ops --user-name USER",
        "Or, if its job is gone, take its policies off and delete it:",
        f"aws iam detach-group-policy --group-name ops --policy-arn {READ}",
        "aws iam delete-group-policy --group-name ops --policy-name pager",
        "aws iam delete-group --group-name ops",
    ]
    convention, (drift,) = judge(EMPTY, of)
    assert len(list(convention.advice(drift, None))) == 3


# --- persons ---


@pytest.mark.parametrize(
    ("of", "clean"),
    [
        (group("alice", "alice"), False),
        (group("Alice", "alice"), False),
        (group("alice-group", "alice"), False),
        (group("alice_Group", "alice.miller@example.com"), False),
        (group("miller", "alice.miller@example.com"), False),
        (group("alicemiller", "alice.miller@example.com"), False),
        (group("alice-miller", "alice.miller@example.com"), False),
        (group("example", "alice@example.com"), True),  # what follows the @ is no name
        (group("alice-admins", "alice"), True),  # names a job beside the person
        (group("alice", "alice", "bob"), True),
        (group("alice"), True),
        (group("alice", "bob"), True),
        (group("group", "alice"), True),
        (group("-", "alice"), True),
        (group("-", "_"), True),
        (group("carol", "carol"), True),  # registered
    ],
)
def test_a_group_named_after_its_only_member_drifts(of: Subject, *, clean: bool) -> None:
    assert parts(PERSONAL, of, job_roles=JOB_ROLES) == ([] if clean else ["members"])


def test_the_way_out_of_a_personal_group_is_a_job_or_an_entry() -> None:
    convention, (drift,) = judge(PERSONAL, group("bob", "bob"))
    first, second = convention.advice(drift, None)
    assert first == "aws iam update-group --group-name bob --new-group-name JOB"
    assert "job_roles" in second


# --- quotas ---


def account(**summary: int) -> Subject:
    return subject(ref("account"), {Facet.ACCOUNT_SUMMARY: summary})


@pytest.mark.parametrize(
    ("used", "percent", "clean"),
    [(79, 80, True), (80, 80, False), (100, 80, False), (80, 81, True), (0, 1, True)],
)
def test_a_quota_is_told_from_so_many_percent_on(used: int, percent: int, *, clean: bool) -> None:
    found = parts(QUOTA, account(Groups=used, GroupsQuota=100), {"percent": percent})
    assert found == ([] if clean else ["Groups"])


def test_each_quota_is_a_part_of_its_own_and_what_has_none_is_not_judged() -> None:
    names = ("Groups", "Users", "Roles", "InstanceProfiles", "Policies")
    full = dict.fromkeys(names, 9) | {f"{name}Quota": 10 for name in names}
    assert parts(QUOTA, account(**full)) == list(names)
    assert parts(QUOTA, account()) == []
    assert parts(QUOTA, account(Groups=7, GroupsQuota=0, Roles=7)) == []


def test_one_more_of_them_is_not_told_again() -> None:
    convention = Registry()[QUOTA]
    first, second = (
        next(convention.drifts(account(Groups=used, GroupsQuota=300))) for used in (240, 299)
    )
    assert first.state == second.state
    assert first.says != second.says


REFUSED = sample(f"{QUOTA}/drift-quota-used-up").event["detail"]


@pytest.mark.parametrize(
    ("error", "told"),
    [("LimitExceeded", True), ("LimitExceededException", True), ("AccessDenied", False)],
)
def test_a_group_that_the_quota_refused_is_told_of_the_account(error: str, *, told: bool) -> None:
    found = list(Registry()[QUOTA].refused(change(REFUSED, errorCode=error)))
    assert bool(found) is told
    for drift in found:
        assert drift.subject == ref("account")
        assert "data-engineers" in drift.says
        assert not drift.remediable


def test_a_refusal_that_repeats_is_the_same_state() -> None:
    states = {
        next(iter(Registry()[QUOTA].refused(change(REFUSED, requestParameters=request)))).state
        for request in ({"groupName": "a"}, {"groupName": "b"}, None)
    }
    assert len(states) == 1


@pytest.mark.parametrize(
    ("part", "listed", "more"),
    [
        ("iam:CreateGroup", "list-groups --query 'Groups[].[GroupName,CreateDate]'", "L-F4A5425F"),
        ("Roles", "list-roles --query 'Roles[].[RoleName,CreateDate]'", "L-FE177D64"),
        (
            "InstanceProfiles",
            "list-instance-profiles --query 'InstanceProfiles[].[InstanceProfileName,CreateDate]'",
            "L-6E65F664",
        ),
        (
            "Policies",
            "list-policies --scope Local --query 'Policies[].[PolicyName,CreateDate]'",
            "L-E95E4862",
        ),
        ("Users", "list-users --query 'Users[].[UserName,CreateDate]'", "cannot be raised"),
    ],
)
def test_what_could_go_and_how_to_get_more_is_told(part: str, listed: str, more: str) -> None:
    convention = Registry()[QUOTA]
    drift = Drift(QUOTA, ref("account"), part, "It is so.", {})
    _, shown, way = convention.advice(drift, None)
    assert shown == f"aws iam {listed} --output text"
    assert more in way
