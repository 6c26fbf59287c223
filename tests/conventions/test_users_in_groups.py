"""In how many groups a user is: none, as many as its job needs, or too many."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.model.facets import Facet
from rolecall.model.job_roles import JobRole, job_group
from rolecall.model.kinds import subject
from rolecall.model.recorded import recorded
from rolecall.model.registered import Registered
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.detection.staged import change
from tests.samples import sample
from tests.states import ACCOUNT, ref

IN_A_GROUP, SPRAWL = "user-in-a-group", "user-group-sprawl"
AWS = "arn:aws:iam::aws:policy"
BEDROCK, ADMIN = f"{AWS}/AmazonBedrockLimitedAccess", f"{AWS}/AdministratorAccess"
OWN_BEDROCK = f"arn:aws:iam::{ACCOUNT}:policy/AmazonBedrockLimitedAccess"
BOUND = f"arn:aws:iam::{ACCOUNT}:policy/bound"
A, B, C = (f"{AWS}/{name}" for name in "ABC")


def _policy(action: str) -> dict[str, str]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"AmazonSesSendingAccess": json.dumps({"Statement": [statement]})}


SENDS = _policy("ses:SendRawEmail")


def _user(name: str = "bob", **state: Any) -> Subject:
    return subject(
        SubjectRef("user", name, ACCOUNT),
        {
            Facet.USER_GROUPS: state.get("groups", []),
            Facet.USER_IDENTITY: {"created": "", "boundary": state.get("boundary")},
            Facet.USER_INLINE_POLICIES: state.get("inline", {}),
            Facet.USER_ATTACHED_POLICIES: {
                arn: arn.rpartition("/")[2] for arn in state.get("attached", ())
            },
            Facet.USER_TAGS: state.get("tags", {}),
        },
    )


def _convention(
    id_: str, job_roles: Mapping[str, JobRole] | None = None, **options: Any
) -> Convention:
    return Registry({id_: options}, Registered(job_roles or {}))[id_]


def _drifts(convention: Convention, user: Subject) -> bool:
    return bool(list(convention.drifts(user)))


@pytest.mark.parametrize(
    ("user", "drifts"),
    [
        (_user(), True),
        (_user(groups=["ops"]), False),
        (_user("svc-build", boundary=BOUND), False),
        # Anyone can choose a name.
        (_user("svc-build"), True),
        (_user("my-svc-build", boundary=BOUND), True),
        (_user(boundary=BOUND), True),
    ],
)
def test_who_is_in_no_group_is_named_for_it_and_bounded(user: Subject, *, drifts: bool) -> None:
    assert _drifts(_convention(IN_A_GROUP, groupless=("svc-*",)), user) is drifts


@pytest.mark.parametrize(
    ("user", "drifts"),
    [
        (_user("ses-smtp-user.20261102-091407", inline=SENDS), False),
        (_user("ses-smtp-user.1"), True),
        (_user("ses-smtp-user.1", inline=_policy("*")), True),
        (_user("ses-smtp-user.1", inline=SENDS | {"more": SENDS["AmazonSesSendingAccess"]}), True),
        (_user("ses-smtp-user.1", inline=SENDS, attached=[ADMIN]), True),
        (_user("ses-smtp-user.1", attached=[BEDROCK]), True),
        (_user("mailer", inline=SENDS), True),
        (_user("BedrockAPIKey-x1y2", attached=[BEDROCK]), False),
        (_user("BedrockAPIKey-x1y2"), True),
        (_user("BedrockAPIKey-x1y2", attached=[OWN_BEDROCK]), True),
        (_user("BedrockAPIKey-x1y2", attached=[BEDROCK, ADMIN]), True),
        (_user("BedrockAPIKey-x1y2", attached=[BEDROCK], inline=SENDS), True),
        (_user("bob", attached=[BEDROCK]), True),
    ],
)
def test_a_user_of_a_console_is_known_by_what_it_holds_and_not_by_its_name(
    user: Subject, *, drifts: bool
) -> None:
    assert _drifts(_convention(IN_A_GROUP), user) is drifts


def test_where_it_is_not_known_what_such_a_user_holds_its_name_is_not_enough() -> None:
    known = (Facet.USER_GROUPS, Facet.USER_IDENTITY)
    user = _user("ses-smtp-user.1", inline=SENDS)
    bare = subject(user.ref, {facet: user.state[facet] for facet in known})
    assert _drifts(_convention(IN_A_GROUP), bare)


@pytest.mark.parametrize(
    ("request_", "drifts"), [({"permissionsBoundary": BOUND}, False), ({}, True)]
)
def test_a_record_tells_the_boundary_that_a_user_was_made_with(
    request_: dict[str, str], *, drifts: bool
) -> None:
    record = sample("user-in-a-group/drift-create-user").event["detail"]
    made = change(record, requestParameters={"userName": "svc-build"} | request_)
    ref_ = SubjectRef("user", "svc-build", ACCOUNT)
    user = subject(ref_, recorded(made, ref_))
    assert _drifts(_convention(IN_A_GROUP, groupless=("svc-*",)), user) is drifts


def test_a_user_that_is_gone_by_then_needs_no_group() -> None:
    convention = _convention(IN_A_GROUP)
    assert convention.grace == 900
    assert list(convention.judge(ref("user"), None)) == []


def _told(convention: Convention, user: Subject) -> list[str]:
    (drift,) = convention.drifts(user)
    assert convention.related(drift) == user.ref
    assert convention.remedy(drift) is None
    return list(convention.advice(drift, user))


REGISTRY = {"data-engineers": JobRole("data engineer", "idm"), "ops": JobRole("on call", "sre")}


@pytest.mark.parametrize("job", ["data engineer", "data-engineers"])
def test_the_advice_names_the_group_of_the_job_that_the_users_tag_tells(job: str) -> None:
    lines = _told(_convention(IN_A_GROUP, REGISTRY), _user("o'b", tags={"job-role": job}))
    assert lines == [
        f"Its tag names the job role {job}, whose group is data-engineers.",
        "aws iam add-user-to-group --user-name 'o'\"'\"'b' --group-name data-engineers",
    ]


@pytest.mark.parametrize("tags", [{}, {"job-role": "boss"}, {"job": "on call"}, {"job-role": ""}])
def test_without_such_a_tag_it_names_all_groups_and_chooses_none(tags: dict[str, str]) -> None:
    assert _told(_convention(IN_A_GROUP, REGISTRY), _user(tags=tags)) == [
        "Groups of job roles: data-engineers (data engineer), ops (on call).",
        "aws iam add-user-to-group --user-name bob --group-name GROUP",
    ]


def test_without_a_registry_it_says_how_and_not_where() -> None:
    convention = _convention(IN_A_GROUP)
    (drift,) = convention.drifts(_user())
    for related in (None, _user()):
        assert list(convention.advice(drift, related)) == [
            "aws iam add-user-to-group --user-name bob --group-name GROUP"
        ]


def test_a_job_that_two_groups_have_names_neither() -> None:
    twice = REGISTRY | {"on call": JobRole("night shift", "sre")}
    assert job_group("on call", REGISTRY) == "ops"
    assert job_group("on call", twice) == ""
    assert job_group("", REGISTRY) == ""


def _groups(count: int) -> list[str]:
    return [f"g{number}" for number in range(count)]


@pytest.mark.parametrize(("count", "drifts"), [(0, False), (5, False), (6, True), (10, True)])
def test_more_than_five_groups_are_too_many(count: int, *, drifts: bool) -> None:
    assert _drifts(_convention(SPRAWL), _user(groups=_groups(count))) is drifts


def test_one_group_more_is_another_drift_and_another_group_in_its_place_is_not() -> None:
    six, seven, other = (
        next(_convention(SPRAWL).drifts(_user(groups=groups)))
        for groups in (_groups(6), _groups(7), _groups(7)[1:])
    )
    assert six.key == seven.key == other.key
    assert six.state == other.state != seven.state


def test_the_advice_keeps_the_fewest_groups_that_may_carry_it_all() -> None:
    registry = {
        "a": JobRole("a's job", "x", policies=(A,)),
        "ab": JobRole("a's and b's job", "x", policies=(A, B)),
        "b": JobRole("b's job", "x", policies=(B,)),
        "c": JobRole("c's job", "x", policies=(C,)),
        "scope": JobRole("a scope", "x", policyless=True),
    }
    user = _user(groups=["unknown", "a", "ab", "b", "c", "scope"])
    assert _told(_convention(SPRAWL, registry), user) == [
        "It is in a, ab, b, c, scope, unknown.",
        "All that the registry lets them carry, these may carry: ab, c, scope, unknown.",
        "aws iam remove-user-from-group --user-name bob --group-name a",
        "aws iam remove-user-from-group --user-name bob --group-name b",
    ]


def test_where_no_group_is_known_to_be_too_many_it_names_them_all() -> None:
    how = "aws iam remove-user-from-group --user-name bob --group-name GROUP"
    convention = _convention(SPRAWL)
    assert _told(convention, _user(groups=_groups(6))) == ["It is in g0, g1, g2, g3, g4, g5.", how]
    (drift,) = convention.drifts(_user(groups=_groups(6)))
    assert list(convention.advice(drift, None)) == [how]


REFUSED = sample("user-group-sprawl/drift-refused-eleventh-group").event["detail"]


@pytest.mark.parametrize("error", ["LimitExceeded", "LimitExceededException"])
def test_a_group_that_aws_refuses_is_told_in_words_of_its_own(error: str) -> None:
    convention = _convention(SPRAWL)
    (drift,) = convention.refused(change(REFUSED, errorCode=error))
    assert drift.says == (
        "AWS refused to add the user judy to the group on-call: it is in 10 groups, and no user can be "
        "in more."
    )
    assert (drift.part, drift.remediable) == ("quota of groups", False)
    assert drift.key != next(convention.drifts(_user(groups=_groups(6)))).key


@pytest.mark.parametrize(
    "record",
    [
        {"errorCode": "NoSuchEntityException"},
        {"errorCode": "AccessDenied", "requestParameters": None},
        {"requestParameters": None},
        {"requestParameters": {"userName": "a b", "groupName": "on-call"}},
    ],
)
def test_another_refusal_and_one_that_names_nobody_say_nothing(record: dict[str, Any]) -> None:
    assert list(_convention(SPRAWL).refused(change(REFUSED, **record))) == []


def test_a_name_that_no_group_can_have_is_not_repeated() -> None:
    odd = {"userName": "judy", "groupName": "<!channel>"}
    (drift,) = _convention(SPRAWL).refused(change(REFUSED, requestParameters=odd))
    assert drift.says.startswith("AWS refused to add the user judy to the group: it is in 10")
