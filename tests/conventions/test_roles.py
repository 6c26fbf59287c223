"""How long roles last, whether anybody uses them, who owns and what bounds them: the traps."""

from dataclasses import replace
from typing import Any

import pytest

from rolecall.detection.deciding import Facts, decide
from rolecall.model.cases import Status
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.records import parse
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.documents import CLOSED_TRUST
from rolecall.registry import Registry
from rolecall.remediation.undo import Undoer
from rolecall.replaying.memory import MemoryAccount
from tests.conventions.states import drifts, parts
from tests.detection.staged import world_of
from tests.samples import sample
from tests.states import ACCOUNT, ADMIN, BOUNDARIES
from tests.world import ACTING, settings

SESSION, HAS, UNUSED = "role-max-session", "role-has-policies", "role-unused"
BOUNDARY, OWNER = "role-boundary-required", "role-owner-tagged"
NOW, LONG_AGO = "2026-11-02T12:00:00Z", "2025-01-05T10:00:00Z"
EVERYTHING = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
READING = '{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
EC2 = (
    '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)
OWN_PATHS = ["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/", "/rolecall/"]


def role(name: str = "reports", path: str = "/", **state: Any) -> Subject:
    """A role of which everything was read: `session_limit=...` is its facet `role.session-limit`."""
    account = MemoryAccount()
    named = {Facet(f"role.{key.replace('_', '-')}"): value for key, value in state.items()}
    ref = account.add(SubjectRef("role", name, ACCOUNT), {}, path)
    return subject(ref, account.state[ref] | named, path, at=account.now)


def limit(seconds: int, description: str = "") -> dict[str, Any]:
    return {"seconds": seconds, "description": description}


def effective(*texts: str, boundary: str | None = None) -> dict[str, Any]:
    return {"texts": {str(n): text for n, text in enumerate(texts)}, "boundary": boundary}


# --- role-max-session ---


@pytest.mark.parametrize(
    ("seconds", "options", "found"),
    [
        (14400, {}, []),
        (14401, {}, [14400]),
        (43200, {"seconds": 43200}, []),
        (3600, {"seconds": 900}, []),  # AWS knows no shorter one
        (7200, {"seconds": 900}, [3600]),
    ],
)
def test_a_session_that_may_last_longer_than_the_limit_is_a_drift(
    seconds: int, options: dict[str, Any], found: list[int]
) -> None:
    told = drifts(SESSION, role(session_limit=limit(seconds)), **options)
    assert [drift.expected["seconds"] for drift in told] == found


@pytest.mark.parametrize(
    ("held", "administers"),
    [
        (effective(EVERYTHING), True),
        (effective(READING, EVERYTHING), True),
        (effective(EVERYTHING, boundary=EVERYTHING), True),
        (effective(EVERYTHING, boundary=READING), False),
        (effective(EVERYTHING, boundary="no policy"), False),
        (effective(READING), False),
        (effective(EVERYTHING, "no policy"), False),
    ],
)
def test_one_that_surely_administers_iam_lasts_an_hour(
    held: dict[str, Any], administers: bool
) -> None:
    told = drifts(SESSION, role(session_limit=limit(7200), effective_policies=held))
    assert [drift.expected["seconds"] for drift in told] == [3600] * administers


def test_where_its_policies_are_not_known_it_counts_as_any_other() -> None:
    state = {Facet.ROLE_SESSION_LIMIT: limit(7200)}
    assert parts(SESSION, subject(SubjectRef("role", "reports", ACCOUNT), state)) == []


def test_the_description_is_sent_along_and_not_blanked() -> None:
    (drift,) = drifts(SESSION, role(session_limit=limit(43200, "Writes 'reports'")))
    convention = Registry()[SESSION]
    plan = convention.remedy(drift)
    assert plan
    for call in (plan.steps[0].do, plan.steps[0].undo):
        assert call.parameters["Description"] == "Writes 'reports'"
    assert drift.found == {"seconds": 43200}
    (line,) = convention.advice(drift, None)
    assert line.endswith(
        """--max-session-duration 14400 --description 'Writes '"'"'reports'"'"''"""
    )


def test_what_others_wrote_into_the_description_since_is_not_overwritten_by_undo() -> None:
    one = sample(f"{SESSION}/drift-create-role")
    made = world_of(one.change)
    case_id = _case(made, one.change, SESSION)
    assert made.settle(case_id).status is Status.REMEDIATED
    ref = SubjectRef("role", "reports", ACCOUNT)
    made.account.state[ref][Facet.ROLE_SESSION_LIMIT] = limit(14400, "new words")
    with pytest.raises(Exception, match="changed"):
        made.undoer.undo(case_id, reason="needed", by="alice")


# --- role-has-policies ---


def test_a_role_that_may_carry_none_is_named_or_told_by_its_trust() -> None:
    pools = EC2.replace("Service", "Federated").replace("ec2.", "cognito-identity.")
    assert parts(HAS, role(trust=EC2)) == ["policies"]
    assert parts(HAS, role(trust=EC2), {"permitted": ["rep*"]}) == []
    assert parts(HAS, role(trust=EC2), {"permitted": ["rep"]}) == ["policies"]
    assert parts(HAS, role(trust=pools)) == []
    assert parts(HAS, role(trust=pools.replace("[", "[" + EC2[14:-2] + ","))) == ["policies"]
    assert parts(HAS, role(trust="no policy")) == ["policies"]


def test_a_role_that_carries_a_policy_of_either_sort_is_clean() -> None:
    assert parts(HAS, role(inline_policies={"p": READING})) == []
    assert parts(HAS, role(attached_policies=ADMIN)) == []


# --- role-unused ---


def used(last: str | None, created: str = LONG_AGO, trust: str = EC2, **more: Any) -> Subject:
    identity = {"created": created, "boundary": None}
    return role(identity=identity, last_use=last, trust=trust, **more)


@pytest.mark.parametrize(
    ("of", "found"),
    [
        (used(None), ["use"]),
        (used("2026-08-04T12:00:00Z"), ["use"]),
        (used("2026-08-05T12:00:00Z"), []),
        (used(None, "2026-08-05T12:00:00Z"), []),
        (used("2025-02-01T12:00:00Z", "2026-10-05T12:00:00Z"), []),  # made anew by that name
        (used(None, ""), []),
        (used("", LONG_AGO), []),
        (used(None, trust=CLOSED_TRUST), []),
        (used(None, name="OrganizationAccountAccessRole"), []),
        (used(None, name="OrganizationAccountAccessRole", path="/team/"), ["use"]),
        (used(None, name=f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-us-east-1"), ["use"]),
    ],
)
def test_a_role_is_unused_when_neither_its_use_nor_its_making_is_recent(
    of: Subject, found: list[str]
) -> None:
    assert parts(UNUSED, of) == found


def test_one_that_is_unused_by_design_is_named() -> None:
    assert parts(UNUSED, used(None), {"permitted": ["recovery-*", "reports"]}) == []


def test_its_trust_is_closed_only_where_the_settings_say_so_and_opened_again_as_it_was() -> None:
    convention = Registry()[UNUSED]
    (drift,) = convention.drifts(used(None))
    assert (drift.remediable, convention.remedy(drift), convention.may_call()) == (False, None, ())
    (drift,) = drifts(UNUSED, used(None), close_trust=True)
    plan = convention.remedy(drift)
    assert plan
    (step,) = plan
    assert step.do.parameters["PolicyDocument"] == CLOSED_TRUST
    assert step.undo.parameters["PolicyDocument"] == EC2


def test_a_case_is_known_by_the_day_of_its_use_and_holds_no_age() -> None:
    (drift,) = drifts(UNUSED, used("2026-01-05T10:00:00Z"))
    assert drift.found == {"last_used": "2026-01-05"}


# --- role-boundary-required ---

BOUND = {"boundary": BOUNDARIES[0], "paths": ["/delegated/"]}


def bounded(
    boundary: str | None, path: str = "/delegated/", kind: str = "role", name: str = "r"
) -> Subject:
    identity = {"created": NOW, "boundary": boundary}
    return subject(SubjectRef(kind, name, ACCOUNT), {Facet(f"{kind}.identity"): identity}, path)


@pytest.mark.parametrize("kind", ["role", "user"])
def test_what_lies_under_a_delegated_path_has_the_named_boundary(kind: str) -> None:
    def found(boundary: str | None, path: str = "/delegated/") -> list[tuple[str, bool]]:
        told = drifts(BOUNDARY, bounded(boundary, path, kind), **BOUND)
        return [(drift.part, drift.remediable) for drift in told]

    assert found(None) == [("boundary", True)]
    assert found(None, "/delegated/team/") == [("boundary", True)]
    assert found(BOUNDARIES[1]) == [("boundary", False)]
    assert found(BOUNDARIES[0]) == []
    assert found(None, "/") == []
    assert found(None, "/x/delegated/") == []


def test_without_the_boundary_or_the_paths_nothing_is_judged() -> None:
    assert parts(BOUNDARY, bounded(None)) == []
    assert parts(BOUNDARY, bounded(None), {"boundary": BOUNDARIES[0]}) == []
    assert parts(BOUNDARY, bounded(None), {"paths": ["/"]}) == []


@pytest.mark.parametrize(
    "of",
    [
        *(bounded(None, path) for path in OWN_PATHS),
        bounded(None, "/", name="AWSControlTowerExecution"),
        bounded(None, "/", name=f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-us-east-1"),
    ],
    ids=lambda of: f"{of.path}{of.ref.name}",
)
def test_a_boundary_on_a_platforms_role_would_break_it(of: Subject) -> None:
    assert parts(BOUNDARY, of, BOUND | {"paths": ["/"]}) == []


@pytest.mark.parametrize("kind", ["role", "user"])
@pytest.mark.parametrize("before", [None, BOUNDARIES[1]])
def test_undo_takes_the_boundary_away_or_sets_the_one_before(kind: str, before: str | None) -> None:
    convention = Registry({BOUNDARY: BOUND | {"replace_another": True}})[BOUNDARY]
    of = bounded(before, kind=kind)
    account = MemoryAccount()
    account.add(of.ref, of.state, of.path)
    (drift,) = convention.drifts(of)
    plan = convention.remedy(drift)
    assert plan
    (step,) = plan
    account.make(step.do, "")
    put_right = account.read(of.ref, convention.needs_of(kind))
    assert list(convention.drifts(put_right)) == []
    account.make(step.undo, "")
    again = account.read(of.ref, convention.needs_of(kind))
    assert again
    assert again.state == of.state
    assert convention.part(again, drift) == before


def test_undo_silences_what_only_the_stacks_settings_know_as_a_drift() -> None:
    one = sample(f"{BOUNDARY}/drift-create-role")
    made = world_of(one.change, account=one.state)
    case_id = _case(made, one.change, BOUNDARY)
    assert made.settle(case_id).status is Status.REMEDIATED
    undoer = Undoer(Registry(), made.account, made.account, made.ledger, made.bus, made.clock)
    case = undoer.undo(case_id, reason="needed", by="alice")
    assert "the drift is exempt until" in case.reason


def test_replacing_another_boundary_is_declared_as_giving_more() -> None:
    assert not Registry()[BOUNDARY].widens
    assert Registry({BOUNDARY: {"replace_another": True}})[BOUNDARY].widens


# --- role-owner-tagged ---

CREATED = sample(f"{OWNER}/drift-create-role")
ROLE = SubjectRef("role", "reports", ACCOUNT)


def _case(made: Any, change: Change, convention: str) -> str:
    cases = [made.ledger.get(id_).case for id_ in made.detector.detect(change).cases]
    (found,) = [case.id for case in cases if case.drift.convention == convention]
    return str(found)


def created(**changed: Any) -> Change:
    found = parse(CREATED.event["detail"] | changed)
    assert isinstance(found, Change)
    return found


def brought(of: Subject, change: Change, **options: Any) -> list[Drift]:
    convention = Registry({OWNER: {"tag_creator": True} | options})[OWNER]
    return [one for d in convention.drifts(of) if (one := convention.brought(d, change))]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({}, ["owner"]),
        ({"Owner": "ops"}, []),
        ({"owner": " "}, ["owner"]),
        ({"owners": "ops"}, ["owner"]),
    ],
)
def test_an_owner_is_a_tag_with_a_value_whatever_the_case_of_its_key(
    tags: dict[str, str], found: list[str]
) -> None:
    assert parts(OWNER, role(tags=tags)) == found
    user = subject(SubjectRef("user", "bob", ACCOUNT), {Facet.USER_TAGS: tags})
    assert parts(OWNER, user) == found


def test_each_key_that_is_missing_is_a_drift_of_its_own() -> None:
    keys = {"keys": ["owner", "job-role", "data-class"]}
    assert parts(OWNER, role(tags={"job-role": "analyst"}), keys) == ["owner", "data-class"]


def test_the_role_gets_its_creators_name_with_a_mark_and_undo_takes_both_away() -> None:
    made = world_of(CREATED.change)
    case_id = _case(made, CREATED.change, OWNER)
    before = dict(made.account.state[ROLE][Facet.ROLE_TAGS])
    assert made.settle(case_id).status is Status.REMEDIATED
    tags = made.account.state[ROLE][Facet.ROLE_TAGS]
    assert tags == before | {"owner": "ci-run-4711", "owner-source": "auto"}
    made.undoer.undo(case_id, reason="another owner", by="alice")
    assert made.account.state[ROLE][Facet.ROLE_TAGS] == before


def test_a_guess_is_made_for_a_new_role_of_a_person_and_for_its_first_key_only() -> None:
    convention = Registry()[OWNER]

    def guessed(of: Subject, change: Change, **options: Any) -> list[str]:
        found = brought(of, change, **options)
        return [drift.part for drift in found if convention.remedy(drift)]

    nobody = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    root = {"type": "Root", "accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root"}
    comma = CREATED.event["detail"]["userIdentity"] | {
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/a,b"
    }
    assert guessed(role(), created()) == ["owner"]
    assert guessed(role(), created(), keys=["team", "owner"]) == ["team"]
    assert guessed(role(), created(), tag_creator=False) == []
    assert guessed(role(tags={"owner": ""}), created()) == []
    assert guessed(role(tags={"Owner-Source": "idm"}), created()) == []
    assert guessed(role(), created(eventName="UntagRole")) == []
    for identity in (nobody, root, comma):
        assert guessed(role(), created(userIdentity=identity)) == []
    user = subject(SubjectRef("user", "bob", ACCOUNT), {Facet.USER_TAGS: {}})
    assert guessed(user, created(eventName="CreateUser")) == []


def test_of_a_role_that_a_sweep_finds_nobody_knows_who_made_it() -> None:
    found = settings(ACTING)
    convention = Registry(found.options)[OWNER]
    (drift,) = convention.drifts(role())
    assert convention.remedy(drift) is None
    told = decide(drift, convention, found, Facts("2026-11-02", "/"))
    assert told.status is Status.NOTIFIED


def test_who_made_it_stays_known_when_it_is_judged_again() -> None:
    (drift,) = brought(role(), created())
    (found,) = Registry()[OWNER].drifts(role())
    again = Registry()[OWNER].still(replace(found, remediable=True), drift)
    assert again.expected == {"tag": "ci-run-4711", "owner-source": "auto"}
    assert not Registry()[OWNER].still(replace(found, remediable=False), drift).remediable


@pytest.mark.parametrize("path", OWN_PATHS)
@pytest.mark.parametrize("convention", [SESSION, HAS, UNUSED, OWNER])
def test_roles_of_aws_and_of_rolecall_are_left_alone(convention: str, path: str) -> None:
    state: dict[str, Any] = {
        "session_limit": limit(43200),
        "identity": {"created": LONG_AGO, "boundary": None},
        "trust": EC2,
    }
    assert parts(convention, role(**state))
    assert parts(convention, role(path=path, **state)) == []
