"""What all conventions about policies do with what is wrong, and what each tells."""

import copy
import json
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.kinds.policies import version_number
from rolecall.model.scales import Mode, Severity
from rolecall.model.subjects import SubjectRef
from rolecall.policy_convention import PolicyConvention
from rolecall.registry import Registry, convention_classes
from tests.policy.test_full_administration import OFFICE, allow, deny, text_of
from tests.samples import sample
from tests.states import ACCOUNT, ref
from tests.world import PROTECT, World, settings

ARN = f"arn:aws:iam::{ACCOUNT}:policy/"
ADMIN, SERVICE = "policy-no-full-admin", "policy-no-service-wildcard"
PASSROLE, ASSUME = "policy-no-passrole-star", "policy-no-assumerole-star"
ROLLBACK, WAYS = "policy-version-rollback", "policy-no-privilege-escalation"
GOOD = text_of(allow("s3:GetObject", "arn:aws:s3:::reports/*"))
BAD, DOUBT = text_of(allow("*")), text_of(allow("*", Condition=OFFICE))


def convention(id_: str) -> Convention:
    return Registry()[id_]


def policy(
    *texts: str,
    default: int = -1,
    arn: str = f"{ARN}own",
    attachments: tuple[int, int] | None = (1, 0),
    accepted: str | None = None,
) -> Any:
    at = default % len(texts)
    versions = {
        f"v{number + 1}": {"text": text, "created": "", "default": number == at}
        for number, text in enumerate(texts)
    }
    state: dict[Facet, Any] = {
        Facet.POLICY_DOCUMENT: texts[at],
        Facet.POLICY_VERSIONS: versions,
        Facet.POLICY_DEFAULT_REVIEWED: accepted,
    }
    if attachments:
        counts = dict(zip(("attached", "boundaries"), attachments, strict=True))
        state[Facet.POLICY_ATTACHMENTS] = counts
    return subject(SubjectRef("policy", arn, ACCOUNT), state, "/")


def principal(kind: str, **policies: str) -> Any:
    return subject(ref(kind), {Facet(f"{kind}.inline-policies"): policies}, "/")


def only(id_: str, of: Any) -> Drift:
    (drift,) = convention(id_).drifts(of)
    return drift


def goes_to(id_: str, of: Any) -> str | None:
    drift = only(id_, of)
    remedy = convention(id_).remedy(drift)
    assert bool(remedy) is drift.remediable
    for step in remedy or ():
        assert step.do.name == step.undo.name == "iam:SetDefaultPolicyVersion"
        assert step.undo.parameters["VersionId"] == of.default_version
        return str(step.do.parameters["VersionId"])
    return None


@pytest.mark.parametrize(
    ("texts", "default", "version"),
    [
        ([GOOD, BAD], -1, "v1"),
        ([GOOD, GOOD, BAD], -1, "v2"),  # the latest
        ([GOOD, DOUBT, BAD], -1, "v1"),  # a doubt is not clean
        ([GOOD, "{", BAD], -1, "v1"),  # nor is what cannot be judged
        ([BAD, GOOD], 0, None),  # a later one may never have held
        ([BAD], -1, None),
        ([GOOD, DOUBT], -1, None),  # a doubt is never acted on
        ([BAD, BAD], -1, None),
    ],
)
def test_a_policy_goes_back_to_its_latest_earlier_version_that_is_clean(
    texts: list[str], default: int, version: str | None
) -> None:
    assert goes_to(ADMIN, policy(*texts, default=default)) == version


def test_no_policy_goes_back_to_a_version_that_cannot_be_judged() -> None:
    assert goes_to(PASSROLE, policy("{", text_of(allow("iam:PassRole")))) is None
    assert goes_to(PASSROLE, policy(GOOD, text_of(allow("iam:PassRole")))) == "v1"


def test_the_tenth_version_is_later_than_the_ninth() -> None:
    of = policy(*[GOOD] * 10, BAD)
    assert goes_to(ADMIN, of) == "v10"
    assert [version_number(one) for one in ("v9", "v10", "draft")] == [9, 10, 0]


def test_without_its_versions_a_policy_is_only_told() -> None:
    arn = SubjectRef("policy", f"{ARN}own", ACCOUNT)
    drift = only(ADMIN, subject(arn, {Facet.POLICY_DOCUMENT: BAD}, "/"))
    assert not drift.remediable


def test_what_is_certain_is_told_before_what_is_not() -> None:
    drift = only(ADMIN, policy(text_of(allow("iam:*"), allow("*", Condition=OFFICE))))
    assert drift.says.endswith("give itself all the rest.")
    assert len(drift.found["statements"]) == 1
    doubt = only(ADMIN, policy(DOUBT))
    assert "This is a doubt" in doubt.says
    assert not doubt.remediable


