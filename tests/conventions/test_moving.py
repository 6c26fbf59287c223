"""A user is moved to the group of its job only where the registry permits all that it gets there."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rolecall.convention import Convention
from rolecall.model.facets import Facet
from rolecall.model.job_roles import JobRole
from rolecall.model.kinds import subject
from rolecall.model.registered import Registered
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.conventions.moving import (
    CARRIED,
    GROUP,
    JOB_ROLES,
    LAKE,
    READ,
    VIA_GROUPS,
    GroupedAccount,
    candidate,
)
from tests.states import documents, names, ref

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
BY_TAG, BY_PATH = {"move_by": "tag"}, {"move_by": "path"}


def _convention(
    options: dict[str, Any] | None = None, job_roles: dict[str, JobRole] | None = None
) -> Convention:
    return Registry(
        {VIA_GROUPS: options or {}}, Registered(JOB_ROLES if job_roles is None else job_roles)
    )[VIA_GROUPS]


def _calls(convention: Convention, user: Subject) -> list[str]:
    (drift,) = convention.drifts(user)
    return [
        f"{step.do.name} {step.do.parameters.get('GroupName', '')}".strip()
        for step in convention.remedy(drift) or ()
    ]


DETACH = ["iam:DetachUserPolicy"]
MOVE = [f"iam:AddUserToGroup {GROUP}", *DETACH]


def test_without_the_option_nothing_more_is_read_called_or_given() -> None:
    convention = _convention()
    assert convention.wants("user") == ()
    assert not convention.widens
    assert set(convention.may_call()) == {"iam:DetachUserPolicy", "iam:DeleteUserPolicy"}
    assert _calls(convention, candidate()) == DETACH


@pytest.mark.parametrize("options", [BY_TAG, BY_PATH])
def test_with_it_the_user_joins_first_and_it_is_declared_as_granting(
    options: dict[str, Any],
) -> None:
    convention = _convention(options)
    assert convention.widens
    assert "iam:AddUserToGroup" in convention.may_call()
    assert _calls(convention, candidate()) == MOVE


@pytest.mark.parametrize(
    "tags", [{}, {"job-role": "boss"}, {"job-role": ""}, {"Job-Role": "data engineer"}]
)
def test_a_tag_that_names_no_job_moves_nobody(tags: dict[str, str]) -> None:
    assert _calls(_convention(BY_TAG), candidate(tags=tags)) == DETACH


def test_a_tag_may_name_the_group_itself() -> None:
    assert _calls(_convention(BY_TAG), candidate(tags={"job-role": GROUP})) == MOVE


def test_a_job_that_two_groups_have_moves_nobody() -> None:
    twice = JOB_ROLES | {"lake-engineers": JobRole("data engineer", "idm", policies=(READ, LAKE))}
    assert _calls(_convention(BY_TAG, twice), candidate()) == DETACH


@pytest.mark.parametrize(
    ("path", "moves"),
    [
        (f"/{GROUP}/", True),
        (f"/people/{GROUP}/", True),
        ("/", False),
        ("", False),
        (f"/{GROUP}/people/", False),
        ("/data engineer/", False),
    ],
)
def test_the_last_part_of_the_path_is_the_name_of_the_group(path: str, *, moves: bool) -> None:
    assert _calls(_convention(BY_PATH), candidate(path=path)) == (MOVE if moves else DETACH)


@pytest.mark.parametrize(
    ("carried", "moves"),
    [
        ({}, True),
        ({"attached": [READ]}, True),
        ({"attached": [LAKE]}, False),  # it does not carry the policy
        ({"attached": [READ, ADMIN]}, False),  # it carries what is not listed
        ({"inline": ["extra"]}, False),
        ({"members": 3}, False),  # it is full
        ({"members": 4}, False),
    ],
)
def test_the_group_must_carry_the_policy_and_nothing_that_is_not_listed(
    carried: dict[str, Any], *, moves: bool
) -> None:
    assert _calls(_convention(BY_TAG), candidate(carried)) == (MOVE if moves else DETACH)


def test_the_policy_itself_must_be_listed_and_a_group_without_a_limit_is_never_full() -> None:
    unlisted = {GROUP: JobRole("data engineer", "idm", policies=(LAKE,))}
    assert _calls(_convention(BY_TAG, unlisted), candidate()) == DETACH
    unlimited = {GROUP: JobRole("data engineer", "idm", policies=(READ, LAKE))}
    assert _calls(_convention(BY_TAG, unlimited), candidate({"members": 5000})) == MOVE


def test_who_is_in_the_group_already_only_loses_the_policy() -> None:
    assert _calls(_convention(BY_TAG), candidate(groups=[GROUP])) == DETACH


def test_what_is_not_known_moves_nobody() -> None:
    whole = candidate()
    convention = _convention(BY_TAG)
    for facet in convention.wants("user"):
        known = {name: value for name, value in whole.state.items() if name is not facet}
        assert _calls(convention, subject(whole.ref, known, whole.path)) == DETACH


def test_an_inline_policy_is_never_moved() -> None:
    user = candidate(inline={"p": '{"Statement": {"Effect": "Allow", "Action": "s3:*"}}'})
    convention = _convention(BY_TAG)
    (inline,) = (drift for drift in convention.drifts(user) if drift.part == "p")
    assert inline.expected is None
    assert [step.do.name for step in convention.remedy(inline) or ()] == ["iam:DeleteUserPolicy"]


def test_the_drift_is_the_same_with_and_without_the_option() -> None:
    (plain,), (moved,) = (_convention(o).drifts(candidate()) for o in ({}, BY_TAG))
    assert (plain.key, plain.state) == (moved.key, moved.state)


def test_the_advice_names_that_group() -> None:
    convention = _convention(BY_TAG)
    (drift,) = convention.drifts(candidate())
    assert list(convention.advice(drift, None)) == [
        f"The group of its job, {GROUP}, carries it.",
        f"aws iam add-user-to-group --user-name bob --group-name {GROUP}",
    ]


# --- the laws of remedies, with the option on, over accounts whose groups are what they are ---

POLICIES = [READ, LAKE, ADMIN]
some = st.lists(st.sampled_from(POLICIES), max_size=3, unique=True)
GROUPS = ["data-engineers", "ops", "others"]


@st.composite
def accounts(draw: st.DrawFn) -> tuple[GroupedAccount, dict[str, JobRole]]:
    """Bob with policies of his own, in some of three groups, each as it may be registered or not."""
    account = GroupedAccount()
    joined = draw(st.lists(st.sampled_from(GROUPS), max_size=2, unique=True))
    for name in GROUPS:
        members = [
            *(["bob"] if name in joined else []),
            *draw(st.lists(st.just("eve"), max_size=1)),
        ]
        inline = draw(
            st.dictionaries(names, documents, max_size=1) if name == "ops" else st.just({})
        )
        account.group(name, draw(some), inline=inline, members=members)
    account.add(
        ref("user"),
        {
            Facet.USER_ATTACHED_POLICIES: {a: a.rpartition("/")[2] for a in draw(some)},
            Facet.USER_GROUPS: sorted(joined),
            Facet.USER_TAGS: {"job-role": draw(st.sampled_from([*GROUPS, "job", ""]))},
        },
        path=draw(st.sampled_from(["/", *(f"/{name}/" for name in GROUPS)])),
    )
    registry = {
        name: JobRole(
            draw(st.sampled_from(["job", f"job of {name}"])),
            "idm",
            policies=tuple(draw(some)),
            max_members=draw(st.integers(0, 2)),
        )
        for name in draw(st.lists(st.sampled_from(GROUPS), max_size=3, unique=True))
    }
    return account, registry


def _grants(account: GroupedAccount) -> set[str]:
    """The policies that bob has, his own and those of his groups."""
    user = account.state[ref("user")]
    found = set(user[Facet.USER_ATTACHED_POLICIES])
    for name in user[Facet.USER_GROUPS]:
        group = account.state[SubjectRef("group", name, account.account)]
        found |= set(group[Facet.GROUP_ATTACHED_POLICIES])
        found |= {f"{name}/{policy}" for policy in group[Facet.GROUP_INLINE_POLICIES]}
    return found


def _copy(account: GroupedAccount) -> dict[SubjectRef, dict[Facet, Any]]:
    state = copy.deepcopy(account.state)
    for facets in state.values():
        facets.pop(Facet.USER_CARRYING_GROUPS, None)  # what follows from the rest
    return state


@pytest.mark.parametrize("options", [BY_TAG, BY_PATH])
@hypothesis_settings(max_examples=150, deadline=None)
@given(made=accounts())
def test_a_move_is_undone_repeatable_and_grants_what_the_registry_permits_and_no_more(
    options: dict[str, Any], made: tuple[GroupedAccount, dict[str, JobRole]]
) -> None:
    account, registry = made
    convention = _convention(options, registry)
    bob = ref("user")

    def drifts() -> list[Any]:
        return list(convention.judge(bob, account.read(bob, convention.reads("user"))))

    for part in [drift.part for drift in drifts()]:
        (drift,) = [drift for drift in drifts() if drift.part == part]
        others = {other.part for other in drifts()} - {part}
        remedy = convention.remedy(drift)
        assert remedy
        before, granted = _copy(account), _grants(account)
        for step in remedy:
            account.make(step.do, "")
        once = _copy(account)
        for step in remedy:
            account.make(step.do, "")
        assert _copy(account) == once
        assert {other.part for other in drifts()} == others
        joined = drift.expected["joins"] if drift.expected else ""
        role = registry[joined] if joined else JobRole("", "")
        assert _grants(account) <= granted | set(role.policies)
        if joined:
            assert granted <= _grants(account), "who is moved loses nothing"
            group = account.state[SubjectRef("group", joined, account.account)]
            assert len(group[Facet.GROUP_MEMBERS]) <= (role.max_members or len(GROUPS))
        for step in reversed(remedy.steps):
            account.make(step.undo, "")
        assert _copy(account) == before
        for step in remedy:  # leave it mended, for the next drift
            account.make(step.do, "")


def test_the_accounts_above_do_hold_moves() -> None:
    account = GroupedAccount()
    account.group(GROUP, CARRIED["attached"], members=["eve"])
    account.add(
        ref("user"), dict(candidate().state) | {Facet.USER_CARRYING_GROUPS: {}}, f"/{GROUP}/"
    )
    for options in (BY_TAG, BY_PATH):
        convention = _convention(options)
        user = account.read(ref("user"), convention.reads("user"))
        assert user
        assert _calls(convention, user) == MOVE