def test_a_long_text_is_in_no_case() -> None:
    drift = only(ADMIN, policy(" " * 100_000 + "{"))
    assert not drift.remediable
    assert len(drift.found["statements"][0]) == 64


def test_a_case_stays_the_same_where_statements_only_move() -> None:
    first = only(ADMIN, policy(text_of(allow("s3:Get*", "x"), allow("*"))))
    moved = only(ADMIN, policy(text_of(allow("*"), allow("s3:Get*", "y"))))
    assert (first.key, first.state) == (moved.key, moved.state)


@pytest.mark.parametrize(
    ("attachments", "told"), [((0, 0), True), ((2, 1), True), ((0, 1), False), (None, True)]
)
def test_what_is_only_a_boundary_grants_nothing(
    attachments: tuple[int, int] | None, *, told: bool
) -> None:
    assert (
        bool(
            list(
                convention(SERVICE).drifts(policy(text_of(allow("s3:*")), attachments=attachments))
            )
        )
        is told
    )


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::aws:policy/AdministratorAccess", f"{ARN}rolecall/Rolecall-Detect"]
)
@pytest.mark.parametrize("id_", [ADMIN, ROLLBACK])
def test_policies_of_aws_and_of_rolecall_itself_are_not_judged(id_: str, arn: str) -> None:
    of = policy(BAD, GOOD, default=0, arn=arn)
    told = list(convention(id_).drifts(of))
    assert not told or (id_, "rolecall" in arn) == (ROLLBACK, True)


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_an_inline_policy_is_told_by_its_name_and_each_for_itself(kind: str) -> None:
    of = principal(kind, one=BAD, two=GOOD, three=BAD, **{"Rolecall-own": BAD})
    drifts = list(convention(ADMIN).drifts(of))
    assert [drift.part for drift in drifts] == ["one", "three"]
    assert not any(drift.remediable for drift in drifts)
    assert drifts[0].says.startswith(f"The inline policy one of the {kind} bob lets its holder")
    lines = list(convention(ADMIN).advice(drifts[0], None))
    assert any(f"put-{kind}-policy --{kind}-name bob --policy-name one " in one for one in lines)
    assert convention(ADMIN).part(of, drifts[0]) == BAD


@pytest.mark.parametrize("id_", [ADMIN, SERVICE, PASSROLE, ASSUME])
def test_the_right_statement_that_is_shown_is_clean_itself(id_: str) -> None:
    found = convention(id_)
    assert isinstance(found, PolicyConvention)
    text = text_of(json.loads(found.example.replace("ACCOUNT", ACCOUNT)))
    for other in (ADMIN, SERVICE, PASSROLE, ASSUME):
        assert not list(convention(other).drifts(policy(text)))


def test_only_full_administration_is_put_right_without_anybodys_approval() -> None:
    shape = {
        id_: (one.by_itself, one.ships_as, one.severity)
        for id_, one in convention_classes().items()
        if id_ in (ADMIN, SERVICE, PASSROLE, ASSUME, ROLLBACK, WAYS)
    }
    assert shape == {
        ADMIN: (True, Mode.NOTIFY, Severity.HIGH),
        SERVICE: (False, Mode.OFF, Severity.MEDIUM),
        PASSROLE: (False, Mode.NOTIFY, Severity.HIGH),
        ASSUME: (False, Mode.NOTIFY, Severity.HIGH),
        ROLLBACK: (False, Mode.NOTIFY, Severity.HIGH),
        WAYS: (True, Mode.OFF, Severity.HIGH),
    }


@pytest.mark.parametrize(
    ("resource", "severity"),
    [("*", ""), ("arn:aws:iam::*:role/watcher", Severity.LOW), (f"{ARN}x", None)],
)
def test_a_vendors_role_name_in_every_account_is_told_as_low(
    resource: str, severity: str | None
) -> None:
    text = text_of(allow("sts:AssumeRole", resource))
    for of in (policy(text), principal("user", switch=text)):
        found = [drift.severity for drift in convention(ASSUME).drifts(of)]
        assert found == ([] if severity is None else [severity])


def test_roles_that_a_platform_deploys_with_pass_what_they_must() -> None:
    name = f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1"
    state = {Facet.ROLE_INLINE_POLICIES: {"deploy": text_of(allow("iam:PassRole"))}}
    for path, told in (("/", 0), ("/teams/", 1)):
        of = subject(SubjectRef("role", name, ACCOUNT), state, path)
        assert len(list(convention(PASSROLE).drifts(of))) == told


MORE, LESS = text_of(allow("s3:Get*"), allow("iam:*")), text_of(allow("s3:Get*"))
WITH_DENY = text_of(allow("s3:Get*"), deny("s3:GetObject"))


@pytest.mark.parametrize(
    ("texts", "default", "accepted", "told"),
    [
        ([MORE, LESS], 0, None, "told"),
        ([MORE, LESS], 0, "v2", "v2"),
        ([LESS, WITH_DENY], 0, "v2", "v2"),
        ([MORE, LESS], 0, "v1", None),
        ([MORE, LESS], 1, "v1", None),  # a step on is a new version's matter
        ([LESS, MORE], 0, None, None),
        ([LESS, MORE], 0, "v2", None),
        ([MORE, LESS, MORE], 0, "v2", "v2"),
        ([MORE, LESS, MORE], 0, "v9", None),  # the accepted version is gone
        ([MORE], 0, "v1", None),
        (["{", LESS], 0, "v2", "v2"),
    ],
)
def test_a_step_back_to_more_is_told_and_put_right_where_people_accepted_another(
    texts: list[str], default: int, accepted: str | None, told: str | None
) -> None:
    of = policy(*texts, default=default, accepted=accepted)
    drifts = list(convention(ROLLBACK).drifts(of))
    assert len(drifts) == (told is not None)
    if told:
        assert goes_to(ROLLBACK, of) == (told if told.startswith("v") else None)


def test_a_policy_is_put_back_by_its_event_and_the_undo_takes_that_back() -> None:
    shown = sample(f"{ADMIN}/drift-create-policy-version-with-a-clean-one-before")
    assert shown.state
    acting = f"{PROTECT}conventions: {{{ADMIN}: {{mode: remediate}}}}\n"
    world = World(settings(f"version: 1\n{acting}"), shown.state)
    of = SubjectRef("policy", f"{ARN}everything", ACCOUNT)
    before = copy.deepcopy(world.account.state[of])
    cases = [world.ledger.get(id_).case for id_ in world.detector.detect(shown.change).cases]
    (case,) = [one for one in cases if one.drift.convention == ADMIN]
    world.settle(case.id)
    assert (
        world.account.state[of][Facet.POLICY_DOCUMENT]
        == before[Facet.POLICY_VERSIONS]["v2"]["text"]
    )
    world.undoer.undo(case.id, by="carol", reason="a trial")
    assert world.account.state[of] == before


BUILD = text_of(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]))


def holder(kind: str, *texts: str, boundary: str | None = None, path: str = "/") -> Any:
    found = {"texts": {str(at): text for at, text in enumerate(texts)}, "boundary": boundary}
    return subject(ref(kind), {Facet(f"{kind}.effective-policies"): found}, path)


def test_ways_that_policies_open_together_are_told_with_what_closes_them() -> None:
    half, other = text_of(allow("iam:PassRole")), text_of(allow(["lambda:*", "iam:PutUserPolicy"]))
    for kind in ("user", "role"):
        drift = only(WAYS, holder(kind, half, other))
        assert drift.found["ways"] == [
            *(f"lambda-create-{last}" for last in ("invoke", "permit", "source")),
            "put-user-policy",
        ]
        assert drift.expected == {"without": ["iam:PassRole", "iam:PutUserPolicy"]}
        assert drift.says.endswith("and one more way.")
        lines = list(convention(WAYS).advice(drift, None))
        assert f"aws iam put-{kind}-permissions-boundary --{kind}-name bob" in lines[1]


@pytest.mark.parametrize(
    "of",
    [
        holder("user"),
        holder("user", BAD),  # an administrator is told of elsewhere
        holder("role", BUILD, boundary=text_of(allow("s3:*"))),
        holder("role", BUILD, path="/rolecall/"),
        holder("user", BUILD, text_of(deny("iam:PassRole"))),
        holder("user", text_of(allow("ssm:StartSession"))),  # it may reach nothing strong
    ],
)
def test_what_opens_no_way_for_certain_is_clean(of: Any) -> None:
    assert not list(convention(WAYS).drifts(of))


def test_an_administrator_within_a_boundary_is_judged_by_what_is_left() -> None:
    boundary = text_of(allow("iam:PutUserPolicy"))
    assert only(WAYS, holder("user", BAD, boundary=boundary)).found["ways"] == ["put-user-policy"]


def test_a_group_is_judged_by_its_own_policies() -> None:
    state = {
        Facet.GROUP_INLINE_POLICIES: {"pass": text_of(allow("iam:PassRole"))},
        Facet.GROUP_ATTACHED_DOCUMENTS: {f"{ARN}build": text_of(allow("glue:*"))},
    }
    drift = only(WAYS, subject(ref("group"), state, "/"))
    assert "glue-session" in drift.found["ways"]
    assert len(list(convention(WAYS).advice(drift, None))) == 1
